/** Answers get lost, servers break in the middle: each event still leads to exactly its jobs, or to a run a person decides about. */
import assert from 'node:assert/strict';
import type {JsonObject} from '../../../src/values/json.ts';
import {driveRun} from './driven.ts';
import {closeSessions, modern, openSession, type Session} from './session.ts';

const three = {process: 'SupportTriage', jobsCount: 3, arguments: {IncidentId: 'INC1', Severity: 1}};
const inFolder =
  (config: JsonObject = {}) =>
  (url: string) =>
    modern(url, {folder: 'Shared', ...config});

const jobsIn = ({sim}: Session): number => sim.state.collection('jobs').size;
const starts = ({exchanges}: Session): number => exchanges.filter(({url}) => url.endsWith('.StartJobs')).length;

describe('a start', () => {
  afterEach(closeSessions);

  for (const [fault, sent, id] of [
    ['lost-answer', 1, 'O01'],
    ['lost-request', 2, 'O03'],
    ['cut-answer', 1, 'O04'],
    ['gateway-error', 2, 'O05'],
    ['gateway-timeout', 1, 'O05'],
    ['server-error', 2, 'O05'],
    ['created-in-part', 2, 'O05'],
    ['late', 1, 'O11'],
  ] as const)
    it(`${id}: that meets "${fault}" leads to three jobs and is sent ${sent === 1 ? 'once' : 'twice'}`, async () => {
      const session = await openSession(inFolder(), {faults: {[fault]: 1}});
      const run = await driveRun(session, {input: three});
      assert.equal(run.state, 'succeeded', run.error?.detail);
      assert.deepEqual([jobsIn(session), starts(session), run.data.jobs?.length], [3, sent, 3]);
    });

  it('whose answer is lost twice is looked up twice', async () => {
    const session = await openSession(inFolder(), {faults: {'created-in-part': 1, 'lost-answer': 1}});
    const run = await driveRun(session, {input: three});
    assert.deepEqual([run.state, jobsIn(session), starts(session)], ['succeeded', 3, 2]);
  });

  it('O01: that nobody may repeat is held after a lost answer', async () => {
    const session = await openSession(inFolder(), {faults: {'lost-answer': 1}});
    const run = await driveRun(session, {input: three, policy: {delivery: 'at-most-once'}});
    assert.deepEqual([run.state, run.error?.code, starts(session)], ['held', 'JW5007', 1]);
  });

  it('O01: that may be doubled is doubled: the simulator does not hide what a careless client does', async () => {
    const session = await openSession(inFolder(), {faults: {'lost-answer': 1}});
    const run = await driveRun(session, {input: three, policy: {delivery: 'at-least-once'}});
    assert.deepEqual([run.state, jobsIn(session), starts(session)], ['succeeded', 6, 2]);
  });

  it('is held where the server does not filter by references, and found in the latest jobs where the connection says so', async () => {
    const settings = {referenceFilter: false};
    const refused = await openSession(inFolder(), {settings, faults: {'lost-answer': 1}});
    const held = await driveRun(refused, {input: three});
    assert.deepEqual([held.state, jobsIn(refused)], ['held', 3]);
    const latest = await openSession(inFolder({lostStarts: 'latest'}), {settings});
    await latest.act('startJob', {...three, jobsCount: 1}, 'jw-another');
    latest.sim.arm('lost-answer');
    const run = await driveRun(latest, {input: three});
    assert.deepEqual([run.state, jobsIn(latest), run.data.jobs?.length], ['succeeded', 4, 3]);
  });

  it('on a server without references is held after a lost answer', async () => {
    const session = await openSession(inFolder({sendReference: false}), {faults: {'lost-answer': 1}});
    const run = await driveRun(session, {input: three});
    assert.deepEqual([run.state, jobsIn(session)], ['held', 3]);
  });

  it('O13: of a queue item is refused where the queue does not enforce references, before anything is sent', async () => {
    const session = await openSession(inFolder());
    const item = {queue: 'Loose', content: {n: 1}};
    const run = await driveRun(session, {action: 'addQueueItem', input: item, policy: {delivery: 'queue'}});
    assert.deepEqual([run.state, run.error?.code, run.error?.owner], ['failed', 'uipath-queue-not-unique', 'operator']);
    assert.equal(session.sim.state.collection('queueItems').size, 0);
  });

  it('O12: of a queue item is done once, however often it is sent, where the queue enforces references', async () => {
    const session = await openSession(inFolder(), {faults: {'item-lost': 1}});
    const item = {queue: 'Incidents', reference: 'INC1', content: {n: 1}};
    const run = await driveRun(session, {action: 'addQueueItem', input: item, policy: {delivery: 'queue'}});
    assert.equal(run.state, 'succeeded', run.error?.detail);
    assert.equal(session.sim.state.collection('queueItems').size, 1);
  });
});
