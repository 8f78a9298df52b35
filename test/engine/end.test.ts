/** What follows when a run is over. */
import assert from 'node:assert/strict';
import type {Follow} from '../../src/generated/types.ts';
import {openYard, type Plan, type Yard} from './yard.ts';

const note = (text: string, more: Partial<Follow> = {}): Follow => ({
  connector: 'yard@^1',
  connection: 'yard-main',
  action: 'addNote',
  input: {text},
  ...more,
});

describe('follow-ups', () => {
  let yard: Yard;
  const open = async (plan: Plan) => {
    yard = await openYard(plan);
    return yard;
  };
  afterEach(() => yard.close());

  const text =
    '{{run.target}} {{event.data.number}} {{result.state}} {{join (pluck result.jobs "id") ","}} {{default result.error.code "-"}}';

  /** Works one event to its end with the first job going to this state. */
  async function work(plan: Plan, jobState?: string): Promise<void> {
    await open(plan);
    await yard.take('INC1');
    if (jobState) {
      await yard.workOn(() => yard.jobs.length > 0);
      for (const job of yard.jobs) job.state = jobState;
    }
    await yard.workOn();
  }

  for (const [jobState, expected] of [
    ['Done', 'do#0 INC1 succeeded J-1 -'],
    ['Broken', 'do#0 INC1 failed J-1 job-failed'],
    ['Stopped', 'do#0 INC1 canceled J-1 job-canceled'],
  ] as const)
    it(`are made once after a job that is ${jobState}`, async () => {
      await work({onComplete: [note(text)]}, jobState);
      assert.deepEqual(yard.notes, [{text: expected}]);
      const [follow, run] = await yard.all();
      assert.equal(follow?.event, run?.event);
      assert.deepEqual(follow?.data.follows?.run, run?.id);
    });

  it('see the output of the jobs and of the action', async () => {
    await work({onComplete: [note('{{result.output.text}} by {{result.action.robot}}')]}, 'Done');
    assert.deepEqual(yard.notes, [{text: 'result of J-1 by 7'}]);
  });

  it('see unknown when nobody waited for the jobs', async () => {
    await work({policy: {wait: false}, onComplete: [note('{{result.state}}')]});
    assert.deepEqual(yard.notes, [{text: 'unknown'}]);
  });

  it('are made after a start that failed', async () => {
    await work({
      input: {robot: 'crane'},
      onComplete: [note('{{result.state}} {{result.error.code}} {{result.error.owner}}')],
    });
    assert.deepEqual(yard.notes, [{text: 'failed JW3101 operator'}]);
  });

  it('are not made while a run is held', async () => {
    await open({action: 'startPlain', delivery: 'at-most-once', onComplete: [note('never')]});
    yard.fault('POST /jobs', {status: 500});
    await yard.take();
    await yard.workOn();
    assert.equal((await yard.all()).length, 1);
  });

  it('only those whose when holds, each as a run of its own', async () => {
    const isState = (state: string) => `{{eq result.state '${state}'}}`;
    await work(
      {onComplete: [note('a', {when: isState('failed')}), note('b', {when: isState('succeeded')}), note('c')]},
      'Done',
    );
    assert.deepEqual(yard.notes.map((sent) => (sent as {text: string}).text).sort(), ['b', 'c']);
    assert.deepEqual((await yard.all()).map(({target}) => target).sort(), ['do', 'do#1', 'do#2']);
  });

  it('have a delivery of their own', async () => {
    await open({onComplete: [note('again', {delivery: 'at-least-once'})]});
    yard.fault('POST /notes', {status: 500, accept: true});
    await yard.take();
    await yard.workOn(() => yard.jobs.length > 0);
    for (const job of yard.jobs) job.state = 'Done';
    await yard.workOn();
    assert.deepEqual(yard.notes, [{text: 'again'}, {text: 'again'}]);
  });

  it('one that cannot be made is a warning, and the others are made', async () => {
    const broken = [note('x', {when: '{{result.nope}}'}), note('y', {connection: 'gone'}), note('z', {action: 'nope'})];
    await work({onComplete: [...broken, note('made')]}, 'Done');
    const run = (await yard.all()).find(({target}) => target === 'do');
    assert.equal(run?.state, 'succeeded');
    assert.deepEqual(
      run?.data.warnings?.map(({code}) => code),
      ['JW5008', 'JW5008', 'JW5008'],
    );
    assert.deepEqual(yard.notes, [{text: 'made'}]);
  });

  it('one that fails does not change the run, and has no follow-up itself', async () => {
    await open({onComplete: [note('refused')]});
    yard.fault('POST /notes', {status: 400});
    await yard.take();
    await yard.workOn(() => yard.jobs.length > 0);
    for (const job of yard.jobs) job.state = 'Done';
    await yard.workOn();
    assert.deepEqual(
      (await yard.all()).map(({target, state}) => [target, state]),
      [
        ['do#0', 'failed'],
        ['do', 'succeeded'],
      ],
    );
  });
});
