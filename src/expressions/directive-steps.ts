/** What directives do (language reference, section 2.6). Must never evaluate a branch that was not chosen. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json, JsonObject} from '../values/json.ts';
import type {Sure} from './compile.ts';
import {type DirectiveName, malformed} from './directives.ts';
import type {Frame} from './frame.ts';
import {type Depth, jsonLeaf, type Leaf, type Prepared, prepareInside, run} from './prepare.ts';
import {forbiddenNames, isAbsent, isMap, limits, OMIT, plainText, setOwn, typeName, type Value} from './value.ts';

/** Where a directive stands: its results go to `place`, everything else in it is ordinary JSON. */
interface Site {
  readonly place: Leaf;
  readonly depth: Depth;
}

const compilers: {readonly [N in DirectiveName]: (value: JsonObject, site: Site) => Prepared} = {
  $if: (value, site) => dynamic(compileIf(value, site)),
  $switch: (value, site) => dynamic(compileSwitch(value, site)),
  $each: (value, site) => dynamic(compileEach(value, site)),
  $merge: (value, site) => dynamic(compileMerge(value, site)),
  $literal: (value) => ({step: undefined, value: value['$literal'] as Json}),
};

export function compileDirective(name: DirectiveName, value: JsonObject, site: Site): Prepared {
  return compilers[name](value, site);
}

function dynamic(step: Sure): Prepared {
  return {step, value: null};
}

/** Errors: JW2103 unless it is true or false, JW2101 when it is left out. */
export function requireTest(value: Value | typeof OMIT): boolean {
  if (value === OMIT) throw fail('JW2101', {path: 'value of the test'});
  if (typeof value !== 'boolean') throw fail('JW2103', {type: typeName(value)});
  return value;
}

function compileIf(value: JsonObject, {place, depth}: Site): Sure {
  const test = prepareInside(value['$if'], jsonLeaf, depth);
  const yes = prepareInside(value['then'], place, depth);
  const no = Object.hasOwn(value, 'else') ? prepareInside(value['else'], place, depth) : undefined;
  return (frame) => {
    frame.spend(1);
    if (requireTest(run(test, frame))) return run(yes, frame);
    return no === undefined ? OMIT : run(no, frame);
  };
}

function compileSwitch(value: JsonObject, {place, depth}: Site): Sure {
  const subject = prepareInside(value['$switch'], jsonLeaf, depth);
  if (!isMap(value['cases'])) throw malformed('cases of $switch is not an object');
  const cases = new Map(Object.entries(value['cases']).map(([key, item]) => [key, prepareInside(item, place, depth)]));
  const other = Object.hasOwn(value, 'default') ? prepareInside(value['default'], place, depth) : undefined;
  return (frame) => {
    frame.spend(1);
    const found = run(subject, frame);
    const text = plainText(found);
    const chosen = (text === undefined ? undefined : cases.get(text)) ?? other;
    if (chosen !== undefined) return run(chosen, frame);
    throw fail('JW2105', {value: text === undefined ? typeName(found) : `"${text.slice(0, 60)}"`});
  };
}

const name = /^[a-z][A-Za-z0-9]{0,63}$/;

interface Each {
  readonly source: Prepared;
  readonly as: string;
  readonly index: string | undefined;
  readonly where: Prepared | undefined;
  readonly key: Prepared | undefined;
  readonly result: Prepared;
}

function compileEach(value: JsonObject, {depth}: Site): Sure {
  const {as, index} = value;
  if (typeof as !== 'string' || !name.test(as)) throw malformed('as of $each is not a name');
  if (index !== undefined && (typeof index !== 'string' || !name.test(index) || index === as))
    throw malformed('index of $each is not a name of its own');
  const inside = (key: string): Prepared | undefined =>
    Object.hasOwn(value, key) ? prepareInside(value[key], jsonLeaf, depth) : undefined;
  const each: Each = {
    source: prepareInside(value['$each'], jsonLeaf, depth),
    as,
    index,
    where: inside('where'),
    key: inside('key'),
    result: prepareInside(value['do'], jsonLeaf, depth),
  };
  return (frame) => {
    for (const local of index === undefined ? [as] : [as, index]) requireFree(local, frame);
    const items = listItems(run(each.source, frame));
    return each.key === undefined ? makeList(each, items, frame) : makeObject(each, each.key, {items, frame});
  };
}

