/** Rows of the tables as the engine's values, and back. Must never read or write the store. */
import type {SQLOutputValue} from 'node:sqlite';
import type {DeliveryMode, EventRecord, Run, RunData, RunState} from '../../engine/run.ts';
import type {Issue} from '../../errors/jobwire-error.ts';
import {type Json, parseJson, stringifyJson} from '../../values/json.ts';

export type Row = Record<string, SQLOutputValue>;

/** Columns of a run with the uid of its event, for `FROM runs AS r JOIN events AS e ON e.seq = r.event`. */
export const runColumns = `r.seq, r.id, e.uid AS event, r.template, r.template_version, r.target, r.action, r.connection,
  r.delivery, r.state, r.attempt, r.priority, r.wake_at, r.deadline_at, r.lane, r.lane_limit, r.lane_ordered, r.fence,
  r.created_at, r.updated_at, r.error, r.data`;

export const runSource = 'runs AS r JOIN events AS e ON e.seq = r.event';

export function toRun(row: Row): Run {
  const lane = laneOf(row);
  return {
    id: text(row['id']),
    event: text(row['event']),
    template: text(row['template']),
    templateVersion: text(row['template_version']),
    target: text(row['target']),
    action: text(row['action']),
    connection: text(row['connection']),
    delivery: text(row['delivery']) as DeliveryMode,
    state: text(row['state']) as RunState,
    attempt: Number(row['attempt']),
    priority: Number(row['priority']),
    wakeAt: Number(row['wake_at']),
    ...(row['deadline_at'] !== null && {deadlineAt: Number(row['deadline_at'])}),
    ...(lane && {lane}),
    ...(row['error'] !== null && {error: readStored<Issue>(row['error'])}),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    data: readStored<RunData>(row['data']),
  };
}

export function laneOf(row: Row): Run['lane'] {
  if (row['lane'] === null) return undefined;
  return {key: text(row['lane']), limit: Number(row['lane_limit']), ordered: row['lane_ordered'] === 1};
}

/** What the columns of an event do not hold. */
type Content = Pick<EventRecord, 'time' | 'subject' | 'data' | 'error' | 'decisions'>;

export function contentOf({time, subject, data, error, decisions}: EventRecord): string {
  return store({time, subject, data, error, decisions} satisfies {[K in keyof Content]: Content[K] | undefined});
}

export function toEvent(row: Row): EventRecord {
  return {
    uid: text(row['uid']),
    connection: text(row['connection']),
    feed: text(row['feed']),
    type: text(row['type']),
    id: text(row['id']),
    receivedAt: Number(row['received_at']),
    state: text(row['state']) as EventRecord['state'],
    deliveries: Number(row['deliveries']),
    conflicts: Number(row['conflicts']),
    bodyHash: text(row['body_hash']),
    ...readStored<Content>(row['content']),
  };
}

export function store(value: unknown): string {
  return stringifyJson(value as Json);
}

/** A number in JSON.stringify's output that a double may not hold: many digits, or an exponent. */
const wideNumber = /(?:^|[:,[])-?(?:[\d.]{16,}|[\d.]+[eE])/;
const storedLimits = {depth: 1000, nodes: Number.MAX_SAFE_INTEGER};

/** Our own JSON was checked when it came in: only long digits still need care. */
export function readStored<T>(value: SQLOutputValue | undefined): T {
  const json = text(value);
  return (wideNumber.test(json) ? parseJson(json, storedLimits) : JSON.parse(json)) as T;
}

export function text(value: SQLOutputValue | undefined): string {
  return String(value);
}
