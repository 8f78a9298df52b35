/** What the work loop promises, on a clock that stands still unless the law moves it. */
import assert from 'node:assert/strict';
import type {ClaimedRun} from '../../src/engine/run.ts';
import type {Bench} from './engine-laws.ts';
import {as, holding, leaseMs, moved, stateOf, succeed, take, tickIds, until} from './subject.ts';

export function workLaws(bench: Bench): void {
  const isState = (run: string, state: string) => async () => (await stateOf(bench.engine, run)) === state;

  it('works what was waiting, and what is accepted later, without the clock moving', async () => {
    const {run: before} = await take(bench.engine);
    const worker = bench.engine.work(succeed, as('w'));
    await until(isState(before, 'succeeded'));
    const {run: after} = await take(bench.engine);
    await until(isState(after, 'succeeded'));
    await worker.stop();
  });

  it('wakes for a run that is due later, and hands out nothing in the meantime', async () => {
    const {run} = await take(bench.engine, {draft: {wakeAt: bench.clock.now() + 3000}});
    let asked = 0;
    const worker = bench.engine.work((runs) => {
      asked++;
      return succeed(runs);
    }, as('w'));
    await bench.settle();
    bench.clock.advance(2999);
    await bench.settle();
    assert.equal(asked, 0);
    bench.clock.advance(1);
    await until(isState(run, 'succeeded'));
    await worker.stop();
  });

  it('sees work of another process after some seconds', async () => {
    const worker = bench.engine.work(succeed, as('w'));
    await bench.settle();
    const other = await bench.another();
    const {run} = await take(other);
    await until(() => {
      bench.clock.advance(1000);
      return isState(run, 'succeeded')();
    });
    await worker.stop();
  });

  it('has no more runs at once than its limit, and fills a place that becomes free', async () => {
    for (let i = 0; i < 5; i++) await take(bench.engine);
    const busy = holding();
    const worker = bench.engine.work(busy.step, as('w', 2));
    await until(() => busy.runs.length === 2);
    await bench.settle();
    assert.equal(busy.runs.length, 2);
    busy.finish((busy.runs[0] as ClaimedRun).id, {to: 'succeeded'});
    await until(() => busy.runs.length === 3);
    for (let i = 1; i < 5; i++) {
      await until(() => busy.runs.length > i);
      busy.finish((busy.runs[i] as ClaimedRun).id, {to: 'succeeded'});
    }
    await worker.stop();
    assert.equal((await bench.engine.stats()).runs.succeeded, 5);
  });

  it('keeps its leases while it works, however long that takes', async () => {
    const {run} = await take(bench.engine);
    const busy = holding();
    const worker = bench.engine.work(busy.step, as('w'));
    await until(() => busy.runs.length === 1);
    const other = await bench.another();
    for (let i = 0; i < 12; i++) {
      bench.clock.advance(leaseMs / 4);
      await bench.settle();
    }
    assert.deepEqual(await tickIds(other), []);
    busy.finish(run, {to: 'succeeded'});
    await until(isState(run, 'succeeded'));
    await worker.stop();
  });

  it('O10: does not take its own runs for a dead worker’s after it was stopped for longer than a lease', async () => {
    const {run} = await take(bench.engine);
    const busy = holding();
    const worker = bench.engine.work(busy.step, as('w'));
    await until(() => busy.runs.length === 1);
    bench.clock.advance(leaseMs * 5);
    await bench.settle();
    assert.equal(busy.runs.length, 1);
    busy.finish(run, {to: 'succeeded'});
    await until(isState(run, 'succeeded'));
    await worker.stop();
  });

  it('stop waits for what is under way and claims nothing more', async () => {
    const {run} = await take(bench.engine);
    const busy = holding();
    const worker = bench.engine.work(busy.step, as('w'));
    await until(() => busy.runs.length === 1);
    let stopped = false;
    const stop = worker.stop().then(() => {
      stopped = true;
    });
    const {run: later} = await take(bench.engine);
    await bench.settle();
    assert.equal(stopped, false);
    busy.finish(run, {to: 'succeeded'});
    await stop;
    assert.equal(await stateOf(bench.engine, run), 'succeeded');
    assert.equal(await stateOf(bench.engine, later), 'queued');
  });

  it('close drains: what is under way is committed, and there after reopening', async () => {
    const {run} = await take(bench.engine);
    const busy = holding();
    bench.engine.work(busy.step, as('w'));
    await until(() => busy.runs.length === 1);
    const accepting = take(bench.engine);
    const closing = bench.engine.close();
    busy.finish(run, {to: 'succeeded'});
    await closing;
    const {run: late} = await accepting;
    const engine = await bench.another();
    assert.equal(await stateOf(engine, run), 'succeeded');
    assert.equal(await stateOf(engine, late), 'queued');
  });

  it('reports a step that rejects and goes on with other runs', async () => {
    await take(bench.engine);
    const {run} = await take(bench.engine);
    const faults: unknown[] = [];
    const worker = bench.engine.work(
      (runs) =>
        runs.map((claimed) =>
          claimed.id === run ? Promise.resolve(moved(claimed, {to: 'succeeded'})) : Promise.reject(new Error('boom')),
        ),
      as('w', 1, (error) => faults.push(error)),
    );
    await until(isState(run, 'succeeded'));
    assert.equal(faults.length, 1);
    await worker.stop();
  });

  it('works through many runs with many attempts, each commit exactly once', async () => {
    const runs = await Promise.all(Array.from({length: 200}, () => take(bench.engine)));
    const worker = bench.engine.work(
      (claimed) =>
        claimed.map(async (run) => moved(run, run.attempt < 3 ? {to: 'queued', wakeAt: 0} : {to: 'succeeded'})),
      as('w', 16),
    );
    await until(async () => (await bench.engine.stats()).runs.succeeded === 200);
    await worker.stop();
    for (const {run} of runs.slice(0, 5)) assert.equal((await bench.engine.runs.get(run))?.attempt, 3);
    assert.deepEqual(bench.faults, []);
  });
}
