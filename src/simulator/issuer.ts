/** Endpoints that hand out tokens, logins and crumbs, made from what the connector says about obtaining them. */
import {evaluateJson} from '../expressions/evaluate.ts';
import type {Auth, Connector, Method, OAuth2} from '../generated/types.ts';
import type {ReceivedRequest} from '../ingest/request.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import {ms} from '../values/time.ts';
import type {TokenRules} from './format.ts';
import {basicPair, bodyOf, crumbHeader, fieldOf, header, textOf, variantsOf} from './guard.ts';
import {compilePattern, type Pattern, type Reader, type Verdict, worst} from './pattern.ts';
import {type Answer, jsonAnswer, renderReply} from './reply.ts';
import {pathOf} from './route.ts';
import {evaluateDuration, type Roots} from './world.ts';

export interface Issuer {
  readonly method: Method;
  readonly path: string;
  /** An answer, or what was wrong with the request. */
  readonly issue: (asked: Asked) => Answer | Exclude<Verdict, undefined>;
  readonly refuse: (roots: Roots) => Answer;
}

export interface Asked {
  readonly received: ReceivedRequest;
  readonly reader: Reader;
  readonly roots: Roots;
}

type Login = Extract<NonNullable<Auth['obtain']>, {login: unknown}>['login'];
type Crumb = NonNullable<Auth['crumb']>;

/** All of all variants; several at one address are alternatives. */
export function createIssuers(connector: Connector, rules: TokenRules = {}): Issuer[] {
  return variantsOf(connector).flatMap(({auth}) => [
    ...(auth.obtain && 'oauth2' in auth.obtain ? [oauthIssuer(auth.obtain.oauth2, rules)] : []),
    ...(auth.obtain && 'login' in auth.obtain ? [loginIssuer(auth.obtain.login, rules)] : []),
    ...(auth.crumb ? [crumbIssuer(auth.crumb, rules)] : []),
  ]);
}

/** RFC 6749, sections 4.3, 4.4, 6 and 5.2. */
function oauthIssuer(settings: OAuth2, rules: TokenRules): Issuer {
  const wanted = oauthPatterns(settings);
  return {
    method: 'POST',
    path: pathOf(textOf(settings.tokenUrl) ?? ''),
    issue({received, reader, roots}) {
      if (!isEncoded(received, settings.encoding ?? 'form')) return oauthError(400, 'invalid_request');
      const body = bodyOf(received);
      const grant = fieldOf(body, 'grant_type');
      if (grant !== settings.grant)
        return oauthError(400, grant === undefined ? 'invalid_request' : 'unsupported_grant_type');
      const {client, grantee} = wanted;
      if (worst(client.map(({name, pattern}) => pattern(clientField(received, body, name), reader))))
        return oauthError(401, 'invalid_client');
      if (worst(grantee.map(({name, pattern}) => pattern(fieldOf(body, name), reader))))
        return oauthError(400, 'invalid_grant');
      const lifetimeMs = lifetimeOf(rules, roots, ms(settings.lifetime ?? '1h'));
      const token = reader.tokens.issue(reader.now, lifetimeMs);
      const scope = fieldOf(body, 'scope');
      return jsonAnswer(200, {
        access_token: token,
        token_type: 'Bearer',
        expires_in: Math.floor(lifetimeMs / 1000),
        ...(scope !== undefined && {scope}),
        ...more(rules.answer, token, roots),
      });
    },
    refuse: () => oauthError(400, 'invalid_request'),
  };
}

interface FieldPattern {
  readonly name: string;
  readonly pattern: Pattern;
}

function oauthPatterns(settings: OAuth2): {readonly client: FieldPattern[]; readonly grantee: FieldPattern[]} {
  const present = (fields: Readonly<Record<string, unknown>>): FieldPattern[] =>
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({name, pattern: compilePattern(value)}));
  return {
    client: present({client_id: settings.clientId, client_secret: settings.clientSecret}),
    grantee: present({
      username: settings.username,
      password: settings.password,
      refresh_token: settings.grant === 'refresh_token' ? settings.refreshToken : undefined,
    }),
  };
}

