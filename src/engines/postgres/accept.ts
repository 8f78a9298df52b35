/** Accepting: events with their dedupe keys, runs and cursors, many batches in one transaction. */
import type {AcceptBatch, Accepted, CursorMove, NewEvent} from '../../engine/engine.ts';
import {restarted} from '../../engine/key.ts';
import type {RunState} from '../../engine/run.ts';
import {type Known, letsThrough, restartsAfter} from '../identity.ts';
import {prepared, type Row, type Session} from './database.ts';
import {insertEvents, insertRuns} from './insert.ts';
import type {Unit} from './ledger.ts';
import {identityOf, keep, records, store} from './rows.ts';

/** What becomes of an arrival. `restarts` is there when its identity was known and is let through again. */
type Decided =
  | {readonly how: 'stored'; readonly arrival: NewEvent; readonly restarts?: number}
  | {readonly how: 'duplicate'; readonly accepted: Accepted; readonly conflict: boolean}
  | {readonly how: 'own'; readonly accepted: Accepted};

export async function acceptAll(
  unit: Unit,
  batches: readonly AcceptBatch[],
): Promise<readonly (readonly Accepted[])[]> {
  const arrivals = batches.flatMap(({events}) => events);
  const results = new Map<NewEvent, Accepted>();
  for (const round of roundsOf(arrivals)) await acceptRound(unit, round, results);
  for (const {cursor} of batches) if (cursor) await moveCursor(unit, cursor);
  return batches.map(({events}) => events.map((arrival) => results.get(arrival) as Accepted));
}

/** No round has an identity twice: the second one of a batch finds the first one stored. */
function roundsOf(arrivals: readonly NewEvent[]): readonly (readonly NewEvent[])[] {
  const rounds: NewEvent[][] = [];
  const seen = new Map<string, number>();
  for (const arrival of arrivals) {
    const key = identityOf(arrival.event);
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    rounds[round] ??= [];
    rounds[round].push(arrival);
  }
  return rounds;
}

async function acceptRound(unit: Unit, round: readonly NewEvent[], results: Map<NewEvent, Accepted>): Promise<void> {
  const fresh = await claimIdentities(unit, round);
  const known = await readStoredIdentities(
    unit,
    round.map(({event}) => identityOf(event)).filter((key) => !fresh.has(key)),
  );
  const decided = round.map((arrival) => decide(arrival, known.get(identityOf(arrival.event)), unit.now));
  await replaceIdentities(unit, decided);
  await countDeliveries(unit, decided);
  const created = await create(
    unit,
    decided.flatMap((one) => (one.how === 'stored' ? [one.arrival] : [])),
  );
  for (const [i, one] of decided.entries())
    results.set(round[i] as NewEvent, one.how === 'stored' ? (created.get(one.arrival) as Accepted) : one.accepted);
}

const identities = `json_to_recordset($1::json) AS x (key text, id text, uid text, state text, body_hash text, restarts int, expires_at bigint)`;
/** In order of key: two transactions with the same identities do not wait for each other in a circle. */
const claim = prepared(
  `INSERT INTO identities (key, id, uid, state, body_hash, restarts, expires_at)
   SELECT key, id, uid, state, body_hash, restarts, expires_at FROM ${identities} ORDER BY key
   ON CONFLICT (key) DO NOTHING RETURNING key`,
);

async function claimIdentities(unit: Unit, round: readonly NewEvent[]): Promise<ReadonlySet<string>> {
  const {rows} = await unit.ask(claim, [
    records(round.map((arrival) => identityRow(arrival, {restarts: 0, now: unit.now}))),
  ]);
  return new Set(rows.map(({key}) => String(key)));
}

function identityRow({event, windowMs}: NewEvent, {restarts, now}: {restarts: number; now: number}): object {
  const {uid, state, bodyHash} = event;
  const [key, id] = [identityOf(event), keep(event.id)];
  return {key, id, uid, state, body_hash: bodyHash, restarts, expires_at: now + windowMs};
}

interface Stored extends Known {
  readonly uid: string;
  readonly bodyHash: string;
  readonly ids: readonly string[];
}

const lockIdentities = prepared(
  `SELECT key, uid, state, body_hash, restarts, expires_at FROM identities
   WHERE key = ANY ($1::text[]) ORDER BY key FOR UPDATE`,
);
/** A statement of its own: what another transaction stored while the lock was waited for is seen by it. */
const runsOfEvents = prepared(
  'SELECT e.uid, r.id, r.state FROM events AS e JOIN runs AS r ON r.event = e.seq WHERE e.uid = ANY ($1::text[]) ORDER BY r.seq',
);

