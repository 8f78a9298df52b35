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
import type {AcceptBatch, Engine} from '../../engine/engine.ts';
import {systemClock} from '../../values/time.ts';
import type {EngineOptions} from '../options.ts';
import {acceptAll} from './accept.ts';
import {readAddress} from './address.ts';
import {createBatches} from './batches.ts';
import {type Database, openDatabase} from './database.ts';
import {createDocuments} from './documents.ts';
import {standBy} from './duty.ts';
import {isAway} from './faults.ts';
import {createTransact} from './ledger.ts';
import {createLifetime} from './lifetime.ts';
import {purge} from './purge.ts';
import {createReads} from './reads.ts';
import {createSignals} from './signals.ts';
import {decideRun, wakeRuns} from './transition.ts';
import {longestSleepMs} from './worker.ts';
import {createWorking} from './working.ts';

/** The address without its scheme: `//user:password@host:port/database?schema=jobwire`. JW7103 when it cannot be used. */
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

/** Events of one transaction: many enough that COMMIT costs little for each, few enough that nobody waits long. */
const mostEvents = 300;
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
    most: mostEvents,
    weigh: ({events}: AcceptBatch) => events.length,
    width: acceptsAtOnce,
    run: (batches: readonly AcceptBatch[]) => transact((unit) => acceptAll(unit, batches)),
  });
  const working = createWorking({db, clock, transact, signals, realTime, onFault});
  const {asked, begun, close} = createLifetime(async () => {
    await Promise.all([accepts.drained(), working.drained()]);
    await signals.close();
    await db.close();
  });
  const {runs, events, cursor, stats} = createReads(db, now);
  const documents = createDocuments(db);
  return {
    accept: asked(accepts.submit),
    work: begun(working.work),
    tick: asked(working.tick),
    wake: asked((job) => transact((unit) => wakeRuns(unit, job))),
    decide: asked((run, from, change, asOf) => transact((unit) => decideRun(unit, run, {from, change, asOf}))),
    alone: begun((duty, begin) => standBy({db, clock, onFault}, duty, begin)),
    cursor: asked(cursor),
    runs: {get: asked(runs.get), list: asked(runs.list), count: asked(runs.count)},
    events: {get: asked(events.get), list: asked(events.list)},
    documents: {
      get: asked(documents.get),
      list: asked(documents.list),
      put: asked(documents.put),
      delete: asked(documents.delete),
    },
    stats: asked(stats),
    purge: asked((rule) => transact((unit) => purge(unit, rule))),
    close,
  };
}
