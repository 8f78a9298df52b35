/** The file behind the engine: opened durable, at the schema this Jobwire knows. The only door to node:sqlite. */
import {mkdirSync} from 'node:fs';
import {dirname, isAbsolute, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import {applicationId, migrations} from './migrations.ts';

export type Database = DatabaseSync;

/** How long a statement waits for another process that is writing. */
const busyMs = 5000;

/** An absolute path or `:memory:`. JW7103 when the file cannot be used. */
export function openDatabase(location: string): Database {
  let db: Database | undefined;
  try {
    if (location !== memory) mkdirSync(dirname(location), {recursive: true});
    db = new DatabaseSync(location, {timeout: busyMs, enableForeignKeyConstraints: true});
    configure(db);
    migrate(db, location);
    return db;
  } catch (error) {
    db?.close();
    throw notUsable(error, location);
  }
}

export const memory = ':memory:';

export function locate(path: string, dir: string): string {
  return path === memory || isAbsolute(path) ? path : join(dir, path);
}

/** FULL: each commit is on the disk before it returns. The rest is speed that loses nothing. */
function configure(db: Database): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;
    PRAGMA wal_autocheckpoint = 10000;
    PRAGMA journal_size_limit = 67108864;
  `);
}

/** Takes the missing steps in one exclusive transaction: another process sees none or all of them. */
function migrate(db: Database, location: string): void {
  if (versionOf(db, location) === migrations.length) return;
  db.exec('BEGIN EXCLUSIVE');
  try {
    for (const step of migrations.slice(versionOf(db, location))) db.exec(step);
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(db: Database, location: string): number {
  const version = pragma(db, 'user_version');
  const id = pragma(db, 'application_id');
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'];
  if (id !== applicationId && (version !== 0 || id !== 0 || tables !== 0))
    throw fail('JW7103', {problem: `${location} is a database of another program`});
  if (version > migrations.length)
    throw fail(
      'JW7103',
      {problem: `${location} has schema ${version}, this Jobwire knows ${migrations.length}`},
      {hint: 'use the newer Jobwire that wrote it, or another store'},
    );
  return version;
}

function pragma(db: Database, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** What SQLite's primary result codes mean to an operator (https://sqlite.org/rescode.html). */
const meanings: Readonly<Record<number, string>> = {
  5: 'another process is writing and does not finish',
  8: 'the file may not be written',
  10: 'the disk reports an error',
  11: 'the file is damaged',
  13: 'the disk is full',
  14: 'the file cannot be opened',
  26: 'the file is not a database',
};

/** A fault of the disk or the file as JW7103; anything else stays what it is. */
export function notUsable(error: unknown, location?: string): unknown {
  if (error instanceof JobwireError || !(error instanceof Error)) return error;
  const {errcode, code, message} = error as Error & {errcode?: number; code?: string};
  const where = location === undefined ? '' : `${location}: `;
  if (errcode !== undefined) {
    const meaning = meanings[errcode & 0xff];
    return meaning ? fail('JW7103', {problem: `${where}${meaning} (${message})`}, {cause: error}) : error;
  }
  return code === undefined || code.startsWith('ERR_')
    ? error
    : fail('JW7103', {problem: `${where}${message}`}, {cause: error});
}
