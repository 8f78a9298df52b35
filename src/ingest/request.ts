/** One arrival over HTTP, and the root `request` made of it. The body is parsed only when an expression or a caller asks for it. */
import {fail} from '../errors/jobwire-error.ts';
import type {Traceparent} from '../telemetry/traceparent.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {type Body, type ParseMode, parseBody, parseForm, readMediaType} from './body.ts';

export interface Delivery {
  readonly method: string;
  /** Absolute, as received: `http://host/path?query`. */
  readonly url: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Lower-case names; each value as it came, never joined. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly raw: Uint8Array;
  /** The trace its events belong to; without it each gets one of its own. */
  readonly traceparent?: Traceparent;
}

export interface ReceivedRequest {
  readonly delivery: Delivery;
  /** The public URL, as the sender knows it. */
  readonly url: string;
  /** Root `request`; with another URL where a signature is tried over several spellings of it. */
  root(url?: string): object;
  /** The parsed body; JW4003, JW4011. Parsed once. */
  body(): Body;
}

export interface RequestOptions {
  readonly parse?: ParseMode;
  readonly publicUrl?: string | undefined;
}

export function readRequest(delivery: Delivery, {parse = 'json', publicUrl}: RequestOptions = {}): ReceivedRequest {
  const url = publicUrl === undefined ? delivery.url : publicUrl.replace(/\/+$/, '') + targetOf(delivery.url);
  const headers = joinHeaders(delivery.headers);
  const query = copyQuery(delivery.query);
  const body = once(() => parseBody(delivery.raw, headers['content-type'], parse));
  const sorted = once(() => sortForm(delivery.raw, headers['content-type']));
  const rootOf = (seen: string): object => ({
    method: delivery.method,
    url: seen,
    path: delivery.path,
    query,
    headers,
    raw: delivery.raw,
    get body() {
      return body().value;
    },
    get form() {
      return body().form;
    },
    get formSorted() {
      return sorted();
    },
  });
  const own = rootOf(url);
  return {delivery, url, body, root: (seen = url) => (seen === url ? own : rootOf(seen))};
}

/** Path and query of an absolute URL, spelled as they came. */
function targetOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return start < 0 ? '/' : url.slice(start);
}

/** Expressions see one text per header, repeated ones joined; signatures are read from the distinct values instead. */
function joinHeaders(headers: Delivery['headers']): Record<string, string> {
  const joined = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(headers)) {
    const values = headers[name] ?? [];
    joined[name] = values.length === 1 ? (values[0] ?? '') : values.join(', ');
  }
  return joined;
}

function copyQuery(query: Delivery['query']): JsonObject {
  const copy = Object.create(null) as JsonObject;
  for (const [name, value] of Object.entries(query))
    copy[name] = typeof value === 'string' ? value : ([...value] as Json[]);
  return copy;
}

/**
 * Form parameters by name, each as name and value without anything between. A body of another type has none: were it read as an
 * empty form, a signature over the URL alone would stand for a body it does not cover.
 */
function sortForm(raw: Uint8Array, contentType: string | undefined): string {
  if (raw.length > 0 && readMediaType(contentType).type !== 'application/x-www-form-urlencoded')
    throw fail('JW4003', {problem: 'the signature covers form parameters, and the body is not a form'});
  const pairs = parseForm(raw).sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return [...new Set(pairs.map(([name, value]) => name + value))].join('');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function once<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
}
