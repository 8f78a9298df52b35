/** Lanes: how many runs of one key are in flight, and which queued run comes next. Must never change or read a lane to act on it without the lock of its row. */
import {prepared, type Row, type Session} from './database.ts';
import {type Lane, laneKey, records} from './rows.ts';

/** A run that may be claimed now. */
export interface Candidate {
  readonly seq: number;
  readonly priority: number;
  readonly wakeAt: number;
}

export function toCandidate({seq, priority, wake_at}: Row): Candidate {
  return {seq: Number(seq), priority: Number(priority), wakeAt: Number(wake_at)};
}

/** In order of key, as all locks of lanes are taken, so that transactions do not wait for each other in a circle. */
const open = prepared(
  `INSERT INTO lanes (key, max, ordered) SELECT key, max, ordered
   FROM json_to_recordset($1::json) AS x (key text, max int, ordered boolean) ORDER BY key
   ON CONFLICT (key) DO UPDATE SET max = excluded.max, ordered = excluded.ordered`,
);
const reopen = prepared(
  `INSERT INTO lanes (key, max, ordered) SELECT key, max, ordered
   FROM json_to_recordset($1::json) AS x (key text, max int, ordered boolean) ORDER BY key
   ON CONFLICT (key) DO UPDATE SET max = lanes.max`,
);
const lock = prepared('SELECT key FROM lanes WHERE key = ANY ($1::text[]) ORDER BY key FOR UPDATE');

/** Locks the lanes and makes them known with limit and order; of several, the last one of a key holds. */
export function openLanes(session: Session, lanes: readonly Lane[]): Promise<unknown> {
  return session.ask(open, [rowsOf(lanes)]);
}

/** The same for a run that comes back into its lane: what is known of the lane stays. */
export function reopenLanes(session: Session, lanes: readonly Lane[]): Promise<unknown> {
  return session.ask(reopen, [rowsOf(lanes)]);
}

/** Locks lanes that have a run in flight, and so are known. */
export function lockLanes(session: Session, keys: readonly string[]): Promise<unknown> {
  return session.ask(lock, [keys]);
}

function rowsOf(lanes: readonly Lane[]): string {
  const byKey = new Map(lanes.map((lane) => [laneKey(lane), lane]));
  return records([...byKey].map(([key, {limit, ordered}]) => ({key, max: Math.max(1, limit), ordered})));
}

const forget = prepared(
  `DELETE FROM lanes AS l WHERE l.key = ANY ($1::text[]) AND NOT EXISTS (
     SELECT FROM runs WHERE lane_of = l.key AND state IN ('queued', 'starting', 'tracking'))`,
);
/** Of an ordered lane only the first that arrived counts. */
const refresh = prepared(
  `WITH n AS (
     SELECT l.key, l.wake_at AS noted, CASE
       WHEN f.n >= CASE WHEN l.ordered THEN 1 ELSE l.max END THEN NULL
       WHEN l.ordered THEN (
         SELECT CASE WHEN r.state = 'queued' THEN r.wake_at END FROM runs AS r
         WHERE r.lane_of = l.key AND r.state IN ('queued', 'starting', 'tracking') ORDER BY r.seq LIMIT 1)
       ELSE (SELECT min(r.wake_at) FROM runs AS r WHERE r.lane_of = l.key AND r.state = 'queued')
     END AS wake_at
     FROM lanes AS l CROSS JOIN LATERAL (
       SELECT count(*) AS n FROM runs WHERE lane_of = l.key AND state IN ('starting', 'tracking')) AS f
     WHERE l.key = ANY ($1::text[])
   ), noted AS (
     UPDATE lanes SET wake_at = n.wake_at FROM n WHERE lanes.key = n.key AND n.noted IS DISTINCT FROM n.wake_at
   )
   SELECT min(wake_at) AS wake_at FROM n`,
);

/** Notes when the lanes have work again and gives the earliest of these times; forgets lanes without unfinished runs. */
export async function refreshLanes(session: Session, keys: readonly string[]): Promise<number | undefined> {
  await session.ask(forget, [keys]);
  const at = (await session.ask(refresh, [keys])).rows[0]?.['wake_at'];
  return typeof at === 'number' ? at : undefined;
}

/** A lane that somebody else is changing is passed over: he says so when he is done. */
const lockDue = prepared(
  'SELECT key FROM lanes WHERE wake_at <= $1 ORDER BY wake_at, key LIMIT $2 FOR UPDATE SKIP LOCKED',
);
const inLanes = prepared(
  `SELECT c.seq, c.priority, c.wake_at
   FROM lanes AS l CROSS JOIN LATERAL (
     SELECT count(*) AS n FROM runs WHERE lane_of = l.key AND state IN ('starting', 'tracking')
   ) AS f CROSS JOIN LATERAL (
     (SELECT seq, state, priority, wake_at FROM runs
      WHERE l.ordered AND f.n = 0 AND lane_of = l.key AND state IN ('queued', 'starting', 'tracking') ORDER BY seq LIMIT 1)
     UNION ALL
     (SELECT seq, state, priority, wake_at FROM runs
      WHERE NOT l.ordered AND lane_of = l.key AND state = 'queued' AND wake_at <= $2
      ORDER BY priority DESC, wake_at, seq LIMIT greatest(0, least(l.max - f.n, $3)))
   ) AS c
   WHERE l.key = ANY ($1::text[]) AND c.state = 'queued' AND c.wake_at <= $2`,
);

/** Runs that are due, of the `limit` lanes that have waited longest, no more of a lane than it has places. The lanes stay locked. */
export async function dueInLanes(session: Session, now: number, limit: number): Promise<readonly Candidate[]> {
  const {rows} = await session.ask(lockDue, [now, limit]);
  if (rows.length === 0) return [];
  const keys = rows.map(({key}) => key);
  return (await session.ask(inLanes, [keys, now, limit])).rows.map(toCandidate);
}
