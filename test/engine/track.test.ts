/** Following jobs: how often they are read, what their states mean, and when nobody waits any longer. */
import assert from 'node:assert/strict';
import type {Run} from '../../src/engine/run.ts';
import type {Connector, JobKind} from '../../src/generated/types.ts';
import {openYard, type Plan, type Yard} from './yard.ts';

describe('tracking', () => {
  let yard: Yard;
  const open = async (plan: Plan = {}) => {
    yard = await openYard(plan);
    return yard;
  };
  afterEach(() => yard.close());

  const reads = () => yard.requests.filter((request) => request === 'GET /jobs').length;
  /** Started and parked for the first read. */
  const begin = async (plan: Plan = {}): Promise<string> => {
    await open(plan);
    const run = await yard.take();
    await yard.tick();
    assert.equal((await yard.run(run)).state, 'tracking');
    return run;
  };
  const nextRead = async (run: string): Promise<Run> => {
    yard.clock.jumpTo((await yard.run(run)).wakeAt);
    await yard.tick();
    return yard.run(run);
  };
  const move = (state: string, index = 0) => {
    const job = yard.jobs[index] ?? assert.fail('there is no such job');
    job.state = state;
  };
  const kind = (change: Partial<JobKind>) => (connector: Connector) => {
    Object.assign(connector.jobs?.['job'] ?? {}, change);
    return connector;
  };
  const poll = (more: NonNullable<JobKind['poll']>) =>
    kind({poll: {first: '2s', every: '10s', factor: 1.5, cap: '1m', timeout: '12h', missing: '1m', ...more}});

  it('reads first soon, then less and less often, and at once again after a change', async () => {
    const run = await begin();
    const waits: number[] = [];
    let now = yard.clock.now();
    for (const state of [undefined, undefined, undefined, undefined, undefined, 'Running', undefined]) {
      waits.push((await yard.run(run)).wakeAt - now);
      if (state) move(state);
      await nextRead(run);
      now = yard.clock.now();
    }
    assert.deepEqual(waits, [2000, 10_000, 15_000, 22_500, 33_750, 50_625, 10_000]);
  });

  for (const [raw, state, code] of [
    ['Done', 'succeeded', undefined],
    ['dONE', 'succeeded', undefined],
    ['Broken', 'failed', 'job-failed'],
    ['Stopped', 'canceled', 'job-canceled'],
  ] as const)
    it(`a job that is ${raw} ends the run as ${state}`, async () => {
      const run = await begin();
      move(raw);
      const ended = await nextRead(run);
      assert.deepEqual([ended.state, ended.error?.code], [state, code]);
      assert.deepEqual(
        ended.data.jobs?.map(({state: job, raw: word}) => [job, word]),
        [[state, raw]],
      );
    });

  it('the output of a job that succeeded is kept; one that cannot be read now is read again', async () => {
    const run = await begin();
    move('Done');
    yard.fault('GET /result', {status: 503});
    assert.equal((await nextRead(run)).state, 'tracking');
    const ended = await nextRead(run);
    assert.deepEqual([ended.state, ended.data.jobOutput], ['succeeded', {text: 'result of J-1'}]);
    assert.equal(reads(), 1, 'the state is not read again');
  });

  it('an output that is refused does not change how the job ended', async () => {
    const run = await begin();
    move('Done');
    yard.fault('GET /result', {status: 403});
    const ended = await nextRead(run);
    assert.deepEqual([ended.state, ended.data.jobOutput], ['succeeded', undefined]);
    assert.ok(ended.data.log.some(({error}) => error?.code === 'JW3015'));
  });

  it('several jobs: failed if one failed; the outputs are a list', async () => {
    const run = await begin({input: {robot: 'loader', count: 3}});
    ['Done', 'Broken', 'Stopped'].forEach(move);
    const ended = await nextRead(run);
    assert.equal(ended.state, 'failed');
    assert.deepEqual(ended.data.jobOutput, [{text: 'result of J-1'}, null, null]);
  });

  it('jobs that are over are not read again', async () => {
    const run = await begin({input: {robot: 'loader', count: 2}});
    move('Done', 1);
    assert.equal((await nextRead(run)).state, 'tracking');
    yard.hidden.add('J-2');
    move('Done', 0);
    assert.equal((await nextRead(run)).state, 'succeeded');
  });

  it('fifty jobs take one read, a hundred and twenty take three', async () => {
    await open();
    for (let i = 0; i < 120; i++) await yard.take();
    while ((await yard.tick()) > 0);
    assert.equal(yard.jobs.length, 120);
    yard.jobs.forEach((job, i) => {
      if (i % 2) job.state = 'Done';
    });
    yard.clock.advance(2000);
    await yard.engine.tick(yard.step, {worker: 'w', leaseMs: 1e12, limit: 50});
    assert.equal(reads(), 1);
    await yard.engine.tick(yard.step, {worker: 'w', leaseMs: 1e12, limit: 1000});
    assert.equal(reads(), 3);
    const states = (await yard.all()).map(({state}) => state);
    assert.deepEqual(
      [states.filter((state) => state === 'succeeded').length, states.filter((state) => state === 'tracking').length],
      [60, 60],
    );
  });

  it('reads one by one where the connector reads one', async () => {
    const one = kind({status: {call: 'oneJob', with: {id: '{{job.id}}'}, output: {state: '{{result.state}}'}}});
    const run = await begin({change: one, input: {robot: 'loader', count: 2}});
    ['Done', 'Running'].forEach(move);
    const tracked = await nextRead(run);
    assert.deepEqual(
      tracked.data.jobs?.map(({state}) => state),
      ['succeeded', 'running'],
    );
  });

  it('a read that fails for one job keeps what was learned of the others', async () => {
    const one = kind({status: {call: 'oneJob', with: {id: '{{job.id}}'}, output: {state: '{{result.state}}'}}});
    const run = await begin({change: one, input: {robot: 'loader', count: 2}});
    ['Done', 'Done'].forEach(move);
    yard.fault('GET /job', {status: 500});
    assert.equal((await nextRead(run)).state, 'tracking');
    assert.equal((await nextRead(run)).state, 'succeeded');
    assert.equal(yard.requests.filter((request) => request === 'GET /job').length, 3);
  });

  it('a state that is not in the table goes on, with one warning', async () => {
    const run = await begin();
    move('Pondering');
    await nextRead(run);
    const tracked = await nextRead(run);
    assert.equal(tracked.state, 'tracking');
    assert.deepEqual(
      tracked.data.warnings?.map(({code}) => code),
      ['JW3201'],
    );
    assert.equal(tracked.data.jobs?.[0]?.state, 'unknown');
  });

  for (const one of [false, true])
    it(`a job that never appears is pending, then held (${one ? 'read one by one' : 'in a list'})`, async () => {
      const change = one
        ? kind({status: {call: 'oneJob', with: {id: '{{job.id}}'}, output: {state: '{{result.state}}'}}})
        : undefined;
      const run = await begin(change ? {change} : {});
      yard.hidden.add('J-1');
      assert.equal((await nextRead(run)).state, 'tracking');
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code], ['held', 'JW3203']);
    });

  it('a job that appears late is followed; one that disappears is held after the same time', async () => {
    const run = await begin();
    yard.hidden.add('J-1');
    await nextRead(run);
    yard.hidden.clear();
    move('Running');
    const seen = await nextRead(run);
    assert.deepEqual([seen.data.jobs?.[0]?.state, seen.data.jobs?.[0]?.missingSince], ['running', undefined]);
    yard.hidden.add('J-1');
    const gone = (await nextRead(run)).updatedAt;
    await yard.workOn();
    const {state, error, updatedAt} = await yard.run(run);
    assert.deepEqual([state, error?.code], ['held', 'JW3203']);
    assert.ok(updatedAt - gone >= 60_000);
  });

  it('a job that is stuck in one state is held; the time starts anew with each state', async () => {
    const run = await begin({change: poll({stuck: {pending: '10m', running: '30m'}})});
    const begun = yard.clock.now();
    yard.clock.advance(9 * 60_000);
    move('Running');
    await nextRead(run);
    await yard.workOn();
    const {state, error, updatedAt} = await yard.run(run);
    assert.deepEqual([state, error?.code], ['held', 'JW3204']);
    assert.ok(updatedAt - begun >= 39 * 60_000);
  });

  it('a job that takes longer than the connector allows is held', async () => {
    const run = await begin({change: poll({timeout: '20m'})});
    await yard.workOn();
    const {state, error} = await yard.run(run);
    assert.deepEqual([state, error?.code], ['held', 'JW3205']);
  });

  describe('a read that fails', () => {
    it('is done again; after five in a row a person looks', async () => {
      const run = await begin();
      yard.fault('GET /jobs', ...Array.from({length: 9}, () => ({status: 503})));
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code, reads()], ['held', 'JW3002', 5]);
    });

    it('is forgotten after one that succeeds', async () => {
      const run = await begin();
      yard.fault('GET /jobs', ...Array.from({length: 4}, () => ({status: 503})));
      for (let i = 0; i < 5; i++) await nextRead(run);
      yard.fault('GET /jobs', ...Array.from({length: 4}, () => ({status: 503})));
      for (let i = 0; i < 4; i++) await nextRead(run);
      move('Done');
      assert.equal((await nextRead(run)).state, 'succeeded');
    });

    it('because the target is busy does not count', async () => {
      const run = await begin();
      yard.fault('GET /jobs', ...Array.from({length: 8}, () => ({status: 429, headers: {'retry-after': '120'}})));
      for (let i = 0; i < 8; i++) {
        const {state, wakeAt} = await nextRead(run);
        assert.equal(state, 'tracking');
        assert.ok(wakeAt >= yard.clock.now() + 120_000);
      }
    });
  });

  describe('a job that goes on as another', () => {
    const twoStages = (connector: Connector) => {
      Object.assign(connector.jobs ?? {}, {
        ticket: {
          ...connector.jobs?.['job'],
          output: undefined,
          status: {
            call: 'oneJob',
            with: {id: '{{job.id}}'},
            output: {
              state: '{{result.state}}',
              follow: {$if: "{{eq result.state 'Running'}}", then: {kind: 'job', ref: {id: 'J-2', lane: 4}}},
            },
          },
        },
      });
      for (const name of ['startJobs']) Object.assign(connector.actions?.[name] ?? {}, {starts: 'ticket'});
      return connector;
    };

    it('is followed as that, with the reads of its kind', async () => {
      const run = await begin({change: twoStages});
      yard.jobs.push({id: 'J-2', reference: 'x', state: 'Waiting'});
      move('Running');
      const followed = await nextRead(run);
      assert.deepEqual(
        followed.data.jobs?.map(({ref, kind: name, state}) => [ref, name, state]),
        [[{id: 'J-2', lane: 4}, 'job', 'pending']],
      );
      move('Done', 1);
      const ended = await nextRead(run);
      assert.deepEqual([ended.state, ended.data.jobOutput], ['succeeded', {text: 'result of J-2'}]);
    });

    it('is woken under its new name', async () => {
      const run = await begin({change: twoStages});
      move('Running');
      await nextRead(run);
      assert.equal(await yard.engine.wake({connection: 'yard-main', kind: 'job', id: 'j-2'}), true);
      assert.equal((await yard.run(run)).wakeAt, yard.clock.now());
    });
  });

  it('a start that came back finished is not read, and its output is kept', async () => {
    const change = (connector: Connector) => {
      Object.assign(connector.actions?.['startJobs'] ?? {}, {
        output: {jobs: [{id: 'J-1', state: 'Done', output: {n: 1}}]},
      });
      return connector;
    };
    await open({change});
    const run = await yard.take();
    await yard.tick();
    const {state, data} = await yard.run(run);
    assert.deepEqual([state, data.jobOutput, reads()], ['succeeded', {n: 1}, 0]);
    assert.deepEqual(data.jobs?.[0]?.ref, {id: 'J-1'});
  });

  describe('a start that gives no ids', () => {
    const plan: Plan = {action: 'startBlind', delivery: 'at-most-once'};

    it('is followed as soon as the lookup finds its jobs', async () => {
      await open(plan);
      const run = await yard.take();
      await yard.tick();
      yard.hidden.add('J-1');
      for (let i = 0; i < 3; i++) assert.equal((await nextRead(run)).data.jobs, undefined);
      yard.hidden.clear();
      assert.deepEqual(
        (await nextRead(run)).data.jobs?.map(({ref}) => ref),
        [{id: 'J-1'}],
      );
      move('Done');
      const ended = await nextRead(run);
      assert.deepEqual([ended.state, ended.data.jobOutput, yard.writes()], ['succeeded', {text: 'result of J-1'}, 1]);
    });

    it('is held when nothing is found in time', async () => {
      await open(plan);
      const run = await yard.take();
      await yard.tick();
      yard.hidden.add('J-1');
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code], ['held', 'JW3203']);
    });

    it('waits out a target that cannot answer, and holds when it refuses', async () => {
      await open(plan);
      const run = await yard.take();
      await yard.tick();
      yard.fault('GET /jobs', {status: 503}, {status: 403});
      assert.equal((await nextRead(run)).state, 'tracking');
      assert.equal((await nextRead(run)).state, 'held');
    });

    it('is over at once when nobody waits', async () => {
      await open({...plan, policy: {wait: false}});
      const run = await yard.take();
      await yard.workOn();
      assert.deepEqual([(await yard.run(run)).state, reads()], ['succeeded', 0]);
    });
  });

  describe('wait', () => {
    it('false: the run is over when the jobs are started', async () => {
      await open({policy: {wait: false}});
      const run = await yard.take();
      await yard.workOn();
      const {state, data} = await yard.run(run);
      assert.deepEqual(
        [state, data.jobs?.map(({ref, state: job}) => [ref.id, job]), reads()],
        ['succeeded', [['J-1', 'unknown']], 0],
      );
    });

    const timed = (onTimeout?: 'leave' | 'stop' | 'fail'): Plan => ({
      policy: {wait: {timeout: '10m', ...(onTimeout && {onTimeout})}},
      input: {robot: 'loader', count: 2},
    });

    for (const onTimeout of [undefined, 'leave'] as const)
      it(`${onTimeout ?? 'by default'}: leaves the jobs alone and warns`, async () => {
        const run = await begin(timed(onTimeout));
        move('Done', 1);
        await yard.workOn();
        const {state, data} = await yard.run(run);
        assert.deepEqual(
          [state, data.jobs?.map(({state: job}) => job), data.warnings?.map(({code}) => code)],
          ['succeeded', ['unknown', 'succeeded'], ['JW5005']],
        );
        assert.equal(yard.requests.includes('POST /stop'), false);
      });

    it('leave: a job that failed already makes the run fail', async () => {
      const run = await begin(timed('leave'));
      move('Broken', 1);
      await yard.workOn();
      assert.equal((await yard.run(run)).state, 'failed');
    });

    it('fail: the run fails', async () => {
      const run = await begin(timed('fail'));
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code], ['failed', 'JW5005']);
    });

    it('stop: the jobs that are not over are stopped, once, and followed to their end', async () => {
      const run = await begin(timed('stop'));
      move('Done', 1);
      yard.fault('POST /stop', {status: 503}, {status: 500, accept: true});
      await yard.workOn();
      const {state, data} = await yard.run(run);
      assert.deepEqual([state, data.jobs?.map(({state: job}) => job)], ['canceled', ['canceled', 'succeeded']]);
      assert.deepEqual(
        data.warnings?.map(({code}) => code),
        ['JW5005'],
      );
      assert.equal(yard.requests.filter((request) => request === 'POST /stop').length, 2);
    });

    it('stop: what cannot be stopped makes the run fail', async () => {
      const run = await begin(timed('stop'));
      yard.fault('POST /stop', {status: 403});
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code], ['failed', 'JW5005']);
      assert.match(error?.detail ?? '', /cannot be stopped: .*403/);
    });

    it('stop: jobs that do not stop are held after the time of the connector', async () => {
      const run = await begin({...timed('stop'), change: poll({timeout: '30m'})});
      yard.fault('POST /stop', {status: 200});
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code], ['held', 'JW3205']);
    });
  });
});
