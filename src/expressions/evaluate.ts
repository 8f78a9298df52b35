/** Values with the data of their place: the one way expressions are evaluated. Pure: no clock, no chance, no input or output. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import {requireTest} from './directive-steps.ts';
import {headersOf, type PairPlace, pairsOf} from './encode.ts';
import {Frame} from './frame.ts';
import {bytesLeaf, isAddress, pathLeaf, urlLeaf} from './places.ts';
import {jsonLeaf, type Leaf, prepare} from './prepare.ts';
import {read, run} from './prepared.ts';
import {OMIT, plainText, type Scope, typeName, type Value} from './value.ts';

export {OMIT, type Scope, type Value} from './value.ts';

/**
 * OMIT when the whole value is left out, or when there is none. `value` is compiled once per object, so it must not change
 * afterwards; results may share parts with it and with the scope: never change them.
 */
export function evaluate(value: unknown, scope: Scope): Value | typeof OMIT {
  return value === undefined ? OMIT : run(prepare(value), new Frame(scope));
}

/** How a place compiles a value, and how it reads the result. */
interface Reading<R> {
  readonly place: Leaf;
  as(result: Value | typeof OMIT): R;
}

function evaluateAs<R>(value: unknown, scope: Scope, {place, as}: Reading<R>): R {
  return value === undefined ? as(OMIT) : read(prepare(value, place), new Frame(scope), as);
}

function present(result: Value | typeof OMIT): Value {
  if (result === OMIT) throw fail('JW2101', {path: 'value: it is left out, and it is needed here'});
  return result;
}

function textOf(result: Value | typeof OMIT): string {
  const value = present(result);
  const text = plainText(value);
  if (text === undefined) throw fail('JW2102', {path: 'the value', type: typeName(value)});
  return text;
}

function bytesOf(result: Value | typeof OMIT): Uint8Array {
  return result instanceof Uint8Array ? result : Buffer.from(textOf(result));
}

function requireAddress(result: Value | typeof OMIT): string {
  const url = textOf(result);
  if (!isAddress(url)) throw fail('JW2107', {problem: 'the value is not an http or https address'});
  return url;
}

const readings = {
  json: {place: jsonLeaf, as: present},
  text: {place: jsonLeaf, as: textOf},
  test: {place: jsonLeaf, as: requireTest},
  bytes: {place: bytesLeaf, as: bytesOf},
  headers: {place: jsonLeaf, as: headersOf},
  query: {place: jsonLeaf, as: (result) => pairsOf(result, 'query')},
  form: {place: jsonLeaf, as: (result) => pairsOf(result, 'form')},
  path: {place: pathLeaf, as: textOf},
  url: {place: urlLeaf, as: requireAddress},
} as const satisfies Record<string, Reading<unknown>>;

/** Errors: JW2101 when the whole value is left out. */
export function evaluateJson(value: unknown, scope: Scope): Json {
  return evaluateAs(value, scope, readings.json) as Json;
}

/** Errors: JW2101, JW2102. */
export function evaluateText(value: unknown, scope: Scope): string {
  return evaluateAs(value, scope, readings.text);
}

/** Errors: JW2101, JW2103. */
export function evaluateTest(value: unknown, scope: Scope): boolean {
  return evaluateAs(value, scope, readings.test);
}

/** Text as UTF-8, `request.raw` as it is. Errors: JW2101, JW2102. */
export function evaluateBytes(value: unknown, scope: Scope): Uint8Array {
  return evaluateAs(value, scope, readings.bytes);
}

/** A map, or a directive that gives one. Errors: JW2107. */
export function renderHeaders(value: unknown, scope: Scope): Record<string, string> {
  return evaluateAs(value, scope, readings.headers);
}

/** Texts that are not encoded yet. Errors: JW2107. */
export function renderPairs(value: unknown, scope: Scope, place: PairPlace): [string, string][] {
  return evaluateAs(value, scope, readings[place]);
}

/** Encoded: each result of an expression is one segment. Errors: JW2101, JW2102, JW2107. */
export function renderPath(value: unknown, scope: Scope): string {
  return evaluateAs(value, scope, readings.path);
}

/** An absolute http or https address. Errors: JW2101, JW2102, JW2107. */
export function renderUrl(value: unknown, scope: Scope): string {
  return evaluateAs(value, scope, readings.url);
}
