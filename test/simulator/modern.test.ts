/** What modern folders and queues add: users, machines and hosts of a start, its validation, many items at once. */
import assert from 'node:assert/strict';
import {ns, type Orchestrator, orchestrator, triage} from './orchestrator.ts';

const info = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1};

describe('the addresses of the simulator', () => {
  for (const prefix of ['', '/acme/default', '/acme/default/orchestrator_'])
    it(`are those of a server under "${prefix}", in any case`, async () => {
      const {call} = await orchestrator();
      for (const path of ['/odata/Folders', '/ODATA/folders', '/api/Folders/GetAllForCurrentUser'])
        assert.equal((await call('GET', `${prefix}${path}`)).status, 200, path);
    });
});

describe('starting on users, machines and hosts', () => {
  it('keeps who and where it runs', async () => {
    const {startJobs, call} = await orchestrator();
    const {status, body} = await startJobs({...info, MachineRobots: [{RobotId: 4779, MachineId: 5778}]});
    assert.equal(status, 201, JSON.stringify(body));
    const {body: list} = await call('GET', '/odata/Jobs', {query: {$expand: 'Robot,Machine'}});
    assert.deepEqual([list.value[0].Robot.Name, list.value[0].Machine.Name], ['Triage-Bot-2', 'WIN-RPA-01']);
  });

  for (const [what, more, code] of [
    ['a user', {MachineRobots: [{RobotId: 1}]}, 1671],
    ['a machine', {MachineRobots: [{MachineId: 1}]}, 2818],
    ['a host', {MachineSessionIds: [1]}, 2818],
  ] as const)
    it(`refuses ${what} that is not there with ${code}`, async () => {
      const {startJobs} = await orchestrator();
      const {status, body} = await startJobs({...info, ...more});
      assert.deepEqual([status, body.errorCode], [409, code]);
    });

  it('refuses a runtime that is no runtime', async () => {
    const {startJobs} = await orchestrator();
    const {status, body} = await startJobs({...info, RuntimeType: 'Fast'});
    assert.deepEqual([status, body.errorCode], [400, 1000]);
  });
});

describe('validating a start', () => {
  const validate = ({call}: Orchestrator, more: object = {}) =>
    call('POST', `/odata/Jobs/${ns}.ValidateDynamicJob`, {json: {startInfo: {...info, ...more}}});

  it('says what is in the way and starts nothing', async () => {
    const running = await orchestrator({settings: {noRuntime: true, licensed: false}});
    const {status, body} = await validate(running, {MachineRobots: [{RobotId: 1, MachineId: 1}]});
    assert.deepEqual(
      [status, body.IsValid, body.ErrorCodes],
      [200, false, ['RobotNotFound', 'TemplateNotAssignedToFolder', 'TemplateNoRuntime', 'TemplateNoLicense']],
    );
    assert.equal(body.Errors.length, 4);
    assert.equal(running.sim.state.collection('jobs').size, 0);
  });

  it('refuses what starting would refuse', async () => {
    const running = await orchestrator();
    const {status, body} = await validate(running, {ReleaseKey: '00000000-0000-4000-8000-000000000000'});
    assert.deepEqual([status, body.errorCode], [404, 1002]);
  });
});

describe('adding many queue items', () => {
  const items = ['a', 'b', 'a', ''].map((Reference, n) => ({Reference, SpecificContent: {n}}));
  const added = async ({sim}: Orchestrator) =>
    sim.state
      .collection('queueItems')
      .rows()
      .map(({item}) => item['Reference']);

  for (const [commitType, failed, expected] of [
    ['AllOrNothing', [2, 3], []],
    ['StopOnFirstFailure', [2], ['a', 'b']],
    ['ProcessAllIndependently', [2, 3], ['a', 'b']],
  ] as const)
    it(`${commitType}: adds ${expected.length} of 4 and names ${failed.length}`, async () => {
      const running = await orchestrator();
      const {status, body} = await running.call('POST', '/odata/Queues/UiPathODataSvc.BulkAddQueueItems', {
        json: {queueName: 'Incidents', commitType, queueItems: items},
      });
      assert.deepEqual([status, body.Success], [200, false]);
      assert.deepEqual(
        body.FailedItems.map((item: {Ordinal: number}) => item.Ordinal),
        failed,
      );
      assert.deepEqual(await added(running), expected);
    });

  it('asks no references of a queue that enforces none', async () => {
    const running = await orchestrator();
    const {body} = await running.call('POST', '/odata/Queues/UiPathODataSvc.BulkAddQueueItems', {
      json: {queueName: 'loose', commitType: 'AllOrNothing', queueItems: items},
    });
    assert.equal(body.Success, true);
    assert.equal((await added(running)).length, 4);
  });

  it('answers as older servers do where the settings say so', async () => {
    const running = await orchestrator({settings: {olderBulk: true}});
    const {body} = await running.call('POST', '/odata/Queues/UiPathODataSvc.BulkAddQueueItems', {
      json: {QueueName: 'Loose', CommitType: 'AllOrNothing', QueueItems: items},
    });
    assert.deepEqual([body.success, body.failedItems], [true, []]);
  });
});
