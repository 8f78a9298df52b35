/** Runs under lease on their way through a step: read, worked, committed. */
import type {Step} from '../../engine/engine.ts';
import type {ClaimedRun, Transition} from '../../engine/run.ts';
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import type {Clock} from '../../values/time.ts';
import {type Claimed, type Claims, readClaimed} from './claim.ts';
import type {GroupCommit} from './group-commit.ts';
import type {Held, Transitions} from './transition.ts';

export interface WorkTools {
  readonly clock: Clock;
  readonly commits: GroupCommit;
  readonly claims: Claims;
  readonly transitions: Transitions;
  readonly onFault: (error: unknown) => void;
}

/** A run a worker has. `leaving`: its transition is in the transaction that is being written. */
export interface Slot extends Held {
  readonly claimed: ClaimedRun;
  leaving: boolean;
}

/** Reads what was claimed; a row that cannot be read is reported and keeps its lease until it lapses. */
export function readSlots(rows: readonly Claimed[], onFault: (error: unknown) => void): Slot[] {
  return rows.flatMap((row) => {
    try {
      const {claimed, held} = readClaimed(row);
      return [{...held, claimed, leaving: false}];
    } catch (error) {
      onFault(
        fail('JW9001', {problem: `run ${row.row['id']} cannot be read: ${(error as Error).message}`}, {cause: error}),
      );
      return [];
    }
  });
}

/** One promise per slot: settled when its transition is committed or given up. Never rejects. */
export function workSlots(
  tools: WorkTools,
  slots: readonly Slot[],
  {step, leaseMs, onFault}: {step: Step; leaseMs: number; onFault: (error: unknown) => void},
): Promise<void>[] {
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
      await commitWhileLeased(tools, slot, {transition, leaseMs});
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

/** What a step learned is too precious to lose to a disk that is full for a moment: tried again for the length of a lease. */
async function commitWhileLeased(
  {clock, commits, transitions}: WorkTools,
  slot: Slot,
  {transition, leaseMs}: {transition: Transition; leaseMs: number},
): Promise<void> {
  const until = clock.now() + leaseMs;
  for (;;) {
    try {
      await commits.submit(() => {
        transitions.commit(slot, transition, clock.now());
        slot.leaving = true;
      });
      return;
    } catch (error) {
      slot.leaving = false;
      const passing = error instanceof JobwireError && error.jobwireCode === 'JW7103';
      if (!passing || commits.isClosed() || clock.now() >= until) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
