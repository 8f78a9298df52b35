/** Rows of the tables as the engine's values, and back. Must never read or write the store. */
import type {SQLOutputValue} from 'node:sqlite';
import type {Run} from '../../engine/run.ts';
import {toRun as readRun, text} from '../stored.ts';

export type Row = Record<string, SQLOutputValue>;

/** Columns of a run with the uid of its event and what it holds by now, for `FROM runSource`. */
const columnsOfRun = {
  seq: 'r.seq',
  id: 'r.id',
  event: 'e.uid',
  template: 'r.template',
  template_version: 'r.template_version',
  target: 'r.target',
  action: 'r.action',
  connection: 'r.connection',
  delivery: 'r.delivery',
  state: 'r.state',
  attempt: 'r.attempt',
  priority: 'r.priority',
  wake_at: 'r.wake_at',
  deadline_at: 'r.deadline_at',
  lane: 'r.lane',
  lane_limit: 'r.lane_limit',
  lane_ordered: 'r.lane_ordered',
  fence: 'r.fence',
  created_at: 'r.created_at',
  updated_at: 'r.updated_at',
  error: 'r.error',
  data: 'coalesce(c.data, r.data)',
} as const;

export const runColumns = Object.entries(columnsOfRun)
  .map(([name, from]) => `${from} AS ${name}`)
  .join(', ');

const namesOfRun = Object.keys(columnsOfRun) as (keyof typeof columnsOfRun)[];

/** A row as a list, in the order of `runColumns`: it crosses between threads in a fraction of the time. */
export type RunValues = SQLOutputValue[];

export function placeOf(name: keyof typeof columnsOfRun): number {
  return namesOfRun.indexOf(name);
}

export function rowOf(values: RunValues): Row {
  const row: Row = {};
  for (const [i, name] of namesOfRun.entries()) row[name] = values[i] ?? null;
  return row;
}

export const runSource = 'runs AS r JOIN events AS e ON e.seq = r.event LEFT JOIN run_contents AS c ON c.run = r.seq';

export function toRun(row: Row): Run {
  return readRun(row, laneOf(row));
}

export function laneOf(row: Row): Run['lane'] {
  if (row['lane'] === null) return undefined;
  return {key: text(row['lane']), limit: Number(row['lane_limit']), ordered: row['lane_ordered'] === 1};
}

export {contentOf, readStored, store, text, toEvent} from '../stored.ts';
