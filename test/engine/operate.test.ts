/** What people decide about runs: that it happens, that it is written down, and what is refused because it would double something. */
import assert from 'node:assert/strict';
import {type Asking, createOperations, type Decision, versionOf} from '../../src/engine/operate.ts';
import type {Run} from '../../src/engine/run.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {openYard, type Plan, type Yard} from './yard.ts';

describe('an operator', () => {
  let yard: Yard;
  const open = async (plan: Plan = {}): Promise<Yard> => {
    yard = await openYard(plan);
    return yard;
  };
  afterEach(() => yard.close());

  const operations = () => createOperations(yard);
  const asking = (run: string): Asking => ({run, by: 'ada'});
  const retry = (run: string, newKey = false) => operations().retry({...asking(run), newKey});
  const cancel = (run: string, stopJob = false) => operations().cancel({...asking(run), stopJob});
  const decide = (run: string, decision: Decision) => operations().decide({...asking(run), ...decision});
  const said = (run: Run): string[] => run.data.log.filter(({step}) => step === 'operator').map(({what}) => what);
  /** Code and sentence of a refusal. */
  const refusal = async (promise: Promise<unknown>): Promise<string> => {
    try {
      await promise;
    } catch (error) {
      assert.ok(error instanceof JobwireError, String(error));
      return `${error.jobwireCode} ${error.message} | ${error.extra.hint}`;
    }
    return assert.fail('nothing was refused');
  };

  /** A run whose start was refused: nothing was sent. */
  const failed = async (plan: Plan = {}): Promise<string> => {
    await open(plan);
    yard.fault('POST /jobs', {status: 400});
    const run = await yard.take();
    await yard.workOn();
    assert.equal((await yard.run(run)).state, 'failed');
    return run;
  };
  /** A run nobody knows the outcome of. */
  const held = async (plan: Plan = {}, accept = false): Promise<string> => {
    await open({delivery: 'at-most-once', ...plan});
    yard.fault('POST /jobs', {status: 500, accept});
    const run = await yard.take();
    await yard.workOn();
    assert.equal((await yard.run(run)).state, 'held');
    return run;
  };
  const tracked = async (plan: Plan = {}): Promise<string> => {
    await open(plan);
    const run = await yard.take();
    await yard.tick();
    assert.equal((await yard.run(run)).state, 'tracking');
    return run;
  };
  const finishJobs = (): void => {
    for (const job of yard.jobs) job.state = 'Done';
  };

  describe('retries', () => {
    it('a failed run under the same key, as another attempt', async () => {
      const run = await failed();
      const {run: now} = await retry(run);
      assert.deepEqual([now.id, now.state, now.error, said(now)], [run, 'queued', undefined, ['ada: start again']]);
      await yard.tick();
      const after = await yard.run(run);
      assert.deepEqual([after.state, after.attempt, yard.jobs.map(({reference}) => reference)], ['tracking', 2, [run]]);
    });

    it('with all the attempts of the policy', async () => {
      await open({policy: {retry: {limit: 2, base: '1s'}}});
      yard.fault('POST /jobs', ...Array.from({length: 6}, () => ({network: 'ECONNREFUSED'}) as const));
      const run = await yard.take();
      await yard.workOn();
      assert.deepEqual([(await yard.run(run)).error?.code, yard.writes()], ['JW5004', 3]);
      await retry(run);
      await yard.workOn();
      assert.deepEqual([(await yard.run(run)).error?.code, yard.writes()], ['JW5004', 6]);
    });

    it('also when its deadline has passed: who starts it again knows the time', async () => {
      await open({deadlineMs: 1000});
      const run = await yard.take();
      yard.clock.advance(2000);
      await yard.tick();
      assert.equal((await yard.run(run)).error?.code, 'JW5002');
      await retry(run);
      await yard.tick();
      assert.equal((await yard.run(run)).state, 'tracking');
    });

    it('a run that waits for its next attempt at once', async () => {
      await open();
      yard.fault('POST /jobs', {network: 'ECONNREFUSED'});
      const run = await yard.take();
      await yard.tick();
      assert.ok((await yard.run(run)).wakeAt > yard.clock.now());
      const {run: now} = await retry(run);
      assert.equal(now.error?.code, 'JW3001');
      await yard.tick();
      assert.equal((await yard.run(run)).state, 'tracking');
    });

    it('not what started a job, unless as a run of its own with another key', async () => {
      const run = await tracked();
      for (const job of yard.jobs) job.state = 'Broken';
      await yard.workOn();
      assert.match(await refusal(retry(run)), /^JW5011 .*is failed: it started job J-1 \| --new-key/);
      const {run: first, startedAs = ''} = await retry(run, true);
      assert.deepEqual([first.state, first.data.restartedAs], ['failed', [startedAs]]);
      assert.deepEqual(said(first), ['ada: start again with a new key']);
      await yard.tick();
      const copy = await yard.run(startedAs);
      assert.deepEqual(
        [copy.state, copy.event, copy.target, copy.data.restarts, said(copy)],
        ['tracking', first.event, 'do', run, ['ada: start again with a new key']],
      );
      assert.deepEqual(
        yard.jobs.map(({reference}) => reference),
        [run, startedAs],
      );
      const {startedAs: third} = await retry(run, true);
      assert.equal(new Set([run, startedAs, third]).size, 3);
    });

    it('a run that succeeded only with another key', async () => {
      const run = await tracked();
      finishJobs();
      await yard.workOn();
      assert.match(await refusal(retry(run)), /nothing to mend.*--new-key, or jobwire runs replay/);
      assert.ok((await retry(run, true)).startedAs);
    });

    it('not a run whose criteria were never passed', async () => {
      await open();
      const {arriving} = await import('../laws/subject.ts');
      const [accepted] = await yard.engine.accept({
        events: [arriving({draft: {state: 'failed', template: 'opened-to-job'}})],
      });
      assert.match(await refusal(retry(accepted?.runs[0] ?? '')), /criteria were never passed \| .*runs replay/);
    });

    it('nothing that is held or under way', async () => {
      assert.match(await refusal(retry(await held())), /^JW5011 .*jobwire runs decide/);
      await yard.close();
      assert.match(await refusal(retry(await tracked())), /^JW5011 .*under way/);
    });

    it('no run that is not there', async () => {
      await open();
      assert.match(await refusal(retry('jw-none')), /^JW7102/);
    });
  });

  describe('cancels', () => {
    const note = {
      connector: 'yard@^1',
      connection: 'yard-main',
      action: 'addNote',
      input: {text: '{{result.state}} {{result.error.code}}'},
    };

    it('a run that waits, with its follow-ups', async () => {
      await open({onComplete: [note]});
      const run = await yard.take();
      const {run: now} = await cancel(run);
      assert.deepEqual([now.state, now.error?.code, said(now)], ['canceled', 'JW5013', ['ada: cancel']]);
      await yard.workOn();
      assert.deepEqual([yard.writes(), yard.notes], [0, [{text: 'canceled JW5013'}]]);
      await retry(run);
      await yard.tick();
      assert.equal(yard.writes(), 1);
    });

    it('following a job, which goes on', async () => {
      const run = await tracked({onComplete: [note]});
      const {run: now} = await cancel(run);
      assert.deepEqual([now.state, now.data.jobs?.map(({state}) => state)], ['canceled', ['unknown']]);
      await yard.workOn();
      assert.equal(yard.requests.includes('POST /stop'), false);
    });

    it('a job, which is stopped by the engine and followed to its end', async () => {
      const run = await tracked({onComplete: [note]});
      const {run: now} = await cancel(run, true);
      assert.deepEqual([now.state, now.data.stopWanted?.by, yard.jobs[0]?.state], ['tracking', 'ada', 'Waiting']);
      await yard.workOn();
      const after = await yard.run(run);
      assert.deepEqual([after.state, after.data.jobs?.map(({raw}) => raw)], ['canceled', ['Stopped']]);
      assert.equal(yard.requests.filter((request) => request === 'POST /stop').length, 1);
      assert.deepEqual(yard.notes, [{text: 'canceled job-canceled'}]);
    });

    it('a job that had ended meanwhile asks for nothing', async () => {
      const run = await tracked();
      await cancel(run, true);
      finishJobs();
      await yard.workOn();
      assert.equal((await yard.run(run)).state, 'succeeded');
      assert.equal(yard.requests.includes('POST /stop'), false);
    });

    it('a job that the target will not stop goes on being followed, with a warning', async () => {
      const run = await tracked();
      yard.fault('POST /stop', {status: 403});
      await cancel(run, true);
      await yard.tick();
      const after = await yard.run(run);
      assert.deepEqual([after.state, after.data.warnings?.map(({code}) => code)], ['tracking', ['JW3015']]);
      finishJobs();
      await yard.workOn();
      assert.equal((await yard.run(run)).state, 'succeeded');
    });

    it('no job of a kind that cannot be stopped', async () => {
      const run = await tracked({
        change(connector) {
          delete connector.jobs?.['job']?.stop;
          return connector;
        },
      });
      assert.match(await refusal(cancel(run, true)), /^JW3202/);
    });

    it('nothing whose start is being settled, is held or is over', async () => {
      await open();
      yard.fault('POST /jobs', {status: 500, accept: true});
      const run = await yard.take();
      await yard.tick();
      assert.match(await refusal(cancel(run)), /being made or settled/);
      finishJobs();
      await yard.workOn();
      assert.match(await refusal(cancel(run)), /is over/);
      await yard.close();
      assert.match(await refusal(cancel(await held())), /runs decide .* give-up/);
    });

    it('a run whose template is gone, without follow-ups', async () => {
      await open({onComplete: [note]});
      const run = await yard.take();
      const library = {...yard.tools.library, template: () => undefined};
      const tools = {...yard.tools, library};
      const {run: now} = await createOperations({engine: yard.engine, tools}).cancel(asking(run));
      assert.equal(now.state, 'canceled');
      assert.match(said(now)[1] ?? '', /without follow-ups: .*opened-to-job/);
    });
  });

  describe('decides about a held run', () => {
    it('start again: it was not there, the same key is sent once more', async () => {
      const run = await held();
      const {run: now} = await decide(run, {decision: 'start-again'});
      assert.deepEqual([now.state, said(now)], ['queued', ['ada: decided: start again']]);
      finishJobs();
      await yard.tick();
      assert.deepEqual(
        yard.jobs.map(({reference}) => reference),
        [run],
      );
      assert.deepEqual([(await yard.run(run)).state, yard.writes()], ['tracking', 2]);
    });

    it('adopt: the job that was found is followed to its end', async () => {
      const run = await held({}, true);
      const {run: now} = await decide(run, {decision: 'adopt', jobs: ['J-1']});
      assert.deepEqual([now.state, now.error, said(now)], ['tracking', undefined, ['ada: decided: adopt job J-1']]);
      finishJobs();
      await yard.workOn();
      const after = await yard.run(run);
      assert.deepEqual([after.state, after.data.jobOutput, yard.writes()], ['succeeded', {text: 'result of J-1'}, 1]);
    });

    it('adopt: nobody waits for the job where the policy says so', async () => {
      const run = await held({policy: {wait: false}}, true);
      const {run: now} = await decide(run, {decision: 'adopt', jobs: ['J-1']});
      assert.deepEqual(
        [now.state, now.data.jobs?.map(({ref, state}) => [ref.id, state])],
        ['succeeded', [['J-1', 'unknown']]],
      );
    });

    it('adopt needs a job where the action starts one', async () => {
      assert.match(await refusal(decide(await held(), {decision: 'adopt'})), /^JW7101 name the job/);
      const run = (await yard.all())[0]?.id ?? '';
      assert.match(await refusal(decide(run, {decision: 'adopt', jobs: ['']})), /^JW2007/);
    });

    it('adopt: where the action starts no job, it happened', async () => {
      const run = await held({action: 'addItem', delivery: 'at-most-once'});
      assert.match(await refusal(decide(run, {decision: 'adopt', jobs: ['1']})), /^JW7101 .*starts no jobs/);
      assert.equal((await decide(run, {decision: 'adopt'})).run.state, 'succeeded');
    });

    it('adopt: a write that did happen goes on with the steps after it', async () => {
      await open({action: 'startThenRead'});
      yard.fault('GET /result', {status: 404});
      const run = await yard.take();
      await yard.workOn();
      assert.equal((await yard.run(run)).state, 'held');
      assert.match(
        await refusal(decide(run, {decision: 'start-again'})),
        /was executed, at least in part \| adopt goes on with it/,
      );
      await decide(run, {decision: 'adopt'});
      await yard.workOn();
      const after = await yard.run(run);
      assert.deepEqual([after.state, after.data.output, yard.writes()], ['succeeded', {text: 'result of J-1'}, 1]);
    });

    it('adopt: jobs that could not be read any more are followed again', async () => {
      const run = await tracked();
      yard.fault('GET /jobs', ...Array.from({length: 5}, () => ({status: 500}) as const));
      await yard.workOn();
      assert.deepEqual([(await yard.run(run)).state, (await yard.run(run)).error?.code], ['held', 'JW3002']);
      assert.match(await refusal(decide(run, {decision: 'start-again'})), /started job J-1 \| adopt/);
      await decide(run, {decision: 'adopt'});
      finishJobs();
      await yard.workOn();
      assert.equal((await yard.run(run)).state, 'succeeded');
    });

    it('start again beside what was started, when that is said', async () => {
      const run = await tracked();
      yard.clock.advance(3 * 3_600_000);
      await yard.workOn();
      assert.equal((await yard.run(run)).error?.code, 'JW3204');
      const {run: now, startedAs = ''} = await decide(run, {decision: 'start-again', newKey: true});
      assert.equal(now.state, 'canceled');
      await yard.tick();
      assert.deepEqual(
        yard.jobs.map(({reference}) => reference),
        [run, startedAs],
      );
    });

    it('give up: the run failed, with the problem it had and who said so', async () => {
      const run = await held();
      const {run: now} = await decide(run, {decision: 'give-up'});
      assert.deepEqual([now.state, now.error?.code, said(now)], ['failed', 'JW5007', ['ada: decided: give up']]);
      assert.match(now.error?.detail ?? '', /may have happened.*; given up by ada$/);
    });

    it('only when it is held', async () => {
      const run = await tracked();
      for (const decision of ['start-again', 'adopt', 'give-up'] as const)
        assert.match(await refusal(decide(run, {decision})), /^JW5011 .*only a held run/);
    });
  });

  describe('with a version (C19)', () => {
    it('is refused when the run moved since', async () => {
      const run = await held();
      const version = versionOf(await yard.run(run));
      await decide(run, {decision: 'give-up'});
      assert.match(
        await refusal(operations().retry({...asking(run), version})),
        /^JW5011 .*is failed: it moved since you saw it/,
      );
    });

    it('is refused for the same state reached again', async () => {
      const run = await held();
      const version = versionOf(await yard.run(run));
      yard.clock.advance(5);
      yard.fault('POST /jobs', {status: 500});
      await decide(run, {decision: 'start-again'});
      await yard.workOn();
      assert.equal((await yard.run(run)).state, 'held');
      assert.match(await refusal(operations().decide({...asking(run), version, decision: 'give-up'})), /^JW5011/);
    });

    it('is not refused because a job was merely looked after', async () => {
      const run = await tracked();
      const version = versionOf(await yard.run(run));
      yard.clock.jumpTo((await yard.run(run)).wakeAt);
      await yard.tick();
      assert.equal((await operations().cancel({...asking(run), version})).run.state, 'canceled');
    });
  });

  it('waits a moment for the worker that has the run, and is told when it does not let go', async () => {
    const run = await tracked();
    yard.clock.jumpTo((await yard.run(run)).wakeAt);
    const stuck = new Promise<never>(() => undefined);
    void yard.engine.tick((runs) => runs.map(() => stuck), {worker: 'w', leaseMs: 1e9, limit: 1});
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(await refusal(cancel(run)), /^JW5011 .*a worker has it at this moment/);
    yard.clock.advance(1e9);
    assert.equal((await cancel(run)).run.state, 'canceled');
  });
});
