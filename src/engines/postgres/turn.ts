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
  /** Leases to renew at this time; every lease of the worker, if any. */
  readonly leases: (now: number) => readonly Leased[];
  /** What to say of the worker, when it is time to say that it lives. */
  readonly beat: (now: number) => LiveWorker | undefined;
  /** Claims of which this worker does not know whether they took place. */
  readonly unclear: readonly string[];
}

export interface Turn {
  readonly at: number;
  readonly rows: readonly Row[];
  /** When something is due next. */
  readonly next: number;
  readonly renewed: boolean;
  /** The time of the server, where the worker said that it lives. */
  readonly server: number | undefined;
}

/**
 * Renews before it claims, by the time of the claim: a worker that was stopped for a while, even just now, must not take its own
 * runs for a dead one's.
 */
export async function takeTurn(unit: Unit, wanted: Wanted): Promise<Turn> {
  const {worker, token, unclear} = wanted;
  const at = unit.now;
  const until = at + wanted.leaseMs;
  const leases = wanted.leases(at);
  if (leases.length > 0) await renew(unit, leases, until);
  const saying = wanted.beat(at);
  const server = saying && (await beat(unit, saying));
  const found = unclear.length > 0 ? await recoverClaims(unit, {worker, until}, unclear) : [];
  const limit = wanted.places() - found.length;
  const claimed = limit > 0 ? await claimDue(unit, {worker, token, until, limit}) : [];
  return {at, rows: [...found, ...claimed], next: await nextDue(unit), renewed: leases.length > 0, server};
}
