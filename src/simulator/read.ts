/** What a reading operation gives: rows found, ordered, cut to a page and to the fields asked for. */
import {evaluate, evaluateJson, OMIT} from '../expressions/evaluate.ts';
import type {Json} from '../values/json.ts';
import type {OperationOData} from './format.ts';
import {compareValues, readAnyCase} from './odata-evaluate.ts';
import {type OrderBy, type Query, readQuery} from './query.ts';
import type {PreparedRule} from './rule.ts';
import {findRows, rowTest, type Wanted, wantedBy} from './select.ts';
import type {Collection, Item} from './state.ts';
import {evaluateCount, evaluateList, type Roots, type World} from './world.ts';

export interface Reading {
  readonly rows: readonly Item[];
  /** Before the page was cut out. */
  readonly total: number;
  readonly counted: boolean;
}

/** Rows of the rule's `from`; undefined when it reads nothing. ODataProblem for a query that is not acceptable. */
export function read(rule: PreparedRule, roots: Roots, world: World): Reading | undefined {
  if (rule.from === undefined) return undefined;
  const collection = world.state.collection(rule.from);
  return rule.filter === 'odata' ? readByQuery(rule, collection, roots) : readByRule(rule, collection, roots);
}

function readByQuery(rule: PreparedRule, collection: Collection, roots: Roots): Reading {
  const {query: parameters} = roots['request'] as {readonly query: Parameters<typeof readQuery>[0]};
  const query = readQuery(parameters, rule.odata, collection);
  const base = wantedBy(rule, roots);
  const found = findRows(collection, withFilter(base, query)).map(({item}) => item);
  const page = cut(sorted(found, query.orderBy.map(byPath)), query.skip, query.top);
  return {rows: page.map(shaper(query, rule.odata)), total: found.length, counted: query.count};
}

function withFilter(base: Wanted, {filter, probes}: Query): Wanted {
  return filter ? {...base, union: probes, tests: [...base.tests, filter]} : base;
}

function readByRule(rule: PreparedRule, collection: Collection, roots: Roots): Reading {
  const base = wantedBy(rule, roots);
  const tests = rule.filter === undefined ? base.tests : [...base.tests, rowTest(rule.filter, roots)];
  const found = findRows(collection, {...base, tests}).map(({item}) => item);
  const ordered = sorted(
    found,
    rule.order.map(({by, desc}) => byValue(by, desc === true, roots)),
  );
  const page = cut(ordered, wholeOr(rule.skip, 0, roots), wholeOr(rule.top, undefined, roots));
  return {
    rows: rule.select === undefined ? page : selectFields(page, rule.select, roots),
    total: found.length,
    counted: false,
  };
}

function wholeOr<T>(slot: unknown, otherwise: T, roots: Roots): number | T {
  if (slot === undefined || evaluate(slot, roots) === OMIT) return otherwise;
  return evaluateCount(slot, roots);
}

function selectFields(rows: readonly Item[], slot: unknown, roots: Roots): readonly Item[] {
  if (evaluate(slot, roots) === OMIT) return rows;
  const names = evaluateList(slot, roots).map(String);
  return rows.map((row) => pick(row, names));
}

function pick(row: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name] as Json]));
}

/** Names selected, or all but those that are only shown when expanded. */
function shaper({select, expand}: Query, {expand: hidden = []}: OperationOData): (item: Item) => Item {
  if (select !== undefined) return (item) => pick(item, [...select, ...expand]);
  return concealer(hidden.filter((name) => !expand.has(name)));
}

/** Records without some of their fields. */
export function concealer(names: readonly string[]): (item: Item) => Item {
  if (names.length === 0) return (item) => item;
  const hidden = new Set(names);
  return (item) => Object.fromEntries(Object.entries(item).filter(([name]) => !hidden.has(name)));
}

type Order = (a: Item, b: Item) => number;

/** Rows that no order tells apart keep the order of insertion. */
function sorted(rows: Item[], orders: readonly Order[]): Item[] {
  if (orders.length === 0) return rows;
  return rows.sort((a, b) => {
    for (const order of orders) {
      const found = order(a, b);
      if (found !== 0) return found;
    }
    return 0;
  });
}

function byPath({path, desc}: OrderBy): Order {
  const valueIn = (item: Item) => path.reduce<unknown>(readAnyCase, item);
  return (a, b) => compareValues(valueIn(a), valueIn(b)) * (desc ? -1 : 1);
}

function byValue(slot: unknown, desc: boolean, roots: Roots): Order {
  const valueIn = (item: Item): Json => {
    roots['row'] = item;
    return evaluateJson(slot, roots);
  };
  return (a, b) => compareValues(valueIn(a), valueIn(b)) * (desc ? -1 : 1);
}

function cut(rows: readonly Item[], skip: number, top: number | undefined): readonly Item[] {
  return skip === 0 && top === undefined ? rows : rows.slice(skip, top === undefined ? undefined : skip + top);
}
