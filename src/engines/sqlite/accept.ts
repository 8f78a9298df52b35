/** Accepting: events with their dedupe keys, runs and cursor, all or nothing. Works inside the caller's transaction. */
import type {Accepted} from '../../engine/engine.ts';
import {restarted} from '../../engine/key.ts';
import type {EventRecord, RunState} from '../../engine/run.ts';
import {type Known, letsThrough, restartsAfter} from '../identity.ts';
import type {Database} from './database.ts';
import type {Inserts} from './insert.ts';
import {contentOf, type Row, readStored, store, text} from './rows.ts';
import type {ArrivalRow, CursorRow, EventRow, Perform} from './writes.ts';

export function createAccept(db: Database, inserts: Inserts): Perform['accept'] {
  const claimIdentity = db.prepare(
    `INSERT INTO identities (connection, type, id, uid, state, body_hash, restarts, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING`,
  );
  const known = db.prepare(
    `SELECT i.uid, i.state, i.body_hash, i.restarts, i.expires_at, e.seq FROM identities AS i LEFT JOIN events AS e ON e.uid = i.uid
     WHERE i.connection = ? AND i.type = ? AND i.id = ?`,
  );
  const replace = db.prepare(
    `UPDATE identities SET uid = ?, state = ?, body_hash = ?, restarts = ?, expires_at = ?
     WHERE connection = ? AND type = ? AND id = ?`,
  );
  const countDelivery = db.prepare(
    'UPDATE events SET deliveries = deliveries + 1, conflicts = conflicts + ? WHERE uid = ?',
  );
  const runsOf = db.prepare('SELECT id, state FROM runs WHERE event = ? ORDER BY seq');
  const setCursor = db.prepare(
    `INSERT INTO cursors (connection, feed, value) VALUES (?, ?, ?)
     ON CONFLICT (connection, feed) DO UPDATE SET value = excluded.value`,
  );
  const cursorOf = db.prepare('SELECT value FROM cursors WHERE connection = ? AND feed = ?');

  const moveCursor = ({connection, feed, value, from}: CursorRow): void => {
    const stands = () => cursorOf.get(connection, feed)?.['value'] ?? store(null);
    if (from === undefined || stands() === from) setCursor.run(connection, feed, value);
  };

  const acceptOne = (arrival: ArrivalRow, now: number): Accepted => {
    const {connection, type, id, uid, state, bodyHash} = arrival.event;
    const expiresAt = now + arrival.windowMs;
    if (claimIdentity.run(connection, type, id, uid, state, bodyHash, expiresAt).changes === 1)
      return create(arrival, now);
    const first = known.get(connection, type, id) as Row;
    const runs = typeof first['seq'] === 'number' ? runsOf.all(first['seq']) : [];
    const before = knownOf(first, runs);
    if (!letsThrough(before, arrival, now)) {
      countDelivery.run(first['body_hash'] === bodyHash ? 0 : 1, first['uid'] ?? null);
      return {uid: text(first['uid']), duplicate: true, runs: runs.map((run) => text(run['id']))};
    }
    const restarts = restartsAfter(before);
    replace.run(uid, state, bodyHash, restarts, expiresAt, connection, type, id);
    return create(restarts > 0 ? restartedRow(arrival, restarts) : arrival, now);
  };

  const create = ({event, drafts}: ArrivalRow, now: number): Accepted => {
    const seq = inserts.event(event);
    return {
      uid: event.uid,
      duplicate: false,
      runs: drafts.filter((draft) => inserts.run(draft, seq, now)).map(({id}) => id),
    };
  };

  return ({events, cursor, now}) => {
    const accepted = events.map((event) => acceptOne(event, now));
    if (cursor) moveCursor(cursor);
    return accepted;
  };
}

/** Decisions name their runs, and stand in the text. */
function restartedRow(arrival: ArrivalRow, restarts: number): ArrivalRow {
  const {event, drafts} = restarted({event: recordOf(arrival.event), drafts: arrival.drafts}, restarts);
  return {...arrival, event: {...arrival.event, content: contentOf(event)}, drafts};
}

function recordOf({content, ...columns}: EventRow): EventRecord {
  return {...columns, ...readStored<Omit<EventRecord, keyof EventRow>>(content)};
}

function knownOf(first: Row, runs: readonly Row[]): Known {
  return {
    state: text(first['state']) as Known['state'],
    expiresAt: Number(first['expires_at']),
    restarts: Number(first['restarts']),
    runs: runs.map(({state}) => text(state) as RunState),
  };
}
