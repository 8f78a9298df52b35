/** Runs under lease on their way through a step: worked, and committed as each is ready. Must never commit what a step gave for another run. */
import type {Step} from '../engine/engine.ts';
import type {ClaimedRun, Transition} from '../engine/run.ts';
import {fail, JobwireError} from '../errors/jobwire-error.ts';
import type {Clock} from '../values/time.ts';

/** A run a worker has. */
export interface Slot {
  readonly claimed: ClaimedRun;
}

export interface Committing<S extends Slot> {
  readonly clock: Clock;
  /** JW5003 when the lease is lost, JW7103 while the store cannot be used. */
  commit(slot: S, transition: Transition): Promise<void>;
  isClosed(): boolean;
}

export interface Work {
  readonly step: Step;
  readonly leaseMs: number;
  readonly onFault: (error: unknown) => void;
}

/** One promise per slot: settled when its transition is committed or given up. Never rejects. */
export function workSlots<S extends Slot>(
  committing: Committing<S>,
  slots: readonly S[],
  {step, leaseMs, onFault}: Work,
): readonly Promise<void>[] {
  if (slots.length === 0) return [];
  const answers = ask(
    step,
    slots.map(({claimed}) => claimed),
  );
  return slots.map(async (slot, i) => {
    try {
      const transition = await answers[i];
      if (transition?.run !== slot.claimed.id)
        throw fail('JW9001', {problem: `the step gave no transition for run ${slot.claimed.id}`});
      await commitWhileLeased(committing, slot, {transition, leaseMs});
    } catch (error) {
      onFault(error);
    }
  });
}

function ask(step: Step, runs: readonly ClaimedRun[]): readonly Promise<Transition>[] {
  try {
    return step(runs);
  } catch (error) {
    return runs.map(() => Promise.reject(error));
  }
}

const pauseMs = 1000;

/** What a step learned is too precious to lose to a store that is away for a moment: tried again for the length of a lease. */
async function commitWhileLeased<S extends Slot>(
  {clock, commit, isClosed}: Committing<S>,
  slot: S,
  {transition, leaseMs}: {transition: Transition; leaseMs: number},
): Promise<void> {
  const until = clock.now() + leaseMs;
  for (;;) {
    try {
      return await commit(slot, transition);
    } catch (error) {
      const passing = error instanceof JobwireError && error.jobwireCode === 'JW7103';
      if (!passing || isClosed() || clock.now() >= until) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