/** Errors: JW2014 when a name would hide a root or a name around it. */
function requireFree(local: string, frame: Frame): void {
  let taken = Object.hasOwn(frame.scope, local);
  for (let outer = frame.locals; outer !== undefined; outer = outer.outer) taken ||= outer.name === local;
  if (taken) throw malformed(`${local} of $each would hide the root ${local}`);
}

/** Items of a list; of an object each `{key, value}`. Errors: JW2101, JW2007, JW2108. */
function listItems(value: Value | typeof OMIT): readonly Json[] {
  if (isAbsent(value)) throw fail('JW2101', {path: `list for $each: it is ${typeName(value)}`});
  if (!Array.isArray(value) && !isMap(value))
    throw fail('JW2007', {problem: `$each takes a list or an object, got ${typeName(value)}`});
  const items = Array.isArray(value) ? value : Object.keys(value).map((key) => ({key, value: value[key] as Json}));
  if (items.length > limits.items)
    throw fail('JW2108', {problem: `$each has ${items.length} items, the most is ${limits.items}`});
  return items;
}

/** Runs `visit` with the names of each item that `where` lets through. */
function forEachItem(each: Each, {items, frame}: {items: readonly Json[]; frame: Frame}, visit: () => void): void {
  const around = frame.locals;
  items.forEach((item, i) => {
    frame.spend(1);
    frame.locals = {name: each.as, value: item, outer: around};
    if (each.index !== undefined) frame.locals = {name: each.index, value: i, outer: frame.locals};
    if (each.where === undefined || requireTest(run(each.where, frame))) visit();
  });
  frame.locals = around;
}

function makeList(each: Each, items: readonly Json[], frame: Frame): Json[] {
  const made: Json[] = [];
  forEachItem(each, {items, frame}, () => {
    const value = run(each.result, frame);
    if (value !== OMIT) made.push(value as Json);
  });
  return made;
}

function makeObject(each: Each, key: Prepared, {items, frame}: {items: readonly Json[]; frame: Frame}): JsonObject {
  const made: JsonObject = {};
  forEachItem(each, {items, frame}, () => {
    const value = run(each.result, frame);
    if (value === OMIT) return;
    const name = requireKey(run(key, frame));
    if (Object.hasOwn(made, name)) throw fail('JW2106', {key: `"${name.slice(0, 60)}"`});
    made[name] = value as Json;
  });
  return made;
}

/** Errors: JW2101, JW2007, JW2012. */
function requireKey(key: Value | typeof OMIT): string {
  if (isAbsent(key)) throw fail('JW2101', {path: `key for $each: it is ${typeName(key)}`});
  if (typeof key !== 'string') throw fail('JW2007', {problem: `the key of $each is ${typeName(key)}, not text`});
  if (forbiddenNames.has(key)) throw fail('JW2012', {name: key});
  return key;
}

function compileMerge(value: JsonObject, {depth}: Site): Sure {
  const list = value['$merge'];
  if (!Array.isArray(list)) throw malformed('$merge is not a list');
  const items = list.map((item) => prepareInside(item, jsonLeaf, depth));
  return (frame) => {
    const made: JsonObject = {};
    items.forEach((item, i) => {
      frame.spend(1);
      const part = run(item, frame);
      if (isAbsent(part)) return;
      if (!isMap(part)) throw fail('JW2007', {problem: `$merge takes objects, item ${i + 1} is ${typeName(part)}`});
      for (const key of Object.keys(part)) setOwn(made, key, part[key] as Json);
    });
    return made;
  };
}
