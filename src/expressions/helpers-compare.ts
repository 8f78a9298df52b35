/** Helpers that compare. Must never convert: values of different types are different. */
import {fail} from '../errors/jobwire-error.ts';
import {ExactNumber, type Json} from '../values/json.ts';
import type {Helper, HelperContext} from './helper.ts';
import {compilePattern} from './pattern.ts';
import {isMap, typeName, type Value} from './value.ts';

/** Same type and value; long numbers by digits; objects without regard to key order. Pays for each value visited. */
export function equal(a: Value, b: Value, context: HelperContext): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  context.spend(1);
  if (a instanceof ExactNumber) return b instanceof ExactNumber && a.text === b.text;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] as Json, context));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key] as Json, b[key] as Json, context))
  );
}

/** Negative, 0 or positive. Errors: JW2109 for digits a double cannot hold, JW2008 for a number with a text. */
function order(helper: string, a: Value, b: Value): number {
  refuseLongDigits(helper, [a, b]);
  if (typeof a !== typeof b)
    throw fail('JW2008', {
      helper,
      problem: `${typeName(a)} and ${typeName(b)} have no order`,
      signature: `${helper}(n,n or t,t) b`,
    });
  const [left, right] = [a as number, b as number];
  return left < right ? -1 : Number(left > right);
}

export function refuseLongDigits(helper: string, numbers: readonly Value[]): void {
  if (numbers.some((number) => number instanceof ExactNumber)) throw fail('JW2109', {path: `an argument of ${helper}`});
}

function ordering(helper: string, fits: (order: number) => boolean, examples: Helper['examples']): Helper {
  return {
    params: ['ordered', 'ordered'],
    result: 'boolean',
    signature: `${helper}(n,n or t,t) b`,
    summary: 'order of two numbers or of two texts',
    examples,
    call: ([a, b]) => fits(order(helper, a as Value, b as Value)),
  };
}

function textTest(helper: string, test: (text: string, part: string) => boolean, examples: Helper['examples']): Helper {
  return {
    params: ['text', 'text'],
    result: 'boolean',
    signature: `${helper}(t, t) b`,
    examples,
    call: ([text, part]) => test(text as string, part as string),
  };
}

export const compareHelpers = {
  eq: {
    params: ['any', 'any'],
    result: 'boolean',
    signature: 'eq(x, x) b',
    summary: 'same type and value',
    examples: [
      ['eq 1 1', true],
      ["eq 1 '1'", false],
      ['eq null null', true],
      ['eq (list 1 2) (list 1 2)', true],
      ['eq event.data.id event.data.id', true],
      ["eq event.data.nope 'a'", {code: 'JW2101'}],
    ],
    call: ([a, b], context) => equal(a as Value, b as Value, context),
  },
  not: {
    params: ['boolean'],
    result: 'boolean',
    signature: 'not(b) b',
    examples: [
      ['not true', false],
      ['not (has event.data.nope)', true],
    ],
    call: ([value]) => !value,
  },
  gt: ordering('gt', (order) => order > 0, [
    ['gt 2 1', true],
    ['gt 1 1', false],
    ["gt 2 '1'", {code: 'JW2008'}],
    ['gt event.data.id 1', {code: 'JW2109'}],
  ]),
  gte: ordering('gte', (order) => order >= 0, [
    ['gte 1 1', true],
    ['gte 1 2', false],
  ]),
  lt: ordering('lt', (order) => order < 0, [
    ['lt 1 2', true],
    ["lt 'b' 'a'", false],
  ]),
  lte: ordering('lte', (order) => order <= 0, [
    ["lte 'a' 'b'", true],
    ['lte 2 1', false],
  ]),
  in: {
    params: ['any', 'list'],
    result: 'boolean',
    signature: 'in(x, l) b',
    summary: 'whether a list holds a value',
    examples: [
      ['in 2 (list 1 2)', true],
      ["in 'a' (list 'b')", false],
    ],
    call([value, list], context) {
      return (list as Json[]).some((item) => {
        context.spend(1);
        return equal(value as Value, item, context);
      });
    },
  },
  contains: textTest('contains', (text, part) => text.includes(part), [
    ["contains 'abc' 'b'", true],
    ["contains 'abc' 'x'", false],
  ]),
  startsWith: textTest('startsWith', (text, part) => text.startsWith(part), [
    ["startsWith 'abc' 'b'", false],
    ["startsWith 'abc' 'ab'", true],
  ]),
  endsWith: textTest('endsWith', (text, part) => text.endsWith(part), [
    ["endsWith 'abc' 'bc'", true],
    ["endsWith 'abc' 'b'", false],
  ]),
  matches: {
    params: ['text', 'pattern'],
    result: 'boolean',
    signature: 'matches(t, re) b',
    summary: 'whether a pattern is found anywhere in the text',
    examples: [
      ["matches 'INC1' '^INC'", true],
      ["matches 'a' '^b'", false],
      ["matches 'a' '(?=a)'", {code: 'JW2010'}],
      ["matches 'a' event.data.text", {code: 'JW2010'}],
    ],
    call: ([text, pattern]) => compilePattern(pattern as string).test(text as string),
  },
} satisfies Record<string, Helper>;
