/** Values with the data of their place: the one way expressions are evaluated. Pure: no clock, no chance, no input or output. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import {requireTest} from './directive-steps.ts';
import {headersOf, type PairPlace, pairsOf} from './encode.ts';
import {Frame} from './frame.ts';
import {bytesLeaf, isAddress, pathLeaf, urlLeaf} from './places.ts';
import {jsonLeaf, type Leaf, prepare} from './prepare.ts';
import {OMIT, plainText, type Scope, typeName, type Value} from './value.ts';

export {OMIT, type Scope, type Value} from './value.ts';

/** OMIT when the whole value is left out, or when there is none. Results may share parts with the scope and the manifest: never change them. */
export function evaluate(value: unknown, scope: Scope): Value | typeof OMIT {
  return evaluateIn(jsonLeaf, value, scope);
}

function evaluateIn(place: Leaf, value: unknown, scope: Scope): Value | typeof OMIT {
  if (value === undefined) return OMIT;
  const {step, value: constant} = prepare(value, place);
  return step === undefined ? constant : step(new Frame(scope));
}

function present(result: Value | typeof OMIT): Value {
  if (result === OMIT) throw fail('JW2101', {path: 'value: it is left out, and it is needed here'});
  return result;
}

/** Errors: JW2101 when the whole value is left out. */
export function evaluateJson(value: unknown, scope: Scope): Json {
  return present(evaluate(value, scope)) as Json;
}

/** Errors: JW2101, JW2102. */
export function evaluateText(value: unknown, scope: Scope): string {
  return textOf(evaluate(value, scope));
}

function textOf(result: Value | typeof OMIT): string {
  const value = present(result);
  const text = plainText(value);
  if (text === undefined) throw fail('JW2102', {path: 'the value', type: typeName(value)});
  return text;
}

/** Errors: JW2101, JW2103. */
export function evaluateTest(value: unknown, scope: Scope): boolean {
  return requireTest(evaluate(value, scope));
}

/** Text as UTF-8, `request.raw` as it is. Errors: JW2101, JW2102. */
export function evaluateBytes(value: unknown, scope: Scope): Uint8Array {
  const result = evaluateIn(bytesLeaf, value, scope);
  return result instanceof Uint8Array ? result : Buffer.from(textOf(result));
}

/** A map, or a directive that gives one. Errors: JW2107. */
export function renderHeaders(value: unknown, scope: Scope): Record<string, string> {
  return headersOf(evaluate(value, scope));
}

/** Texts that are not encoded yet. Errors: JW2107. */
export function renderPairs(value: unknown, scope: Scope, place: PairPlace): [string, string][] {
  return pairsOf(evaluate(value, scope), place);
}

/** Encoded: each result of an expression is one segment. Errors: JW2101, JW2102, JW2107. */
export function renderPath(value: unknown, scope: Scope): string {
  return textOf(evaluateIn(pathLeaf, value, scope));
}

/** An absolute http or https address. Errors: JW2101, JW2102, JW2107. */
export function renderUrl(value: unknown, scope: Scope): string {
  const url = textOf(evaluateIn(urlLeaf, value, scope));
  if (!isAddress(url)) throw fail('JW2107', {problem: 'the value is not an http or https address'});
  return url;
}
