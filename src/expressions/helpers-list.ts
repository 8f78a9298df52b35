/** Helpers over lists and objects. Must never read anything but own properties. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json, JsonObject} from '../values/json.ts';
import type {Helper, HelperContext} from './helper.ts';
import {equal} from './helpers-compare.ts';
import {forbiddenNames, isMap, type Value} from './value.ts';

/** Own property of what may be an object. */
function member(value: Value | undefined, key: string): Json | undefined {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Errors: JW2012 for a name that leads to prototypes, even where data has it. */
function requireName(key: Value | undefined): string {
  if (forbiddenNames.has(key as string)) throw fail('JW2012', {name: key as string});
  return key as string;
}

function isMatch(item: Json, key: string, {value, context}: {value: Value; context: HelperContext}): boolean {
  context.spend(1);
  const found = member(item, key);
  return found !== undefined && equal(found, value, context);
}

/** An item or member that is there, even if it is null. */
function found(value: Json | undefined, why: string, context: HelperContext): Value | undefined {
  return value === undefined ? context.absent(why) : value;
}

function get(holder: Value, key: Value, context: HelperContext): Value | undefined {
  if (!Array.isArray(holder)) return found(member(holder, requireName(String(key))), 'there is no such key', context);
  if (typeof key !== 'number' || !Number.isInteger(key))
    throw fail('JW2008', {
      helper: 'get',
      problem: 'the key of a list is a whole number',
      signature: 'get(o or l, key) x',
    });
  return found(key < 0 ? undefined : holder[key], 'the list has no such item', context);
}

const bare = (name: string): string => name.replace(/[_\-\s]/g, '').toLowerCase();

function field(holder: JsonObject, name: string, context: HelperContext): Value | undefined {
  const exact = member(holder, requireName(name));
  if (exact !== undefined) return exact;
  const wanted = bare(name);
  for (const key of Object.keys(holder)) {
    context.spend(1);
    if (!forbiddenNames.has(key) && bare(key) === wanted) return holder[key];
  }
  return context.absent('there is no such field');
}

function pluck(list: readonly Json[], key: string, context: HelperContext): Json[] | undefined {
  context.spend(list.length);
  const values: Json[] = [];
  for (const item of list) {
    const value = member(item, key);
    if (value === undefined) return context.absent(`item ${values.length + 1} has no ${key}`);
    values.push(value);
  }
  return values;
}

/** Values at these places, in this order; absent when one of them is not there. */
function pick(holder: Value, keys: readonly Json[], context: HelperContext): Json[] | undefined {
  context.spend(keys.length);
  const values: Json[] = [];
  for (const key of keys) {
    const value = get(holder, key, context);
    if (value === undefined) return undefined;
    values.push(value as Json);
  }
  return values;
}

export const listHelpers = {
  list: {
    params: [],
    rest: 'any',
    takesAbsent: true,
    result: 'list',
    signature: 'list(x…) l',
    summary: 'a list of the arguments; a single list is itself, a single absent gives []',
    examples: [
      ['list 1', [1]],
      ['list (list 1 2)', [1, 2]],
      ['list null', []],
      ['list (optional event.data.nope)', []],
      ["list (optional event.data.nope) 'a'", ['a']],
      ['list (list 1) 2', [[1], 2]],
      ['list event.data.nope', {code: 'JW2101'}],
    ],
    call(items, context) {
      context.spend(items.length);
      if (items.length > 1) return items as Json[];
      const [only] = items;
      if (only === undefined || only === null) return [];
      return Array.isArray(only) ? only : [only as Json];
    },
  },
  first: {
    params: ['list'],
    result: 'any',
    mayBeAbsent: true,
    signature: 'first(l) x',
    summary: 'the first item; absent if there is none',
    examples: [
      ['first (list 1 2)', 1],
      ['has (first (list))', false],
      ['first (list)', {code: 'JW2101'}],
    ],
    call: ([list], context) => found((list as Json[])[0], 'the list is empty', context),
  },
  last: {
    params: ['list'],
    result: 'any',
    mayBeAbsent: true,
    signature: 'last(l) x',
    summary: 'the last item; absent if there is none',
    examples: [
      ['last (list 1 2)', 2],
      ['default (last (list)) 0', 0],
    ],
    call: ([list], context) => found((list as Json[]).at(-1), 'the list is empty', context),
  },
  get: {
    params: ['list-or-object', 'key'],
    result: 'any',
    mayBeAbsent: true,
    signature: 'get(o or l, key) x',
    summary: 'own key of an object or index of a list; absent if there is none',
    examples: [
      ["get (list 'a' 'b') 1", 'b'],
      ["default (get event.data 'nope') 0", 0],
      ["get event.data 'n'", 5],
      ["get event.data 'constructor'", {code: 'JW2012'}],
      ["get (list 'a') '0'", {code: 'JW2008'}],
      ["get (list 'a') 1", {code: 'JW2101'}],
    ],
    call: ([holder, key], context) => get(holder as Value, key as Value, context),
  },
  field: {
    params: ['object', 'text'],
    result: 'any',
    mayBeAbsent: true,
    signature: 'field(o, t) x',
    summary: 'a key without regard to case, _, - and blanks; absent if there is none',
    examples: [
      ["get (field event 'DA TA') 'n'", 5],
      ["field event.data 'Short-Text'", 'abc'],
      ["default (field event 'no_pe') 0", 0],
    ],
    call: ([holder, name], context) => field(holder as JsonObject, name as string, context),
  },
  where: {
    params: ['list', 'text', 'any'],
    result: 'list',
    signature: 'where(l, key, x) l',
    summary: 'the items whose key has this value',
    examples: [
      ["where jobs 'state' 'ok'", [{id: 7, state: 'ok'}]],
      ["where (list) 'a' 1", []],
    ],
    call: ([list, key, value], context) =>
      (list as Json[]).filter((item) => isMatch(item, requireName(key), {value: value as Value, context})),
  },
  find: {
    params: ['list', 'text', 'any'],
    result: 'any',
    mayBeAbsent: true,
    signature: 'find(l, key, x) x',
    summary: 'the first item whose key has this value, else absent',
    examples: [
      ["find jobs 'id' 7", {id: 7, state: 'ok'}],
      ["has (find (list) 'id' 7)", false],
      ["find jobs 'id' 9", {code: 'JW2101'}],
    ],
    call: ([list, key, value], context) =>
      found(
        (list as Json[]).find((item) => isMatch(item, requireName(key), {value: value as Value, context})),
        `no item has this ${key as string}`,
        context,
      ),
  },
  pick: {
    params: ['list-or-object', 'list'],
    result: 'list',
    mayBeAbsent: true,
    signature: 'pick(l or o, l) l',
    summary: 'values at these indexes or under these keys; absent if one is not there',
    examples: [
      ["pick (list 'a' 'b' 'c') (list 2 0)", ['c', 'a']],
      ["pick (list 'a') (list)", []],
      ["pick (list 'a') (list 0 5)", {code: 'JW2101'}],
    ],
    call: ([holder, keys], context) => pick(holder as Value, keys as Json[], context),
  },
  pluck: {
    params: ['list', 'text'],
    result: 'list',
    mayBeAbsent: true,
    signature: 'pluck(l, key) l',
    summary: 'one key of every item',
    examples: [
      ["pluck jobs 'id'", [7, 8]],
      ["pluck (list) 'id'", []],
      ["pluck jobs 'nope'", {code: 'JW2101'}],
      ["default (pluck jobs 'nope') 0", 0],
    ],
    call: ([list, key], context) => pluck(list as Json[], requireName(key), context),
  },
} satisfies Record<string, Helper>;
