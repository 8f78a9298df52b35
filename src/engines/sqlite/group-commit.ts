/** Many writes, one transaction, one fsync: callers of one turn of the event loop are committed together. Must never resolve a caller before COMMIT returned. */
import {fail} from '../../errors/jobwire-error.ts';
import {elapsed, soon} from '../../values/time.ts';
import {type Database, notUsable} from './database.ts';

/** Runs at the end of each transaction. `landed` is called after COMMIT, `failed` instead of it. */
export interface Tail {
  run(): {landed(): void} | undefined;
  /** The transaction was rolled back; the tail comes again with the next one or after `poke`. */
  failed(error: unknown): void;
}

export interface GroupCommit {
  /** `write` runs inside the transaction; it may run twice (after a rollback) and must do nothing but write. */
  submit<T>(write: () => T): Promise<T>;
  /** Gives a function that takes the tail off again. */
  addTail(tail: Tail): () => void;
  /** A transaction soon, also without writes: for tails. */
  poke(): void;
  /** Commits what waits; afterwards everything is refused (JW7103). */
  close(): void;
  isClosed(): boolean;
}

/** What must be kept in step with a transaction: counters are undone with the write that raised them. */
export interface Ledger {
  mark(): unknown;
  reset(mark: unknown): void;
  /** Writes what has gathered; inside the transaction, at its end. */
  flush(): void;
}

interface Waiting {
  readonly write: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One transaction takes no more than this, so that nobody waits long and the event loop comes round. */
const mostWrites = 512;
const longestMs = 25;

export function createGroupCommit(db: Database, ledger: Ledger): GroupCommit {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const tails = new Set<Tail>();
  let queue: Waiting[] = [];
  let scheduled = false;
  let closed = false;

  const schedule = () => {
    if (scheduled || closed) return;
    scheduled = true;
    soon(turn);
  };
  const turn = () => {
    scheduled = false;
    if (closed) return;
    transact();
    if (queue.length > 0) schedule();
  };

  /** Rolls back whatever is left: SQLite has already done so after some faults. */
  const inTransaction = (body: () => void): void => {
    begin.run();
    const mark = ledger.mark();
    try {
      body();
      ledger.flush();
      commit.run();
    } catch (error) {
      ledger.reset(mark);
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  const transact = () => {
    const batch: Waiting[] = [];
    const landings: (() => void)[] = [];
    let apart = false;
    try {
      inTransaction(() => {
        apart = true;
        const started = elapsed();
        for (const waiting of queue) {
          if (batch.length > 0 && (batch.length >= mostWrites || elapsed() - started > longestMs)) break;
          batch.push(waiting);
          const value = waiting.write();
          landings.push(() => waiting.resolve(value));
        }
        for (const tail of tails) {
          const landing = tail.run();
          if (landing) landings.push(() => landing.landed());
        }
        apart = false;
      });
    } catch (error) {
      // Without even a beginning, nobody who waits would fare better.
      const failed = batch.length > 0 ? batch : queue;
      queue = queue.slice(failed.length);
      if (apart && batch.length > 0) transactApart(batch);
      else refuse(failed, error);
      for (const tail of tails) tail.failed(notUsable(error));
      return;
    }
    queue = queue.slice(batch.length);
    for (const landed of landings) landed();
  };

  /** A write of the batch, or a tail, failed: the writes are done again, each behind a savepoint of its own, without tails. */
  const transactApart = (batch: readonly Waiting[]) => {
    const landings: (() => void)[] = [];
    try {
      inTransaction(() => {
        for (const waiting of batch) landings.push(oneApart(waiting));
      });
    } catch (error) {
      return refuse(batch, error);
    }
    for (const landed of landings) landed();
  };

  const oneApart = ({write, resolve, reject}: Waiting): (() => void) => {
    const mark = ledger.mark();
    db.exec('SAVEPOINT one');
    try {
      const value = write();
      db.exec('RELEASE one');
      return () => resolve(value);
    } catch (error) {
      // A fault that ended the whole transaction (a full disk) leaves nothing to go on with.
      if (!db.isTransaction) throw error;
      db.exec('ROLLBACK TO one; RELEASE one');
      ledger.reset(mark);
      return () => reject(notUsable(error));
    }
  };

  const refuse = (batch: readonly Waiting[], error: unknown) => {
    const reason = notUsable(error);
    for (const {reject} of batch) reject(reason);
  };

  return {
    submit: <T>(write: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (closed) return reject(fail('JW7103', {problem: 'the store is closed'}));
        queue.push({write, resolve: resolve as (value: unknown) => void, reject});
        schedule();
      }),
    addTail(tail) {
      tails.add(tail);
      schedule();
      return () => tails.delete(tail);
    },
    poke: schedule,
    close() {
      while (queue.length > 0) transact();
      closed = true;
    },
    isClosed: () => closed,
  };
}
