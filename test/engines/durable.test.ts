/** What the embedded engine keeps when the process is killed, the disk is full or the file is not its own. */
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import type {Engine} from '../../src/engine/engine.ts';
import {openEngine} from '../../src/engines/index.ts';
import {openDatabase} from '../../src/engines/sqlite/database.ts';
import {migrations} from '../../src/engines/sqlite/migrations.ts';
import {engineOn} from '../../src/engines/sqlite/open.ts';
import type {JobwireError} from '../../src/errors/jobwire-error.ts';
import {systemClock} from '../../src/values/time.ts';
import {ManualClock} from '../laws/manual-clock.ts';
import {always, as, codeOf, holding, runOf, stateOf, succeed, take, tickIds, turnOver, until} from '../laws/subject.ts';

describe('the embedded engine on its file', () => {
  let dir = '';
  const file = () => join(dir, 'jobwire.db');
  const open = () => openEngine('sqlite:jobwire.db', {clock: systemClock, dir});

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-durable-'));
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  it('D01, D24: loses nothing that was acknowledged when it is killed, and stores no half batch', async () => {
    const acked: string[] = [];
    for (const name of ['first', 'second', 'third']) acked.push(...(await killAfter(300, dir, name)));
    const engine = await open();
    try {
      assert.ok(acked.length >= 900);
      for (const line of acked) {
        const [uidA = '', runA = '', uidB = '', runB = ''] = line.split(' ');
        for (const uid of [uidA, uidB]) assert.ok(await engine.events.get(uid), `${uid} was acknowledged`);
        for (const run of [runA, runB]) assert.ok(await engine.runs.get(run), `${run} was acknowledged`);
      }
      await eachEvent(engine, async (uid) => {
        const other = uid.endsWith('a') ? `${uid.slice(0, -1)}b` : `${uid.slice(0, -1)}a`;
        assert.ok(await engine.events.get(other), `${uid} is half a batch`);
      });
      const {events, runs} = await engine.stats();
      assert.equal(
        events,
        Object.values(runs).reduce((a, b) => a + b),
        'the counters agree',
      );
      assert.equal(runs.failed + runs.held, 0);
    } finally {
      await engine.close();
    }
  });

  it('O09: a run whose worker was killed is claimed as starting when its lease is over', async () => {
    const clock = new ManualClock();
    const first = await openEngine('sqlite:jobwire.db', {clock, dir});
    const {run} = await take(first);
    const dead = holding();
    void first.tick(dead.step, as('dead'));
    await until(() => dead.runs.length === 1);
    const second = await openEngine('sqlite:jobwire.db', {clock, dir});
    assert.equal(await stateOf(second, run), 'starting');
    clock.advance(10_000);
    assert.deepEqual(await tickIds(second), [run]);
    dead.finish(run, {to: 'held'});
    await first.close();
    assert.equal(await stateOf(second, run), 'succeeded');
    await second.close();
  });

  it('D06: refuses a store a newer Jobwire wrote, and leaves it as it is', async () => {
    await (await open()).close();
    const db = new DatabaseSync(file());
    db.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    db.close();
    await assert.rejects(open(), (error: JobwireError) => {
      assert.equal(error.jobwireCode, 'JW7103');
      assert.match(
        error.message,
        new RegExp(`has schema ${migrations.length + 1}, this Jobwire knows ${migrations.length}`),
      );
      return true;
    });
  });

  it('D06: takes the missing steps of an older store, with what is in it', async () => {
    const db = new DatabaseSync(file());
    db.exec(`PRAGMA application_id = ${0x6a627772}; ${migrations[0]}; PRAGMA user_version = 1;`);
    db.close();
    const [one, two] = await Promise.all([open(), open()]);
    await one.documents.put('k', 'a', 1);
    assert.equal(await two.documents.get('k', 'a'), 1);
    await Promise.all([one.close(), two.close()]);
  });

  it('D06: reads runs as an older store keeps them, writes them as this one does, and leaves nothing of them behind', async () => {
    const clock = new ManualClock();
    const engine = await openEngine('sqlite:jobwire.db', {clock, dir});
    const {run} = await take(engine);
    const begun = await runOf(engine, run);
    await engine.close();
    const db = new DatabaseSync(file());
    db.exec('DROP TABLE run_contents; PRAGMA user_version = 2;');
    db.exec(`UPDATE runs SET data = '{"polls":3,"log":[]}'`);
    db.close();
    const later = await openEngine('sqlite:jobwire.db', {clock, dir});
    assert.deepEqual(await runOf(later, run), {...begun, data: {polls: 3, log: []}});
    await later.tick(succeed, as('w'));
    assert.equal(await stateOf(later, run), 'succeeded');
    assert.equal((await runOf(later, run)).data.polls, 3);
    clock.advance(1000);
    assert.equal((await later.purge({before: clock.now(), limit: 10})).runs, 1);
    await later.close();
    const look = new DatabaseSync(file());
    assert.deepEqual({...look.prepare('SELECT count(*) AS n FROM run_contents').get()}, {n: 0});
    look.close();
  });

  it('D06: is as before when a process dies while it brings the schema up to date, and is brought up to date afterwards', async () => {
    const before = `PRAGMA application_id = ${0x6a627772}; ${migrations[0]}; PRAGMA user_version = 1;`;
    const db = new DatabaseSync(file());
    db.exec(`${before} PRAGMA journal_mode = WAL;`);
    db.close();
    const steps = JSON.stringify(migrations.slice(1).join('\n'));
    const script = `const {DatabaseSync} = require('node:sqlite');
      const db = new DatabaseSync(${JSON.stringify(file())});
      db.exec('BEGIN EXCLUSIVE'); db.exec(${steps}); db.exec('PRAGMA user_version = ${migrations.length}');
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['-e', script], {stdio: 'inherit'});
    assert.equal(await new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal))), 'SIGKILL');
    const look = new DatabaseSync(file());
    assert.equal(look.prepare('PRAGMA user_version').get()?.['user_version'], 1);
    look.close();
    const engine = await open();
    await engine.documents.put('k', 'a', 1);
    assert.equal((await take(engine)).duplicate, false);
    await engine.close();
  });

  it('refuses a database of another program', async () => {
    const db = new DatabaseSync(file());
    db.exec('CREATE TABLE notes (text TEXT)');
    db.close();
    assert.equal(await codeOf(open()), 'JW7103');
  });

  for (const [what, url, prepare] of [
    ['a file that is no database', 'sqlite:jobwire.db', () => writeFileSync(file(), 'x'.repeat(5000))],
    ['a folder', 'sqlite:.', () => undefined],
    ['a path below a file', 'sqlite:file/x.db', () => writeFileSync(join(dir, 'file'), '')],
    ['a scheme without engine', 'mysql://localhost/x', () => undefined],
    ['no path', 'sqlite:', () => undefined],
    ['no URL', 'jobwire.db', () => undefined],
  ] as const)
    it(`refuses ${what} with JW7103`, async () => {
      prepare();
      assert.equal(await codeOf(openEngine(url, {clock: systemClock, dir})), 'JW7103');
    });

  it('makes the folders of its path', async () => {
    const engine = await openEngine('sqlite:a/b/c.db', {clock: systemClock, dir});
    await engine.close();
    assert.ok(statSync(join(dir, 'a/b/c.db')).isFile());
  });

  it('in memory it keeps everything until it is closed', async () => {
    const engine = await openEngine('sqlite::memory:', {clock: systemClock, dir: '/nowhere'});
    const {run} = await take(engine);
    const worker = engine.work(succeed, as('w'));
    await until(async () => (await stateOf(engine, run)) === 'succeeded');
    await worker.stop();
    await engine.close();
  });

  it('lets one process work it; others read and decide', async () => {
    const [first, second] = [await open(), await open()];
    const worker = first.work(always({to: 'held'}), as('a'));
    const {run} = await take(first);
    await until(async () => (await stateOf(second, run)) === 'held');
    assert.throws(() => second.work(succeed, as('b')), {jobwireCode: 'JW7103'});
    assert.equal(await second.decide(run, ['held'], {to: 'canceled', wakeAt: 0, attempt: 1, data: {log: []}}), true);
    await worker.stop();
    await first.close();
    await second.work(succeed, as('b')).stop();
    await second.close();
  });

  it('an idle worker has one timer, however often it looked, and none when it is stopped', async () => {
    const clock = new ManualClock();
    const engine = await openEngine('sqlite:jobwire.db', {clock, dir});
    const worker = engine.work(succeed, as('w'));
    for (let i = 0; i < 3; i++) await take(engine, {draft: {wakeAt: clock.now() + 1000 * i}});
    await until(() => clock.sleeping === 1);
    for (let turn = 0; turn < 10; turn++) await turnOver();
    assert.equal(clock.sleeping, 1);
    await worker.stop();
    assert.equal(clock.sleeping, 0);
    await engine.close();
  });

  it('refuses while another process keeps writing, and goes on afterwards', async () => {
    const db = openDatabase(file());
    db.exec('PRAGMA busy_timeout = 1');
    const engine = engineOn(db, file(), {clock: systemClock});
    const other = new DatabaseSync(file());
    other.exec('BEGIN IMMEDIATE');
    assert.equal(await codeOf(take(engine)), 'JW7103');
    assert.equal((await engine.stats()).events, 0, 'reading goes on');
    other.exec('ROLLBACK');
    other.close();
    await take(engine);
    await engine.close();
  });

  describe('when the disk is full', () => {
    const text = 'x'.repeat(20_000);
    const faults: unknown[] = [];
    let clock = new ManualClock();
    let engine: Engine;
    let setPages: (pages: number) => void;

    beforeEach(() => {
      clock = new ManualClock();
      faults.length = 0;
      const db = openDatabase(file());
      setPages = (pages) => db.exec(`PRAGMA max_page_count = ${pages}`);
      engine = engineOn(db, file(), {clock, onFault: (error) => faults.push(error)});
      setPages(60);
    });
    afterEach(() => engine.close());

    /** Accepts until there is no room; gives the runs that were acknowledged. */
    async function fill(): Promise<string[]> {
      const runs: string[] = [];
      for (let i = 0; i < 100; i++) {
        try {
          runs.push((await take(engine, {id: `full-${i}`, event: {data: text}})).run);
        } catch (error) {
          assert.equal((error as JobwireError).jobwireCode, 'JW7103');
          assert.match((error as JobwireError).message, /the disk is full/);
          return runs;
        }
      }
      return assert.fail('the disk never was full');
    }

    it('D03: refuses what is new, keeps what was acknowledged, goes on when there is room', async () => {
      const runs = await fill();
      assert.ok(runs.length > 0);
      const {items} = await engine.runs.list({}, {limit: 100});
      assert.deepEqual(items.map(({id}) => id).reverse(), runs);
      assert.equal((await engine.stats()).events, runs.length);
      setPages(1000);
      await take(engine, {id: 'after', event: {data: text}});
      assert.equal((await engine.stats()).events, runs.length + 1);
      assert.equal(await engine.tick(succeed, as('w', 100)), runs.length + 1);
    });

    it('commits what a step learned as soon as there is room', async () => {
      const [run = ''] = await fill();
      const data = {log: [], output: text};
      setPages(1000);
      const busy = holding();
      const tick = engine.tick(busy.step, as('w', 1));
      await until(() => busy.runs.length === 1);
      setPages(1);
      busy.finish(run, {to: 'succeeded', data});
      await until(() => clock.sleeping === 1, 'the pause before the next try');
      assert.equal(await stateOf(engine, run), 'starting');
      setPages(1000);
      clock.advance(1000);
      await tick;
      assert.deepEqual((await runOf(engine, run)).data, data);
      assert.deepEqual(faults, []);
    });
  });
});

async function eachEvent(engine: Engine, look: (uid: string) => Promise<void>): Promise<void> {
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<Engine['events']['list']>> = await engine.events.list(
      {},
      {limit: 1000, ...(after !== undefined && {after})},
    );
    for (const {uid} of page.items) await look(uid);
    after = page.next;
  } while (after !== undefined);
}

/** Lines the child printed before it was killed in the middle of its work. */
function killAfter(lines: number, dir: string, name: string): Promise<string[]> {
  const script = new URL('child/accept-forever.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, dir, name], {stdio: ['ignore', 'pipe', 'inherit']});
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.split('\n').length > lines) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.once('close', () => resolve(output.split('\n').slice(0, -1))));
}
