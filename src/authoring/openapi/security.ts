/** How a connection proves who it is, from the security schemes of a definition. What a program cannot do (a person at a browser) is noted. */
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';
import {child, type Located, text} from './definition.ts';
import type {Api, Notes, Requirement} from './model.ts';
import {Namer, toId, toName} from './names.ts';

/** One way to connect. */
export interface WayIn {
  readonly id: string;
  readonly title: string;
  readonly auth: JsonObject;
  readonly properties: JsonObject;
  readonly required: readonly string[];
  readonly secrets: JsonObject;
  readonly sample: JsonObject;
  /** Settings that name a host. */
  readonly hosts: readonly string[];
  /** Address a case is asked for a token at. */
  readonly token?: string;
  /** What of it is a guess. */
  readonly note?: string;
}

const mostWays = 6;

export interface SecurityTools {
  readonly notes: Notes;
  readonly origin?: string | undefined;
  /** Names of settings that are taken. */
  readonly taken: readonly string[];
}

/** At least one; with `auth: {}` where the definition knows no way, or none that works without a person. */
export function waysIn(api: Api, tools: SecurityTools): WayIn[] {
  const schemes = new Map(api.schemes.map(({name, at}) => [name, at]));
  const ways: WayIn[] = [];
  const namer = new Namer();
  for (const requirement of alternatives(api)) {
    const parts = Object.entries(requirement).map(([name, scopes]) => {
      const at = schemes.get(name);
      return at && partOf({name, at, scopes}, tools);
    });
    const usable = parts.filter((part) => part !== undefined);
    if (parts.length === 0 || usable.length < parts.length) continue;
    const names = Object.keys(requirement);
    ways.push({...together(usable), id: namer.take(toId(names.join(' '), 'key'))});
    if (ways.length === mostWays) break;
  }
  return ways.length > 0 ? ways : [none];
}

const none: WayIn = {
  id: 'open',
  title: 'No credentials',
  auth: {},
  properties: {},
  required: [],
  secrets: {},
  sample: {},
  hosts: [],
};

/** What the whole definition asks for; else what its operations do, most frequent first; else each scheme by itself. */
function alternatives({security, operations, schemes}: Api): Requirement[] {
  if (security.length > 0) return distinct(security);
  const counted = new Map<string, {requirement: Requirement; count: number}>();
  for (const {security: own = []} of operations)
    for (const requirement of own) {
      const key = Object.keys(requirement).sort().join(' ');
      const known = counted.get(key);
      counted.set(key, {requirement: merge(known?.requirement, requirement), count: (known?.count ?? 0) + 1});
    }
  const used = [...counted.values()].sort((a, b) => b.count - a.count).map(({requirement}) => requirement);
  return used.length > 0 ? used : schemes.map(({name}) => ({[name]: []}));
}

function distinct(rows: readonly Requirement[]): Requirement[] {
  return [...new Map(rows.map((row) => [Object.keys(row).sort().join(' '), row])).values()];
}

/** Scopes of all operations together. */
function merge(known: Requirement | undefined, more: Requirement): Requirement {
  if (!known) return more;
  return Object.fromEntries(
    Object.entries(more).map(([name, scopes]) => [name, [...new Set([...(known[name] ?? []), ...scopes])]]),
  );
}

function together(parts: readonly WayIn[]): WayIn {
  const [first = none, ...more] = parts;
  let whole = first;
  for (const part of more)
    whole = {
      ...whole,
      ...part,
      title: `${whole.title}, and ${part.title}`,
      auth: joined(whole.auth, part.auth),
      properties: {...whole.properties, ...part.properties},
      required: [...whole.required, ...part.required],
      secrets: {...whole.secrets, ...part.secrets},
      sample: {...whole.sample, ...part.sample},
      hosts: [...whole.hosts, ...part.hosts],
    };
  return whole;
}

