/** Runs under lease: how they are read, and how their transitions are committed. */
import {fail} from '../../errors/jobwire-error.ts';
import type {Clock} from '../../values/time.ts';
import type {Committing, Slot as LeasedSlot} from '../leased.ts';
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
export interface Slot extends Held, LeasedSlot {
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

/** How a worker of this engine commits: `leaving` counts from within the transaction, so that its place can be filled by it. */
export function committingOf({clock, commits, transitions}: WorkTools): Committing<Slot> {
  return {
    clock,
    isClosed: commits.isClosed,
    async commit(slot, transition) {
      try {
        await commits.submit(() => {
          transitions.commit(slot, transition, clock.now());
          slot.leaving = true;
        });
      } catch (error) {
        slot.leaving = false;
        throw error;
      }
    },
  };
}
