/** Rows of the tables as the engine's values, and back. Must never read or write the store. */
import type {SQLOutputValue} from 'node:sqlite';
import type {Run} from '../../engine/run.ts';
import {toRun as readRun, text} from '../stored.ts';

export type Row = Record<string, SQLOutputValue>;

/** Columns of a run with the uid of its event and what it holds by now, for `FROM runSource`. */
export const runColumns = `r.seq, r.id, e.uid AS event, r.template, r.template_version, r.target, r.action, r.connection,
  r.delivery, r.state, r.attempt, r.priority, r.wake_at, r.deadline_at, r.lane, r.lane_limit, r.lane_ordered, r.fence,
  r.created_at, r.updated_at, r.error, coalesce(c.data, r.data) AS data`;

export const runSource = 'runs AS r JOIN events AS e ON e.seq = r.event LEFT JOIN run_contents AS c ON c.run = r.seq';

export function toRun(row: Row): Run {
  return readRun(row, laneOf(row));
}

export function laneOf(row: Row): Run['lane'] {
  if (row['lane'] === null) return undefined;
  return {key: text(row['lane']), limit: Number(row['lane_limit']), ordered: row['lane_ordered'] === 1};
}

export {contentOf, readStored, store, text, toEvent} from '../stored.ts';
