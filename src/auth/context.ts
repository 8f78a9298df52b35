/** What credentials need from the connection they belong to, and how secrets enter expressions. */
import type {Scope} from '../expressions/evaluate.ts';
import {setOwn} from '../expressions/value.ts';
import type {WireRequest, WireResponse} from '../http/send.ts';
import type {JsonObject} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';
import type {Clock} from '../values/time.ts';
import type {Holder} from './held.ts';

export interface AuthContext {
  /** Connection and variant: no token is ever used under another key. */
  readonly key: string;
  /** The configuration after defaults. */
  readonly connection: JsonObject;
  /** Configured secrets by name, read when used; several texts are live keys during a rotation, and the first one signs. */
  readonly secrets: Readonly<Record<string, () => readonly string[]>>;
  readonly baseUrl: () => string;
  /** The connection's own transport: the same guard holds for token requests. */
  readonly send: (request: WireRequest) => Promise<WireResponse>;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Shared by all connections of a process, so that a connection opened again finds its token. */
  readonly tokens: Holder<string>;
  /** Where a rotated refresh token is kept; by default in memory, for as long as this authorizer lives. */
  readonly refreshTokens?: RefreshTokens;
  /** Of one request for a token, a login or a crumb. */
  readonly timeoutMs?: number;
  /** Told about each request made here, without headers and bodies. */
  readonly observe?: (exchange: AuthExchange) => void;
}

export interface RefreshTokens {
  load(key: string): Promise<string | undefined>;
  /** Resolves when the token is safe: the one before it may already be void. */
  store(key: string, token: string): Promise<void>;
}

export interface AuthExchange {
  readonly purpose: Purpose;
  /** `POST https://host/path` */
  readonly request: string;
  readonly status: number;
}

export type Purpose = 'token' | 'login' | 'crumb';

/** A request before it leaves: `fields` is the structured body that `body` was made from, where there is one. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly fields?: Fields;
}

export type Fields = {readonly json: JsonObject} | {readonly form: readonly (readonly [string, string])[]};

const secretRoots = new WeakMap<AuthContext, object>();

/** Roots of `auth.*`: connection and secret, and what `more` adds. */
export function authScope(context: AuthContext, more: Scope = {}): Scope {
  const secret = secretRoots.get(context) ?? secretRoot(context);
  secretRoots.set(context, secret);
  return {connection: context.connection, secret, ...more};
}

/** What settings, secrets and a token alone decide: made once, and anew when the token or a secret that it reads has changed. */
export function keptWhileSame<T>(context: AuthContext, make: (scope: Scope) => T): (token?: string) => T {
  const {connection, secret: live} = authScope(context) as {connection: JsonObject; secret: Record<string, string>};
  let kept: {readonly made: T; readonly token: string | undefined; readonly read: Read} | undefined;
  return (token) => {
    if (kept && kept.token === token && isUnchanged(kept.read, live)) return kept.made;
    const read: Read = new Map();
    const secret = Object.create(null) as object;
    for (const name of Object.keys(live))
      Object.defineProperty(secret, name, {
        enumerable: true,
        get() {
          const text = live[name];
          read.set(name, text);
          return text;
        },
      });
    kept = {made: make(token === undefined ? {connection, secret} : {connection, secret, token}), token, read};
    return kept.made;
  };
}

/** Secrets by name, as they were when they were read. */
type Read = Map<string, string | undefined>;

function isUnchanged(read: Read, live: Readonly<Record<string, string>>): boolean {
  for (const [name, text] of read) if (live[name] !== text) return false;
  return true;
}

/** Each secret is read only when an expression asks for it, and is known to the redactor before anybody gets it. */
function secretRoot({secrets, redactor}: AuthContext): object {
  const root = Object.create(null) as object;
  for (const [name, read] of Object.entries(secrets)) {
    let known: readonly string[] = [];
    Object.defineProperty(root, name, {
      enumerable: true,
      get() {
        const texts = read();
        if (texts.length !== known.length || texts.some((text, i) => text !== known[i]))
          for (const text of texts) redactor.add(text);
        known = texts;
        return texts[0];
      },
    });
  }
  return root;
}

/** Headers with one set, whatever spelling it had before. */
export function withHeader(
  headers: Readonly<Record<string, string>>,
  name: string,
  value: string,
): Record<string, string> {
  const lower = name.toLowerCase();
  const made: Record<string, string> = {};
  for (const other of Object.keys(headers))
    if (other.toLowerCase() !== lower) setOwn(made, other, headers[other] as string);
  setOwn(made, name, value);
  return made;
}

/** Whether a status is in a list of integers and classes such as "4xx". */
export function hasStatus(rules: readonly (number | string)[], status: number): boolean {
  const family = families[Math.trunc(status / 100)];
  for (const rule of rules) if (rule === status || rule === family) return true;
  return false;
}

const families = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx', '6xx', '7xx', '8xx', '9xx'];
