/** Puts records into collections, changes and removes them. Whether it may is decided before. */
import {evaluate, OMIT, type Value} from '../expressions/evaluate.ts';
import type {Insert, Remove, Update} from './format.ts';
import {selectRows} from './select.ts';
import type {Item} from './state.ts';
import {
  evaluateCount,
  evaluateDuration,
  evaluateItem,
  evaluateList,
  type Roots,
  renewRoots,
  type World,
} from './world.ts';

/** More records than one request may make. */
const mostRecords = 10_000;

/** Roots `item` and `index` say which one is being made; each has its own `id` and `key`. */
export function insert({into, record, times, each, visibleAfter}: Insert, roots: Roots, world: World): Item[] {
  const collection = world.state.collection(into);
  const hiddenMs = visibleAfter === undefined ? 0 : evaluateDuration(visibleAfter, roots);
  return itemsFor(each, times, roots).map((item, index) => {
    renewRoots(roots);
    Object.assign(roots, {item, index});
    const row = collection.insert(evaluateItem(record, roots), hiddenMs === 0);
    if (hiddenMs > 0) world.due.add(world.clock.now() + hiddenMs, () => collection.reveal(row));
    return row.item;
  });
}

function itemsFor(each: unknown, times: unknown, roots: Roots): readonly Value[] {
  if (each !== undefined && evaluate(each, roots) !== OMIT) return evaluateList(each, roots);
  return Array.from({length: times === undefined ? 1 : evaluateCount(times, roots, mostRecords)}, (_, index) => index);
}

/** Gives the records as they are afterwards. */
export function update(change: Update, roots: Roots, world: World): Item[] {
  const collection = world.state.collection(change.in);
  return selectRows(collection, change, roots).map((row) => {
    renewRoots(roots);
    roots['row'] = row.item;
    collection.set(row, evaluateItem(change.set, roots));
    return row.item;
  });
}

export function remove({from, ...selection}: Remove, roots: Roots, world: World): void {
  const collection = world.state.collection(from);
  for (const row of selectRows(collection, selection, roots)) collection.remove(row);
}
