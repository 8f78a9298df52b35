/** One look of a worker at the store: renew, say that it lives, claim. One transaction. */
import type {LiveWorker} from '../../engine/engine.ts';
import {type Claim, claimDue, type Leased, nextDue, recoverClaims, renew} from './claim.ts';
import type {Row} from './database.ts';
import type {Unit} from './ledger.ts';
import {beat} from './workers.ts';

export interface Wanted extends Omit<Claim, 'limit' | 'until'> {
  readonly leaseMs: number;
  /** Asked when it comes to claiming: the worker may have been stopped meanwhile. */
  readonly places: () => number;
  /** Leases to renew. */
  readonly renew: readonly Leased[];
  readonly beat: Omit<LiveWorker, 'seenAt'> | undefined;
  /** Claims of which this worker does not know whether they took place. */
  readonly unclear: readonly string[];
}

export interface Turn {
  readonly rows: readonly Row[];
  /** When something is due next. */
  readonly next: number;
  /** The time of the server, where the worker said that it lives. */
  readonly server: number | undefined;
}

/** Renews before it claims: a worker that was stopped for a while must not take its own runs for a dead one's. */
export async function takeTurn(unit: Unit, wanted: Wanted): Promise<Turn> {
  const {worker, token, unclear} = wanted;
  const until = unit.now + wanted.leaseMs;
  if (wanted.renew.length > 0) await renew(unit, wanted.renew, until);
  const server = wanted.beat && (await beat(unit, {...wanted.beat, seenAt: unit.now}));
  const found = unclear.length > 0 ? await recoverClaims(unit, {worker, until}, unclear) : [];
  const limit = wanted.places() - found.length;
  const claimed = limit > 0 ? await claimDue(unit, {worker, token, until, limit}) : [];
  return {rows: [...found, ...claimed], next: await nextDue(unit), server};
}
