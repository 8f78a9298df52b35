/** Manifest values become steps, once per object and string: static JSON stands for itself. Must never change a value it was given. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json, JsonObject} from '../values/json.ts';
import type {Sure} from './compile.ts';
import {compileDirective} from './directive-steps.ts';
import {directiveOf} from './directives.ts';
import {isExpression} from './parse.ts';
import {constant, dynamic, type Prepared, run} from './prepared.ts';
import {compileSource} from './text.ts';
import {isMap, limits, OMIT, setOwn, type Value} from './value.ts';

/** How result strings of a place are compiled; branches of directives are results, tests are not. */
export interface Leaf {
  readonly compile: (source: string) => Sure;
  readonly strings: Map<string, Prepared>;
  readonly objects: WeakMap<object, Prepared>;
}

export function leaf(compile: (source: string) => Sure): Leaf {
  return {compile, strings: new Map(), objects: new WeakMap()};
}

export const jsonLeaf = leaf(compileSource);

const most = 5000;

/** Errors: those of parsing, JW2013 for depth, JW2014 for a malformed directive. */
export function prepare(value: unknown, place: Leaf = jsonLeaf): Prepared {
  if (typeof value === 'string') return prepareString(value, place);
  if (typeof value !== 'object' || value === null) return constant(value as Value);
  const known = place.objects.get(value);
  if (known) return known;
  const fresh = prepareInside(value, place, {json: 0, directives: 0});
  place.objects.set(value, fresh);
  return fresh;
}

function prepareString(source: string, place: Leaf): Prepared {
  const known = place.strings.get(source);
  if (known) return known;
  if (!isExpression(source)) return constant(source);
  const fresh = {step: place.compile(source), value: source};
  if (place.strings.size >= most) place.strings.delete(place.strings.keys().next().value as string);
  place.strings.set(source, fresh);
  return fresh;
}

/** How deep a value stands: brackets of JSON, and directives among them. */
interface Depth {
  readonly json: number;
  readonly directives: number;
}

/** A value inside a value; not kept by itself. */
function prepareInside(value: unknown, place: Leaf, depth: Depth): Prepared {
  if (typeof value === 'string') return prepareString(value, place);
  if (!Array.isArray(value) && !isMap(value)) return constant(value as Value);
  if (depth.json >= limits.jsonDepth)
    throw fail('JW2013', {problem: `the value is nested deeper than ${limits.jsonDepth}`});
  const inner = {...depth, json: depth.json + 1};
  if (Array.isArray(value)) return prepareList(value, inner);
  const name = directiveOf(value);
  if (name === undefined) return prepareObject(value, inner);
  if (depth.directives >= limits.directiveDepth)
    throw fail('JW2013', {problem: `directives are nested deeper than ${limits.directiveDepth}`});
  const below = {...inner, directives: depth.directives + 1};
  return compileDirective(name, value, {
    result: (branch) => prepareInside(branch, place, below),
    inside: (part) => prepareInside(part, jsonLeaf, below),
  });
}

function prepareList(list: readonly unknown[], depth: Depth): Prepared {
  const items = list.map((item) => prepareInside(item, jsonLeaf, depth));
  if (items.every(isStatic)) return rebuilt(list as Json[], items, () => items.map(({value}) => value as Json));
  return dynamic((frame) => {
    const made: Json[] = [];
    for (const item of items) {
      const value = run(item, frame);
      if (value !== OMIT) made.push(value as Json);
    }
    return made;
  });
}

function prepareObject(object: JsonObject, depth: Depth): Prepared {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  const members = keys.map((key) => prepareInside(object[key], jsonLeaf, depth));
  if (members.every(isStatic))
    return rebuilt(object, members, () => {
      const made: JsonObject = {};
      for (const [i, key] of keys.entries()) setOwn(made, key, members[i]?.value as Json);
      return made;
    });
  return dynamic(objectStep(keys, members));
}

/**
 * Starts from a copy of an object that has all keys and the plain values: several times faster than growing one key after the
 * other, if the engine knows the shape from the beginning, as it does for parsed JSON.
 */
function objectStep(keys: readonly string[], members: readonly Prepared[]): Sure {
  const isPlain = members.map(({step, value}) => step === undefined && (typeof value !== 'object' || value === null));
  const shape = JSON.parse(
    JSON.stringify(Object.fromEntries(members.map(({value}, i) => [keys[i], isPlain[i] ? value : null]))),
  ) as Record<string, Value | typeof OMIT>;
  const names = keys.filter((_, i) => !isPlain[i]);
  const steps = members.filter((_, i) => !isPlain[i]).map(({step, value}): Sure => step ?? (() => value));
  const count = names.length;
  return (frame) => {
    const made = {...shape};
    let isWhole = true;
    for (let i = 0; i < count; i++) {
      const value = (steps[i] as Sure)(frame);
      if (value === OMIT) isWhole = false;
      made[names[i] as string] = value;
    }
    return isWhole ? (made as JsonObject) : withoutOmitted(made);
  };
}

function withoutOmitted(made: Readonly<Record<string, Value | typeof OMIT>>): JsonObject {
  const rest: JsonObject = {};
  for (const key of Object.keys(made)) if (made[key] !== OMIT) setOwn(rest, key, made[key] as Json);
  return rest;
}

function isStatic({step}: Prepared): boolean {
  return step === undefined;
}

/** The original where nothing inside differs; a `$literal` inside does. */
function rebuilt(original: Json[] | JsonObject, inside: readonly Prepared[], build: () => Json): Prepared {
  const values = Object.values(original);
  const same = values.length === inside.length && values.every((value, i) => value === inside[i]?.value);
  return constant(same ? original : build());
}
