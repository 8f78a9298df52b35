/** The embedded engine: one file, one process that works it, every answer durable before it is given. */
import type {Engine, Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {workSlots} from '../leased.ts';
import type {EngineOptions} from '../options.ts';
import {createCounts} from './counts.ts';
import {type Database, locate, memory, notUsable, openDatabase} from './database.ts';
import {createDocuments} from './documents.ts';
import {createGroupCommit} from './group-commit.ts';
import {committingOf, readSlots, type WorkTools} from './leased.ts';
import {lockForWork} from './lock.ts';
import {createReads} from './reads.ts';
import {store} from './rows.ts';
import {openThreadDoor} from './thread-door.ts';
import {createTransact} from './transact.ts';
import {startWorker} from './worker.ts';
import {arrivalRow, changeRow, cursorRow, jobKey, type Transact} from './writes.ts';

/** `path` of a file, or `:memory:`. JW7103 when it cannot be used. */
export async function openSqlite(path: string, options: EngineOptions): Promise<Engine> {
  const location = locate(path, options.dir);
  return engineOn(openDatabase(location), location, {...options, apart: location !== memory});
}

interface SqliteOptions extends Omit<EngineOptions, 'dir'> {
  /** Who works the store writes it on a thread of its own: the disk may take its time there. */
  readonly apart?: boolean;
}

/** The engine over an open database, which it closes. */
export function engineOn(db: Database, location: string, options: SqliteOptions): Engine {
  const {clock, apart = false, onFault = () => undefined} = options;
  let transact: Transact = createTransact(db);
  const commits = createGroupCommit((request) => transact(request));
  const door = openThreadDoor(location);
  const reads = createReads(db, createCounts(db));
  const documents = createDocuments(db);
  const tools: WorkTools = {clock, commits, onFault};
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
    if (apart) transact = door.transact;
    const worker = startWorker(tools, step, workOptions);
    workers.add(worker);
    return worker;
  };
  const close = async () => {
    await Promise.all([...workers].map((worker) => worker.stop()));
    await commits.close();
    await door.close();
    db.exec('PRAGMA optimize');
    db.close();
    unlock?.();
  };
  return {
    accept: ({events, cursor}) =>
      commits.submit('accept', {
        events: events.map(arrivalRow),
        now: clock.now(),
        ...(cursor && {cursor: cursorRow(cursor)}),
      }),
    work,
    async tick(step, {worker, leaseMs, limit, onFault: report = onFault}) {
      const now = clock.now();
      const rows = await commits.submit('claim', {worker, until: now + leaseMs, limit, now});
      const slots = readSlots(rows, report);
      await Promise.all(workSlots(committingOf(tools), slots, {step, leaseMs, onFault: report}));
      return rows.length;
    },
    wake: ({connection, kind, id}) => commits.submit('wake', {connection, kind, id: jobKey(id), now: clock.now()}),
    decide: (run, from, change, asOf) =>
      commits.submit('decide', {run, from, change: changeRow(change), asOf, now: clock.now()}),
    // One process works this store, and it is the one that asks.
    alone: (_duty, begin) => begin(),
    cursor: answered((connection: string, feed: string) => reads.cursor(connection, feed)),
    runs: {get: answered(reads.runs.get), list: answered(reads.runs.list), count: answered(reads.runs.count)},
    events: {get: answered(reads.events.get), list: answered(reads.events.list)},
    documents: {
      get: answered(documents.get),
      list: answered(documents.list),
      put: (kind, key, value) => commits.submit('put', {kind, key, value: store(value)}),
      delete: (kind, key) => commits.submit('drop', {kind, key}),
    },
    stats: answered(() => reads.stats(clock.now())),
    purge: (rule) => commits.submit('purge', rule),
    close() {
      closed ??= close();
      return closed;
    },
  };
}
