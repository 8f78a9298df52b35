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
  readonly parse?: ParseMode | undefined;
  readonly publicUrl?: string | undefined;
}

export function readRequest(delivery: Delivery, {parse = 'json', publicUrl}: RequestOptions = {}): ReceivedRequest {
  const url = publicUrl === undefined ? delivery.url : publicUrl.replace(/\/+$/, '') + targetOf(delivery.url);
  const parts = new RequestParts(delivery, parse);
  const own = new RequestRoot(url, parts);
  return {
    delivery,
    url,
    body: () => parts.body,
    root: (seen = url) => (seen === url ? own : new RequestRoot(seen, parts)),
  };
}

/** What is made of a delivery when it is asked for, once for all roots. */
class RequestParts {
  readonly delivery: Delivery;
  readonly #mode: ParseMode;
  #query: JsonObject | undefined;
  #headers: Record<string, string> | undefined;
  #body: Body | undefined;
  #sorted: string | undefined;

  constructor(delivery: Delivery, mode: ParseMode) {
    this.delivery = delivery;
    this.#mode = mode;
  }

  get query(): JsonObject {
    this.#query ??= copyQuery(this.delivery.query);
    return this.#query;
  }

  get headers(): Record<string, string> {
    this.#headers ??= joinHeaders(this.delivery.headers);
    return this.#headers;
  }

  get body(): Body {
    this.#body ??= parseBody(this.delivery.raw, this.#contentType, this.#mode);
    return this.#body;
  }

  get sorted(): string {
    this.#sorted ??= sortForm(this.delivery.raw, this.#contentType);
    return this.#sorted;
  }

  get #contentType(): string | undefined {
    return this.delivery.headers['content-type']?.join(', ');
  }
}

/** Root `request`: own properties, as expressions read them. The getters are the same for all roots, so that all have one shape. */
class RequestRoot {
  declare readonly method: string;
  declare readonly url: string;
  declare readonly path: string;
  declare readonly raw: Uint8Array;
  readonly #parts: RequestParts;

  constructor(url: string, parts: RequestParts) {
    const {method, path, raw} = parts.delivery;
    this.#parts = parts;
    this.method = method;
    this.url = url;
    this.path = path;
    Object.defineProperty(this, 'query', RequestRoot.#query);
    Object.defineProperty(this, 'headers', RequestRoot.#headers);
    this.raw = raw;
    Object.defineProperty(this, 'body', RequestRoot.#body);
    Object.defineProperty(this, 'form', RequestRoot.#form);
    Object.defineProperty(this, 'formSorted', RequestRoot.#formSorted);
  }

  static readonly #query = lazy((root: RequestRoot) => root.#parts.query);
  static readonly #headers = lazy((root: RequestRoot) => root.#parts.headers);
  static readonly #body = lazy((root: RequestRoot) => root.#parts.body.value);
  static readonly #form = lazy((root: RequestRoot) => root.#parts.body.form);
  static readonly #formSorted = lazy((root: RequestRoot) => root.#parts.sorted);
}

function lazy<R>(read: (root: R) => unknown): PropertyDescriptor {
  return {
    enumerable: true,
    get(this: R) {
      return read(this);
    },
  };
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
