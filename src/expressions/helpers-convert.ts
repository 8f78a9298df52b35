/** Helpers that convert between types and encodings. Must never guess: what does not fit exactly is JW2104. */
import {createHash} from 'node:crypto';
import {fail} from '../errors/jobwire-error.ts';
import {decodeUtf8, ExactNumber, type Json, JsonFault, parseJson, stringifyJson} from '../values/json.ts';
import type {Helper, HelperContext} from './helper.ts';
import {refuseLongDigits} from './helpers-compare.ts';
import {isMap, plainText, typeName, type Value} from './value.ts';

const numeral = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function toNumber(helper: string, value: Value): number | ExactNumber {
  if (typeof value === 'number' || value instanceof ExactNumber) return value;
  if (typeof value !== 'string') throw fail('JW2104', {helper, problem: `${typeName(value)} is not a number`});
  if (!numeral.test(value) || value.length > 1000) throw fail('JW2104', {helper, problem: 'the text is not a number'});
  return readJson(helper, value) as number | ExactNumber;
}

/** A fraction that is written out, such as 3.0, is whole; digits after the point that say something are not dropped. */
function toInteger(value: Value): number | ExactNumber {
  const number = toNumber('integer', value);
  const whole = number instanceof ExactNumber ? /^-?\d+$/.test(number.text) : Number.isInteger(number);
  if (!whole) throw fail('JW2104', {helper: 'integer', problem: 'the number is not whole'});
  return number;
}

function toBoolean(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (text !== 'true' && text !== 'false')
    throw fail('JW2104', {helper: 'boolean', problem: `the ${typeName(value)} is neither true nor false`});
  return text === 'true';
}

function readJson(helper: string, text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const problem = error.kind === 'syntax' ? 'the text is not JSON' : error.message;
    throw fail('JW2104', {helper, problem}, {cause: error});
  }
}

function decode(helper: string, bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    throw fail('JW2104', {helper, problem: (error as Error).message}, {cause: error});
  }
}

/** Length of the JSON text, or less. Pays for every value inside; refuses bytes and endless text before anything is written. */
function measure(value: Value, context: HelperContext): number {
  context.spend(1);
  if (value instanceof Uint8Array) throw fail('JW2104', {helper: 'json', problem: 'bytes have no JSON text'});
  let length = plainText(value)?.length ?? 2;
  for (const [key, item] of childrenOf(value)) {
    length += key.length + measure(item, context);
    context.room(length);
  }
  return length;
}

function childrenOf(value: Value): readonly (readonly [string, Json])[] {
  if (Array.isArray(value)) return value.map((item) => ['', item]);
  return isMap(value) ? Object.entries(value) : [];
}

function toJsonText(value: Value, context: HelperContext): string {
  measure(value, context);
  return stringifyJson(value as Json);
}

const charsets: Readonly<Record<string, BufferEncoding>> = {'utf-8': 'utf8', 'utf-16le': 'utf16le'};

function toBase64(text: string, charset: string): string {
  const encoding = Object.hasOwn(charsets, charset) ? charsets[charset] : undefined;
  if (encoding === undefined)
    throw fail('JW2104', {helper: 'base64', problem: `the charset is ${Object.keys(charsets).join(' or ')}`});
  return Buffer.from(text, encoding).toString('base64');
}

/** Base64 and base64url, with its padding or without (RFC 4648); nothing else, for Buffer would skip over it. */
const base64Text = /^[A-Za-z0-9+/_-]*={0,2}$/;

function fromBase64(text: string): string {
  const padded = text.endsWith('=');
  if (!base64Text.test(text) || text.length % 4 === 1 || (padded && text.length % 4 !== 0))
    throw fail('JW2104', {helper: 'unbase64', problem: 'the text is not base64'});
  return decode('unbase64', Buffer.from(text, 'base64'));
}

/** Namespace of all uuids made here (RFC 9562, 5.5). Changing it would change every id that was ever sent. */
const namespace = Buffer.from('8d6f3c2e51b74a0c9a55c1f0b1e4d7a2', 'hex');

