/** Tokens by OAuth 2 (RFC 6749, sections 4.3, 4.4 and 6). Must never send a client secret anywhere but to the token address. */
import {evaluate, OMIT, renderUrl, type Scope} from '../expressions/evaluate.ts';
import {type Json, type JsonObject, own} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {callForCredentials, unusable} from './call.ts';
import {type AuthContext, keptWhileSame, type Outgoing, type RefreshTokens} from './context.ts';
import {freshUntil, type Held, holdingKey} from './held.ts';
import type {Obtain} from './index.ts';
import {encodeFields, formPairs, optionalText} from './render.ts';
import type {OAuth2Settings} from './settings.ts';

/** The token request of these settings now, and how to make it. */
export const oauth2: Obtain<OAuth2Settings> = (settings, context) => {
  const kept = context.refreshTokens ?? inMemory();
  return keptWhileSame(context, (scope) => {
    const ask = readSettings(settings, scope);
    const key = holdingKey([context.key, 'oauth2', ask.url, ask.client ?? '', JSON.stringify(ask.fields)]);
    return {key, obtain: () => obtain({settings, context, kept, ask, key})};
  });
};

interface Ask {
  readonly url: string;
  /** Authorization header where the client identifies itself there. */
  readonly client?: string;
  readonly fields: JsonObject;
}

function readSettings(settings: OAuth2Settings, scope: Scope): Ask {
  const text = (value: unknown) => optionalText(value, scope);
  const inHeader = settings.clientAuth === 'basic';
  const id = text(settings.clientId) ?? '';
  const secret = text(settings.clientSecret);
  const fields: Readonly<Record<string, unknown>> = {
    grant_type: settings.grant,
    client_id: inHeader ? undefined : id,
    client_secret: inHeader ? undefined : secret,
    username: text(settings.username),
    password: text(settings.password),
    refresh_token: text(settings.refreshToken),
    scope: text(settings.scope),
    ...Object.fromEntries(Object.entries(settings.fields ?? {}).map(([key, value]) => [key, evaluate(value, scope)])),
  };
  const present = Object.entries(fields).filter(([, value]) => value !== undefined && value !== OMIT && value !== null);
  return {
    url: renderUrl(settings.tokenUrl, scope),
    fields: Object.fromEntries(present) as JsonObject,
    ...(inHeader && {client: basicClient(id, secret ?? '')}),
  };
}

/** RFC 6749, 2.3.1: both parts are form-encoded before they are joined. */
function basicClient(id: string, secret: string): string {
  const encoded = [id, secret].map((part) => encodeURIComponent(part).replaceAll('%20', '+')).join(':');
  return `Basic ${Buffer.from(encoded).toString('base64')}`;
}

interface Asking {
  readonly settings: OAuth2Settings;
  readonly context: AuthContext;
  readonly kept: RefreshTokens;
  readonly ask: Ask;
  readonly key: string;
}

async function obtain({settings, context, kept, ask, key}: Asking): Promise<Held<string>> {
  const rotates = settings.grant === 'refresh_token';
  const newer = rotates ? await kept.load(key) : undefined;
  if (newer !== undefined) context.redactor.add(newer);
  const fields = newer === undefined ? ask.fields : {...ask.fields, refresh_token: newer};
  const request = tokenRequest(ask, fields, settings.encoding ?? 'form');
  const {answer} = await callForCredentials({purpose: 'token', request, secretHeaders: ['authorization']}, context);
  const token = own(answer.body, 'access_token');
  if (typeof token !== 'string' || token === '')
    throw unusable(`status ${answer.status} without access_token`, answer, context);
  context.redactor.add(token);
  const next = own(answer.body, 'refresh_token');
  if (typeof next === 'string' && next !== '') context.redactor.add(next);
  if (rotates && typeof next === 'string' && next !== '' && next !== fields['refresh_token'])
    await kept.store(key, next);
  const lifetimeMs = secondsOf(own(answer.body, 'expires_in')) ?? ms(settings.lifetime ?? '1h');
  return {value: token, freshUntil: freshUntil(context.clock.now(), lifetimeMs, ms(settings.skew ?? '2m'))};
}

function tokenRequest(ask: Ask, fields: JsonObject, encoding: 'form' | 'json'): Outgoing {
  const type = encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  return {
    method: 'POST',
    url: ask.url,
    headers: {'content-type': type, ...(ask.client !== undefined && {authorization: ask.client})},
    body: encodeFields(encoding === 'json' ? {json: fields} : {form: formPairs(fields)}),
  };
}

/** `expires_in` in milliseconds; some servers send it as text. */
function secondsOf(value: Json | undefined): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function inMemory(): RefreshTokens {
  const tokens = new Map<string, string>();
  return {
    load: async (key) => tokens.get(key),
    store: async (key, token) => {
      tokens.set(key, token);
    },
  };
}
