/** The life of a job in the Orchestrator simulator, by a clock that the test moves. */
import assert from 'node:assert/strict';
import {ns, type Orchestrator, orchestrator, triage} from './orchestrator.ts';

const info = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1, InputArguments: '{"IncidentId":"INC1"}'};

async function started(running: Orchestrator, more: object = {}): Promise<{Id: number; Key: string}> {
  return (await running.startJobs({...info, ...more})).body.value[0];
}

const stateOf = async ({call}: Orchestrator, key: string) =>
  (await call('GET', `/odata/Jobs/${ns}.GetByKey(identifier=${key})`)).body;

describe('a simulated job', () => {
  it('goes from Pending over Running to Successful and says what came out', async () => {
    const running = await orchestrator();
    const {Key} = await started(running);
    const seen: [string, string | null][] = [];
    for (const ms of [0, 999, 1, 1999, 1]) {
      running.clock.advance(ms);
      const job = await stateOf(running, Key);
      seen.push([job.State, job.OutputArguments]);
    }
    assert.deepEqual(seen, [
      ['Pending', null],
      ['Pending', null],
      ['Running', null],
      ['Running', null],
      ['Successful', '{"Comment":"Triage finished."}'],
    ]);
    const {StartTime, EndTime} = await stateOf(running, Key);
    assert.deepEqual([StartTime, EndTime], ['2026-01-12T08:15:31Z', '2026-01-12T08:15:33Z']);
  });

  it('has taken all its steps after a long time, each at its own', async () => {
    const running = await orchestrator();
    const {Key} = await started(running);
    running.clock.advance(3_600_000);
    const {State, EndTime} = await stateOf(running, Key);
    assert.deepEqual([State, EndTime], ['Successful', '2026-01-12T08:15:33Z']);
  });

  it('fails where the settings say so', async () => {
    const running = await orchestrator({settings: {faultOn: 'INC13'}});
    const good = await started(running);
    const bad = await started(running, {InputArguments: '{"IncidentId":"INC13"}'});
    running.clock.advance(3000);
    assert.equal((await stateOf(running, good.Key)).State, 'Successful');
    const {State, Info, OutputArguments} = await stateOf(running, bad.Key);
    assert.deepEqual([State, OutputArguments], ['Faulted', null]);
    assert.match(Info, /could not be reached/);
  });

  const stop = ({call}: Orchestrator, ids: unknown, strategy: string) =>
    call('POST', `/odata/Jobs/${ns}.StopJobs`, {json: {jobIds: ids, strategy}});

  for (const [strategy, between] of [
    ['SoftStop', 'Stopping'],
    ['Kill', 'Terminating'],
    ['2', 'Terminating'],
  ] as const)
    it(`is ${between} after ${strategy}, then Stopped, and never Successful`, async () => {
      const running = await orchestrator();
      const {Id, Key} = await started(running);
      running.clock.advance(1000);
      assert.equal((await stop(running, [Id], strategy)).status, 200);
      assert.equal((await stateOf(running, Key)).State, between);
      running.clock.advance(10_000);
      assert.equal((await stateOf(running, Key)).State, 'Stopped');
    });

  it('is Stopped at once while it is Pending', async () => {
    const running = await orchestrator();
    const {Id, Key} = await started(running);
    await stop(running, [Id, Id], 'SoftStop');
    running.clock.advance(10_000);
    assert.equal((await stateOf(running, Key)).State, 'Stopped');
  });

  it('is left alone when another of the ids is unknown', async () => {
    const running = await orchestrator();
    const {Id, Key} = await started(running);
    const answer = await stop(running, [Id, 1], 'Kill');
    assert.deepEqual([answer.status, answer.body.errorCode], [404, 1002]);
    assert.equal((await stateOf(running, Key)).State, 'Pending');
    assert.equal((await stop(running, [], 'SoftStop')).status, 200);
  });

  it('can be restarted when it is finished, and only then', async () => {
    const running = await orchestrator();
    const {Id, Key} = await started(running);
    const restart = () => running.call('POST', `/odata/Jobs/${ns}.RestartJob`, {json: {jobId: Id}});
    assert.equal((await restart()).status, 409);
    running.clock.advance(3000);
    const again = await restart();
    assert.deepEqual([again.status, again.body.State, again.body.ReleaseName], [200, 'Pending', 'SupportTriage']);
    assert.notEqual(again.body.Key, Key);
  });

  it('waits for a payload, takes it once, and goes on', async () => {
    const running = await orchestrator({settings: {result: 'Suspended'}});
    const {Id, Key} = await started(running);
    running.clock.advance(3000);
    assert.equal((await stateOf(running, Key)).State, 'Suspended');
    const inboxes = await running.call('GET', '/odata/JobTriggers', {
      query: {$filter: `JobId eq ${Id}`, $top: '1', $select: 'ItemKey'},
    });
    assert.deepEqual(Object.keys(inboxes.body.value[0]), ['ItemKey']);
    const inbox = inboxes.body.value[0].ItemKey;
    const deliver = () =>
      running.call('POST', `/api/JobTriggers/DeliverPayload/${inbox}`, {json: {payload: {ok: true}}});
    assert.equal((await deliver()).status, 202);
    assert.equal((await deliver()).status, 208);
    assert.equal((await stateOf(running, Key)).State, 'Resumed');
    assert.deepEqual((await running.call('GET', `/api/JobTriggers/GetPayload/${inbox}`)).body, {payload: {ok: true}});
    running.clock.advance(3000);
    assert.equal((await stateOf(running, Key)).State, 'Successful');
  });

  it('is seen by nobody before it is visible, and lives on meanwhile', async () => {
    const running = await orchestrator({settings: {visibleAfter: '30s'}});
    const {Key} = await started(running, {Reference: 'jw-1'});
    const found = async () =>
      (await running.jobs("Reference eq 'jw-1'")).body.value.map((job: {State: string}) => job.State);
    running.clock.advance(29_999);
    assert.deepEqual(await found(), []);
    running.clock.advance(1);
    assert.deepEqual(await found(), ['Successful']);
    assert.equal((await stateOf(running, Key)).Key, Key);
  });

  it('times its life by settings that may change', async () => {
    const running = await orchestrator({settings: {pendingFor: '1h'}});
    const {Key} = await started(running);
    running.clock.advance(3_599_999);
    assert.equal((await stateOf(running, Key)).State, 'Pending');
    running.sim.set({runningFor: '1ms'});
    running.clock.advance(2);
    assert.equal((await stateOf(running, Key)).State, 'Successful');
  });
});