function uuid5(text: string): string {
  const hash = createHash('sha1').update(namespace).update(text, 'utf8').digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Errors: JW2109 when whole numbers leave the range a double holds exactly. */
function calculate(helper: string, numbers: readonly Value[], step: (sum: number, next: number) => number): number {
  refuseLongDigits(helper, numbers);
  const result = (numbers as number[]).reduce(step);
  if (!Number.isFinite(result)) throw fail('JW2104', {helper, problem: 'the result is out of range'});
  if (!Number.isSafeInteger(result) && (numbers as number[]).every(Number.isSafeInteger))
    throw fail('JW2109', {path: `the result of ${helper}`});
  return result;
}

export const convertHelpers = {
  type: {
    params: ['any'],
    result: 'text',
    signature: 'type(x) t',
    summary: 'string, number, boolean, null, array, object or bytes',
    examples: [
      ['type 1', 'number'],
      ['type null', 'null'],
      ["type 'a'", 'string'],
      ['type (list)', 'array'],
      ['type event.data', 'object'],
    ],
    call: ([value]) => typeName(value),
  },
  string: {
    params: ['scalar'],
    result: 'text',
    signature: 'string(x) t',
    summary: 'of text, number or boolean',
    examples: [
      ['string 5', '5'],
      ['string true', 'true'],
      ['string event.data.id', '12345678901234567890'],
      ['string (list)', {code: 'JW2008'}],
    ],
    call: ([value]) => plainText(value),
  },
  number: {
    params: ['scalar'],
    result: 'number',
    signature: 'number(x) n',
    examples: [
      ["number '1.5'", 1.5],
      ['number 2', 2],
      ["number '12345678901234567890'", new ExactNumber('12345678901234567890')],
      ["number 'x'", {code: 'JW2104'}],
      ["number ''", {code: 'JW2104'}],
      ['number true', {code: 'JW2104'}],
    ],
    call: ([value]) => toNumber('number', value as Value),
  },
  integer: {
    params: ['scalar'],
    result: 'integer',
    signature: 'integer(x) n',
    examples: [
      ["integer '3'", 3],
      ['integer 3.0', 3],
      ["integer '3.5'", {code: 'JW2104'}],
    ],
    call: ([value]) => toInteger(value as Value),
  },
  boolean: {
    params: ['scalar'],
    result: 'boolean',
    signature: 'boolean(x) b',
    summary: 'of true and false in any case',
    examples: [
      ["boolean 'True'", true],
      ['boolean false', false],
      ["boolean 'yes'", {code: 'JW2104'}],
      ['boolean 1', {code: 'JW2104'}],
    ],
    call: ([value]) => toBoolean(value as Value),
  },
  add: {
    params: [],
    rest: 'number',
    result: 'number',
    signature: 'add(n…) n',
    examples: [
      ['add 2 3', 5],
      ['add 1 2 3', 6],
      ['add event.data.id 1', {code: 'JW2109'}],
      ['add 9007199254740991 1', {code: 'JW2109'}],
    ],
    call: (numbers) => calculate('add', numbers, (sum, next) => sum + next),
  },
  subtract: {
    params: ['number', 'number'],
    result: 'number',
    signature: 'subtract(n, n) n',
    examples: [
      ['subtract 2 3', -1],
      ["subtract 2 '3'", {code: 'JW2008'}],
    ],
    call: (numbers) => calculate('subtract', numbers, (sum, next) => sum - next),
  },
  json: {
    params: ['any'],
    result: 'text',
    signature: 'json(x) t',
    summary: 'JSON text',
    examples: [
      ['json (list 1)', '[1]'],
      ['json null', 'null'],
      ['json event.data.id', '12345678901234567890'],
    ],
    call: ([value], context) => toJsonText(value as Value, context),
  },
  parseJson: {
    params: ['text-or-bytes'],
    result: 'any',
    signature: 'parseJson(t) x',
    summary: 'the value of a JSON text, or of bytes that hold one',
    examples: [
      ['parseJson \'{"a":1}\'', {a: 1}],
      ["parseJson 'null'", null],
      ["parseJson '{'", {code: 'JW2104'}],
    ],
    call: ([text]) => readJson('parseJson', text instanceof Uint8Array ? decode('parseJson', text) : (text as string)),
  },
  base64: {
    params: ['text', 'charset'],
    optional: 1,
    result: 'text',
    signature: 'base64(t, charset?) t',
    summary: 'charset utf-8 or utf-16le',
    examples: [
      ["base64 'ab'", 'YWI='],
      ["base64 'ab' 'utf-16le'", 'YQBiAA=='],
      ["base64 'ab' 'latin1'", {code: 'JW2104'}],
    ],
    call: ([text, charset]) => toBase64(text as string, (charset ?? 'utf-8') as string),
  },
  unbase64: {
    params: ['text'],
    result: 'text',
    signature: 'unbase64(t) t',
    examples: [
      ["unbase64 'YWI='", 'ab'],
      ["unbase64 ''", ''],
      ["unbase64 '_w'", {code: 'JW2104'}],
      ["unbase64 'a b'", {code: 'JW2104'}],
    ],
    call: ([text]) => fromBase64(text as string),
  },
  hash: {
    params: ['text'],
    result: 'text',
    signature: 'hash(t) t',
    summary: 'SHA-256, hexadecimal',
    examples: [
      ["length (hash 'a')", 64],
      ["hash ''", 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ],
    call: ([text]) =>
      createHash('sha256')
        .update(text as string, 'utf8')
        .digest('hex'),
  },
  uuid: {
    params: ['text'],
    result: 'text',
    signature: 'uuid(t) t',
    summary: 'a stable version 5 uuid: the same text always gives the same one',
    examples: [
      ['length (uuid run.key)', 36],
      ["eq (uuid 'a') (uuid 'a')", true],
      ["eq (uuid 'a') (uuid 'b')", false],
    ],
    call: ([text]) => uuid5(text as string),
  },
} satisfies Record<string, Helper>;
