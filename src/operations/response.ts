/** An answer as expressions see it: root `response`. Must never decide what it means. */
import {evaluate, OMIT, type Scope} from '../expressions/evaluate.ts';
import type {WireResponse} from '../http/send.ts';
import {decodeUtf8, ExactNumber, type Json, JsonFault, own, parseJson, stringifyJson} from '../values/json.ts';
import type {Call} from './call.ts';
import type {Mask} from './mask.ts';

export interface ResponseRoot {
  readonly status: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes for type `bytes`; null when empty; the text where JSON was expected but something else came. */
  readonly body: Json;
  /** What the server says in its own words. */
  readonly errorText?: string;
}

export interface ReadBody {
  readonly body: Json;
  /** The body is not what the operation declares: a sentence, and whether its media type says so. */
  readonly unreadable?: {readonly problem: string; readonly mediaType?: string};
  /** An answer outside `expect` that says it is JSON and breaks off: what it had to say is not known. */
  readonly damaged?: true;
}

/** The body as its operation declares it; an answer outside `expect` is JSON where it can be, else text. */
export function readBody(call: Call, response: WireResponse): ReadBody {
  const {type = 'json', mediaTypes = []} = call.operation.manifest.response ?? {};
  if (response.body.byteLength === 0) return {body: null};
  if (!call.operation.expects(response.status)) return readOther(response);
  // Typed as JSON because only expressions and request bodies, which know bytes, look at it.
  if (type === 'bytes') return {body: response.body as unknown as Json};
  if (type === 'text') return {body: readText(response)};
  if (type === 'none') return {body: readOther(response).body};
  return readJson(response, mediaTypes);
}

function readJson(response: WireResponse, mediaTypes: readonly string[]): ReadBody {
  const media = mediaType(response);
  if (media !== '' && !isJson(media) && !mediaTypes.some((accepted) => accepted.toLowerCase() === media))
    return {body: readText(response), unreadable: {problem: `${media} instead of JSON`, mediaType: media}};
  try {
    return {body: parseJson(decodeUtf8(response.body))};
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return {body: readText(response), unreadable: {problem: `the body is not readable JSON: ${error.message}`}};
  }
}

function readOther(response: WireResponse): ReadBody {
  const text = readText(response);
  const media = mediaType(response);
  if (media !== '' && !isJson(media)) return {body: text};
  try {
    return {body: parseJson(text)};
  } catch {
    return {body: text, ...(isJson(media) && {damaged: true as const})};
  }
}

function mediaType({headers}: WireResponse): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function isJson(media: string): boolean {
  return media === 'application/json' || media.endsWith('+json');
}

function readText({headers, body}: WireResponse): string {
  const charset = /;\s*charset\s*=\s*"?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}

/** The first of `http.errorText` that is present, objects and lists as JSON. */
export function errorTextOf(call: Call, scope: Scope): string | undefined {
  for (const value of call.operation.errorText) {
    const text = attempt(() => evaluate(value, scope));
    if (text === undefined || text === null || text === '' || text instanceof Uint8Array) continue;
    return typeof text === 'object' && !(text instanceof ExactNumber) ? stringifyJson(text) : String(text);
  }
  return undefined;
}

/** What cannot be evaluated on this answer counts as absent. */
export function attempt<T>(evaluation: () => T | typeof OMIT): T | undefined {
  try {
    const value = evaluation();
    return value === OMIT ? undefined : value;
  } catch {
    return undefined;
  }
}

const idHeader = /^(x-)?([a-z0-9]+-)*(request|correlation|trace)-?id$/;

/** The name the server gave this exchange, for its operators. */
export function requestIdOf({headers, body}: ResponseRoot, mask: Pick<Mask, 'text'>): string | undefined {
  const header = Object.entries(headers).find(([name, text]) => idHeader.test(name) && text !== '')?.[1];
  const named = ['requestId', 'request_id', 'traceId', 'correlationId'].map((name) => own(body, name));
  const id = header ?? named.find((text) => typeof text === 'string');
  // Masked before it is cut, so that no half secret remains.
  return id === undefined ? undefined : mask.text(id).slice(0, 200);
}
