/** Budgets: how often and how many at once, in order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {createBudget} from '../../src/http/budget.ts';
import {type Clock, VirtualClock} from '../../src/values/time.ts';

/** Lets every waiting promise run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A clock whose sleeps end only when the test says so. */
function stoppedClock(): Clock & {readonly wake: (() => void)[]; time: number; signals: (AbortSignal | undefined)[]} {
  const clock = {
    time: 0,
    wake: [] as (() => void)[],
    signals: [] as (AbortSignal | undefined)[],
    now: () => clock.time,
    sleep(ms: number, signal?: AbortSignal) {
      clock.signals.push(signal);
      return new Promise<void>((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        clock.wake.push(() => {
          clock.time += ms;
          resolve();
        });
      });
    },
  };
  return clock;
}

describe('a budget', () => {
  it('lets the limit through at once and the next when the first start is a period old', async () => {
    const clock = new VirtualClock(0);
    const budget = createBudget({limit: 3, perMs: 1000}, clock);
    const times: number[] = [];
    for (let i = 0; i < 7; i++) {
      (await budget.take())();
      times.push(clock.now());
    }
    assert.deepEqual(times, [0, 0, 0, 1000, 1000, 1000, 2000]);
  });

  it('keeps a limit of thousands however many starts there were before', () => {
    const clock = new VirtualClock(0);
    const budget = createBudget({limit: 1500, perMs: 1000}, clock);
    const granted: number[] = [];
    for (let period = 0; period < 6; period++) {
      let count = 0;
      for (let i = 0; i < 2000; i++) if (budget.tryTake()) count++;
      granted.push(count);
      clock.advance(500);
    }
    assert.deepEqual(granted, [1500, 0, 1500, 0, 1500, 0]);
  });

  it('never starts more than the limit in any period, and loses no caller', async () => {
    const gaps = fc.array(fc.integer({min: 0, max: 700}), {minLength: 1, maxLength: 40});
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 6}), gaps, async (limit, waits) => {
        const clock = new VirtualClock(0);
        const budget = createBudget({limit, perMs: 1000}, clock);
        const starts: number[] = [];
        for (const wait of waits) {
          clock.advance(wait);
          (await budget.take())();
          starts.push(clock.now());
        }
        assert.equal(starts.length, waits.length);
        for (const [i, start] of starts.entries()) assert.ok(start - (starts[i - limit] ?? -1000) >= 1000);
      }),
    );
  });

  it('holds the concurrency and serves in order of asking', async () => {
    const budget = createBudget({limit: 100, perMs: 1000, concurrency: 2}, new VirtualClock(0));
    const order: number[] = [];
    const releases = new Map<number, () => void>();
    for (let i = 0; i < 5; i++)
      void budget.take().then((release) => {
        order.push(i);
        releases.set(i, release);
      });
    await settle();
    assert.deepEqual(order, [0, 1]);
    releases.get(1)?.();
    await settle();
    assert.deepEqual(order, [0, 1, 2]);
    releases.get(0)?.();
    releases.get(2)?.();
    await settle();
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
  });

  it('counts a release once however often it is called', async () => {
    const budget = createBudget({limit: 100, perMs: 1000, concurrency: 1}, new VirtualClock(0));
    const release = await budget.take();
    release();
    release();
    let granted = 0;
    void budget.take().then(() => granted++);
    void budget.take().then(() => granted++);
    await settle();
    assert.equal(granted, 1);
  });

  it('O06 starts nobody during a pause, and a shorter pause does not end it', async () => {
    const clock = new VirtualClock(0);
    const budget = createBudget({limit: 10, perMs: 1000}, clock);
    budget.pause(30_000);
    budget.pause(5000);
    await budget.take();
    assert.equal(clock.now(), 30_000);
  });

  it('believes what the target says is left until its reset', async () => {
    const clock = new VirtualClock(0);
    const budget = createBudget({limit: 100, perMs: 1000}, clock);
    budget.observe({remaining: 2, resetMs: 9000});
    budget.observe({remaining: 50, resetMs: 9000});
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      (await budget.take())();
      times.push(clock.now());
    }
    assert.deepEqual(times, [0, 0, 9000, 9000]);
    budget.observe({remaining: Number.NaN, resetMs: 1e9});
    await budget.take();
    assert.equal(clock.now(), 9000);
  });

  it('lets a caller leave without disturbing the order of the others', async () => {
    const clock = stoppedClock();
    const budget = createBudget({limit: 1, perMs: 1000}, clock);
    await budget.take();
    const leaving = new AbortController();
    const left = budget.take(leaving.signal);
    const order: string[] = [];
    void budget.take().then(() => order.push('second'));
    leaving.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    await settle();
    clock.wake.shift()?.();
    await settle();
    assert.deepEqual(order, ['second']);
    assert.equal(clock.time, 1000);
  });

  it('stops its wait when nobody waits any more', async () => {
    const clock = stoppedClock();
    const budget = createBudget({limit: 1, perMs: 1000}, clock);
    await budget.take();
    const leaving = new AbortController();
    const left = budget.take(leaving.signal);
    leaving.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    assert.equal(clock.signals[0]?.aborted, true);
    clock.time = 1000;
    await budget.take();
  });

  it('refuses a caller that has left before asking', async () => {
    const budget = createBudget({limit: 1, perMs: 1000}, new VirtualClock(0));
    await assert.rejects(budget.take(AbortSignal.abort(new Error('gone'))), /gone/);
  });

  it('gives a unit at once only when one is free and nobody waits', async () => {
    const clock = stoppedClock();
    const budget = createBudget({limit: 2, perMs: 1000, concurrency: 1}, clock);
    const release = budget.tryTake();
    assert.ok(release);
    assert.equal(budget.tryTake(), undefined, 'the place is taken');
    const waiting = budget.take();
    release();
    (await waiting)();
    assert.equal(budget.tryTake(), undefined, 'the limit is reached');
    clock.time = 1000;
    assert.ok(budget.tryTake());
  });

  it('says for how long nobody starts', () => {
    const clock = new VirtualClock(0);
    const budget = createBudget({limit: 10, perMs: 1000}, clock);
    assert.equal(budget.heldMs(), 0);
    budget.pause(500);
    assert.equal(budget.heldMs(), 500);
    budget.observe({remaining: 0, resetMs: 800});
    assert.equal(budget.heldMs(), 800);
    clock.advance(900);
    assert.equal(budget.heldMs(), 0);
  });
});
