/** Stands between the engines and their drivers: each COMMIT is a point to die at, before it and after it. Changes nothing else. */
import {DatabaseSync, type StatementSync} from 'node:sqlite';
import pg from 'pg';
import {afterCommit, beforeCommit} from './pending.ts';

const commit = /(^|;)\s*COMMIT\s*;?\s*$/i;

export function watchCommits(): void {
  watchSqlite();
  watchPostgres();
}

function watchSqlite(): void {
  const {prepare, exec} = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    return commit.test(sql) ? watchStatement(statement) : statement;
  };
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
    if (!commit.test(sql)) return exec.call(this, sql);
    beforeCommit();
    exec.call(this, sql);
    afterCommit();
  };
}

function watchStatement(statement: StatementSync): StatementSync {
  const run = statement.run.bind(statement);
  statement.run = () => {
    beforeCommit();
    const result = run();
    afterCommit();
    return result;
  };
  return statement;
}

type Query = (this: pg.Client, ...given: unknown[]) => unknown;

function watchPostgres(): void {
  const prototype = pg.Client.prototype as unknown as {query: Query};
  const {query} = prototype;
  prototype.query = function (...given) {
    if (!commit.test(textOf(given[0]))) return query.apply(this, given);
    beforeCommit();
    const answer = query.apply(this, given);
    return answer instanceof Promise ? answer.then(tellAfter) : answer;
  };
}

function tellAfter<T>(result: T): T {
  afterCommit();
  return result;
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  return String((statement as {text?: unknown} | undefined)?.text ?? '');
}
