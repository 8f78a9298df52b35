/**
 * Reads a schema instead of compiling it: for a few values that is a hundred times cheaper. What it cannot decide it leaves to the
 * validator; must never say anything else than the validator would.
 */
import {ExactNumber, isObject, type Json} from '../values/json.ts';
import {type FormatTest, formatTest} from './formats.ts';
import type {Pattern} from './patterns.ts';

export type SchemaNode = {readonly [keyword: string]: unknown} | boolean;

/** A schema, where its references lead, and what reads its patterns. */
export interface Ground {
  readonly schema: SchemaNode;
  readonly compile: (source: string) => Pattern;
  readonly follow: (ref: string) => Ground | undefined;
}

/** A keyword, reference, format or value whose meaning is left to the validator. */
class Unsure extends Error {}

/** Whether the value fits; undefined where the validator has to decide. */
export function readFits(ground: Ground, value: Json): boolean | undefined {
  try {
    return fits(ground, value);
  } catch (error) {
    if (error instanceof Unsure || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What says nothing about the value, and what other keywords read. */
const silent: ReadonlySet<string> = new Set(
  [
    '$schema $id $comment $defs title description examples antiExamples default deprecated then else',
    'x-jobwire-options x-jobwire-schema x-jobwire-file x-jobwire-dialect x-jobwire-sensitive',
  ].flatMap((words) => words.split(' ')),
);

function fits(ground: Ground, value: Json): boolean {
  const {schema} = ground;
  if (typeof schema === 'boolean') return schema;
  if (value instanceof ExactNumber) throw new Unsure();
  for (const keyword of Object.keys(schema)) {
    const check = checks.get(keyword);
    if (check) {
      if (!check(schema[keyword], value, ground)) return false;
    } else if (!silent.has(keyword)) throw new Unsure();
  }
  return true;
}

function under(schema: unknown, value: Json, {follow, compile}: Ground): boolean {
  return fits({schema: schema as SchemaNode, follow, compile}, value);
}

type Check = (wanted: unknown, value: Json, ground: Ground) => boolean;

const text =
  (holds: (value: string, wanted: never) => boolean): Check =>
  (wanted, value) =>
    typeof value !== 'string' || holds(value, wanted as never);

const number =
  (holds: (value: number, wanted: number) => boolean): Check =>
  (wanted, value) =>
    typeof value !== 'number' || holds(value, wanted as number);

const list =
  (holds: (value: readonly Json[], wanted: never, ground: Ground) => boolean): Check =>
  (wanted, value, ground) =>
    !Array.isArray(value) || holds(value, wanted as never, ground);

const object =
  (holds: (value: {readonly [key: string]: Json}, wanted: never, ground: Ground) => boolean): Check =>
  (wanted, value, ground) =>
    !isObject(value) || holds(value, wanted as never, ground);

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['type', (wanted, value) => (Array.isArray(wanted) ? wanted : [wanted]).some((word) => isOfType(value, word))],
  ['const', same],
  ['enum', (wanted, value) => (wanted as unknown[]).some((one) => same(one, value))],
  ['$ref', (ref, value, ground) => fits(target(ground.follow(String(ref))), value)],
  ['allOf', (parts, value, ground) => (parts as unknown[]).every((part) => under(part, value, ground))],
  ['anyOf', (parts, value, ground) => (parts as unknown[]).some((part) => under(part, value, ground))],
  ['oneOf', (parts, value, ground) => (parts as unknown[]).filter((part) => under(part, value, ground)).length === 1],
  ['not', (part, value, ground) => !under(part, value, ground)],
  ['if', branch],
  ['properties', object(properties)],
  ['patternProperties', object(patternProperties)],
  ['additionalProperties', object(additionalProperties)],
  ['propertyNames', object((value, part, ground) => Object.keys(value).every((name) => under(part, name, ground)))],
  ['required', object((value, names: string[]) => names.every((name) => Object.hasOwn(value, name)))],
  ['dependentRequired', object(dependentRequired)],
  ['minProperties', object((value, least: number) => Object.keys(value).length >= least)],
  ['items', list(items)],
  [
    'prefixItems',
    list((value, parts: unknown[], at) => value.every((item, i) => i >= parts.length || under(parts[i], item, at))),
  ],
  ['minItems', list((value, least: number) => value.length >= least)],
  ['maxItems', list((value, most: number) => value.length <= most)],
  ['uniqueItems', list((value, wanted: boolean) => !wanted || allDifferent(value))],
  ['pattern', (source, value, {compile}) => typeof value !== 'string' || compile(String(source)).test(value)],
  ['format', text((value, name: string) => formatOf(name)(value))],
  ['minLength', text((value, least: number) => lengthOf(value) >= least)],
  ['maxLength', text((value, most: number) => lengthOf(value) <= most)],
  ['minimum', number((value, least) => value >= least)],
  ['maximum', number((value, most) => value <= most)],
  ['exclusiveMinimum', number((value, limit) => value > limit)],
  ['exclusiveMaximum', number((value, limit) => value < limit)],
]);

function isOfType(value: Json, word: unknown): boolean {
  if (word === 'null') return value === null;
  if (word === 'array') return Array.isArray(value);
  if (word === 'object') return isObject(value);
  if (word === 'integer') return Number.isInteger(value);
  return typeof value === word;
}

function same(wanted: unknown, value: Json): boolean {
  if (typeof wanted === 'object' && wanted !== null && typeof value === 'object' && value !== null) throw new Unsure();
  return wanted === value;
}

function branch(part: unknown, value: Json, ground: Ground): boolean {
  const {schema} = ground;
  if (typeof schema === 'boolean') return schema;
  const next = schema[under(part, value, ground) ? 'then' : 'else'];
  return next === undefined || under(next, value, ground);
}

function properties(value: {readonly [key: string]: Json}, parts: object, ground: Ground): boolean {
  for (const [name, part] of Object.entries(parts))
    if (Object.hasOwn(value, name) && !under(part, value[name] as Json, ground)) return false;
  return true;
}

function patternProperties(value: {readonly [key: string]: Json}, parts: object, ground: Ground): boolean {
  return Object.entries(parts).every(([source, part]) =>
    Object.keys(value).every((name) => !ground.compile(source).test(name) || under(part, value[name] as Json, ground)),
  );
}

function additionalProperties(value: {readonly [key: string]: Json}, part: unknown, ground: Ground): boolean {
  const {properties: named = {}, patternProperties: patterns = {}} = ground.schema as Readonly<Record<string, object>>;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(named, name) || Object.keys(patterns).some((source) => ground.compile(source).test(name)))
      continue;
    if (!under(part, value[name] as Json, ground)) return false;
  }
  return true;
}

function dependentRequired(value: {readonly [key: string]: Json}, table: Readonly<Record<string, string[]>>): boolean {
  return Object.entries(table).every(
    ([key, names]) => !Object.hasOwn(value, key) || names.every((name) => Object.hasOwn(value, name)),
  );
}

function items(value: readonly Json[], part: unknown, ground: Ground): boolean {
  const {prefixItems} = ground.schema as {readonly prefixItems?: readonly unknown[]};
  return value.slice(prefixItems?.length ?? 0).every((item) => under(part, item, ground));
}

function allDifferent(value: readonly Json[]): boolean {
  if (value.length > 1 && value.some((item) => typeof item === 'object' && item !== null)) throw new Unsure();
  return new Set(value).size === value.length;
}

/** In characters, not in units of UTF-16. */
function lengthOf(value: string): number {
  return /[\ud800-\udbff]/.test(value) ? [...value].length : value.length;
}

function target(ground: Ground | undefined): Ground {
  if (!ground) throw new Unsure();
  return ground;
}

function formatOf(name: string): FormatTest {
  const test = formatTest(name);
  if (!test) throw new Unsure();
  return test;
}
