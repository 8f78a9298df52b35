/** The embedded engine: one file, one process that works it, every answer durable before it is given. */
import type {Engine, Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {workSlots} from '../leased.ts';
import type {EngineOptions} from '../options.ts';
import {createAccept} from './accept.ts';
import {createClaims} from './claim.ts';
import {createCounts} from './counts.ts';
import {type Database, locate, notUsable, openDatabase} from './database.ts';
import {createDocuments} from './documents.ts';
import {createGroupCommit} from './group-commit.ts';
import {createInserts} from './insert.ts';
import {createLanes} from './lanes.ts';
import {committingOf, readSlots, type WorkTools} from './leased.ts';
import {lockForWork} from './lock.ts';
import {createPurge} from './purge.ts';
import {createReads} from './reads.ts';
import {createTransitions} from './transition.ts';
import {startWorker} from './worker.ts';

/** `path` of a file, or `:memory:`. JW7103 when it cannot be used. */
export async function openSqlite(path: string, options: EngineOptions): Promise<Engine> {
  const location = locate(path, options.dir);
  return engineOn(openDatabase(location), location, options);
}

/** The engine over an open database, which it closes. */
export function engineOn(db: Database, location: string, options: Omit<EngineOptions, 'dir'>): Engine {
  const {clock, onFault = () => undefined} = options;
  const counts = createCounts(db);
  const lanes = createLanes(db);
  const inserts = createInserts(db, {counts, lanes});
  const accept = createAccept(db, inserts);
  const claims = createClaims(db, {counts, lanes});
  const transitions = createTransitions(db, {counts, lanes, inserts});
  const commits = createGroupCommit(db, counts);
  const reads = createReads(db, counts);
  const documents = createDocuments(db);
  const purge = createPurge(db, counts);
  const tools: WorkTools = {clock, commits, claims, transitions, onFault};
  /** SQLite answers at once; the port promises, so that another engine may take its time. */
  const answered =
    <A extends unknown[], T>(ask: (...args: A) => T): ((...args: A) => Promise<T>) =>
    async (...args) => {
      if (!db.isOpen) throw fail('JW7103', {problem: 'the store is closed'});
      try {
        return ask(...args);
      } catch (error) {
        throw notUsable(error);
      }
    };
  const workers = new Set<Worker>();
  let unlock: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  const work = (step: Step, workOptions: WorkOptions): Worker => {
    if (closed) throw fail('JW7103', {problem: 'the store is closed'});
    unlock ??= lockForWork(location);
    const worker = startWorker(tools, step, workOptions);
    workers.add(worker);
    return worker;
  };
  const close = async () => {
    await Promise.all([...workers].map((worker) => worker.stop()));
    commits.close();
    db.exec('PRAGMA optimize');
    db.close();
    unlock?.();
  };
  return {
    accept: (batch) => commits.submit(() => accept(batch, clock.now())),
    work,
    async tick(step, {worker, leaseMs, limit, onFault: report = onFault}) {
      const rows = await commits.submit(() =>
        claims.claim({worker, until: clock.now() + leaseMs, limit, now: clock.now()}),
      );
      const slots = readSlots(rows, report);
      await Promise.all(workSlots(committingOf(tools), slots, {step, leaseMs, onFault: report}));
      return rows.length;
    },
    wake: (job) => commits.submit(() => transitions.wake(job, clock.now())),
    decide: (run, from, change, asOf) =>
      commits.submit(() => transitions.decide(run, from, {change, asOf, now: clock.now()})),
    // One process works this store, and it is the one that asks.
    alone: (_duty, begin) => begin(),
    cursor: answered((connection: string, feed: string) => reads.cursor(connection, feed)),
    runs: {get: answered(reads.runs.get), list: answered(reads.runs.list), count: answered(reads.runs.count)},
    events: {get: answered(reads.events.get), list: answered(reads.events.list)},
    documents: {
      get: answered(documents.get),
      list: answered(documents.list),
      put: (kind, key, value) => commits.submit(() => documents.put(kind, key, value)),
      delete: (kind, key) => commits.submit(() => documents.delete(kind, key)),
    },
    stats: answered(() => reads.stats(clock.now())),
    purge: (rule) => commits.submit(() => purge(rule)),
    close() {
      closed ??= close();
      return closed;
    },
  };
}
