/** What an engine promises when the clock of the machine jumps (row D11 of the threats). */
import assert from 'node:assert/strict';
import type {ClaimedRun} from '../../src/engine/run.ts';
import type {Bench} from './engine-laws.ts';
import {always, as, holding, leaseMs, runOf, startTick, stateOf, take, tickIds, turnOver} from './subject.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function clockLaws(bench: Bench): void {
  it('D11: set back by an hour, nothing is lost or started twice; what is new starts at once, what waited waits for its time', async () => {
    const {clock} = bench;
    const {run: waiting} = await take(bench.engine, {draft: {wakeAt: clock.now() + 1000}});
    const {run: busy} = await take(bench.engine, {draft: {wakeAt: clock.now()}});
    const held = holding();
    const {done} = await startTick(bench.engine, held, as('w'));
    clock.advance(-hourMs);
    const {run: fresh} = await take(bench.engine, {draft: {wakeAt: clock.now()}});
    assert.deepEqual(await tickIds(bench.engine), [fresh], 'neither the leased one nor the one that waits');
    held.finish(busy, {to: 'succeeded'});
    await done;
    assert.equal(await stateOf(bench.engine, busy), 'succeeded');
    clock.advance(hourMs + 1000);
    assert.deepEqual(await tickIds(bench.engine), [waiting]);
    assert.deepEqual(bench.faults, []);
  });

  it('D11: set back while a worker waits, new runs are started without the clock catching up', async () => {
    const worker = bench.engine.work(always({to: 'succeeded'}), as('w'));
    await bench.settle();
    bench.clock.advance(-hourMs);
    const {run} = await take(bench.engine, {draft: {wakeAt: bench.clock.now()}});
    for (let turns = 0; turns < 2000 && (await stateOf(bench.engine, run)) !== 'succeeded'; turns++) await turnOver();
    assert.equal(await stateOf(bench.engine, run), 'succeeded');
    await worker.stop();
  });

  it('D11: set ahead by three days, a run under way is taken for unclear, never for one that was not sent', async () => {
    const {run} = await take(bench.engine, {draft: {wakeAt: 0}});
    const held = holding();
    const {done} = await startTick(bench.engine, held, as('w'));
    bench.clock.advance(3 * dayMs);
    const seen: ClaimedRun[] = [];
    await bench.engine.tick((runs) => {
      seen.push(...runs);
      return always({to: 'held'})(runs);
    }, as('other'));
    assert.deepEqual(
      seen.map(({id, claimedFrom, attempt}) => [id, claimedFrom, attempt]),
      [[run, 'starting', 1]],
    );
    held.finish(run, {to: 'succeeded'});
    await done;
    assert.equal(await stateOf(bench.engine, run), 'held');
  });

  it('D11: set ahead by three days, an event within its window of seven is a duplicate all the same', async () => {
    const first = await take(bench.engine, {id: 'a', windowMs: 7 * dayMs});
    bench.clock.advance(3 * dayMs);
    assert.deepEqual(await take(bench.engine, {id: 'a', windowMs: 7 * dayMs}), {...first, duplicate: true});
    bench.clock.advance(-3 * dayMs);
    assert.equal((await take(bench.engine, {id: 'a', windowMs: 7 * dayMs})).duplicate, true);
  });

  it('D11: after January 2038, times are what they were', async () => {
    const at = Date.parse('2038-01-19T03:14:08Z');
    bench.clock.advance(at - bench.clock.now());
    const {run, uid} = await take(bench.engine, {draft: {wakeAt: at, deadlineAt: at + 5}, event: {receivedAt: at}});
    await bench.engine.tick(always({to: 'tracking', wakeAt: at + leaseMs}), as('w'));
    const engine = await bench.reopen();
    const {wakeAt, deadlineAt, createdAt, updatedAt} = await runOf(engine, run);
    assert.deepEqual([wakeAt, deadlineAt, createdAt, updatedAt], [at + leaseMs, at + 5, at, at]);
    assert.equal((await engine.events.get(uid))?.receivedAt, at);
    assert.deepEqual(await tickIds(engine), []);
    bench.clock.advance(leaseMs);
    assert.deepEqual(await tickIds(engine), [run]);
  });
}
