/** A connection's credentials in front of recorded answers: what every test of this folder starts from. */

import type {AuthContext, Outgoing} from '../../src/auth/context.ts';
import {createHolder} from '../../src/auth/held.ts';
import {type Authorizer, createAuthorizer} from '../../src/auth/index.ts';
import type {AuthSettings} from '../../src/auth/settings.ts';
import {createTransport} from '../../src/http/send.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';

export const base = 'https://api.example.com';
export const now = Date.parse('2026-01-12T08:15:30Z');

export interface Bench {
  readonly authorizer: Authorizer;
  readonly clock: VirtualClock;
  readonly redactor: Redactor;
  readonly context: AuthContext;
  /** The same connection opened again. */
  again(auth?: AuthSettings, more?: Partial<AuthContext>): Authorizer;
}

/** Secrets are given as texts or lists of texts. */
export function bench(
  auth: AuthSettings,
  more: Partial<AuthContext> & {texts?: Record<string, string | string[]>} = {},
): Bench {
  const {texts = {}, ...rest} = more;
  const clock = new VirtualClock(now);
  const redactor = new Redactor();
  const transport = createTransport({hosts: ['api.example.com', 'login.example.com'], allowPrivate: []});
  const context: AuthContext = {
    key: 'main/api',
    connection: {username: 'jo', tenant: 'acme'},
    secrets: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, () => [text].flat()])),
    baseUrl: () => `${base}/v1`,
    send: (request) => transport.send(request),
    clock,
    redactor,
    tokens: createHolder<string>(clock),
    ...rest,
  };
  const again = (other = auth, change: Partial<AuthContext> = {}) => createAuthorizer(other, {...context, ...change});
  return {authorizer: again(), clock, redactor, context, again};
}

export function get(path = '/v1/things', headers: Record<string, string> = {}): Outgoing {
  return {method: 'GET', url: path.startsWith('/') ? `${base}${path}` : path, headers};
}

export function postJson(json: {[key: string]: string | number}): Outgoing {
  return {
    method: 'POST',
    url: `${base}/v1/things`,
    headers: {'content-type': 'application/json'},
    body: Buffer.from(JSON.stringify(json)),
    fields: {json},
  };
}

export const read = {write: false};
export const write = {write: true};
