/** Delivery mode × outcome of the write: what becomes of the run, and how many jobs the target has in the end. */
import assert from 'node:assert/strict';
import type {DeliveryMode} from '../../src/engine/run.ts';
import {type Fault, openYard, type Plan, type Yard} from './yard.ts';

const actions: Record<DeliveryMode, string> = {
  reconcile: 'startJobs',
  'at-most-once': 'startPlain',
  'at-least-once': 'startPlain',
  queue: 'addItem',
};
const modes = Object.keys(actions) as DeliveryMode[];

interface Row {
  /** Of the catalogue of what can go wrong. */
  readonly id?: string;
  readonly what: string;
  readonly faults: readonly Fault[];
  /** State, jobs at the target and writes sent, by mode. */
  readonly ends: Record<DeliveryMode, string>;
}

const all = (end: string) => Object.fromEntries(modes.map((mode) => [mode, end])) as Record<DeliveryMode, string>;

const rows: readonly Row[] = [
  {what: 'is executed', faults: [], ends: all('started, 1 job, 1 write')},
  {id: 'O02', what: 'never leaves', faults: [{network: 'ECONNREFUSED'}], ends: all('started, 1 job, 2 writes')},
  {id: 'O06', what: 'is told to come later', faults: [{status: 429}], ends: all('started, 1 job, 2 writes')},
  {id: 'O08', what: 'is refused', faults: [{status: 400}], ends: all('failed JW3004, 0 jobs, 1 write')},
  {id: 'O08', what: 'is forbidden', faults: [{status: 403}], ends: all('failed JW3015, 0 jobs, 1 write')},
  {
    id: 'O05',
    what: 'is executed, but the answer is 500',
    faults: [{status: 500, accept: true}],
    ends: {
      reconcile: 'started, 1 job, 1 write',
      'at-most-once': 'held JW5007, 1 job, 1 write',
      'at-least-once': 'started, 2 jobs, 2 writes',
      queue: 'started, 1 job, 2 writes',
    },
  },
  {
    id: 'O01, O03',
    what: 'is executed, but the connection breaks',
    faults: [{network: 'ECONNRESET', accept: true}],
    ends: {
      reconcile: 'started, 1 job, 1 write',
      'at-most-once': 'held JW5007, 1 job, 1 write',
      'at-least-once': 'started, 2 jobs, 2 writes',
      queue: 'started, 1 job, 2 writes',
    },
  },
  {
    id: 'O05',
    what: 'is not executed, but the answer is 502',
    faults: [{status: 502}],
    ends: {
      reconcile: 'started, 1 job, 2 writes',
      'at-most-once': 'held JW5007, 0 jobs, 1 write',
      'at-least-once': 'started, 1 job, 2 writes',
      queue: 'started, 1 job, 2 writes',
    },
  },
  {
    what: 'is unclear twice, executed the second time',
    faults: [{status: 502}, {status: 504, accept: true}],
    ends: {
      reconcile: 'started, 1 job, 2 writes',
      'at-most-once': 'held JW5007, 0 jobs, 1 write',
      'at-least-once': 'started, 2 jobs, 3 writes',
      queue: 'started, 1 job, 3 writes',
    },
  },
  {
    what: 'is unclear twice and never executed',
    faults: [{status: 502}, {status: 502}],
    ends: {
      reconcile: 'held JW5007, 0 jobs, 2 writes',
      'at-most-once': 'held JW5007, 0 jobs, 1 write',
      'at-least-once': 'started, 1 job, 3 writes',
      queue: 'started, 1 job, 3 writes',
    },
  },
];

/** In one line: how the run stands once it is started, held or over. */
async function endOf(yard: Yard, run: string): Promise<string> {
  const {state, error} = await yard.run(run);
  const started = state === 'tracking' || state === 'succeeded';
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `${started ? 'started' : `${state} ${error?.code}`}, ${count(yard.jobs.length, 'job')}, ${count(yard.writes(), 'write')}`;
}

const untilStarted = (yard: Yard, run: string) => yard.workOn(async () => (await yard.run(run)).state === 'tracking');

