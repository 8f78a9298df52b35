/** After a write of unclear outcome: looking, adopting, sending what is missing, and when a person must decide. */
import assert from 'node:assert/strict';
import {openYard, type Plan, start, type Yard} from './yard.ts';

describe('settling', () => {
  let yard: Yard;
  const open = async (plan: Plan = {}) => {
    yard = await openYard(plan);
    return yard;
  };
  afterEach(() => yard.close());

  const untilTracked = (run: string) => yard.workOn(async () => (await yard.run(run)).state === 'tracking');
  const three = {robot: 'loader', count: 3};
  const stateAndCode = async (run: string) => {
    const {state, error} = await yard.run(run);
    return [state, error?.code];
  };

  it('O11: looks after each delay, and adopts what appears late', async () => {
    await open();
    yard.fault('POST /jobs', {status: 500, accept: true});
    yard.hidden.add('J-1');
    const run = await yard.take();
    await yard.tick();
    assert.deepEqual([(await yard.run(run)).state, (await yard.run(run)).wakeAt], ['starting', start + 5000]);
    yard.clock.jumpTo(start + 5000);
    await yard.tick();
    assert.equal((await yard.run(run)).wakeAt, start + 20_000);
    yard.hidden.clear();
    yard.clock.jumpTo(start + 20_000);
    await yard.tick();
    const {state, data} = await yard.run(run);
    assert.equal(state, 'tracking');
    assert.deepEqual(
      data.jobs?.map(({ref}) => ref.id),
      ['J-1'],
    );
    assert.deepEqual(data.output, {robot: 7, jobs: [{id: 'J-1'}]});
    assert.equal(data.intent, undefined);
    assert.equal(yard.writes(), 1);
  });

  it('what was found in part is completed, and both parts are followed', async () => {
    await open({input: three});
    yard.fault('POST /jobs', {status: 500});
    const run = await yard.take();
    await yard.tick();
    yard.jobs.push({id: 'J-1', reference: run, state: 'Waiting'});
    await untilTracked(run);
    const {data, attempt} = await yard.run(run);
    assert.deepEqual(
      data.jobs?.map(({ref}) => ref.id),
      ['J-1', 'J-2', 'J-3'],
    );
    assert.deepEqual([yard.jobs.length, yard.writes(), attempt], [3, 2, 2]);
  });

  it('the missing part with an unclear outcome is settled with the first parameters', async () => {
    await open({input: three});
    yard.fault('POST /jobs', {status: 500}, {status: 500, accept: true});
    const run = await yard.take();
    await yard.tick();
    yard.jobs.push({id: 'J-1', reference: run, state: 'Waiting'});
    await untilTracked(run);
    assert.equal((await yard.run(run)).data.jobs?.length, 3);
    assert.deepEqual([yard.jobs.length, yard.writes()], [3, 2]);
  });

  it('a missing part that is refused leaves the part that is there to a person', async () => {
    await open({input: three});
    yard.fault('POST /jobs', {status: 500}, {status: 400});
    const run = await yard.take();
    await yard.tick();
    yard.jobs.push({id: 'J-1', reference: run, state: 'Waiting'});
    await yard.workOn();
    assert.deepEqual(await stateAndCode(run), ['held', 'JW5007']);
    assert.match((await yard.run(run)).error?.detail ?? '', /a part was started, the rest was not/);
  });

  it('a missing part that cannot be sent is tried again, then left to a person, never called failed', async () => {
    await open({input: three, policy: {retry: {limit: 2}}});
    yard.fault('POST /jobs', {status: 500}, ...Array.from({length: 9}, () => ({status: 429})));
    const run = await yard.take();
    await yard.tick();
    yard.jobs.push({id: 'J-1', reference: run, state: 'Waiting'});
    await yard.workOn();
    assert.deepEqual(await stateAndCode(run), ['held', 'JW5007']);
    assert.equal(yard.writes(), 4);
  });

  it('is held when a part is there and the connector cannot say how to send the rest', async () => {
    await open({
      input: three,
      change: (connector) => {
        delete connector.operations['startJobs']?.settle?.rest;
        return connector;
      },
    });
    yard.fault('POST /jobs', {status: 500});
    const run = await yard.take();
    await yard.tick();
    yard.jobs.push({id: 'J-1', reference: run, state: 'Waiting'});
    await yard.workOn();
    assert.deepEqual(await stateAndCode(run), ['held', 'JW5007']);
    assert.equal(yard.writes(), 1);
  });

  it('is held when settle.when is false', async () => {
    await open({
      change: (connector) => {
        const settle = connector.operations['startJobs']?.settle;
        if (settle) settle.when = false;
        return connector;
      },
    });
    yard.fault('POST /jobs', {status: 500});
    const run = await yard.take();
    await yard.workOn();
    assert.deepEqual(await stateAndCode(run), ['held', 'JW5007']);
    assert.equal(yard.writes(), 1);
  });

  it('is held when the target refuses the question', async () => {
    await open();
    yard.fault('POST /jobs', {status: 500});
    yard.fault('GET /jobs', {status: 403});
    const run = await yard.take();
    await yard.workOn();
    assert.deepEqual(await stateAndCode(run), ['held', 'JW5007']);
    assert.match((await yard.run(run)).error?.detail ?? '', /answered 500.*the target cannot be asked: .*answered 403/);
  });

  it('a target that cannot answer uses up no look', async () => {
    await open();
    yard.fault('POST /jobs', {status: 500, accept: true});
    yard.fault('GET /jobs', {status: 503}, {status: 503}, {status: 503});
    yard.hidden.add('J-1');
    const run = await yard.take();
    await yard.workOn(() => yard.requests.filter((request) => request === 'GET /jobs').length === 4);
    yard.hidden.clear();
    await untilTracked(run);
    assert.equal(yard.writes(), 1);
  });

  it('a worker that dies while it sends again does not make it a third time', async () => {
    await open();
    yard.fault('POST /jobs', {status: 500});
    const run = await yard.take();
    await yard.workOn(async () => (await yard.run(run)).data.intent?.resend !== undefined);
    await yard.engine.tick(
      (runs) => {
        void yard.step(runs);
        return runs.map(() => Promise.reject(new Error('dies')));
      },
      {worker: 'dead', leaseMs: 60_000, limit: 1, onFault: () => undefined},
    );
    yard.clock.advance(60_000);
    await untilTracked(run);
    assert.deepEqual([yard.jobs.length, yard.writes()], [1, 2]);
  });

  it('a write that is settled as not executed is not sent after the deadline', async () => {
    await open({deadlineMs: 10_000, policy: {deadline: '10s'}});
    yard.fault('POST /jobs', {status: 500});
    const run = await yard.take();
    await yard.workOn();
    assert.deepEqual(await stateAndCode(run), ['failed', 'JW5002']);
    assert.equal(yard.writes(), 1);
  });
});

