/** The embedded engine while it is worked: its store is written on a thread of its own. */
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {openEngine} from '../../src/engines/index.ts';
import {openDatabase} from '../../src/engines/sqlite/database.ts';
import {received, sendable} from '../../src/engines/sqlite/errors.ts';
import {openThreadDoor} from '../../src/engines/sqlite/thread-door.ts';
import type {Outcome, Request} from '../../src/engines/sqlite/writes.ts';
import {fail, JobwireError} from '../../src/errors/jobwire-error.ts';
import {systemClock} from '../../src/values/time.ts';
import {as, codeOf, stateOf, succeed, take, turnOver, until} from '../laws/subject.ts';

describe('the thread of the embedded store', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-thread-'));
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  const put: Request = {writes: [{kind: 'put', asked: {kind: 'k', key: 'a', value: '1'}}], looks: []};

  it('lets everything else go on while the disk, or another process, keeps it waiting', async () => {
    const engine = await openEngine('sqlite:jobwire.db', {clock: systemClock, dir});
    const worker = engine.work(succeed, as('w'));
    const {run} = await take(engine);
    await until(async () => (await stateOf(engine, run)) === 'succeeded');
    const other = new DatabaseSync(join(dir, 'jobwire.db'));
    other.exec('BEGIN IMMEDIATE');
    let stored = false;
    const taking = take(engine).then(() => {
      stored = true;
    });
    let turns = 0;
    for (const end = Date.now() + 200; Date.now() < end; turns++) await turnOver();
    assert.equal(stored, false, 'nothing is acknowledged that is not stored');
    assert.ok(turns > 100, `${turns} turns`);
    assert.equal(await stateOf(engine, run), 'succeeded', 'and the store can be read');
    other.exec('ROLLBACK');
    other.close();
    await taking;
    await worker.stop();
    await engine.close();
  });

  it('is begun again after it died, and what it was asked meanwhile is refused', async () => {
    const location = join(dir, 'store', 'jobwire.db');
    mkdirSync(join(dir, 'store'));
    writeFileSync(location, 'no database'.repeat(1000));
    const door = openThreadDoor(location);
    assert.equal(await codeOf(Promise.resolve(door.transact(put))), 'JW7103');
    rmSync(location);
    openDatabase(location).close();
    assert.deepEqual(await door.transact(put), {outcomes: [{answer: undefined}], looked: []});
    await door.close();
    const db = openDatabase(location);
    assert.deepEqual({...db.prepare('SELECT * FROM documents').get()}, {kind: 'k', key: 'a', value: '1'});
    db.close();
  });

  it('ends with the engine, and ends where nothing was asked', async () => {
    const door = openThreadDoor(join(dir, 'jobwire.db'));
    await door.close();
    await door.transact(put);
    await door.close();
    await door.close();
  });

  it('keeps what errors know on their way', () => {
    const lost = fail('JW5003', {run: 'r1'});
    const odd = new RangeError('odd');
    const outcomes: Outcome[] = [{answer: 1}, {error: lost}];
    const there = received(structuredClone(sendable({outcomes, looked: [], fault: odd})));
    const back = (there.outcomes[1] as {error: JobwireError}).error;
    assert.ok(back instanceof JobwireError);
    assert.deepEqual(back.issue(), lost.issue());
    assert.deepEqual(there.outcomes[0], {answer: 1});
    assert.deepEqual([String(there.fault), (there.fault as Error).stack], [String(odd), odd.stack]);
  });
});
