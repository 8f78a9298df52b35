/** Working runs: claimed once or until stopped, their transitions committed in batches. */
import type {Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {type Clock, randomId} from '../../values/time.ts';
import {type Committing, workSlots} from '../leased.ts';
import {createBatches} from './batches.ts';
import {claimDue, type Leased, readLeased} from './claim.ts';
import type {Database} from './database.ts';
import type {Transact} from './ledger.ts';
import type {Signals} from './signals.ts';
import {type Commit, commitAll} from './transition.ts';
import {startWorker} from './worker.ts';
import {signOff} from './workers.ts';

export interface WorkingTools {
  readonly db: Database;
  readonly clock: Clock;
  readonly transact: Transact;
  readonly signals: Signals;
  /** Whether the clock is that of the machine, and so must agree with the server's. */
  readonly realTime: boolean;
  readonly onFault: (error: unknown) => void;
}

export interface Working {
  tick(step: Step, options: WorkOptions): Promise<number>;
  work(step: Step, options: WorkOptions): Worker;
  /** Resolves when no transition is being committed. */
  drained(): Promise<void>;
}

/** Transitions of one transaction. */
const mostAtOnce = 200;

export function createWorking(tools: WorkingTools): Working {
  const {db, clock, transact, signals} = tools;
  const commits = createBatches({
    most: mostAtOnce,
    width: 1,
    run: (list: readonly Commit[]) => transact((unit) => commitAll(unit, list)),
  });
  const committing: Committing<Leased> = {
    clock,
    isClosed: db.isClosed,
    async commit(slot, transition) {
      slot.leaving = true;
      try {
        if (!(await commits.submit({slot, transition}))) throw fail('JW5003', {run: transition.run});
      } finally {
        slot.leaving = false;
      }
    },
  };
  const {listen} = signals;
  const workerTools = {...tools, committing, listen, signOff: (worker: string) => signOff(db, worker)};
  return {
    async tick(step, {worker, leaseMs, limit, onFault = tools.onFault}) {
      const token = randomId();
      const rows = await transact((unit) => claimDue(unit, {worker, token, until: unit.now + leaseMs, limit}));
      await Promise.all(workSlots(committing, readLeased(rows, onFault), {step, leaseMs, onFault}));
      return rows.length;
    },
    work: (step, options) => startWorker(workerTools, step, options),
    drained: commits.drained,
  };
}
