/** What every engine stores as text, and the columns every engine has, as the engine's values and back. Must never read or write a store. */
import type {DeliveryMode, EventRecord, Run, RunData, RunState} from '../engine/run.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import {type Json, parseKnownJson, stringifyJson} from '../values/json.ts';

/** Columns by name, as the drivers give them. */
export type Columns = Readonly<Record<string, unknown>>;

/** The lane is stored by each engine in its own way. */
export function toRun(row: Columns, lane: Run['lane']): Run {
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

/** What the columns of an event do not hold. */
type Content = Pick<EventRecord, 'time' | 'subject' | 'data' | 'error' | 'decisions' | 'traceparent'>;

export function contentOf({time, subject, data, error, decisions, traceparent}: EventRecord): string {
  const content = {time, subject, data, error, decisions, traceparent};
  return store(content satisfies {[K in keyof Content]: Content[K] | undefined});
}

export function toEvent(row: Columns): EventRecord {
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

/** Our own JSON was checked when it came in. */
export function readStored<T>(value: unknown): T {
  return parseKnownJson(text(value)) as T;
}

export function text(value: unknown): string {
  return String(value);
}