describe('starting', () => {
  let yard: Yard;
  const open = async (plan: Plan = {}) => {
    yard = await openYard(plan);
    return yard;
  };
  afterEach(() => yard.close());

  it('waits longer with every attempt, and fails when they are used up', async () => {
    await open({policy: {retry: {limit: 3, base: '10s', factor: 2, cap: '30s'}}});
    yard.fault('GET /robots', ...Array.from({length: 4}, () => ({status: 503})));
    const run = await yard.take();
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      await yard.tick();
      const {state, wakeAt} = await yard.run(run);
      assert.equal(state, 'queued');
      waits.push(wakeAt - yard.clock.now());
      yard.clock.jumpTo(wakeAt);
    }
    await yard.tick();
    const {state, error, attempt} = await yard.run(run);
    assert.deepEqual([waits, state, error?.code, attempt], [[5000, 10_000, 15_000], 'failed', 'JW5004', 4]);
    assert.equal(yard.writes(), 0);
  });

  it('waits as long as the target asks', async () => {
    await open();
    yard.fault('POST /jobs', {status: 429, headers: {'retry-after': '300'}});
    const run = await yard.take();
    await yard.tick();
    assert.ok((await yard.run(run)).wakeAt >= yard.clock.now() + 300_000);
  });

  it('ends what was not started within the deadline, and says what was in the way', async () => {
    await open({deadlineMs: 60_000, policy: {deadline: '1m'}});
    yard.fault('GET /robots', ...Array.from({length: 9}, () => ({status: 503})));
    const run = await yard.take();
    await yard.workOn();
    const {state, error} = await yard.run(run);
    assert.deepEqual([state, error?.code], ['failed', 'JW5002']);
    assert.match(error?.detail ?? '', /within 1m; before that: .*503/);
  });

  it('ends at once what the mapping or a lookup refuses', async () => {
    for (const [input, code] of [
      [{robot: 'crane'}, 'JW3101'],
      [{robot: '{{event.data.nothing}}'}, 'JW2101'],
      [{}, 'JW2006'],
    ] as const) {
      await open({input});
      const run = await yard.take();
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code, yard.writes()], ['failed', code, 0]);
      await yard.close();
    }
    await open();
  });

  it('a step after the write is tried again, the write is not', async () => {
    await open({action: 'startThenRead', policy: {retry: {limit: 2}}});
    yard.fault('GET /result', {status: 503}, {status: 503});
    const run = await yard.take();
    await yard.workOn();
    const {state, data} = await yard.run(run);
    assert.deepEqual(
      [state, data.output, yard.writes(), yard.jobs.length],
      ['succeeded', {text: 'result of J-1'}, 1, 1],
    );
  });

  for (const [what, status] of [
    ['cannot be done for long', 503],
    ['is refused', 403],
  ] as const)
    it(`a step after the write that ${what} is left to a person`, async () => {
      await open({action: 'startThenRead', policy: {retry: {limit: 2}}});
      yard.fault('GET /result', ...Array.from({length: 9}, () => ({status})));
      const run = await yard.take();
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code, yard.writes()], ['held', 'JW5007', 1]);
      assert.match(error?.detail ?? '', /the write succeeded, but then/);
    });

  it('a step after a settled write is tried again too', async () => {
    await open({action: 'startThenRead'});
    yard.fault('POST /jobs', {status: 500, accept: true});
    yard.fault('GET /result', {status: 503});
    const run = await yard.take();
    await yard.workOn();
    const {state, data} = await yard.run(run);
    assert.deepEqual([state, data.output, yard.writes()], ['succeeded', {text: 'result of J-1'}, 1]);
  });

  it('keeps the input and a line for each request', async () => {
    await open();
    const run = await yard.take('INC-7');
    await yard.tick();
    const {data} = await yard.run(run);
    assert.deepEqual(data.input, {robot: 'loader', count: 1});
    assert.match(data.log.map(({what}) => what).join('\n'), /GET .*\/robots.*\n(.*\n)*.*POST .*\/jobs/);
  });

  it('a run whose template is gone fails before it starts, and goes on with the kept one afterwards', async () => {
    await open();
    const [fresh, started] = [await yard.take(), await yard.take()];
    const gone = {...yard.tools, library: {template: () => undefined} as never};
    const {createStep} = await import('../../src/engine/step.ts');
    await yard.engine.tick(yard.step, {worker: 'w', leaseMs: 1000, limit: 1});
    yard.clock.advance(3000);
    await yard.engine.tick(createStep(gone), {worker: 'w', leaseMs: 1000, limit: 5});
    assert.deepEqual([(await yard.run(fresh)).state, (await yard.run(started)).state].sort(), ['failed', 'tracking']);
  });
});
