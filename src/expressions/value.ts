/** The words all parts of the expression runtime share: what a result is and how large things may get. Must never evaluate. */
import {ExactNumber, type Json, type JsonObject} from '../values/json.ts';

/** "Leave this out": the object key, list item, header or query entry. Only `optional` and `$if` without `else` make it. */
export const OMIT: unique symbol = Symbol('OMIT');

/** What expressions yield; bytes come only from raw requests and from responses read as bytes. */
export type Value = Json | Uint8Array;

/** Roots by name. Values are JSON-like and read by own property, so a getter runs only when an expression asks for it. */
export type Scope = Readonly<Record<string, unknown>>;

/** Limits of the language (section 2.9). */
export const limits = {
  sourceLength: 4096,
  callDepth: 8,
  nodes: 200,
  patternLength: 200,
  directiveDepth: 8,
  jsonDepth: 64,
  units: 50_000,
  textLength: 1024 * 1024,
  items: 10_000,
} as const;

/** Names that lead to prototypes; refused even where data has them. */
export const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function isMap(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber) &&
    !(value instanceof Uint8Array)
  );
}

export function isAbsent(value: unknown): value is null | undefined | typeof OMIT {
  return value === undefined || value === null || value === OMIT;
}

/** The JSON name of a value's type, as the helper `type` and messages say it. */
export function typeName(value: unknown): string {
  if (isAbsent(value)) return value === null ? 'null' : 'missing';
  if (Array.isArray(value)) return 'array';
  if (value instanceof ExactNumber) return 'number';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value;
}

/** Text of what may stand in text; undefined for everything else. */
export function plainText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value instanceof ExactNumber ? value.text : undefined;
}

/** Sets an own property, whatever its name is. */
export function setOwn(target: JsonObject, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, {value, enumerable: true, writable: true, configurable: true});
  else target[key] = value;
}