/** RFC 6749, 2.3.1: clients identify themselves in the header, form-encoded, or in the body. */
function clientField(received: ReceivedRequest, body: unknown, name: string): string | undefined {
  const pair = basicPair(received);
  if (!pair) return fieldOf(body, name);
  const text = pair[name === 'client_id' ? 0 : 1];
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function isEncoded(received: ReceivedRequest, encoding: 'form' | 'json'): boolean {
  const type = header(received, 'content-type') ?? '';
  return encoding === 'json' ? /json/i.test(type) : /^application\/x-www-form-urlencoded\b/i.test(type);
}

function oauthError(status: number, error: string): Answer {
  return jsonAnswer(status, {error}, {'cache-control': 'no-store'});
}

function loginIssuer(login: Login, rules: TokenRules): Issuer {
  const {request} = login;
  const fields = patternsIn(request.body?.json ?? request.body?.form);
  const headers = patternsIn(request.headers);
  return {
    method: request.method,
    path: pathOf(textOf(request.url ?? request.path) ?? ''),
    issue({received, reader, roots}) {
      const body = bodyOf(received);
      const problem = worst([
        ...fields.map(({name, pattern}) => pattern(fieldOf(body, name), reader)),
        ...headers.map(({name, pattern}) => pattern(header(received, name), reader)),
      ]);
      if (problem !== undefined) return problem;
      const token = reader.tokens.issue(reader.now, lifetimeOf(rules, roots, ms('30m')));
      const place = placeOf(login.token);
      const members = {...nested(place.body ?? ['token'], token), ...more(rules.login, token, roots)};
      return jsonAnswer(200, members, place.header === undefined ? {} : {[place.header]: token});
    },
    refuse: (roots) =>
      rules.refused
        ? renderReply(rules.refused, roots, 401)
        : jsonAnswer(401, {message: 'the credentials are not accepted'}),
  };
}

function crumbIssuer({request, header: headerSlot, value}: Crumb, rules: TokenRules): Issuer {
  return {
    method: request.method,
    path: pathOf(textOf(request.url ?? request.path) ?? ''),
    issue({reader, roots}) {
      const crumb = reader.tokens.issue(reader.now, lifetimeOf(rules, roots, ms('1h')));
      const named = placeOf(headerSlot).body;
      return jsonAnswer(200, {
        ...nested(placeOf(value).body ?? ['crumb'], crumb),
        ...(named && nested(named, crumbHeader(headerSlot))),
      });
    },
    refuse: () => jsonAnswer(401, {message: 'the credentials are not accepted'}),
  };
}

function patternsIn(map: unknown): FieldPattern[] {
  if (!isObject(map)) return [];
  return Object.entries(map)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => ({name, pattern: compilePattern(value)}));
}

function lifetimeOf({lifetime}: TokenRules, roots: Roots, otherwise: number): number {
  return lifetime === undefined ? otherwise : evaluateDuration(lifetime, roots);
}

/** Where an expression reads the answer: a path in the body, or a header. */
function placeOf(slot: unknown): {readonly body?: string[]; readonly header?: string} {
  const text = typeof slot === 'string' ? slot : '';
  const inHeader = /response\.headers\.\[?([\w-]+)\]?/.exec(text)?.[1];
  if (inHeader !== undefined) return {header: inHeader};
  const path = /response\.body\.([\w.[\]-]+)/.exec(text)?.[1];
  return path === undefined ? {} : {body: path.split('.').map((name) => name.replace(/^\[|\]$/g, ''))};
}

function nested(path: readonly string[], value: Json): JsonObject {
  const [name = 'token', ...rest] = path;
  return {[name]: rest.length === 0 ? value : nested(rest, value)};
}

function more(slot: unknown, token: string, roots: Roots): JsonObject {
  roots['token'] = token;
  const value = slot === undefined ? {} : evaluateJson(slot, roots);
  return isObject(value) ? value : {};
}
