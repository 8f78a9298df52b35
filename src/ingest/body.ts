/** Bytes of a delivery into values, strictly: one media type, UTF-8, bounded depth and size. Must never guess a format. */
import {fail, JobwireError} from '../errors/jobwire-error.ts';
import {decodeUtf8, defaultLimits, type Json, JsonFault, type JsonObject, parseJson} from '../values/json.ts';
import {parseXml} from './xml.ts';

export type ParseMode = 'json' | 'form' | 'xml' | 'text' | 'auto';

export interface Body {
  readonly value: Json;
  /** The fields of a form, else null. */
  readonly form: Json;
}

/** JW4011 for a content type the feed does not take: HTTP answers it with 415 where a body too large gets 413. */
export class MediaTypeRefused extends JobwireError {
  constructor(problem: string) {
    super('JW4011', {problem});
  }
}

type Format = Exclude<ParseMode, 'auto'>;

const formats: {readonly [F in Format]: {takes(type: string): boolean; read(raw: Uint8Array): Body}} = {
  json: {
    // A sender may declare text/plain and send JSON; what is parsed is decided by the manifest, not by the sender.
    takes: (type) => isJson(type) || type === 'text/plain',
    read: (raw) => ({value: parseJson(decodeUtf8(raw)), form: null}),
  },
  form: {
    takes: (type) => type === 'application/x-www-form-urlencoded',
    read: (raw) => {
      const form = formObject(parseForm(raw));
      return {value: form, form};
    },
  },
  xml: {takes: isXml, read: (raw) => ({value: parseXml(decodeUtf8(raw)), form: null})},
  text: {
    takes: (type) => type.startsWith('text/') || isJson(type) || isXml(type),
    read: (raw) => ({value: decodeUtf8(raw), form: null}),
  },
};

/** An empty body is null. JW4011 (415) for a type that cannot hold the format, JW4003 for bytes that do not parse. */
export function parseBody(raw: Uint8Array, contentType: string | undefined, mode: ParseMode): Body {
  if (raw.length === 0) return {value: null, form: null};
  const {type, charset} = readMediaType(contentType);
  const format = mode === 'auto' ? formatOf(type) : mode;
  if (format === undefined || (type !== undefined && !formats[format].takes(type)))
    throw new MediaTypeRefused(`content type ${shown(type)} cannot hold ${format ?? 'json, form, xml or text'}`);
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/.test(charset))
    throw new MediaTypeRefused(`character set ${shown(charset)} is not UTF-8`);
  try {
    return formats[format].read(raw);
  } catch (error) {
    if (error instanceof JsonFault) throw fail('JW4003', {problem: `the body is not ${format}: ${error.message}`});
    throw error;
  }
}

function formatOf(type: string | undefined): Format | undefined {
  if (type === undefined || isJson(type)) return 'json';
  if (formats.form.takes(type)) return 'form';
  if (isXml(type)) return 'xml';
  return type.startsWith('text/') ? 'text' : undefined;
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === 'text/json' || /^[\w.+-]+\/[\w.+-]+\+json$/.test(type);
}

function isXml(type: string): boolean {
  return type === 'application/xml' || type === 'text/xml' || /^[\w.+-]+\/[\w.+-]+\+xml$/.test(type);
}

/** `Application/JSON; charset="UTF-8"` as type and character set in lower case. */
export function readMediaType(header: string | undefined): {type: string | undefined; charset: string | undefined} {
  if (header === undefined) return {type: undefined, charset: undefined};
  const [type = '', ...parameters] = header.toLowerCase().split(';');
  const charset = parameters.map((text) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(text)?.[1]).find(Boolean);
  return {type: type.trim(), charset};
}

/** Name and value pairs in order (WHATWG form encoding); JW4003 for broken escapes and bytes that are not UTF-8. */
export function parseForm(raw: Uint8Array): [string, string][] {
  const fields = readText(raw).split('&').filter(Boolean);
  if (fields.length > defaultLimits.nodes) throw fail('JW4003', {problem: 'the form has too many fields'});
  return fields.map((field) => {
    const equals = field.indexOf('=');
    const [name, value] = equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
    return [percentDecode(name), percentDecode(value)];
  });
}

function readText(raw: Uint8Array): string {
  try {
    return decodeUtf8(raw);
  } catch (error) {
    throw fail('JW4003', {problem: (error as Error).message});
  }
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw fail('JW4003', {problem: 'the form has a broken percent-escape'});
  }
}

/** A name that comes again makes a list. */
function formObject(pairs: readonly [string, string][]): JsonObject {
  const fields = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    if (name === '__proto__') throw fail('JW4003', {problem: 'the field __proto__ is not allowed'});
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
  }
  const form = Object.create(null) as JsonObject;
  for (const [name, values] of fields) form[name] = values.length === 1 ? (values[0] ?? '') : values;
  return form;
}

function shown(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 100));
}
