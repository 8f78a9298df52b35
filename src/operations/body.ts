/** The body of a request from its evaluated description: exactly one of five kinds. Must never guess a content type from the content. */

import type {Fields} from '../auth/context.ts';
import {encodeFields, formPairs} from '../auth/render.ts';
import {fail} from '../errors/jobwire-error.ts';
import {evaluate, evaluateText, OMIT, type Scope} from '../expressions/evaluate.ts';
import type {Request} from '../generated/types.ts';
import {ExactNumber, isObject, type Json, own, stringifyJson} from '../values/json.ts';
import {randomId} from '../values/time.ts';
import {bytesOf, fileName, fileType} from './file.ts';

export interface Content {
  readonly type: string;
  readonly body: Uint8Array;
  /** Where credentials may be merged in. */
  readonly fields?: Fields;
  /** The body as a log shows it. */
  readonly shown: Json;
}

type Body = NonNullable<Request['body']>;
type Kind = Exclude<keyof Body, 'contentType'>;

const encoders: {readonly [K in Kind]: (value: unknown) => Content} = {
  json: (value) => ({
    type: 'application/json',
    body: Buffer.from(stringifyJson(value as Json)),
    shown: value as Json,
    ...(isObject(value) && {fields: {json: value}}),
  }),
  form(value) {
    const form = formPairs(value as Json);
    return {
      type: 'application/x-www-form-urlencoded',
      body: encodeFields({form}),
      fields: {form},
      shown: value as Json,
    };
  },
  multipart: encodeMultipart,
  text(value) {
    const text = plain(value, 'the text of the body');
    return {type: 'text/plain; charset=utf-8', body: Buffer.from(text), shown: text};
  },
  bytes(value) {
    const body = bytesOf(value);
    if (body === undefined) throw fail('JW2107', {problem: 'bytes takes a file or the bytes of a response'});
    return {type: fileType(value) ?? 'application/octet-stream', body, shown: `${body.byteLength} bytes`};
  },
};

const kinds = Object.keys(encoders) as Kind[];

/** Kinds that are OMIT, or null outside json, do not count. */
export function renderBody(body: Body, scope: Scope): Content {
  let only: {readonly kind: Kind; readonly value: unknown} | undefined;
  let count = 0;
  for (const kind of kinds) {
    if (body[kind] === undefined) continue;
    const value = evaluate(body[kind], scope);
    if (value === OMIT || (value === null && kind !== 'json')) continue;
    only = {kind, value};
    count++;
  }
  if (only === undefined || count > 1)
    throw fail('JW2107', {problem: `a body needs exactly one of ${kinds.join(', ')}, here ${count} have a value`});
  const content = encoders[only.kind](only.value);
  return body.contentType === undefined ? content : {...content, type: evaluateText(body.contentType, scope)};
}

function plain(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof ExactNumber) return String(value);
  throw fail('JW2107', {problem: `${what} is not a text`});
}

/** RFC 7578. */
function encodeMultipart(value: unknown): Content {
  if (!Array.isArray(value)) throw fail('JW2107', {problem: 'multipart takes a list of parts'});
  const boundary = `jobwire-${randomId()}`;
  const chunks = (value as Json[]).flatMap((part) => [Buffer.from(`--${boundary}\r\n`), ...encodePart(part), crlf]);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    shown: (value as Json[]).map(showPart),
  };
}

const crlf = Buffer.from('\r\n');

function encodePart(part: Json): Uint8Array[] {
  const name = quote(plain(own(part, 'name'), 'the name of a part'));
  const file = own(part, 'file');
  if (file === undefined) {
    const text = plain(own(part, 'value'), `the part ${name}`);
    return [Buffer.from(`Content-Disposition: form-data; name="${name}"\r\n\r\n${text}`)];
  }
  const content = bytesOf(file);
  if (content === undefined) throw fail('JW2107', {problem: `the part ${name} is not a file`});
  const type = own(part, 'type') ?? fileType(file) ?? 'application/octet-stream';
  const head = `Content-Disposition: form-data; name="${name}"; filename="${quote(fileName(file) ?? 'file')}"\r\nContent-Type: ${singleLine(plain(type, `the type of part ${name}`))}\r\n\r\n`;
  return [Buffer.from(head), content];
}

/** As browsers escape names and file names (html.spec.whatwg.org, multipart/form-data encoding algorithm). */
function quote(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function singleLine(text: string): string {
  if (/[\r\n]/.test(text)) throw fail('JW2107', {problem: 'the type of a part has a line break'});
  return text;
}

function showPart(part: Json): Json {
  const content = bytesOf(own(part, 'file'));
  const name = own(part, 'name') ?? null;
  return content ? {name, file: `${content.byteLength} bytes`} : {name, value: own(part, 'value') ?? null};
}