async function readStoredIdentities(session: Session, keys: readonly string[]): Promise<ReadonlyMap<string, Stored>> {
  if (keys.length === 0) return new Map();
  const {rows} = await session.ask(lockIdentities, [keys]);
  const all = await session.ask(runsOfEvents, [rows.map(({uid}) => uid)]);
  const runsOf = Map.groupBy(all.rows, ({uid}) => uid);
  return new Map(rows.map((row) => [String(row['key']), toStored(row, runsOf.get(row['uid']) ?? [])]));
}

function toStored(row: Row, runs: readonly Row[]): Stored {
  return {
    uid: String(row['uid']),
    bodyHash: String(row['body_hash']),
    state: row['state'] as Known['state'],
    expiresAt: Number(row['expires_at']),
    restarts: Number(row['restarts']),
    runs: runs.map(({state}) => state as RunState),
    ids: runs.map(({id}) => String(id)),
  };
}

function decide(arrival: NewEvent, stored: Stored | undefined, now: number): Decided {
  if (!stored) return {how: 'stored', arrival};
  const {uid, ids: runs} = stored;
  // Our own, stored by a transaction whose end we did not hear of: neither a duplicate nor another delivery.
  if (uid === arrival.event.uid) return {how: 'own', accepted: {uid, duplicate: false, runs}};
  if (!letsThrough(stored, arrival, now))
    return {
      how: 'duplicate',
      accepted: {uid, duplicate: true, runs},
      conflict: stored.bodyHash !== arrival.event.bodyHash,
    };
  const restarts = restartsAfter(stored);
  return {how: 'stored', arrival: restarts > 0 ? {...arrival, ...restarted(arrival, restarts)} : arrival, restarts};
}

const replace = prepared(
  `UPDATE identities AS i SET uid = x.uid, state = x.state, body_hash = x.body_hash, restarts = x.restarts, expires_at = x.expires_at
   FROM ${identities} WHERE i.key = x.key`,
);

async function replaceIdentities(unit: Unit, decided: readonly Decided[]): Promise<void> {
  const again = decided.flatMap((one) =>
    one.how === 'stored' && one.restarts !== undefined
      ? [identityRow(one.arrival, {restarts: one.restarts, now: unit.now})]
      : [],
  );
  if (again.length > 0) await unit.ask(replace, [records(again)]);
}

const countDelivery = prepared(
  `UPDATE events AS e SET deliveries = e.deliveries + 1, conflicts = e.conflicts + x.conflicts
   FROM json_to_recordset($1::json) AS x (uid text, conflicts int) WHERE e.uid = x.uid`,
);

async function countDeliveries(unit: Unit, decided: readonly Decided[]): Promise<void> {
  const more = decided.flatMap((one) =>
    one.how === 'duplicate' ? [{uid: one.accepted.uid, conflicts: Number(one.conflict)}] : [],
  );
  if (more.length > 0) await unit.ask(countDelivery, [records(more)]);
}

async function create(unit: Unit, arrivals: readonly NewEvent[]): Promise<ReadonlyMap<NewEvent, Accepted>> {
  const seqs = await insertEvents(
    unit,
    arrivals.map(({event}) => event),
  );
  const runs = arrivals.flatMap(({event, drafts}) =>
    drafts.map((draft) => ({draft, event: seqs.get(event.uid) as number})),
  );
  const made = await insertRuns(unit, runs);
  const ids = Map.groupBy(
    runs.filter((_, i) => made[i]),
    ({event}) => event,
  );
  return new Map(
    arrivals.map((arrival) => {
      const {uid} = arrival.event;
      const own = ids.get(seqs.get(uid) as number) ?? [];
      return [arrival, {uid, duplicate: false, runs: own.map(({draft}) => draft.id)}];
    }),
  );
}

const setCursor = prepared(
  `INSERT INTO cursors (connection, feed, value) VALUES ($1, $2, $3)
   ON CONFLICT (connection, feed) DO UPDATE SET value = excluded.value`,
);
const beginCursor = prepared(
  `INSERT INTO cursors (connection, feed, value) VALUES ($1, $2, $3)
   ON CONFLICT (connection, feed) DO UPDATE SET value = excluded.value WHERE cursors.value = 'null'`,
);
const advanceCursor = prepared('UPDATE cursors SET value = $3 WHERE connection = $1 AND feed = $2 AND value = $4');

/** Where the batch says what the cursor was read as, it moves only if it still is that. */
async function moveCursor(unit: Unit, {connection, feed, value, from}: CursorMove): Promise<void> {
  const row = [connection, feed, store(value)];
  if (from === undefined) await unit.ask(setCursor, row);
  else if (from === null) await unit.ask(beginCursor, row);
  else await unit.ask(advanceCursor, [...row, store(from)]);
}
