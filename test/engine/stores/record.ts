/**
 * Writes a store as this version of Jobwire leaves it, with a run in every state: `node test/engine/stores/record.ts <file>`.
 * Done once for each released version, with that version; later versions must work it off (`../replay.test.ts`).
 */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import type {Step} from '../../../src/engine/engine.ts';
import {openYard} from '../yard.ts';

const folder = mkdtempSync(join(tmpdir(), 'jobwire-store-'));
const store = join(folder, 'jobwire.db');
const yard = await openYard({store});
const names: Record<string, string> = {};

/** One event, worked once while the target behaves like that. */
async function record(name: string, prepare: () => void = () => undefined, mode?: 'at-most-once') {
  prepare();
  names[name] = await yard.take(name, mode);
  await yard.tick();
}

await record('succeeded');
for (const job of yard.jobs) job.state = 'Done';
await yard.workOn();
await record('failed');
for (const job of yard.jobs) job.state = 'Broken';
await yard.workOn();
await record('followed');
await record('executed-unheard', () => yard.fault('POST /jobs', {network: 'ECONNRESET', accept: true}));
await record('not-executed', () => yard.fault('POST /jobs', {network: 'ECONNRESET'}));
await record('held', () => yard.fault('POST /jobs', {network: 'ECONNRESET', accept: true}), 'at-most-once');
await record('refused-once', () => yard.fault('GET /robots', {status: 503}));

// A worker that dies between the claim and the request: its lease has lapsed when the store is opened again.
names['died-before-sending'] = await yard.take('died-before-sending');
const dies: Step = (runs) => runs.map(() => new Promise(() => undefined));
void yard.engine.tick(dies, {worker: 'gone', leaseMs: 1, limit: 1});
await new Promise((resolve) => setTimeout(resolve, 50));
names['waiting'] = await yard.take('waiting');

const db = new DatabaseSync(store);
const rows = (sql: string) => db.prepare(sql).all();
const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
const tables = rows("SELECT name FROM sqlite_master WHERE type = 'table'").map(({name}) => String(name));
const recorded = {
  version: JSON.parse(readFileSync('package.json', 'utf8')).version,
  at: yard.clock.now(),
  runs: names,
  jobs: yard.jobs,
  pragmas: {application_id: pragma('application_id'), user_version: pragma('user_version')},
  schema: rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid").map(
    ({sql}) => sql,
  ),
  rows: Object.fromEntries(tables.map((name) => [name, rows(`SELECT * FROM ${name}`)])),
};
writeFileSync(process.argv[2] ?? '/dev/stdout', `${JSON.stringify(recorded, bytes, 1)}\n`);
db.close();
rmSync(folder, {recursive: true});
process.exit(0);

function bytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? {base64: Buffer.from(value).toString('base64')} : value;
}
