/** What directives do (language reference, section 2.6). Must never evaluate a branch that was not chosen. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json, JsonObject} from '../values/json.ts';
import type {Sure} from './compile.ts';
import {type DirectiveName, malformed} from './directives.ts';
import type {Frame} from './frame.ts';
import {constant, dynamic, type Prepared, read, run} from './prepared.ts';
import {forbiddenNames, isAbsent, isMap, limits, OMIT, plainText, setOwn, typeName, type Value} from './value.ts';

/** How parts of a directive are prepared: `result` what it yields, which its place may encode, `inside` everything else. */
interface Site {
  result(value: unknown): Prepared;
  inside(value: unknown): Prepared;
}

const compilers: {readonly [N in DirectiveName]: (value: JsonObject, site: Site) => Prepared} = {
  $if: (value, site) => dynamic(compileIf(value, site)),
  $switch: (value, site) => dynamic(compileSwitch(value, site)),
  $each: (value, site) => dynamic(compileEach(value, site)),
  $merge: (value, site) => dynamic(compileMerge(value, site)),
  $literal: (value) => constant(value['$literal'] as Json),
};

export function compileDirective(name: DirectiveName, value: JsonObject, site: Site): Prepared {
  return compilers[name](value, site);
}

/** Errors: JW2103 unless it is true or false, JW2101 when it is left out. */
export function requireTest(value: Value | typeof OMIT): boolean {
  if (value === OMIT) throw fail('JW2101', {path: 'value of the test'});
  if (typeof value !== 'boolean') throw fail('JW2103', {type: typeName(value)});
  return value;
}

function compileIf(value: JsonObject, site: Site): Sure {
  const test = site.inside(value['$if']);
  const yes = site.result(value['then']);
  const no = Object.hasOwn(value, 'else') ? site.result(value['else']) : undefined;
  return (frame) => {
    frame.spend(1);
    if (read(test, frame, requireTest)) return run(yes, frame);
    return no === undefined ? OMIT : run(no, frame);
  };
}

function compileSwitch(value: JsonObject, site: Site): Sure {
  const subject = site.inside(value['$switch']);
  if (!isMap(value['cases'])) throw malformed('cases of $switch is not an object');
  const cases = new Map(Object.entries(value['cases']).map(([key, item]) => [key, site.result(item)]));
  const other = Object.hasOwn(value, 'default') ? site.result(value['default']) : undefined;
  return (frame) => {
    frame.spend(1);
    const chosen = read(subject, frame, (found) => {
      const text = plainText(found);
      const fitting = (text === undefined ? undefined : cases.get(text)) ?? other;
      if (fitting !== undefined) return fitting;
      throw fail('JW2105', {value: text === undefined ? typeName(found) : `"${text.slice(0, 60)}"`});
    });
    return run(chosen, frame);
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

function compileEach(value: JsonObject, site: Site): Sure {
  const {as, index} = value;
  if (typeof as !== 'string' || !name.test(as)) throw malformed('as of $each is not a name');
  if (index !== undefined && (typeof index !== 'string' || !name.test(index) || index === as))
    throw malformed('index of $each is not a name of its own');
  const inside = (key: string): Prepared | undefined =>
    Object.hasOwn(value, key) ? site.inside(value[key]) : undefined;
  const each: Each = {
    source: site.inside(value['$each']),
    as,
    index,
    where: inside('where'),
    key: inside('key'),
    result: site.inside(value['do']),
  };
  return (frame) => {
    for (const local of index === undefined ? [as] : [as, index]) requireFree(local, frame);
    const items = read(each.source, frame, listItems);
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
    if (each.where === undefined || read(each.where, frame, requireTest)) visit();
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
    const name = read(key, frame, (text) => requireKey(text, made));
    made[name] = value as Json;
  });
  return made;
}

/** Errors: JW2101, JW2007, JW2012, JW2106. */
function requireKey(key: Value | typeof OMIT, made: JsonObject): string {
  if (isAbsent(key)) throw fail('JW2101', {path: `key for $each: it is ${typeName(key)}`});
  if (typeof key !== 'string') throw fail('JW2007', {problem: `the key of $each is ${typeName(key)}, not text`});
  if (forbiddenNames.has(key)) throw fail('JW2012', {name: key});
  if (Object.hasOwn(made, key)) throw fail('JW2106', {key: `"${key.slice(0, 60)}"`});
  return key;
}

function compileMerge(value: JsonObject, site: Site): Sure {
  const list = value['$merge'];
  if (!Array.isArray(list)) throw malformed('$merge is not a list');
  const items = list.map((item) => site.inside(item));
  return (frame) => {
    const made: JsonObject = {};
    items.forEach((item, i) => {
      frame.spend(1);
      for (const [key, member] of read(item, frame, (part) => membersOf(part, i))) setOwn(made, key, member);
    });
    return made;
  };
}

/** Of an item of `$merge`; absent has none. Errors: JW2007. */
function membersOf(part: Value | typeof OMIT, i: number): [string, Json][] {
  if (isAbsent(part)) return [];
  if (!isMap(part)) throw fail('JW2007', {problem: `$merge takes objects, item ${i + 1} is ${typeName(part)}`});
  return Object.entries(part);
}