describe('delivery', () => {
  let yard: Yard;
  const open = async (delivery: DeliveryMode, plan: Plan = {}) => {
    yard = await openYard({delivery, action: actions[delivery], ...plan});
    return yard;
  };
  afterEach(() => yard.close());

  for (const {id, what, faults, ends} of rows)
    for (const mode of modes)
      it(`${id ? `${id}: ` : ''}${mode}: a write that ${what} → ${ends[mode]}`, async () => {
        await open(mode);
        yard.fault('POST /jobs', ...faults);
        const run = await yard.take();
        await untilStarted(yard, run);
        assert.equal(await endOf(yard, run), ends[mode]);
      });

  describe('a worker dies while it starts', () => {
    const died: readonly {
      readonly when: string;
      readonly sent: boolean;
      readonly ends: Record<DeliveryMode, string>;
    }[] = [
      {
        when: 'before the write',
        sent: false,
        ends: {
          reconcile: 'started, 1 job, 1 write',
          'at-most-once': 'held JW5007, 0 jobs, 0 writes',
          'at-least-once': 'started, 1 job, 1 write',
          queue: 'started, 1 job, 1 write',
        },
      },
      {
        when: 'after the write',
        sent: true,
        ends: {
          reconcile: 'started, 1 job, 1 write',
          'at-most-once': 'held JW5007, 1 job, 1 write',
          'at-least-once': 'started, 2 jobs, 2 writes',
          queue: 'started, 1 job, 2 writes',
        },
      },
    ];
    for (const {when, sent, ends} of died)
      for (const mode of modes)
        it(`O09: ${mode}: ${when} → ${ends[mode]}`, async () => {
          await open(mode);
          const run = await yard.take();
          await dieWhileWorking(yard, sent);
          await untilStarted(yard, run);
          assert.equal(await endOf(yard, run), ends[mode]);
        });

    it('a write that may be repeated is repeated', async () => {
      await open('at-most-once', {action: 'stopAll'});
      const run = await yard.take();
      await dieWhileWorking(yard, true);
      await yard.workOn();
      assert.equal((await yard.run(run)).state, 'succeeded');
      assert.deepEqual(yard.requests, ['POST /stop', 'POST /stop']);
    });

    it('D07: a run that kills its worker each time fails in the end', async () => {
      await open('at-least-once', {policy: {retry: {limit: 2}}});
      const run = await yard.take();
      for (let i = 0; i < 3; i++) {
        await dieWhileWorking(yard, false);
        await yard.tick();
        const {state, wakeAt} = await yard.run(run);
        if (state === 'queued') yard.clock.jumpTo(wakeAt);
      }
      const {state, error, attempt} = await yard.run(run);
      assert.deepEqual([state, error?.code, attempt], ['failed', 'JW5004', 3]);
    });

    it('reconcile: asks with the parameters of the attempt that died, its time included', async () => {
      await open('reconcile', {
        input: {robot: '{{event.data.robot}}', count: "{{if (eq run.now '2026-01-12T08:00:00Z') 2 1}}"},
      });
      const run = await yard.take();
      await dieWhileWorking(yard, false);
      await yard.tick();
      const {data} = await yard.run(run);
      assert.deepEqual(data.intent?.params, {reference: run, count: 2});
      assert.equal((await yard.run(run)).attempt, 1);
    });

    it('reconcile: when what was started cannot be found out any more, a person decides', async () => {
      await open('reconcile', {input: {robot: 'gone'}});
      const run = await yard.take();
      await dieWhileWorking(yard, false);
      await yard.workOn();
      const {state, error} = await yard.run(run);
      assert.deepEqual([state, error?.code], ['held', 'JW5007']);
      assert.match(error?.detail ?? '', /lookup robot found nothing/);
    });

    it('reconcile: a target that is down is asked again, then a person decides; nothing is sent', async () => {
      await open('reconcile', {policy: {retry: {limit: 2}}});
      yard.fault('GET /robots', {status: 503}, {status: 503}, {status: 503}, {status: 503});
      const run = await yard.take();
      await dieWhileWorking(yard, false);
      await yard.workOn();
      assert.equal(await endOf(yard, run), 'held JW5007, 0 jobs, 0 writes');
      assert.equal(yard.requests.length, 3);
    });
  });
});

/** Claims what is due and never answers; with `sent` the requests of a whole start leave all the same. */
async function dieWhileWorking(yard: Yard, sent: boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    void yard.engine.tick(
      (runs) => {
        void Promise.all(sent ? yard.step(runs) : []).then(() => resolve());
        return runs.map(() => new Promise(() => undefined));
      },
      {worker: 'dead', leaseMs: 60_000, limit: 10},
    );
  });
  yard.clock.advance(60_000);
}
