/** New events and runs into the tables, many with one statement. Works inside the caller's transaction. */
import type {Draft, EventRecord} from '../../engine/run.ts';
import {prepared} from './database.ts';
import {openLanes} from './lanes.ts';
import type {Unit} from './ledger.ts';
import {contentOf, keep, laneKey, records, store} from './rows.ts';

/** Sorted before they are numbered, so that `seq` follows the order of arrival. */
const events = prepared(
  `INSERT INTO events (uid, connection, feed, type, id, received_at, state, deliveries, conflicts, body_hash, content)
   SELECT uid, connection, feed, type, id, received_at, state, deliveries, conflicts, body_hash, content
   FROM json_to_recordset($1::json) AS x (at int, uid text, connection text, feed text, type text, id text, received_at bigint,
     state text, deliveries int, conflicts int, body_hash text, content text)
   ORDER BY at RETURNING seq, uid`,
);
const runs = prepared(
  `INSERT INTO runs (id, event, template, template_version, target, action, connection, delivery, state, attempt, priority,
     wake_at, due_at, deadline_at, lane, lane_of, fence, hinted, created_at, updated_at, error, data)
   SELECT id, event, template, template_version, target, action, connection, delivery, state, 0, priority,
     wake_at, CASE WHEN state = 'queued' AND lane IS NULL THEN wake_at END, deadline_at, lane, lane_of, 0, false, $2, $2, error, data
   FROM json_to_recordset($1::json) AS x (at int, id text, event bigint, template text, template_version text, target text,
     action text, connection text, delivery text, state text, priority int, wake_at bigint, deadline_at bigint, lane text,
     lane_of text, error text, data text)
   ORDER BY at ON CONFLICT (id) DO NOTHING RETURNING id`,
);

/** Sequence numbers of the events by uid. */
export async function insertEvents(unit: Unit, list: readonly EventRecord[]): Promise<ReadonlyMap<string, number>> {
  if (list.length === 0) return new Map();
  const param = list.map((event, at) => ({
    at,
    uid: event.uid,
    connection: event.connection,
    feed: event.feed,
    type: keep(event.type),
    id: keep(event.id),
    received_at: event.receivedAt,
    state: event.state,
    deliveries: event.deliveries,
    conflicts: event.conflicts,
    body_hash: event.bodyHash,
    content: contentOf(event),
  }));
  const {rows} = await unit.ask(events, [records(param)]);
  unit.count('events', rows.length);
  return new Map(rows.map(({seq, uid}) => [String(uid), Number(seq)]));
}

export interface NewRun {
  readonly draft: Draft;
  /** Sequence number of its event. */
  readonly event: number;
}

/** For each run whether it was made: nothing is made of one whose id exists. */
export async function insertRuns(unit: Unit, list: readonly NewRun[]): Promise<readonly boolean[]> {
  if (list.length === 0) return [];
  const lanes = list.flatMap(({draft: {lane, state}}) => (lane && state === 'queued' ? [lane] : []));
  if (lanes.length > 0) await openLanes(unit, lanes);
  for (const lane of lanes) unit.touch(laneKey(lane));
  const {rows} = await unit.ask(runs, [records(list.map(toRecord)), unit.now]);
  const made = new Set(rows.map(({id}) => String(id)));
  return list.map(({draft: {id, state, lane, wakeAt}}) => {
    // Of two with one id in the list, the first was made.
    if (!made.delete(id)) return false;
    unit.count(state, 1);
    if (state === 'queued' && !lane) unit.due(wakeAt);
    return true;
  });
}

function toRecord({draft, event}: NewRun, at: number): object {
  return {
    at,
    id: draft.id,
    event,
    template: draft.template,
    template_version: draft.templateVersion,
    target: draft.target,
    action: draft.action,
    connection: draft.connection,
    delivery: draft.delivery,
    state: draft.state,
    priority: draft.priority,
    wake_at: draft.wakeAt,
    deadline_at: draft.deadlineAt,
    lane: draft.lane && store(draft.lane),
    lane_of: draft.lane && laneKey(draft.lane),
    error: draft.error && store(draft.error),
    data: store(draft.data),
  };
}
