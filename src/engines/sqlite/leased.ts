/** Runs under lease: how they are read, and how their transitions are committed. */
import {fail} from '../../errors/jobwire-error.ts';
import type {Clock} from '../../values/time.ts';
import type {Committing, Slot as LeasedSlot} from '../leased.ts';
import {type Claimed, readClaimed} from './claim.ts';
import type {GroupCommit} from './group-commit.ts';
import {rowOf} from './rows.ts';
import {changeRow, type Held} from './writes.ts';

export interface WorkTools {
  readonly clock: Clock;
  readonly commits: GroupCommit;
  readonly onFault: (error: unknown) => void;
}

/** A run a worker has. `leaving`: its transition is in the transaction that is being written. */
export interface Slot extends LeasedSlot {
  readonly held: Held;
  leaving: boolean;
}

/** Reads what was claimed; a row that cannot be read is reported and keeps its lease until it lapses. */
export function readSlots(rows: readonly Claimed[], onFault: (error: unknown) => void): Slot[] {
  return rows.flatMap((row) => {
    try {
      return [{...readClaimed(row), leaving: false}];
    } catch (error) {
      onFault(
        fail(
          'JW9001',
          {problem: `run ${rowOf(row.values)['id']} cannot be read: ${(error as Error).message}`},
          {cause: error},
        ),
      );
      return [];
    }
  });
}

/** How a worker of this engine commits: `leaving` counts as the transition is on its way, so that its place can be filled with it. */
export function committingOf({clock, commits}: WorkTools): Committing<Slot> {
  return {
    clock,
    isClosed: commits.isClosed,
    async commit(slot, {fence, ...change}) {
      const asked = {held: slot.held, fence, change: changeRow(change), now: clock.now()};
      const leave = () => {
        slot.leaving = true;
      };
      try {
        await commits.submit('commit', asked, leave);
      } catch (error) {
        slot.leaving = false;
        throw error;
      }
    },
  };
}
