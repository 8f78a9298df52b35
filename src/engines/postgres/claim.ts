/** Claiming: which due runs a worker gets, under lease. Must never hand out a run whose claim is not committed. */
import type {ClaimedRun} from '../../engine/run.ts';
import {fail} from '../../errors/jobwire-error.ts';
import type {Slot} from '../leased.ts';
import {prepared, type Row} from './database.ts';
import {type Candidate, dueInLanes, toCandidate} from './lanes.ts';
import type {Unit} from './ledger.ts';
import {runColumns, toRun} from './rows.ts';

export interface Claim {
  readonly worker: string;
  /** Names this claim for ever: whether it took place can be asked afterwards. */
  readonly token: string;
  readonly until: number;
  readonly limit: number;
}

/** A run of this worker, with what its commit needs. */
export interface Leased extends Slot {
  readonly seq: number;
  readonly token: string;
  /** Its transition is being committed. */
  leaving: boolean;
}

/** Every priority that has runs to claim, highest first, found by steps through the index. */
const priorities = `WITH RECURSIVE p AS (
    (SELECT priority FROM runs WHERE due_at IS NOT NULL ORDER BY priority DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT priority FROM runs WHERE due_at IS NOT NULL AND priority < p.priority ORDER BY priority DESC LIMIT 1)
    FROM p WHERE p.priority IS NOT NULL
  )`;

/**
 * Priority by priority, so that parked runs of a high one need not be walked over. The nested loop a LATERAL forces gives its rows
 * in the order of `p`, and the outer LIMIT ends it: only what may be taken is locked. What another worker is taking is passed over.
 */
const outsideLanes = prepared(
  `${priorities}
   SELECT d.seq, d.priority, d.wake_at FROM p CROSS JOIN LATERAL (
     SELECT seq, priority, due_at AS wake_at FROM runs WHERE priority = p.priority AND due_at <= $1
     ORDER BY due_at, seq LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
   ) AS d LIMIT $2`,
);

const take = prepared(
  `UPDATE runs AS r SET
     claimed_from = r.state,
     state = CASE WHEN r.state = 'queued' THEN 'starting' ELSE r.state END,
     attempt = CASE WHEN r.state = 'queued' THEN r.attempt + 1 ELSE r.attempt END,
     updated_at = CASE WHEN r.state = 'queued' THEN $2 ELSE r.updated_at END,
     fence = r.fence + 1, hinted = false, worker = $3, claim = $4, due_at = $5
   FROM unnest($1::bigint[]) WITH ORDINALITY AS c (seq, turn), events AS e
   WHERE r.seq = c.seq AND e.seq = r.event
   RETURNING c.turn, r.claim, r.claimed_from, r.lane_of, ${runColumns}`,
);

/** Takes what is due: higher priority first, then longest due, then order of arrival. */
export async function claimDue(unit: Unit, claim: Claim): Promise<readonly Row[]> {
  const {limit, worker, token, until} = claim;
  const inLanes = await dueInLanes(unit, unit.now, limit);
  const outside = (await unit.ask(outsideLanes, [unit.now, limit])).rows.map(toCandidate);
  const chosen = [...inLanes, ...outside].sort(byTurn).slice(0, limit);
  if (chosen.length === 0) return [];
  const {rows} = await unit.ask(take, [chosen.map(({seq}) => seq), unit.now, worker, token, until]);
  const started = rows.filter(({claimed_from}) => claimed_from === 'queued');
  unit.count('queued', -started.length);
  unit.count('starting', started.length);
  for (const {lane_of} of started) if (typeof lane_of === 'string') unit.touch(lane_of);
  return rows.toSorted((a, b) => Number(a['turn']) - Number(b['turn']));
}

function byTurn(a: Candidate, b: Candidate): number {
  return b.priority - a.priority || a.wakeAt - b.wakeAt || a.seq - b.seq;
}

const recover = prepared(
  `UPDATE runs AS r SET due_at = $3 FROM events AS e
   WHERE r.state IN ('starting', 'tracking') AND r.worker = $1 AND r.claim = ANY ($2::text[]) AND e.seq = r.event
   RETURNING r.claim, r.claimed_from, ${runColumns}`,
);

/** What claims took whose end this worker did not hear of: it has these runs and does not know it. */
export async function recoverClaims(
  unit: Unit,
  {worker, until}: Pick<Claim, 'worker' | 'until'>,
  tokens: readonly string[],
): Promise<readonly Row[]> {
  return (await unit.ask(recover, [worker, tokens, until])).rows;
}

const extend = prepared(
  `UPDATE runs AS r SET due_at = $3 FROM unnest($1::bigint[], $2::bigint[]) AS s (seq, fence)
   WHERE r.seq = s.seq AND r.fence = s.fence AND r.worker IS NOT NULL`,
);

/** Leases that are no longer this worker's stay as they are. */
export async function renew(unit: Unit, slots: readonly Leased[], until: number): Promise<void> {
  await unit.ask(extend, [slots.map(({seq}) => seq), slots.map(({claimed}) => claimed.fence), until]);
}

const earliest = prepared(
  `${priorities}
   SELECT least(
     (SELECT min(d.due_at) FROM p CROSS JOIN LATERAL (
        SELECT due_at FROM runs WHERE priority = p.priority AND due_at IS NOT NULL ORDER BY due_at LIMIT 1) AS d),
     (SELECT min(wake_at) FROM lanes WHERE wake_at IS NOT NULL)) AS at`,
);

/** When the next run is due or the next lease lapses. */
export async function nextDue(unit: Unit): Promise<number> {
  const at = (await unit.ask(earliest)).rows[0]?.['at'];
  return typeof at === 'number' ? at : Number.POSITIVE_INFINITY;
}

/** The runs as a step sees them; a row that cannot be read is reported and keeps its lease until it lapses. */
export function readLeased(rows: readonly Row[], onFault: (error: unknown) => void): Leased[] {
  return rows.flatMap((row) => {
    try {
      const token = String(row['claim']);
      const claimedFrom = row['claimed_from'] as ClaimedRun['claimedFrom'];
      return [
        {
          seq: Number(row['seq']),
          token,
          leaving: false,
          claimed: {...toRun(row), fence: Number(row['fence']), claimedFrom},
        },
      ];
    } catch (error) {
      onFault(
        fail('JW9001', {problem: `run ${row['id']} cannot be read: ${(error as Error).message}`}, {cause: error}),
      );
      return [];
    }
  });
}
