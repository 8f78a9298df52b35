/** What went over the wire as exchanges of a case. Must never keep a header that holds a credential. */

import {fail} from '../errors/jobwire-error.ts';
import type {Connector, Exchange} from '../generated/types.ts';
import type {WireRequest, WireResponse} from '../http/send.ts';
import type {WireFault} from '../http/wire-fault.ts';
import {maskAt} from '../operations/mask.ts';
import {isObject, type Json, JsonFault, type JsonObject, parseJson} from '../values/json.ts';
import {mask} from '../values/secret.ts';

/** One request in the order of sending. Without an answer and a fault it was refused before it left. */
export interface Taken {
  readonly connector: Connector;
  readonly request: WireRequest;
  response?: WireResponse;
  fault?: WireFault;
}

type Expected = Exchange['request'];

/** Written by the client, or different each time. */
const noise =
  /^(host|connection|content-length|content-type|accept|accept-encoding|user-agent|authorization|cookie|traceparent|date)$/;

export function expectedOf({method, url, headers, body, secretHeaders}: WireRequest): Expected {
  const {origin, pathname, searchParams} = new URL(url);
  const hidden = new Set(secretHeaders.map((name) => name.toLowerCase()));
  const kept = Object.entries(headers)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => !noise.test(name) && !hidden.has(name));
  const text = body === undefined ? '' : Buffer.from(body).toString('utf8');
  return {
    method,
    url: `${origin}${pathname}`,
    ...(searchParams.size > 0 && {query: grouped(searchParams)}),
    ...(kept.length > 0 && {headers: Object.fromEntries(kept)}),
    ...bodyOf(text, headers),
  };
}

function bodyOf(text: string, headers: WireRequest['headers']): Pick<Expected, 'body' | 'form' | 'text'> {
  if (text === '') return {};
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) return {form: grouped(new URLSearchParams(text))};
  const json = jsonOf(text);
  if (json !== undefined) return {body: json};
  // The boundary between the parts is a new one each time.
  return {text: type.startsWith('multipart/') ? {$any: true} : text};
}

function grouped(params: URLSearchParams): JsonObject {
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}

const faults = {refused: 'refused', dns: 'refused', tls: 'refused', timeout: 'timeout', reset: 'reset'} as const;

/** The answer as a case gives it. `hide` is told everything that an operation of the connector redacts. Errors: JW3005 for bytes. */
export function answerOf(
  {connector, request, response, fault}: Taken,
  hide: (value: Json) => void,
): Omit<Exchange, 'request'> {
  if (fault) return {fault: faults[fault.network]};
  if (!response) throw fail('JW9001', {problem: 'an exchange without an end was recorded'});
  const {status, headers, body: bytes} = response;
  const kept = keptHeaders(headers, connector);
  const body = readAnswer(bytes, request);
  const isJson = body !== undefined && typeof body !== 'string';
  const {'content-type': type = '', ...others} = kept;
  const usual = isJson ? /^application\/json\b/.test(type) : type === '' || body === undefined;
  const told = usual ? others : {...others, 'content-type': type};
  return {
    response: {
      status,
      ...(Object.keys(told).length > 0 && {headers: told}),
      ...(body !== undefined && {body: redacted(body, {connector, method: request.method, hide})}),
    },
  };
}

function readAnswer(bytes: Uint8Array, {url}: WireRequest): Json | undefined {
  if (bytes.byteLength === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    throw fail(
      'JW3005',
      {request: new URL(url).pathname, expected: 'text', got: 'bytes'},
      {
        detail: `${new URL(url).pathname} answered with bytes, and a cassette holds text only`,
        hint: 'write this case by hand, with a text in place of the file',
      },
    );
  }
  const json = jsonOf(text);
  // A text that happens to be JSON text again would be read as that text.
  return json === undefined || typeof json === 'string' ? text : json;
}

const useful = new Set(['content-type', 'location', 'link', 'retry-after', 'etag', 'last-modified']);
const texts = new WeakMap<Connector, string>();

/** Headers that every answer is read by, and those the connector speaks of. */
function keptHeaders(headers: WireResponse['headers'], connector: Connector): {[name: string]: string} {
  const text = texts.get(connector) ?? JSON.stringify(connector).toLowerCase();
  texts.set(connector, text);
  const isRead = (name: string): boolean =>
    name !== 'set-cookie' && (text.includes(`headers.[${name}]`) || text.includes(`headers.${name}`));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => useful.has(name) || isRead(name)));
}

/** What an answer says in a place that an operation redacts, whichever operation it was: nobody asked this twice. */
function redacted(
  body: Json,
  {connector, method, hide}: {connector: Connector; method: string; hide(value: Json): void},
): Json {
  const pointers = Object.values(connector.operations)
    .filter(({request}) => request.method === method)
    .flatMap(({response}) => response?.redact ?? []);
  if (pointers.length === 0) return body;
  const {shown, hidden} = maskAt(body, pointers);
  for (const value of hidden) hide(value);
  return restored(shown, body);
}

/** Texts come back, to be replaced like any other secret; what is no text and was masked becomes nothing of its kind. */
function restored(shown: Json, body: Json): Json {
  if (shown === mask) return blank(body);
  if (Array.isArray(shown) && Array.isArray(body)) return shown.map((item, i) => restored(item, body[i] as Json));
  if (!isObject(shown) || !isObject(body)) return shown;
  return Object.fromEntries(Object.entries(shown).map(([key, item]) => [key, restored(item, body[key] as Json)]));
}

/** A short text cannot be told from others like it, so it is hidden in its own place only. */
const shortest = 6;

function blank(value: Json): Json {
  if (Array.isArray(value)) return value.map(blank);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, blank(item)]));
  if (typeof value === 'string') return value.length < shortest ? 'hidden' : value;
  if (value === null) return value;
  return typeof value === 'boolean' ? false : 0;
}
