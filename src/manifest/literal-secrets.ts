/** Credentials written out where a reference belongs (JW7002). Must never repeat the text it found. */
import type {Auth, Connector, Value} from '../generated/types.ts';
import {isObject, type Json} from '../values/json.ts';
import type {Finding} from './issues.ts';
import {connectionParts, members} from './parts.ts';

type Found = Omit<Finding, 'code'>;

export function literalSecrets(connector: Connector): Found[] {
  return [
    ...connectionParts(connector).flatMap(({part, pointer}) => [
      ...named(part.headers, `${pointer}/headers`),
      ...(part.auth ? authLiterals(part.auth, `${pointer}/auth`) : []),
    ]),
    ...members(connector.operations, '/operations').flatMap(({value: {request}, pointer}) =>
      named(request.headers, `${pointer}/request/headers`),
    ),
    ...members(connector.feeds, '/feeds').flatMap(({value: {webhook}, pointer}) =>
      (webhook?.verify ?? []).flatMap(({key, token}, i) => [
        ...literal(key, `${pointer}/webhook/verify/${i}/key`),
        ...literal(token?.equals, `${pointer}/webhook/verify/${i}/token/equals`),
      ]),
    ),
    ...telltale(connector as unknown as Json, ''),
  ];
}

function authLiterals({apply, obtain, sign}: Auth, pointer: string): Found[] {
  const oauth2 = obtain && 'oauth2' in obtain ? obtain.oauth2 : undefined;
  const login = obtain && 'login' in obtain ? obtain.login : undefined;
  return [
    ...named(apply?.headers, `${pointer}/apply/headers`),
    ...named(apply?.query, `${pointer}/apply/query`),
    ...named(apply?.body, `${pointer}/apply/body`),
    ...literal(apply?.basic?.password, `${pointer}/apply/basic/password`),
    ...literal(oauth2?.clientSecret, `${pointer}/obtain/oauth2/clientSecret`),
    ...literal(oauth2?.password, `${pointer}/obtain/oauth2/password`),
    ...literal(oauth2?.refreshToken, `${pointer}/obtain/oauth2/refreshToken`),
    ...named(oauth2?.fields, `${pointer}/obtain/oauth2/fields`),
    ...literal(sign?.key, `${pointer}/sign/key`),
    ...named(login?.request.headers, `${pointer}/obtain/login/request/headers`),
    ...named(login?.request.query, `${pointer}/obtain/login/request/query`),
    ...named(login?.request.body?.json, `${pointer}/obtain/login/request/body/json`),
    ...named(login?.request.body?.form, `${pointer}/obtain/login/request/body/form`),
  ];
}

/** Text without any expression. */
function literal(value: Value, pointer: string): Found[] {
  return typeof value === 'string' && value !== '' && !value.includes('{{') ? [{pointer, facts: {}}] : [];
}

const credential =
  /authorization|cookie|password|passwd|secret|signature|credential|(api|access|auth|user)[-_]?key|^(x-)?(key|token)$|[-_]token$|token$/i;

/** Literals under names that hold credentials. */
function named(value: Value, pointer: string): Found[] {
  if (!isObject(value)) return [];
  return members(value, pointer).flatMap((member) => {
    if (isObject(member.value)) return named(member.value, member.pointer);
    return credential.test(member.name) ? literal(member.value, member.pointer) : [];
  });
}

/** Forms that only credentials have: a signed token, a private key. */
const form = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

function telltale(value: Json, pointer: string): Found[] {
  if (typeof value === 'string') return form.test(value) ? [{pointer, facts: {}}] : [];
  if (Array.isArray(value)) return value.flatMap((item, i) => telltale(item, `${pointer}/${i}`));
  return isObject(value) ? members(value, pointer).flatMap((member) => telltale(member.value, member.pointer)) : [];
}

/** The same for any other manifest. */
export function telltaleSecrets(value: Json): Finding[] {
  return telltale(value, '').map((found) => ({code: 'JW7002', ...found}));
}
