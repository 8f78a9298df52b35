/** Finds rows by equality and by a test. Must never walk a whole collection when an index knows the answer. */
import {evaluate, evaluateTest, OMIT} from '../expressions/evaluate.ts';
import type {Selection} from './format.ts';
import {sameText} from './odata-evaluate.ts';
import type {Collection, Item, Row} from './state.ts';
import type {Roots} from './world.ts';

/** A field whose value must be one of these. */
export interface Constraint {
  readonly field: string;
  readonly values: readonly unknown[];
}

export interface Wanted {
  /** All of these hold. */
  readonly constraints: readonly Constraint[];
  /** Further index look-ups whose union holds every row that can pass the tests. */
  readonly union?: readonly Constraint[] | undefined;
  readonly tests: readonly ((item: Item) => boolean)[];
}

export function selectRows(collection: Collection, selection: Selection, roots: Roots): Row[] {
  return findRows(collection, wantedBy(selection, roots));
}

/** A field whose value is left out restricts nothing. */
export function wantedBy({by = {}, where}: Selection, roots: Roots): Wanted {
  const constraints = Object.entries(by).flatMap(([field, slot]): Constraint[] => {
    const value = evaluate(slot, roots);
    return value === OMIT ? [] : [{field, values: Array.isArray(value) ? value : [value]}];
  });
  return {constraints, tests: where === undefined ? [] : [rowTest(where, roots)]};
}

/** A test over root `row`. */
export function rowTest(test: unknown, roots: Roots): (item: Item) => boolean {
  return (item) => {
    roots['row'] = item;
    return evaluateTest(test, roots);
  };
}

/** Rows in order of insertion. */
export function findRows(collection: Collection, wanted: Wanted): Row[] {
  const checks = [...wanted.constraints.map(holds), ...wanted.tests];
  return candidates(collection, wanted).filter(({item}) => checks.every((check) => check(item)));
}

/** The smallest set an index can give, else everything. */
function candidates(collection: Collection, {constraints, union}: Wanted): Row[] {
  const ways = [...constraints.map((constraint) => [constraint]), ...(union ? [union] : [])];
  const sized = ways.map((way) => ({way, size: sizeOf(collection, way)})).sort((a, b) => a.size - b.size);
  const best = sized[0]?.way;
  if (best === undefined) return collection.rows();
  if (best.length === 1) return best.flatMap(({field, values}) => collection.find(field, values));
  const found = new Set(best.flatMap(({field, values}) => collection.find(field, values)));
  return [...found].sort((a, b) => a.place - b.place);
}

function sizeOf(collection: Collection, way: readonly Constraint[]): number {
  return way.reduce((sum, {field, values}) => sum + collection.count(field, values), 0);
}

function holds({field, values}: Constraint): (item: Item) => boolean {
  const texts = new Set(values.map(sameText));
  return (item) => texts.has(sameText(Object.hasOwn(item, field) ? item[field] : null));
}
