/** Lanes: how many runs of one key are in flight, and which queued run comes next. Works inside the caller's transaction. */
import type {Draft} from '../../engine/run.ts';
import type {Database} from './database.ts';
import {type Row, text} from './rows.ts';

/** A queued run of a lane that may be claimed now. */
export interface Candidate {
  readonly seq: number;
  readonly priority: number;
  readonly wakeAt: number;
}

export type Lane = NonNullable<Draft['lane']>;

export interface Lanes {
  /** Makes the lane known with the limit and order of this draft. */
  open(lane: Lane): void;
  /** The same for a run that comes back into its lane; what is known of the lane stays. */
  reopen(lane: Lane): void;
  /** Notes when the lane has work again; after any change of a run of the lane. Forgets a lane without unfinished runs. */
  refresh(key: string): void;
  /** Runs that are due, of the `limit` lanes that have waited longest, no more of a lane than it has places. */
  due(now: number, limit: number): Candidate[];
  /** When the next run of a lane is due. */
  next(): number | undefined;
}

export function createLanes(db: Database): Lanes {
  const insert = db.prepare('INSERT INTO lanes (key, max, ordered) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const change = db.prepare('UPDATE lanes SET max = ?, ordered = ? WHERE key = ? AND (max <> ? OR ordered <> ?)');
  const select = db.prepare('SELECT max, ordered FROM lanes WHERE key = ?');
  const setWake = db.prepare('UPDATE lanes SET wake_at = ? WHERE key = ? AND wake_at IS NOT ?');
  const remove = db.prepare('DELETE FROM lanes WHERE key = ?');
  const inFlight = db.prepare(`SELECT count(*) AS n FROM runs WHERE lane = ? AND state IN ('starting', 'tracking')`);
  const firstArrived = db.prepare(
    `SELECT seq, state, priority, wake_at FROM runs
     WHERE lane = ? AND state IN ('queued', 'starting', 'tracking') ORDER BY seq LIMIT 1`,
  );
  const firstWaiting = db.prepare(
    `SELECT seq, priority, wake_at FROM runs
     WHERE lane = ? AND state = 'queued' AND priority < ? ORDER BY priority DESC, wake_at, seq LIMIT 1`,
  );
  const waiting = db.prepare(
    `SELECT seq, priority, wake_at FROM runs
     WHERE lane = ? AND state = 'queued' AND wake_at <= ? ORDER BY priority DESC, wake_at, seq LIMIT ?`,
  );
  const dueLanes = db.prepare('SELECT key FROM lanes WHERE wake_at <= ? ORDER BY wake_at, key LIMIT ?');
  const nextLane = db.prepare('SELECT min(wake_at) AS at FROM lanes WHERE wake_at IS NOT NULL');

  const placesOf = (key: string): {readonly free: number; readonly ordered: boolean} => {
    const lane = select.get(key);
    const ordered = lane?.['ordered'] === 1;
    const max = ordered ? 1 : Number(lane?.['max'] ?? 0);
    return {free: max - Number(inFlight.get(key)?.['n']), ordered};
  };

  /** Of an ordered lane only the first that arrived; earliest wakeAt of each priority otherwise. */
  const earliest = (key: string, ordered: boolean): number | undefined => {
    if (ordered) {
      const head = firstArrived.get(key);
      return head?.['state'] === 'queued' ? Number(head['wake_at']) : undefined;
    }
    let wakeAt: number | undefined;
    for (let row = firstWaiting.get(key, highest); row; row = firstWaiting.get(key, Number(row['priority'])))
      wakeAt = Math.min(wakeAt ?? Number.POSITIVE_INFINITY, Number(row['wake_at']));
    return wakeAt;
  };

  return {
    open({key, limit, ordered}) {
      const max = Math.max(1, limit);
      if (insert.run(key, max, Number(ordered)).changes === 0)
        change.run(max, Number(ordered), key, max, Number(ordered));
    },
    reopen: ({key, limit, ordered}) => void insert.run(key, Math.max(1, limit), Number(ordered)),
    refresh(key) {
      if (!firstArrived.get(key)) return void remove.run(key);
      const {free, ordered} = placesOf(key);
      const wakeAt = (free > 0 ? earliest(key, ordered) : undefined) ?? null;
      setWake.run(wakeAt, key, wakeAt);
    },
    due(now, limit) {
      const found: Candidate[] = [];
      for (const lane of dueLanes.all(now, limit)) {
        const key = text(lane['key']);
        const {free, ordered} = placesOf(key);
        const rows = ordered ? [firstArrived.get(key)] : waiting.all(key, now, Math.min(free, limit));
        found.push(...rows.filter((row) => row !== undefined).map(toCandidate));
      }
      return found;
    },
    next() {
      const at = nextLane.get()?.['at'];
      return typeof at === 'number' ? at : undefined;
    },
  };
}

/** Above every priority. */
export const highest = Number.MAX_SAFE_INTEGER;

function toCandidate(row: Row): Candidate {
  return {seq: Number(row['seq']), priority: Number(row['priority']), wakeAt: Number(row['wake_at'])};
}
