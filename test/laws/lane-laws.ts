/** What lanes promise. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {RunState} from '../../src/engine/run.ts';
import type {Bench} from './engine-laws.ts';
import {as, holding, leaseMs, moved, startTick, stateOf, take, tickIds, until} from './subject.ts';

export function laneLaws(bench: Bench): void {
  const lane = (limit: number, ordered = false, key = 'k') => ({draft: {lane: {key, limit, ordered}}});
  const takeMany = async (count: number, arrival: Parameters<typeof take>[1]) => {
    const runs: string[] = [];
    for (let i = 0; i < count; i++) runs.push((await take(bench.engine, arrival)).run);
    return runs;
  };

  it('no more runs than the limit are under way; the next one starts when one ends', async () => {
    const runs = await takeMany(4, lane(2));
    const busy = holding();
    const first = bench.engine.tick(busy.step, as('a'));
    await until(() => busy.runs.length === 2);
    assert.deepEqual(await tickIds(bench.engine), []);
    busy.finish(runs[0] as string, {to: 'succeeded'});
    await until(async () => (await stateOf(bench.engine, runs[0] as string)) === 'succeeded');
    assert.deepEqual(await tickIds(bench.engine), [runs[2]]);
    busy.finish(runs[1] as string, {to: 'failed'});
    await first;
    assert.deepEqual(await tickIds(bench.engine), [runs[3]]);
  });

  it('a job that is followed uses up the limit, a run that waits for another attempt does not', async () => {
    const runs = await takeMany(3, lane(1));
    const later = bench.clock.now() + 1000;
    assert.deepEqual(await tickIds(bench.engine, {to: 'queued', wakeAt: later}), [runs[0]]);
    assert.deepEqual(await tickIds(bench.engine, {to: 'tracking', wakeAt: later}), [runs[1]]);
    assert.deepEqual(await tickIds(bench.engine), []);
    bench.clock.advance(1000);
    assert.deepEqual(await tickIds(bench.engine, {to: 'succeeded'}), [runs[1]]);
    assert.deepEqual(await tickIds(bench.engine), [runs[2]], 'longest due first');
    assert.deepEqual(await tickIds(bench.engine), [runs[0]]);
  });

  it('lanes do not wait for each other, nor does a run without a lane', async () => {
    const runs = [
      ...(await takeMany(2, lane(1, false, 'a'))),
      ...(await takeMany(2, lane(1, false, 'b'))),
      ...(await takeMany(1, {})),
    ];
    const busy = holding();
    void bench.engine.tick(busy.step, as('w'));
    await until(() => busy.runs.length === 3);
    assert.deepEqual(busy.runs.map(({id}) => id).sort(), [runs[0], runs[2], runs[4]].sort());
  });

  it('priority decides between a lane and the rest', async () => {
    const [low] = await takeMany(1, {});
    const {run: high} = await take(bench.engine, {draft: {priority: 5, lane: {key: 'k', limit: 1, ordered: false}}});
    assert.deepEqual(await tickIds(bench.engine, {to: 'succeeded'}, 1), [high]);
    assert.deepEqual(await tickIds(bench.engine, {to: 'succeeded'}, 1), [low]);
  });

  it('the limit is the one of the draft accepted last', async () => {
    await takeMany(4, lane(1));
    await take(bench.engine, lane(3));
    assert.equal((await tickIds(bench.engine)).length, 3);
  });

  it('a run of a lane under a lapsed lease is claimable again', async () => {
    const [run] = await takeMany(2, lane(1));
    const dead = holding();
    void bench.engine.tick(dead.step, as('dead'));
    await until(() => dead.runs.length === 1);
    bench.clock.advance(leaseMs);
    assert.deepEqual(await tickIds(bench.engine, {to: 'held'}), [run]);
  });

  describe('an ordered lane', () => {
    it('O22: runs one at a time in order of arrival, whatever the limit and priority', async () => {
      const first = await take(bench.engine, lane(5, true));
      const second = await take(bench.engine, {draft: {priority: 9, lane: {key: 'k', limit: 5, ordered: true}}});
      assert.deepEqual(await tickIds(bench.engine), [first.run]);
      assert.deepEqual(await tickIds(bench.engine), [second.run]);
    });

    it('waits for a run that waits for another attempt, or is followed', async () => {
      const runs = await takeMany(2, lane(1, true));
      await tickIds(bench.engine, {to: 'queued', wakeAt: bench.clock.now() + 10});
      assert.deepEqual(await tickIds(bench.engine), []);
      bench.clock.advance(10);
      assert.deepEqual(await tickIds(bench.engine, {to: 'tracking', wakeAt: bench.clock.now() + 10}), [runs[0]]);
      assert.deepEqual(await tickIds(bench.engine), []);
      bench.clock.advance(10);
      assert.deepEqual(await tickIds(bench.engine), [runs[0]]);
      assert.deepEqual(await tickIds(bench.engine), [runs[1]]);
    });

    it('is freed by a run that is held, which is first in it when it starts again', async () => {
      const runs = await takeMany(3, lane(1, true));
      await tickIds(bench.engine, {to: 'held'});
      assert.deepEqual(await tickIds(bench.engine), [runs[1]]);
      await bench.engine.decide(runs[0] as string, ['held'], {to: 'queued', wakeAt: 0, attempt: 0, data: {log: []}});
      assert.deepEqual(await tickIds(bench.engine), [runs[0]]);
      assert.deepEqual(await tickIds(bench.engine), [runs[2]]);
    });

    it('takes a held run back when nothing else was left in it', async () => {
      const [run] = await takeMany(1, lane(1, true));
      await tickIds(bench.engine, {to: 'held'});
      await bench.engine.decide(run as string, ['held'], {to: 'queued', wakeAt: 0, attempt: 0, data: {log: []}});
      assert.deepEqual(await tickIds(bench.engine), [run]);
    });
  });

  it('hold for any order of arrivals, claims, ends and waits', async function () {
    this.timeout(30_000);
    const keys = ['free', 'two', 'ordered'] as const;
    const limits = {free: 99, two: 2, ordered: 1};
    const action = fc.oneof(
      fc.record({do: fc.constant('arrive' as const), key: fc.constantFrom(...keys)}),
      fc.record({do: fc.constant('tick' as const), limit: fc.integer({min: 1, max: 3})}),
      fc.record({
        do: fc.constant('finish' as const),
        pick: fc.nat(),
        to: fc.constantFrom<RunState>('succeeded', 'failed', 'held', 'queued', 'tracking'),
      }),
      fc.record({do: fc.constant('wait' as const), ms: fc.integer({min: 1, max: 50})}),
    );
    let rounds = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, {maxLength: 30}), async (actions) => {
        const round = rounds++;
        const busy = holding();
        const under = new Map<string, string>();
        const state = new Map<string, RunState>();
        const arrived: string[] = [];
        const keyOf = new Map<string, string>();
        const ticks: Promise<unknown>[] = [];
        for (const step of actions) {
          if (step.do === 'arrive') {
            const key = `${step.key}-${round}`;
            const {run} = await take(bench.engine, {
              draft: {lane: {key, limit: limits[step.key], ordered: step.key === 'ordered'}},
            });
            arrived.push(run);
            keyOf.set(run, step.key);
            state.set(run, 'queued');
          } else if (step.do === 'wait') bench.clock.advance(step.ms);
          else if (step.do === 'tick') {
            const before = busy.runs.length;
            const {done} = await startTick(bench.engine, busy, {...as('w', step.limit), leaseMs: 1e9});
            ticks.push(done);
            for (const {id, claimedFrom} of busy.runs.slice(before)) {
              assert.equal(under.has(id), false, 'one lease at a time');
              under.set(id, '');
              state.set(id, claimedFrom === 'tracking' ? 'tracking' : 'starting');
            }
          } else {
            const id = [...under.keys()][step.pick % Math.max(1, under.size)];
            if (id === undefined) continue;
            busy.finish(id, {to: step.to, wakeAt: bench.clock.now() + 20});
            under.delete(id);
            state.set(id, step.to);
            await until(async () => (await stateOf(bench.engine, id)) === step.to);
          }
          const inFlight = (key: string) =>
            arrived.filter((run) => keyOf.get(run) === key && ['starting', 'tracking'].includes(state.get(run) ?? ''));
          assert.ok(inFlight('two').length <= 2);
          assert.ok(inFlight('ordered').length <= 1);
          const [ahead] = arrived.filter(
            (run) => keyOf.get(run) === 'ordered' && ['queued', 'starting', 'tracking'].includes(state.get(run) ?? ''),
          );
          assert.deepEqual(inFlight('ordered'), inFlight('ordered').length > 0 ? [ahead] : []);
        }
        for (const id of under.keys()) busy.finish(id, {to: 'canceled'});
        await Promise.all(ticks);
        // Nothing is forgotten: what is not held comes to an end.
        const unfinished = async () => {
          const {runs} = await bench.engine.stats();
          return runs.queued + runs.starting + runs.tracking;
        };
        for (let turn = 0; turn < 60 && (await unfinished()) > 0; turn++) {
          bench.clock.advance(50);
          await bench.engine.tick((runs) => runs.map(async (run) => moved(run, {to: 'canceled'})), as('end', 50));
        }
        assert.equal(await unfinished(), 0);
      }),
      {numRuns: 25},
    );
  });
}
