/** What purging promises: old payloads go, whatever still matters stays (row D19 of the threats). */
import assert from 'node:assert/strict';
import type {RunState} from '../../src/engine/run.ts';
import type {Bench} from './engine-laws.ts';
import {always, arriving, as, stateOf, take, tickIds} from './subject.ts';

const dayMs = 86_400_000;

export function purgeLaws(bench: Bench): void {
  /** An event received now whose run is moved to a state. */
  const old = async (id: string, to: RunState, windowMs = dayMs) => {
    const taken = await take(bench.engine, {id, windowMs, event: {receivedAt: bench.clock.now()}});
    await bench.engine.tick(always({to, wakeAt: bench.clock.now() + 1e12}), as('w'));
    return taken;
  };
  const purge = (before: number, more: {keysBefore?: number; limit?: number} = {}) =>
    bench.engine.purge({before, limit: 100, ...more});

  it('removes events and runs that are over, and counts what is left', async () => {
    const first = await old('a', 'succeeded');
    await old('b', 'failed');
    await old('c', 'canceled');
    bench.clock.advance(dayMs);
    const young = await old('d', 'succeeded');
    assert.deepEqual(await purge(bench.clock.now()), {events: 3, runs: 3, keys: 0, more: false});
    const engine = await bench.reopen();
    assert.equal(await engine.events.get(first.uid), undefined);
    assert.equal(await engine.runs.get(first.run), undefined);
    assert.equal(await stateOf(engine, young.run), 'succeeded');
    const {events, runs} = await engine.stats();
    assert.deepEqual([events, runs.succeeded, runs.failed, runs.canceled], [1, 1, 0, 0]);
  });

  for (const state of ['queued', 'tracking', 'starting', 'held'] as const)
    it(`keeps an old run that is ${state}, with its event and the other runs of it`, async () => {
      const {uid, runs} = await take(bench.engine, {runs: 2, event: {receivedAt: bench.clock.now()}});
      await tickIds(bench.engine, {to: 'succeeded'}, 1);
      await tickIds(bench.engine, {to: state, wakeAt: bench.clock.now() + 1e12}, 1);
      bench.clock.advance(dayMs);
      assert.equal((await purge(bench.clock.now())).events, 0);
      assert.ok(await bench.engine.events.get(uid));
      assert.deepEqual(await Promise.all(runs.map((run) => stateOf(bench.engine, run))), ['succeeded', state]);
    });

  it('keeps an old event whose run was over only lately', async () => {
    const {run} = await take(bench.engine, {event: {receivedAt: bench.clock.now()}});
    bench.clock.advance(dayMs);
    await tickIds(bench.engine);
    assert.equal((await purge(bench.clock.now())).events, 0);
    assert.equal(await stateOf(bench.engine, run), 'succeeded');
  });

  it('D19: the dedupe keys outlive the payloads', async () => {
    const {uid} = await old('a', 'succeeded', 10 * dayMs);
    bench.clock.advance(dayMs);
    assert.equal((await purge(bench.clock.now())).events, 1);
    assert.deepEqual(await take(bench.engine, {id: 'a'}), {uid, duplicate: true, runs: [], run: ''});
    assert.equal(await bench.engine.tick(always({to: 'failed'}), as('w')), 0);
  });

  it('D19: keys of events that are let through again stay new, until the identities are given up', async () => {
    const first = await old('a', 'succeeded', dayMs);
    bench.clock.advance(2 * dayMs);
    await purge(bench.clock.now());
    const second = await old('a', 'succeeded', dayMs);
    assert.equal(second.duplicate, false);
    assert.notEqual(second.run, first.run);
    bench.clock.advance(2 * dayMs);
    assert.equal((await purge(bench.clock.now(), {keysBefore: bench.clock.now() - 2 * dayMs})).keys, 0);
    assert.equal((await purge(bench.clock.now(), {keysBefore: bench.clock.now()})).keys, 1);
    assert.equal((await take(bench.engine, {id: 'a'})).run, first.run);
  });

  it('keeps the identity of an event that is still there', async () => {
    await take(bench.engine, {id: 'a', windowMs: 1});
    bench.clock.advance(dayMs);
    assert.equal((await purge(0, {keysBefore: bench.clock.now()})).keys, 0);
  });

  it('takes no more than the limit, and says that there is more', async () => {
    for (const id of ['a', 'b', 'c']) await old(id, 'succeeded');
    bench.clock.advance(dayMs);
    const rounds = [];
    for (let more = true; more; ) {
      const purged = await purge(bench.clock.now(), {limit: 2});
      rounds.push(purged.events);
      more = purged.more;
    }
    assert.deepEqual(rounds, [2, 1]);
  });

  it('removes events that started nothing', async () => {
    await bench.engine.accept({events: [arriving({runs: 0, event: {state: 'dead', receivedAt: bench.clock.now()}})]});
    assert.equal((await purge(bench.clock.now() + 1)).events, 1);
  });
}
