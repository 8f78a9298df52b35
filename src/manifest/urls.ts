/** Every address a connector writes down, cut into origin and rest. Must never resolve or dial anything. */
import type {Connector, Value} from '../generated/types.ts';
import {connectionParts, members} from './parts.ts';

export interface Address {
  readonly pointer: string;
  readonly text: string;
  /** May the whole URL be one expression of any origin? The egress guard decides then. */
  readonly dynamic: boolean;
}

/** Addresses in `baseUrl`, `url`, token and login addresses, `origins`, key sets. */
export function addresses(connector: Connector): Address[] {
  return [
    ...connectionParts(connector).flatMap(({part, pointer}) => [
      ...texts(part.baseUrl, `${pointer}/baseUrl`, false),
      ...authAddresses(part.auth, `${pointer}/auth`),
    ]),
    ...members(connector.operations, '/operations').flatMap(({value, pointer}) =>
      texts(value.request.url, `${pointer}/request/url`, true),
    ),
    ...members(connector.feeds, '/feeds').flatMap(({value, pointer}) => [
      ...(value.webhook?.verify ?? []).flatMap(({jwt}, i) =>
        texts(jwt?.jwks, `${pointer}/webhook/verify/${i}/jwt/jwks`, false),
      ),
    ]),
  ];
}

function authAddresses(auth: Connector['connection']['auth'], pointer: string): Address[] {
  if (!auth) return [];
  const {obtain, crumb, origins} = auth;
  const oauth2 = obtain && 'oauth2' in obtain ? obtain.oauth2 : undefined;
  const login = obtain && 'login' in obtain ? obtain.login : undefined;
  return [
    ...texts(oauth2?.tokenUrl, `${pointer}/obtain/oauth2/tokenUrl`, false),
    ...texts(login?.request.url, `${pointer}/obtain/login/request/url`, false),
    ...texts(crumb?.request.url, `${pointer}/crumb/request/url`, false),
    ...(origins ?? []).flatMap((origin, i) => texts(origin, `${pointer}/origins/${i}`, false)),
  ];
}

/** The text of a value, or of each branch of a directive. */
function texts(value: Value, pointer: string, dynamic: boolean): Address[] {
  if (typeof value === 'string') return [{pointer, text: value, dynamic}];
  if (typeof value !== 'object' || value === null) return [];
  const {
    then,
    else: otherwise,
    cases,
    default: last,
  } = value as {then?: Value; else?: Value; cases?: {[key: string]: Value}; default?: Value};
  return [
    ...texts(then, `${pointer}/then`, dynamic),
    ...texts(otherwise, `${pointer}/else`, dynamic),
    ...members(cases, `${pointer}/cases`).flatMap((row) => texts(row.value, row.pointer, dynamic)),
    ...texts(last, `${pointer}/default`, dynamic),
  ];
}

/** `https://{{connection.x}}.example.com:8443/path` as scheme and host; undefined when the text begins with an expression. */
export function cutUrl(text: string): {readonly scheme: string; readonly host: string} | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/((?:\{\{.*?\}\}|[^/?#{])*)/i.exec(text);
  return match ? {scheme: (match[1] ?? '').toLowerCase(), host: (match[2] ?? '').toLowerCase()} : undefined;
}
