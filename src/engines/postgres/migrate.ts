/** Brings the schema of the store to what this Jobwire knows, once, however many processes start together. Must never touch a schema of something else, or of a newer Jobwire. */
import {createHash} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import type {Address} from './address.ts';
import type {Database, Row} from './database.ts';
import {notUsable} from './faults.ts';
import {migrations} from './migrations.ts';

const oldestServer = 130_000;

/** A number for pg_advisory_lock that names something of this store only. */
export function lockOf({schema}: Address, name: string): string {
  return createHash('sha256').update(`jobwire ${schema} ${name}`).digest().readBigInt64BE().toString();
}

/** JW7103 when the server cannot be reached, is too old, or the schema is not one this Jobwire may use. */
export async function migrate(db: Database): Promise<void> {
  const {address} = db;
  const client = await db.connectApart({patient: true});
  const ask = async (text: string, values: unknown[] = []): Promise<readonly Row[]> =>
    (await client.query<Row>(text, values)).rows;
  try {
    await checkServer(ask, address);
    if ((await versionOf(ask, address)) === migrations.length) return;
    await ask('BEGIN');
    // Held until the transaction ends: whoever comes second finds everything done.
    await ask('SELECT pg_advisory_xact_lock($1::bigint)', [lockOf(address, 'migrate')]);
    const version = await versionOf(ask, address);
    if (version === undefined) await found(ask, address);
    for (const [i, step] of migrations.entries())
      if (i >= (version ?? 0)) {
        await ask(step);
        await ask('INSERT INTO jobwire_migrations (version) VALUES ($1)', [i + 1]);
      }
    await ask('COMMIT');
  } catch (error) {
    throw notUsable(error, address.shown);
  } finally {
    // Rolls back whatever was not committed.
    await client.end().catch(() => undefined);
  }
}

type Ask = (text: string, values?: unknown[]) => Promise<readonly Row[]>;

async function checkServer(ask: Ask, {shown}: Address): Promise<void> {
  const [row] = await ask(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`,
  );
  if (Number(row?.['number']) < oldestServer)
    throw fail('JW7103', {problem: `${shown} is PostgreSQL ${row?.['name']}; version 13 or later is needed`});
}

/** Undefined where there is no store yet. */
async function versionOf(ask: Ask, {schema, shown}: Address): Promise<number | undefined> {
  const [state] = await ask(
    `SELECT to_regclass($1) IS NOT NULL AS ours,
       EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $2) AS used`,
    [`"${schema}".jobwire_migrations`, schema],
  );
  if (!state?.['ours']) {
    if (!state?.['used']) return undefined;
    throw fail(
      'JW7103',
      {problem: `the schema ${schema} of ${shown} holds tables of another program`},
      {hint: 'name another one: postgres://…/database?schema=jobwire'},
    );
  }
  const [row] = await ask('SELECT max(version) AS version FROM jobwire_migrations');
  const version = Number(row?.['version'] ?? 0);
  if (version > migrations.length)
    throw fail(
      'JW7103',
      {problem: `${shown} has schema ${version}, this Jobwire knows ${migrations.length}`},
      {hint: 'use the newer Jobwire that wrote it, or another store'},
    );
  return version;
}

/** A schema that an administrator made beforehand is taken as it is: the user may not be allowed to make one. */
async function found(ask: Ask, {schema}: Address): Promise<void> {
  const [row] = await ask('SELECT to_regnamespace($1) IS NOT NULL AS there', [`"${schema}"`]);
  if (!row?.['there']) await ask(`CREATE SCHEMA "${schema}"`);
  await ask(
    `CREATE TABLE jobwire_migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
}