function joined(a: JsonObject, b: JsonObject): JsonObject {
  const result = {...a};
  for (const [key, value] of Object.entries(b)) {
    const known = result[key];
    result[key] = isObject(known) && isObject(value) ? joined(known, value) : value;
  }
  return result;
}

interface Scheme {
  readonly name: string;
  readonly at: Located;
  readonly scopes: readonly string[];
}

function partOf(scheme: Scheme, tools: SecurityTools): WayIn | undefined {
  const {at, name} = scheme;
  const type = text(at, 'type');
  const skip = (why: string): undefined => {
    tools.notes.add('left-out', at, {what: `security scheme ${name}`, why});
  };
  if (type === 'apiKey') return apiKey(scheme) ?? skip('it does not say where the key stands');
  if (type === 'basic') return basic(scheme);
  if (type === 'http') return http(scheme) ?? skip(`the scheme ${text(at, 'scheme') ?? ''} is not known here`);
  if (type === 'oauth2')
    return (
      oauth2(scheme, tools) ?? skip('no grant of it works without a person at a browser, or it names no token address')
    );
  if (type === 'openIdConnect') return discovered(scheme, tools);
  return skip(`the type ${type ?? ''} is not known here`.replace('  ', ' '));
}

/** A secret named by its scheme, so that two keys of one request stay apart. */
function keyed({name, at}: Scheme, title: string, auth: (secret: string) => JsonObject): WayIn {
  const secret = toName(name, 'key');
  const about = text(at, 'description')?.replace(/\s+/g, ' ').slice(0, 200);
  return {
    ...none,
    id: name,
    title,
    auth: {apply: auth(`{{secret.${secret}}}`)},
    secrets: {[secret]: {title, ...(about !== undefined && !about.includes('{{') && {summary: about})}},
  };
}

function apiKey(scheme: Scheme): WayIn | undefined {
  const key = text(scheme.at, 'name');
  const place = text(scheme.at, 'in');
  if (key === undefined) return undefined;
  if (place === 'header') return keyed(scheme, `API key (${key})`, (secret) => ({headers: {[key]: secret}}));
  if (place === 'query') return keyed(scheme, `API key (${key})`, (secret) => ({query: {[key]: secret}}));
  return place === 'cookie'
    ? keyed(scheme, `Cookie ${key}`, (secret) => ({headers: {Cookie: `${key}=${secret}`}}))
    : undefined;
}

function basic(_scheme: Scheme): WayIn {
  return {
    ...none,
    title: 'User name and password',
    auth: {apply: {basic: {username: '{{connection.username}}', password: '{{secret.password}}'}}},
    properties: {username: {type: 'string', title: 'User name'}},
    required: ['username'],
    secrets: {password: {title: 'Password'}},
    sample: {username: 'somebody'},
  };
}

function http(scheme: Scheme): WayIn | undefined {
  const word = text(scheme.at, 'scheme')?.toLowerCase();
  if (word === 'basic') return basic(scheme);
  if (word !== 'bearer') return undefined;
  return keyed(scheme, 'Bearer token', (secret) => ({headers: {Authorization: `Bearer ${secret}`}}));
}

interface Grant {
  readonly grant: 'client_credentials' | 'password' | 'refresh_token';
  readonly flow: Located;
  readonly note?: string;
}

const byPerson =
  'the definition only has a grant with a person at a browser; the draft takes the refresh token that person got';

/** The grant that needs no person, else the one that goes on where a person began. */
function grantOf({at}: Scheme): Grant | undefined {
  const flows = own(at.value, 'flows');
  if (!isObject(flows)) {
    const grants: Readonly<Record<string, Grant>> = {
      application: {grant: 'client_credentials', flow: at},
      password: {grant: 'password', flow: at},
      accessCode: {grant: 'refresh_token', flow: at, note: byPerson},
    };
    return grants[text(at, 'flow') ?? ''];
  }
  const flow = (name: string) => (isObject(flows[name]) ? child(child(at, 'flows'), name) : undefined);
  const [client, password, code] = [flow('clientCredentials'), flow('password'), flow('authorizationCode')];
  if (client) return {grant: 'client_credentials', flow: client};
  if (password) return {grant: 'password', flow: password};
  return code && {grant: 'refresh_token', flow: code, note: byPerson};
}

