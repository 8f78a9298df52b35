/** After a restore: what was started since the backup is found, not started again (row D20). */
import assert from 'node:assert/strict';
import {doubtQueued} from '../../src/engine/restored.ts';
import type {DeliveryMode} from '../../src/engine/run.ts';
import {openYard, type Plan, type Yard} from './yard.ts';

describe('runs that were queued in a backup', () => {
  let yard: Yard;
  const open = async (delivery: DeliveryMode, plan: Plan = {}) => {
    yard = await openYard({delivery, policy: {wait: false}, ...plan});
    return yard;
  };
  const doubt = (dryRun = false) => doubtQueued({engine: yard.engine, clock: yard.clock, by: 'anna', dryRun});
  afterEach(() => yard.close());

  it('D20: started since, are found by their reference and not started again; others are started once', async () => {
    await open('reconcile');
    const [since, lost] = [await yard.take(), await yard.take()];
    yard.jobs.push({id: 'J-99', reference: since, state: 'Waiting'});
    assert.deepEqual(await doubt(), {unclear: [lost, since], left: [], moved: []});
    await yard.workOn();
    assert.deepEqual(await Promise.all([since, lost].map(async (id) => (await yard.run(id)).state)), [
      'succeeded',
      'succeeded',
    ]);
    assert.deepEqual(yard.jobs.map(({reference}) => reference).sort(), [since, lost].sort());
    assert.equal(yard.writes(), 1);
    const {data} = await yard.run(since);
    assert.equal(data.jobs?.[0]?.ref.id, 'J-99');
    assert.match(data.log[0]?.what ?? '', /^anna: restored from a backup/);
  });

  it('D20: waiting for their second attempt, are looked up as well', async () => {
    await open('reconcile');
    yard.fault('POST /jobs', {status: 429});
    const run = await yard.take();
    await yard.tick();
    assert.equal((await yard.run(run)).state, 'queued');
    yard.jobs.push({id: 'J-99', reference: run, state: 'Waiting'});
    await doubt();
    await yard.workOn();
    assert.deepEqual([yard.jobs.length, yard.writes(), (await yard.run(run)).state], [1, 1, 'succeeded']);
  });

  it('D20: about to be sent again, are settled once more with the first parameters', async () => {
    await open('reconcile');
    yard.fault('POST /jobs', {status: 502});
    const run = await yard.take();
    await yard.workOn(async () => (await yard.run(run)).data.intent?.resend !== undefined);
    yard.jobs.push({id: 'J-99', reference: run, state: 'Waiting'});
    assert.deepEqual((await doubt()).unclear, [run]);
    await yard.workOn();
    assert.deepEqual([yard.jobs.length, yard.writes(), (await yard.run(run)).state], [1, 1, 'succeeded']);
  });

  it('D20: whose target cannot be asked are held for a person, and nothing is sent', async () => {
    await open('at-most-once', {action: 'startPlain'});
    const run = await yard.take();
    await doubt();
    await yard.workOn();
    const {state, error} = await yard.run(run);
    assert.deepEqual([state, error?.code, yard.writes()], ['held', 'JW5007', 0]);
  });

  it('D20: whose second start does no harm stay as they are', async () => {
    await open('queue', {action: 'addItem'});
    const run = await yard.take();
    assert.deepEqual(await doubt(), {unclear: [], left: [run], moved: []});
    assert.equal((await yard.run(run)).state, 'queued');
  });

  it('are only named by a dry run', async () => {
    await open('reconcile');
    const run = await yard.take();
    assert.deepEqual(await doubt(true), {unclear: [run], left: [], moved: []});
    assert.equal((await yard.run(run)).state, 'queued');
  });
});

describe('an event whose work was removed at the target', () => {
  it('O23: starts nothing when it comes again: what it started is known here', async () => {
    const yard = await openYard({delivery: 'queue', action: 'addItem', policy: {wait: false}});
    const run = await yard.take('n7');
    await yard.workOn();
    assert.equal(yard.jobs.length, 1);
    yard.jobs.length = 0;
    assert.equal(await yard.take('n7'), run);
    await yard.workOn();
    assert.deepEqual([yard.jobs.length, yard.writes(), (await yard.all()).length], [0, 1, 1]);
    await yard.close();
  });
});
