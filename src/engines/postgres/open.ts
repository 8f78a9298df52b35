/**
 * The engine for many machines: any number of processes over one PostgreSQL database. Must never acknowledge before COMMIT returned.
 *
 * Plain SQL on `pg`. pg-boss 12.38.0 was measured against the laws of the port on PostgreSQL 15 and left out, because the run table
 * would have had to decide everything again beside it:
 * - its fetch hands out by priority and creation (`ORDER BY priority desc, created_on`), never what has been due longest: of two
 *   jobs the one due 59 s later came first because it was inserted first;
 * - a claim that expired after 1 s was free after 61 s (superviseIntervalSeconds 1), heartbeats are 10 s at least, and a late
 *   `complete` was refused although nobody had taken the job over;
 * - with groupConcurrency 2, eight concurrent fetches had 8 jobs of the group active; a job that is parked does not count at all,
 *   while a lane counts runs whose job is being followed.
 * From it come the ideas: SKIP LOCKED batches, LISTEN/NOTIFY, and a fence that lets a lapsed claim change nothing.
 */
import type {Ending, Engine, Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {randomId, systemClock} from '../../values/time.ts';
import {type Committing, workSlots} from '../leased.ts';
import type {EngineOptions} from '../options.ts';
import {acceptAll} from './accept.ts';
import {readAddress} from './address.ts';
import {createBatches} from './batches.ts';
import {claimDue, type Leased, readLeased} from './claim.ts';
import {type Database, openDatabase} from './database.ts';
import {createDocuments} from './documents.ts';
import {standBy} from './duty.ts';
import {isAway} from './faults.ts';
import {createTransact} from './ledger.ts';
import {purge} from './purge.ts';
import {createReads} from './reads.ts';
import {createSignals} from './signals.ts';
import {type Commit, commitAll, decideRun, wakeRuns} from './transition.ts';
import {longestSleepMs, startWorker} from './worker.ts';
import {signOff} from './workers.ts';

/** `url` without its scheme, as sqlite's: `//user:password@host:port/database?schema=jobwire`. JW7103 when it cannot be used. */
export async function openPostgres(rest: string, options: EngineOptions): Promise<Engine> {
  const db = openDatabase(readAddress(`postgres:${rest}`));
  try {
    await db.ready();
  } catch (error) {
    if (!options.patient || !isAway(error)) {
      await db.close();
      throw error;
    }
    options.onFault?.(error);
  }
  return engineOn(db, options);
}

/** Of one transaction: large enough that COMMIT costs little per item, small enough that nobody waits long. */
const mostAtOnce = 200;
/** While one transaction waits for the disk, the next one is prepared. */
const acceptsAtOnce = 2;

export interface PostgresOptions extends Pick<EngineOptions, 'clock' | 'onFault'> {
  /** Whether `clock` is the machine's, and so must agree with the server's. */
  readonly realTime?: boolean;
}

/** The engine over an open database, which it closes. */
export function engineOn(db: Database, options: PostgresOptions): Engine {
  const {clock, onFault = () => undefined, realTime = clock === systemClock} = options;
  const now = (): number => clock.now();
  const signals = createSignals(db, {clock, horizonMs: longestSleepMs});
  const transact = createTransact(db, now, signals.tell);
  const accepts = createBatches({
    most: mostAtOnce,
    width: acceptsAtOnce,
    run: (batches: readonly Parameters<Engine['accept']>[0][]) => transact((unit) => acceptAll(unit, batches)),
  });
  const commits = createBatches({
    most: mostAtOnce,
    width: 1,
    run: (list: readonly Commit[]) => transact((unit) => commitAll(unit, list)),
  });
  const endings = new Set<Ending>();
  let closed: Promise<void> | undefined;
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
  /** Refused once the engine is closed, also while what is under way is being finished. */
  const open =
    <A extends readonly unknown[], T>(act: (...args: A) => Promise<T>): ((...args: A) => Promise<T>) =>
    async (...args) => {
      if (closed) throw fail('JW7103', {problem: 'the store is closed'});
      return act(...args);
    };
  const keep = <T extends Ending>(ending: T): T => {
    endings.add(ending);
    return ending;
  };
  const tick = async (
    step: Step,
    {worker, leaseMs, limit, onFault: report = onFault}: WorkOptions,
  ): Promise<number> => {
    const token = randomId();
    const rows = await transact((unit) => claimDue(unit, {worker, token, until: unit.now + leaseMs, limit}));
    await Promise.all(workSlots(committing, readLeased(rows, report), {step, leaseMs, onFault: report}));
    return rows.length;
  };
  const work = (step: Step, workOptions: WorkOptions): Worker => {
    if (closed) throw fail('JW7103', {problem: 'the store is closed'});
    const {listen} = signals;
    const leave = (name: string) => signOff(db, name);
    return keep(
      startWorker({clock, transact, committing, realTime, listen, signOff: leave, onFault}, step, workOptions),
    );
  };
  const close = async (): Promise<void> => {
    await Promise.all([...endings].map((ending) => ending.stop()));
    await Promise.all([accepts.drained(), commits.drained()]);
    await signals.close();
    await db.close();
  };
  const reads = createReads(db, now);
  const documents = createDocuments(db);
  return {
    accept: open((batch) => accepts.submit(batch)),
    work,
    tick: open(tick),
    wake: open((job) => transact((unit) => wakeRuns(unit, job))),
    decide: open((run, from, change, asOf) => transact((unit) => decideRun(unit, run, {from, change, asOf}))),
    alone: (duty, begin) => keep(standBy({db, clock, onFault}, duty, begin)),
    cursor: open(reads.cursor),
    runs: {get: open(reads.runs.get), list: open(reads.runs.list), count: open(reads.runs.count)},
    events: {get: open(reads.events.get), list: open(reads.events.list)},
    documents: {
      get: open(documents.get),
      list: open(documents.list),
      put: open(documents.put),
      delete: open(documents.delete),
    },
    stats: open(reads.stats),
    purge: open((rule) => transact((unit) => purge(unit, rule))),
    close() {
      closed ??= close();
      return closed;
    },
  };
}
