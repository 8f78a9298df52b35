/** Claiming: which due runs a worker gets, under lease. Works inside the caller's transaction. */
import type {ClaimedRun} from '../../engine/run.ts';
import type {Counts} from './counts.ts';
import type {Database} from './database.ts';
import {type Candidate, highest, type Lanes} from './lanes.ts';
import {placeOf, type RunValues, rowOf, runColumns, runSource, toRun} from './rows.ts';
import type {Held} from './writes.ts';

export interface Claim {
  readonly worker: string;
  readonly until: number;
  readonly limit: number;
  readonly now: number;
}

/** A claimed row, not yet read: reading it must not be able to spoil the transaction. */
export interface Claimed {
  readonly values: RunValues;
  readonly claimedFrom: ClaimedRun['claimedFrom'];
}

export interface Claims {
  claim(claim: Claim): Claimed[];
  /** False when the lease is no longer this worker's. */
  renew(seq: number, fence: number, until: number): boolean;
  /** When the next run is due or the next lease lapses. */
  next(): number | undefined;
}

export function createClaims(db: Database, {counts, lanes}: {counts: Counts; lanes: Lanes}): Claims {
  const firstOfPriority = db.prepare(
    `SELECT priority, due_at FROM runs WHERE due_at IS NOT NULL AND priority < ? ORDER BY priority DESC, due_at, seq LIMIT 1`,
  );
  const dueOfPriority = db.prepare(
    'SELECT seq, priority, due_at AS wake_at FROM runs WHERE priority = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?',
  );
  const read = db.prepare(`SELECT ${runColumns} FROM ${runSource} WHERE r.seq = ?`);
  read.setReturnArrays(true);
  const take = db.prepare(
    `UPDATE runs SET state = ?, attempt = ?, updated_at = ?, fence = fence + 1, hinted = 0, worker = ?, due_at = ?
     WHERE seq = ?`,
  );
  const extend = db.prepare('UPDATE runs SET due_at = ? WHERE seq = ? AND fence = ? AND worker IS NOT NULL');

  /** Priority by priority, so that parked runs of a high one need not be walked over. */
  const dueOutsideLanes = (now: number, limit: number): Candidate[] => {
    const found: Candidate[] = [];
    for (let row = firstOfPriority.get(highest); row && found.length < limit; ) {
      const priority = Number(row['priority']);
      for (const {seq, wake_at} of dueOfPriority.all(priority, now, limit - found.length))
        found.push({seq: Number(seq), priority, wakeAt: Number(wake_at)});
      row = firstOfPriority.get(priority);
    }
    return found;
  };

  const takeOne = (seq: number, {worker, until, now}: Claim): Claimed => {
    const values = read.get(seq) as unknown as RunValues;
    const claimedFrom = values[at.state] as Claimed['claimedFrom'];
    const lane = values[at.lane];
    const fresh = claimedFrom === 'queued';
    if (fresh) {
      values[at.state] = 'starting';
      values[at.attempt] = Number(values[at.attempt]) + 1;
      values[at.updatedAt] = now;
    }
    values[at.fence] = Number(values[at.fence]) + 1;
    const [state = null, attempt = null, updatedAt = null] = [
      values[at.state],
      values[at.attempt],
      values[at.updatedAt],
    ];
    take.run(state, attempt, updatedAt, worker, until, seq);
    if (fresh) {
      counts.add('queued', -1);
      counts.add('starting', 1);
      if (typeof lane === 'string') lanes.refresh(lane);
    }
    return {values, claimedFrom};
  };

  return {
    claim(claim) {
      const {now, limit} = claim;
      const inLanes = lanes.due(now, limit);
      const outside = dueOutsideLanes(now, limit);
      const chosen = inLanes.length === 0 ? outside : [...inLanes, ...outside].sort(byTurn).slice(0, limit);
      return chosen.map(({seq}) => takeOne(seq, claim));
    },
    renew: (seq, fence, until) => extend.run(until, seq, fence).changes === 1,
    next() {
      const times = [lanes.next() ?? Number.POSITIVE_INFINITY];
      for (let row = firstOfPriority.get(highest); row; row = firstOfPriority.get(Number(row['priority'])))
        times.push(Number(row['due_at']));
      const at = Math.min(...times);
      return Number.isFinite(at) ? at : undefined;
    },
  };
}

const at = {
  state: placeOf('state'),
  attempt: placeOf('attempt'),
  updatedAt: placeOf('updated_at'),
  fence: placeOf('fence'),
  lane: placeOf('lane'),
};

function byTurn(a: Candidate, b: Candidate): number {
  return b.priority - a.priority || a.wakeAt - b.wakeAt || a.seq - b.seq;
}

/** The run as a step sees it, and what its commit needs. Throws for a row that cannot be read. */
export function readClaimed({values, claimedFrom}: Claimed): {readonly claimed: ClaimedRun; readonly held: Held} {
  const row = rowOf(values);
  const run = toRun(row);
  const claimed = {...run, fence: Number(row['fence']), claimedFrom};
  const {id, state, connection, lane} = run;
  return {claimed, held: {seq: Number(row['seq']), id, state, connection, lane}};
}
