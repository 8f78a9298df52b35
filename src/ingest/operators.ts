/** The operators of criteria, one function each. A comparison that makes no sense is a fault, never a quiet no. */
import {fail} from '../errors/jobwire-error.ts';
import {compilePattern} from '../expressions/pattern.ts';
import type {CriterionOp} from '../generated/types.ts';
import {isDateTime} from '../operations/date-times.ts';
import {ExactNumber, type Json, sameJson} from '../values/json.ts';
import {durationMs} from '../values/time.ts';

export interface Comparison {
  /** The value at the path; never absent. */
  readonly actual: Json;
  readonly expected: Json;
  readonly ignoreCase: boolean;
  readonly now: number;
}

export type Operator = (comparison: Comparison) => boolean;

/** `exists` and `missing` are not here: they ask about absence, all others about a value. */
export const operators: {readonly [O in Exclude<CriterionOp, 'exists' | 'missing'>]: Operator} = {
  equals: same,
  'not-equals': not(same),
  in: among,
  'not-in': not(among),
  gt: (comparison) => order(comparison) > 0,
  gte: (comparison) => order(comparison) >= 0,
  lt: (comparison) => order(comparison) < 0,
  lte: (comparison) => order(comparison) <= 0,
  before: (comparison) => timeOf(comparison.actual) < momentOf(comparison),
  after: (comparison) => timeOf(comparison.actual) > momentOf(comparison),
  contains: holds,
  'not-contains': not(holds),
  'starts-with': (comparison) => text(comparison, 'actual').startsWith(text(comparison, 'expected')),
  'ends-with': (comparison) => text(comparison, 'actual').endsWith(text(comparison, 'expected')),
  matches,
};

function not(operator: Operator): Operator {
  return (comparison) => !operator(comparison);
}

function same({actual, expected, ignoreCase}: Comparison): boolean {
  return sameJson(fold(actual, ignoreCase), fold(expected, ignoreCase));
}

function among(comparison: Comparison): boolean {
  const {expected} = comparison;
  if (!Array.isArray(expected)) throw misfit('value is not a list');
  return expected.some((one) => same({...comparison, expected: one}));
}

function holds(comparison: Comparison): boolean {
  const {actual} = comparison;
  if (Array.isArray(actual)) return actual.some((one) => same({...comparison, actual: one}));
  return text(comparison, 'actual').includes(text(comparison, 'expected'));
}

function order({actual, expected, ignoreCase}: Comparison): number {
  const [a, b] = [fold(actual, ignoreCase), fold(expected, ignoreCase)];
  if (a instanceof ExactNumber || b instanceof ExactNumber) throw fail('JW2109', {path: 'the value'});
  const comparable =
    (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
  if (!comparable) throw misfit(`${kindOf(a)} cannot be compared with ${kindOf(b)}`);
  return a < b ? -1 : Number(a > b);
}

/** RE2, as everywhere in the language: a pattern takes linear time whatever text meets it. */
function matches(comparison: Comparison): boolean {
  const {expected, ignoreCase} = comparison;
  if (typeof expected !== 'string') throw misfit('value is not a pattern');
  const pattern = compilePattern(ignoreCase ? `(?i)${expected}` : expected);
  return pattern.matcher(text({...comparison, ignoreCase: false}, 'actual')).find();
}

function text(comparison: Comparison, side: 'actual' | 'expected'): string {
  const value = fold(comparison[side], comparison.ignoreCase);
  if (typeof value !== 'string')
    throw misfit(`${side === 'actual' ? 'the path' : 'value'} gives ${kindOf(value)}, not text`);
  return value;
}

function fold(value: Json, ignoreCase: boolean): Json {
  return ignoreCase && typeof value === 'string' ? value.toLowerCase() : value;
}

/** An ISO time, or a signed duration from now: `-1h` is an hour ago. */
function momentOf({expected, now}: Comparison): number {
  const match = typeof expected === 'string' ? /^([+-]?)(\d+\w+)$/.exec(expected) : null;
  const duration = match ? durationMs(match[2] ?? '') : undefined;
  if (duration === undefined) return timeOf(expected);
  return match?.[1] === '-' ? now - duration : now + duration;
}

function timeOf(value: Json): number {
  if (typeof value !== 'string' || !isDateTime(value))
    throw misfit(`${kindOf(value)} is not a time with Z or an offset`);
  return Date.parse(value);
}

function misfit(problem: string): Error {
  return fail('JW2102', {path: '', type: ''}, {detail: problem});
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof ExactNumber) return 'a number';
  return {string: 'text', number: 'a number', boolean: 'a boolean', object: 'an object'}[typeof value as 'string'];
}
