/** The PostgreSQL server of these tests: JOBWIRE_TEST_POSTGRES, with a schema of its own for each test. `npm run test:postgres` starts one. */
import assert from 'node:assert/strict';
import pg from 'pg';
import {readAddress} from '../../../src/engines/postgres/address.ts';
import {type Database, openDatabase} from '../../../src/engines/postgres/database.ts';
import {engineOn, type PostgresOptions} from '../../../src/engines/postgres/open.ts';
import {type Place, turnOver} from '../../laws/subject.ts';

const given = process.env['JOBWIRE_TEST_POSTGRES'];

const missing = 'PostgreSQL: JOBWIRE_TEST_POSTGRES is not set; npm run test:postgres starts a server and sets it';
let told = false;

/** Tests that need the server: without one they are skipped with one line, except in CI, where that is a fault. */
export function describeOnServer(title: string, body: (url: string) => void): void {
  if (given) describe(title, () => body(given));
  else if (!told && process.env['CI'] === 'true') it(missing, () => assert.fail(missing));
  else if (!told) it.skip(missing);
  told = true;
}

export interface Schema extends Place {
  /** The store as JOBWIRE_STORE names it. */
  readonly url: string;
  readonly name: string;
  openOn(options: PostgresOptions): Promise<{readonly db: Database; readonly engine: ReturnType<typeof engineOn>}>;
  /** Removes what is stored and leaves the tables: much faster than making them again. */
  empty(): Promise<void>;
  /** One statement on a connection of its own. */
  ask(text: string, values?: unknown[]): Promise<pg.QueryResult>;
}

let schemas = 0;

export function makeSchema(server: string): Schema {
  const name = `test_${process.pid}_${schemas++}`;
  const url = `${server}${server.includes('?') ? '&' : '?'}schema=${name}`;
  const open: Database[] = [];
  const openOn: Schema['openOn'] = async (options) => {
    const db = openDatabase(readAddress(url));
    await db.ready();
    open.push(db);
    return {db, engine: engineOn(db, options)};
  };
  const ask: Schema['ask'] = async (text, values) => {
    const client = new pg.Client({
      connectionString: server,
      options: `-c search_path=${name} -c client_min_messages=warning`,
    });
    await client.connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  };
  return {
    url,
    name,
    openOn,
    ask,
    open: async (clock, onFault) => (await openOn({clock, ...(onFault && {onFault})})).engine,
    async settled() {
      for (let quiet = 0; quiet < 5; await turnOver()) quiet = open.every((db) => db.isQuiet()) ? quiet + 1 : 0;
    },
    async empty() {
      for (const db of open.splice(0)) if (!db.isClosed()) await db.close();
      const tables = ['jobs', 'runs', 'events', 'identities', 'cursors', 'lanes', 'counts', 'documents', 'workers'];
      await ask(tables.map((table) => `DELETE FROM ${table}`).join('; '));
    },
    async remove() {
      await ask(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
    },
  };
}
