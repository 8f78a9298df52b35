/** JSON as Jobwire holds it: parsed strictly and within limits, digits never lost. Must never read or write anything. */

export type Json = null | boolean | number | string | ExactNumber | Json[] | JsonObject;
export type JsonObject = {[key: string]: Json};

declare global {
  interface JSON {
    /** ES2026 JSON source text access, in Node 22 and later. */
    rawJSON(text: string): unknown;
  }
}

/** A number whose digits a double cannot hold, kept as its JSON text (for example an id above 2^53). */
export class ExactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
  toJSON(): unknown {
    return JSON.rawJSON(this.text);
  }
}

/** Limits of one document. `nodes` counts values and members, `depth` counts open brackets. */
export interface JsonLimits {
  readonly depth: number;
  readonly nodes: number;
}

export const defaultLimits: JsonLimits = {depth: 64, nodes: 200_000};

/** Why a text is not acceptable JSON. The caller turns it into its own coded error. */
export class JsonFault extends Error {
  readonly kind: 'syntax' | 'utf8' | 'depth' | 'nodes' | 'duplicate' | 'forbidden' | 'range';
  constructor(kind: JsonFault['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

const strictUtf8 = new TextDecoder('utf-8', {fatal: true});

/** Bytes to text; refuses bytes that are not UTF-8 (JsonFault utf8), drops a byte-order mark. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new JsonFault('utf8', 'the bytes are not UTF-8 text');
  }
}

/** Text to JSON. Refuses deep, huge and duplicate-key documents and prototype keys; keeps long numbers exactly. */
export function parseJson(text: string, limits: JsonLimits = defaultLimits): Json {
  const {members, wideNumbers} = measure(text, limits);
  const value = read(text, wideNumbers);
  if (isContainer(value) && countMembers(value) !== members)
    throw new JsonFault('duplicate', 'an object has the same key twice');
  return value;
}

/** A number that a double may not hold: many digits, or an exponent. */
const wideNumber = /(?:^|[\s:,[])-?(?:[0-9.]{16}|[0-9.]+[eE])/;

/** What `parseJson` gives, for a text of which it is known that it accepts it. */
export function parseKnownJson(text: string): Json {
  return read(text, wideNumber.test(text));
}

/** JSON text of a value; exact numbers keep their digits. */
export function stringifyJson(value: Json, indent?: number): string {
  return JSON.stringify(value, null, indent);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** Own property of an object, or undefined. Never looks at a prototype. */
export function own(value: unknown, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Value at a JSON pointer (RFC 6901), or undefined. */
export function atPointer(value: Json, pointer: string): Json | undefined {
  let here: Json | undefined = value;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(here)) here = /^\d+$/.test(key) ? here[Number(key)] : undefined;
    else here = own(here, key);
    if (here === undefined) return undefined;
  }
  return here;
}

export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Equality of type and value; exact numbers by digits; objects without regard to key order. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a instanceof ExactNumber || b instanceof ExactNumber)
    return a instanceof ExactNumber && b instanceof ExactNumber && a.text === b.text;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i] as Json));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key] as Json, b[key] as Json))
  );
}

const quote = 34;
const backslash = 92;

/** One pass over the text: limits are checked before the parser allocates anything. */
function measure(text: string, limits: JsonLimits): {members: number; wideNumbers: boolean} {
  let depth = 0;
  let nodes = 1;
  let members = 0;
  let digits = 0;
  let wideNumbers = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) {
      i = endOfString(text, i);
      digits = 0;
    } else if (c >= 48 && c <= 57) {
      if (++digits > 15) wideNumbers = true;
    } else if (c === 69 || c === 101) {
      if (digits > 0) wideNumbers = true;
    } else if (c !== 46) {
      digits = 0;
      if (c === 91 || c === 123) {
        if (++depth > limits.depth) throw new JsonFault('depth', `deeper than ${limits.depth} levels`);
        nodes++;
      } else if (c === 93 || c === 125) depth--;
      else if (c === 44) nodes++;
      else if (c === 58) members++;
      if (nodes > limits.nodes) throw new JsonFault('nodes', `more than ${limits.nodes} values`);
    }
  }
  return {members, wideNumbers};
}

/** Where the quote stands that ends a string, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

/** Whether an odd number of backslashes stands in front. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === backslash) first--;
  return (at - first) % 2 === 1;
}

function read(text: string, wideNumbers: boolean): Json {
  try {
    return wideNumbers
      ? (JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Json)
      : (JSON.parse(text) as Json);
  } catch (error) {
    if (error instanceof JsonFault) throw error;
    throw new JsonFault('syntax', withoutQuotation((error as Error).message));
  }
}

/** What the parser says, without the piece of the text that it quotes: that may be half a secret. */
function withoutQuotation(message: string): string {
  return message.replace(/,? ?(\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, '') || 'it is not JSON';
}

function exact(_key: string, value: unknown, context?: {source?: string}): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  if (!Number.isFinite(value)) throw new JsonFault('range', `${context.source.slice(0, 40)} is out of range`);
  return holds(value, context.source) ? value : new ExactNumber(context.source);
}

/** Whether the double prints the digits it was read from. */
function holds(value: number, source: string): boolean {
  return canonical(String(value)) === canonical(source);
}

/** Significant digits and power of ten, so that 1.50, 15e-1 and 1.5 compare equal. */
function canonical(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return text;
  const fraction = match[3] ?? '';
  const all = `${match[2]}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  return `${match[1]}${digits}e${Number(match[4] ?? 0) - fraction.length + (all.length - digits.length)}`;
}

type Container = Json[] | JsonObject;

function isContainer(value: Json): value is Container {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

/** Of parsed JSON; refuses the keys that lead to prototypes. */
function countMembers(value: Container): number {
  if (!Array.isArray(value)) refusePrototypeKeys(value);
  const members = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : members.length;
  for (const member of members) if (isContainer(member)) count += countMembers(member);
  return count;
}

function refusePrototypeKeys(value: JsonObject): void {
  if (Object.hasOwn(value, '__proto__')) throw new JsonFault('forbidden', 'the key __proto__ is not allowed');
  if (
    Object.hasOwn(value, 'constructor') &&
    isObject(value['constructor']) &&
    Object.hasOwn(value['constructor'], 'prototype')
  )
    throw new JsonFault('forbidden', 'the key constructor.prototype is not allowed');
}
