/** Many writes, one transaction, one fsync. Works on the caller's thread and does not return before COMMIT did. */
import {elapsed} from '../../values/time.ts';
import {createAccept} from './accept.ts';
import {createClaims} from './claim.ts';
import {createCounts} from './counts.ts';
import {type Database, notUsable} from './database.ts';
import {createDocuments} from './documents.ts';
import {createInserts} from './insert.ts';
import {createLanes} from './lanes.ts';
import {createPurge} from './purge.ts';
import {createTransitions} from './transition.ts';
import type {Look, Looked, Outcome, Perform, Reply, Request, Write} from './writes.ts';

/** No transaction goes on for longer, so that nobody waits long for those before. */
const longestMs = 25;

/** A write may be done twice, after a rollback, so it must do nothing but write. */
export function createTransact(db: Database): (request: Request) => Reply {
  const counts = createCounts(db);
  const lanes = createLanes(db);
  const inserts = createInserts(db, {counts, lanes});
  const claims = createClaims(db, {counts, lanes});
  const perform: Perform = {
    accept: createAccept(db, inserts),
    claim: claims.claim,
    ...createTransitions(db, {counts, lanes, inserts}),
    ...createDocuments(db),
    purge: createPurge(db, counts),
  };
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const answerOf = ({kind, asked}: Write): unknown => (perform[kind] as (given: unknown) => unknown)(asked);

  /** Rolls back whatever is left: SQLite has already done so after some faults. */
  const inTransaction = (body: () => void): void => {
    begin.run();
    const mark = counts.mark();
    try {
      body();
      counts.flush();
      commit.run();
    } catch (error) {
      counts.reset(mark);
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };

  const look = ({renew, ...claim}: Look): Looked => {
    for (const {seq, fence} of renew) claims.renew(seq, fence, claim.until);
    const claimed = claim.limit > 0 ? claims.claim(claim) : [];
    return {claimed, next: claimed.length < claim.limit ? claims.next() : undefined};
  };

  /** A write, or a look, failed: the writes are done again, each behind a savepoint of its own, and nobody looks. */
  const transactApart = (writes: readonly Write[]): Outcome[] => {
    const outcomes: Outcome[] = [];
    try {
      inTransaction(() => {
        for (const write of writes) outcomes.push(oneApart(write));
      });
      return outcomes;
    } catch (error) {
      return refused(writes, error);
    }
  };

  const oneApart = (write: Write): Outcome => {
    const mark = counts.mark();
    db.exec('SAVEPOINT one');
    try {
      const answer = answerOf(write);
      db.exec('RELEASE one');
      return {answer};
    } catch (error) {
      // A fault that ended the whole transaction (a full disk) leaves nothing to go on with.
      if (!db.isTransaction) throw error;
      db.exec('ROLLBACK TO one; RELEASE one');
      counts.reset(mark);
      return {error: notUsable(error)};
    }
  };

  return ({writes, looks}) => {
    const outcomes: Outcome[] = [];
    let looked: Looked[] = [];
    let apart = false;
    try {
      inTransaction(() => {
        apart = true;
        const started = elapsed();
        for (const write of writes) {
          if (outcomes.length > 0 && elapsed() - started > longestMs) break;
          outcomes.push({answer: answerOf(write)});
        }
        const later = writes.slice(outcomes.length).filter(({kind}) => kind === 'commit').length;
        looked = looks.map((one) => look({...one, limit: one.limit - later}));
        apart = false;
      });
      return {outcomes, looked};
    } catch (error) {
      // Without even a beginning, nobody who waits would fare better.
      const done = apart ? writes.slice(0, Math.max(1, outcomes.length)) : writes;
      return {outcomes: apart ? transactApart(done) : refused(done, error), looked: [], fault: notUsable(error)};
    }
  };
}

function refused(writes: readonly Write[], error: unknown): Outcome[] {
  const reason = notUsable(error);
  return writes.map(() => ({error: reason}));
}