function oauth2(scheme: Scheme, tools: SecurityTools): WayIn | undefined {
  const found = grantOf(scheme);
  const address = found && text(found.flow, 'tokenUrl');
  if (!found || address === undefined) return undefined;
  const tokenUrl = URL.parse(address, tools.origin)?.href;
  if (found.note !== undefined)
    tools.notes.add('inferred', scheme.at, {what: `security scheme ${scheme.name}`, why: found.note});
  return tokenWay({scheme, found, tokenUrl}, tools);
}

/** The address of the token is in a document that is not read here. */
function discovered(scheme: Scheme, tools: SecurityTools): WayIn {
  const note = `the token address stands in ${text(scheme.at, 'openIdConnectUrl') ?? 'its discovery document'}, which is not fetched: a setting asks for it`;
  tools.notes.add('inferred', scheme.at, {what: `security scheme ${scheme.name}`, why: note});
  return tokenWay({scheme, found: {grant: 'client_credentials', flow: scheme.at, note}, tokenUrl: undefined}, tools);
}

interface TokenPlan {
  readonly scheme: Scheme;
  readonly found: Grant;
  readonly tokenUrl: string | undefined;
}

function tokenWay({scheme, found, tokenUrl}: TokenPlan, {taken}: SecurityTools): WayIn {
  const namer = new Namer();
  for (const name of taken) namer.take(name);
  const [address, client, scope, user] = ['tokenUrl', 'clientId', 'scope', 'username'].map((name) =>
    namer.take(name),
  ) as [string, string, string, string];
  const {grant, note} = found;
  const scopes = scheme.scopes.length > 0 && scheme.scopes.length <= 20 ? scheme.scopes.join(' ') : undefined;
  const isPassword = grant === 'password';
  return {
    id: scheme.name,
    title: {
      client_credentials: 'Client credentials',
      password: 'User name and password',
      refresh_token: 'Refresh token',
    }[grant],
    auth: {
      obtain: {
        oauth2: {
          grant,
          tokenUrl: `{{connection.${address}}}`,
          clientId: `{{connection.${client}}}`,
          clientSecret: grant === 'client_credentials' ? '{{secret.clientSecret}}' : '{{optional secret.clientSecret}}',
          ...(isPassword && {username: `{{connection.${user}}}`, password: '{{secret.password}}'}),
          ...(grant === 'refresh_token' && {refreshToken: '{{secret.refreshToken}}'}),
          scope: `{{optional connection.${scope}}}`,
        },
      },
    },
    properties: {
      [address]: {
        type: 'string',
        format: 'uri',
        title: 'Address of the token endpoint',
        ...(tokenUrl !== undefined && {default: tokenUrl}),
      },
      [client]: {type: 'string', title: 'Client id'},
      ...(isPassword && {[user]: {type: 'string', title: 'User name'}}),
      [scope]: {
        type: 'string',
        title: 'Scopes, separated by blanks',
        ...(scopes !== undefined && {examples: [scopes]}),
      },
    },
    required: [...(tokenUrl === undefined ? [address] : []), client, ...(isPassword ? [user] : [])],
    secrets: {
      clientSecret: {title: 'Client secret', ...(grant !== 'client_credentials' && {optional: true})},
      ...(isPassword && {password: {title: 'Password'}}),
      ...(grant === 'refresh_token' && {refreshToken: {title: 'Refresh token'}}),
    },
    sample: {
      [client]: 'client-1',
      ...(tokenUrl === undefined && {[address]: 'https://login.example.com/token'}),
      ...(isPassword && {[user]: 'somebody'}),
    },
    hosts: [address],
    token: tokenUrl ?? 'https://login.example.com/token',
    ...(note !== undefined && {note}),
  } satisfies WayIn & {readonly auth: Json};
}
