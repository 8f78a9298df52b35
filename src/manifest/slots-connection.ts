/** The slots of a connector's connection and its variants: address, headers, authentication, import. */
import type {Place, Type} from '../expressions/check.ts';
import type {Auth, Connector} from '../generated/types.ts';
import {common, typesOf} from './connector-types.ts';
import {type ConnectionPlace, connectionParts, members} from './parts.ts';
import {pick, responseType, signedRequestType, text} from './root-types.ts';
import type {Slot} from './slots.ts';
import {requestSlots} from './slots-request.ts';

const interval: Type = {type: ['string', 'number']};

export function connectionSlots(connector: Connector): Slot[] {
  return connectionParts(connector).flatMap((part) => partSlots(connector, part));
}

/** A part stands for the variants that do not replace it. */
function heirs(
  connector: Connector,
  {variant}: ConnectionPlace,
  key: 'baseUrl' | 'headers' | 'auth' | 'import',
): readonly string[] | undefined {
  const variants = connector.connection.variants ?? {};
  if (variant !== undefined) return [variant];
  const names = Object.keys(variants).filter((name) => key === 'headers' || variants[name]?.[key] === undefined);
  return names.length > 0 ? names : undefined;
}

function partSlots(connector: Connector, at: ConnectionPlace): Slot[] {
  const {part, pointer} = at;
  const types = typesOf(connector);
  const typesFor = (key: 'baseUrl' | 'headers' | 'auth' | 'import') => {
    const variants = heirs(connector, at, key);
    return {
      connection: types.connection(variants),
      secret: types.secret(variants),
      prepared: types.prepared(variants, true),
    };
  };
  const imports: Slot[] = [
    ...members(part.import?.config, `${pointer}/import/config`),
    ...members(part.import?.secrets, `${pointer}/import/secrets`),
  ].map(({pointer: where, value}) => ({
    pointer: where,
    value,
    place: {...common, roots: pick('import', {file: true})},
  }));
  return [
    {
      pointer: `${pointer}/baseUrl`,
      value: part.baseUrl,
      place: {...common, roots: pick('baseUrl', typesFor('baseUrl')), context: 'url', secrets: true},
    },
    {
      pointer: `${pointer}/headers`,
      value: part.headers,
      place: {...common, roots: pick('connectionHeaders', typesFor('headers')), context: 'header'},
    },
    ...(part.auth ? authSlots(part.auth, `${pointer}/auth`, typesFor('auth')) : []),
    ...imports,
  ];
}

type Roots = Readonly<Record<string, Type>>;

function authSlots(auth: Auth, pointer: string, types: Roots): Slot[] {
  const all: Roots = {...types, token: text, response: responseType(true), request: signedRequestType, timestamp: text};
  const place = (name: Parameters<typeof pick>[0], more: Partial<Place> = {}): Place => ({
    ...common,
    roots: pick(name, all),
    secrets: true,
    ...more,
  });
  const {apply, sign, crumb, origins} = auth;
  return [
    {pointer: `${pointer}/apply/headers`, value: apply?.headers, place: place('authApply', {context: 'header'})},
    {pointer: `${pointer}/apply/query`, value: apply?.query, place: place('authApply', {context: 'query'})},
    {pointer: `${pointer}/apply/body`, value: apply?.body, place: place('authApply', {expect: {type: 'object'}})},
    {
      pointer: `${pointer}/apply/basic/username`,
      value: apply?.basic?.username,
      place: place('authApply', {context: 'text'}),
    },
    {
      pointer: `${pointer}/apply/basic/password`,
      value: apply?.basic?.password,
      place: place('authApply', {context: 'text'}),
    },
    ...obtainSlots(auth, `${pointer}/obtain`, place),
    {pointer: `${pointer}/sign/key`, value: sign?.key, place: place('authRequest', {context: 'text'})},
    {pointer: `${pointer}/sign/base`, value: sign?.base, place: place('signBase', {context: 'text'})},
    ...(crumb
      ? [
          ...requestSlots(crumb.request, `${pointer}/crumb/request`, place('authRequest')),
          {pointer: `${pointer}/crumb/header`, value: crumb.header, place: place('authAnswer', {context: 'text'})},
          {pointer: `${pointer}/crumb/value`, value: crumb.value, place: place('authAnswer', {context: 'text'})},
        ]
      : []),
    ...(origins ?? []).map((value, i) => ({
      pointer: `${pointer}/origins/${i}`,
      value,
      place: place('authRequest', {context: 'url', secrets: false}),
    })),
  ];
}

const oauthTexts = ['clientId', 'clientSecret', 'username', 'password', 'refreshToken', 'scope'] as const;

function obtainSlots(
  {obtain}: Auth,
  pointer: string,
  place: (name: 'authRequest' | 'authAnswer', more?: Partial<Place>) => Place,
): Slot[] {
  if (!obtain) return [];
  if ('oauth2' in obtain) {
    const {oauth2} = obtain;
    return [
      {pointer: `${pointer}/oauth2/tokenUrl`, value: oauth2.tokenUrl, place: place('authRequest', {context: 'url'})},
      ...oauthTexts.map((key) => ({
        pointer: `${pointer}/oauth2/${key}`,
        value: oauth2[key],
        place: place('authRequest', {context: 'text'}),
      })),
      {pointer: `${pointer}/oauth2/fields`, value: oauth2.fields, place: place('authRequest', {context: 'form'})},
    ];
  }
  const {login} = obtain;
  return [
    ...requestSlots(login.request, `${pointer}/login/request`, place('authRequest')),
    {pointer: `${pointer}/login/token`, value: login.token, place: place('authAnswer', {context: 'text'})},
    {pointer: `${pointer}/login/lifetime`, value: login.lifetime, place: place('authAnswer', {expect: interval})},
  ];
}
