/** A run ends with the template and the connector it started with, whatever is upgraded meanwhile. */
import assert from 'node:assert/strict';
import type {Connector, Follow} from '../../src/generated/types.ts';
import {openYard, type Plan, type Yard} from './yard.ts';

const note: Follow = {
  connector: 'yard@^1',
  connection: 'yard-main',
  action: 'addNote',
  input: {text: 'from the first version'},
};

/** Another version of the connector: what was done is now broken. */
const otherStates = (connector: Connector): Connector => {
  const {job} = connector.jobs ?? {};
  Object.assign(job ?? {}, {states: {...job?.states, Done: 'failed'}});
  return {...connector, version: '2.0.0'};
};

describe('D18: manifests that are upgraded while runs are under way', () => {
  let yard: Yard;
  const open = async (plan: Plan = {}) => {
    yard = await openYard(plan);
    return yard;
  };
  afterEach(() => yard.close());

  const finish = async () => {
    for (const job of yard.jobs) job.state = 'Done';
    await yard.workOn();
  };

  it('reads the jobs of a started run as its own version says, and follows up as that does', async () => {
    await open({onComplete: [note]});
    const run = await yard.take();
    await yard.tick();
    yard.upgrade({change: otherStates});
    await finish();
    assert.equal((await yard.run(run)).state, 'succeeded');
    assert.deepEqual(yard.notes, [{text: 'from the first version'}]);
  });

  it('uses what is in use for a run that starts after the upgrade', async () => {
    await open();
    yard.upgrade({change: otherStates});
    const run = await yard.take();
    await yard.tick();
    await finish();
    assert.equal((await yard.run(run)).state, 'failed');
  });

  it('takes what is in use for the next attempt of a run that nothing was started for', async () => {
    await open({input: {robot: 'nobody'}});
    yard.fault('POST /jobs', {network: 'ECONNREFUSED'});
    yard.fault('GET /robots', {network: 'ECONNREFUSED'});
    const run = await yard.take();
    await yard.tick();
    assert.equal((await yard.run(run)).data.startedWith, undefined);
    yard.upgrade({});
    await yard.workOn(() => yard.jobs.length > 0);
    await finish();
    assert.equal((await yard.run(run)).state, 'succeeded');
  });

  it('settles an unclear start as the version that sent it would', async () => {
    await open();
    yard.fault('POST /jobs', {network: 'ECONNRESET', accept: true});
    const run = await yard.take();
    await yard.tick();
    assert.equal((await yard.run(run)).state, 'starting');
    yard.upgrade({
      change: (connector) => {
        for (const operation of Object.values(connector.operations)) delete operation.settle;
        return connector;
      },
    });
    await yard.workOn(async () => (await yard.run(run)).state === 'tracking');
    assert.equal(yard.writes(), 1);
    await finish();
    assert.equal((await yard.run(run)).state, 'succeeded');
  });

  it('waits for a person when the store no longer has the version', async () => {
    await open();
    const run = await yard.take();
    await yard.tick();
    const {startedWith} = (await yard.run(run)).data;
    await yard.engine.documents.delete('version', startedWith?.template ?? '');
    yard.upgrade({});
    await yard.workOn();
    const {state, error} = await yard.run(run);
    assert.deepEqual([state, error?.code], ['held', 'JW1004']);
  });
});
