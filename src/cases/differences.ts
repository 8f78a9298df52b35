/** How an expected value with matchers differs from the actual one, place by place. Must never evaluate anything. */
import {compilePattern} from '../manifest/patterns.ts';
import {ExactNumber, isObject, type Json, JsonFault, own, parseJson, sameJson, stringifyJson} from '../values/json.ts';

export interface Difference {
  /** `output.jobs[0].id`; empty for the value itself. */
  readonly path: string;
  readonly text: string;
}

/** `exact`: the same keys; `partial`: expected keys only. Lists have the same length in both. */
export type Strictness = 'exact' | 'partial';

const longestShown = 300;

export function differences(expected: unknown, actual: Json | undefined, how: Strictness, path = ''): Difference[] {
  const matcher = matcherOf(expected);
  if (matcher) return matcher(actual).map((text) => ({path, text}));
  if (actual === undefined) return [{path, text: `expected ${show(expected)}, got nothing`}];
  if (Array.isArray(expected)) return listDifferences(expected, actual, {how, path});
  if (isObject(expected)) return objectDifferences(expected, actual, {how, path});
  return sameJson(expected as Json, actual) ? [] : [{path, text: `expected ${show(expected)}, got ${show(actual)}`}];
}

interface Place {
  readonly how: Strictness;
  readonly path: string;
}

function listDifferences(expected: readonly unknown[], actual: Json, {how, path}: Place): Difference[] {
  if (!Array.isArray(actual)) return [{path, text: `expected a list, got ${show(actual)}`}];
  if (expected.length !== actual.length)
    return [{path, text: `expected ${countOf(expected)}, got ${countOf(actual)}: ${show(actual)}`}];
  return expected.flatMap((item, i) => differences(item, actual[i], how, `${path}[${i}]`));
}

function countOf(list: readonly unknown[]): string {
  return list.length === 1 ? '1 item' : `${list.length} items`;
}

function objectDifferences(expected: object, actual: Json, {how, path}: Place): Difference[] {
  if (!isObject(actual)) return [{path, text: `expected an object, got ${show(actual)}`}];
  const found = Object.entries(expected).flatMap(([key, value]) =>
    differences(value, own(actual, key), how, join(path, key)),
  );
  if (how === 'partial') return found;
  const extra = Object.keys(actual).filter((key) => !Object.hasOwn(expected, key));
  return [...found, ...extra.map((key) => ({path: join(path, key), text: `not expected: ${show(actual[key])}`}))];
}

function join(path: string, key: string): string {
  const step = /^[\w$@-]+$/.test(key) ? key : `[${JSON.stringify(key)}]`;
  return path === '' || step.startsWith('[') ? `${path}${step}` : `${path}.${step}`;
}

type Matcher = (actual: Json | undefined) => string[];

const matchers: Readonly<Record<string, (argument: unknown) => Matcher>> = {
  $any: () => (actual) => (actual === undefined ? ['expected anything, got nothing'] : []),
  $matches: (pattern) => (actual) => {
    const text = textOf(actual);
    if (text === undefined) return [`expected text that matches ${pattern}, got ${show(actual)}`];
    return compilePattern(String(pattern)).test(text)
      ? []
      : [`expected text that matches ${pattern}, got ${show(actual)}`];
  },
  $json: (expected) => (actual) => {
    if (typeof actual !== 'string') return [`expected JSON text, got ${show(actual)}`];
    const value = parse(actual);
    if (value === undefined) return [`expected JSON text, got ${show(actual)}`];
    return differences(expected, value, 'exact').map(({path, text}) =>
      path === '' ? text : `inside, ${path}: ${text}`,
    );
  },
};

/** An object with exactly one key that names a matcher. */
function matcherOf(expected: unknown): Matcher | undefined {
  if (!isObject(expected)) return undefined;
  const [only, ...more] = Object.keys(expected);
  if (only === undefined || more.length > 0 || !Object.hasOwn(matchers, only)) return undefined;
  return matchers[only]?.(expected[only]);
}

function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof ExactNumber
    ? String(value)
    : undefined;
}

function parse(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}

export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = stringifyJson(value as Json);
  return text.length > longestShown ? `${text.slice(0, longestShown)}… (${text.length} characters)` : text;
}

/** One difference per line, indented below a heading. */
export function listing(found: readonly Difference[]): string {
  return found.map(({path, text}) => `\n  ${path === '' ? '' : `${path}: `}${text}`).join('');
}
