/** Rows of the tables as the engine's values, and back. Must never read or write the store. */
import {createHash} from 'node:crypto';
import type {Draft, EventRecord, Run, TrackedJob} from '../../engine/run.ts';
import {toEvent as readEvent, toRun as readRun, readStored} from '../stored.ts';
import type {Row} from './database.ts';

export type Lane = NonNullable<Draft['lane']>;

/** Columns of a run, of runs AS r and events AS e. */
export const runColumns = `r.seq, r.id, e.uid AS event, r.template, r.template_version, r.target, r.action, r.connection,
  r.delivery, r.state, r.attempt, r.priority, r.wake_at, r.deadline_at, r.lane, r.fence, r.created_at, r.updated_at, r.error, r.data`;

export const runSource = 'runs AS r JOIN events AS e ON e.seq = r.event';

export function toRun(row: Row): Run {
  return readRun(row, laneOf(row));
}

export function laneOf(row: Row): Lane | undefined {
  return typeof row['lane'] === 'string' ? readStored<Lane>(row['lane']) : undefined;
}

export function toEvent(row: Row): EventRecord {
  return readEvent({...row, type: show(row['type']), id: show(row['id'])});
}

/** PostgreSQL's text holds neither U+0000 nor half a character: such a text is kept as the JSON of it. */
export function keep(text: string): string {
  return text.includes('\0') || text.startsWith('"') || !text.isWellFormed() ? JSON.stringify(text) : text;
}

/** What `keep` was given. */
export function show(kept: unknown): string {
  const text = String(kept);
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** Stands for texts of any length in an index. */
export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

export function identityOf({connection, type, id}: Pick<EventRecord, 'connection' | 'type' | 'id'>): string {
  return digest(connection, type, id);
}

/** Targets differ in how they print a GUID, so case does not matter. */
export function jobOf(connection: string, kind: string, id: TrackedJob['ref']['id']): string {
  return digest(connection, kind, String(id).toLowerCase());
}

export const laneKey = ({key}: Lane): string => digest(key);

/** A list of objects as the one parameter of json_to_recordset. */
export function records(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

export {contentOf, readStored, store} from '../stored.ts';
