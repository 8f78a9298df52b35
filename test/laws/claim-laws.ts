/** What claiming and committing promise; tests own the time by `tick`. */
import assert from 'node:assert/strict';
import type {ClaimedRun} from '../../src/engine/run.ts';
import type {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Bench} from './engine-laws.ts';
import {
  always,
  arriving,
  as,
  holding,
  leaseMs,
  moved,
  runOf,
  stateOf,
  succeed,
  take,
  tickIds,
  until,
} from './subject.ts';

export function claimLaws(bench: Bench): void {
  it('hands out what is due: higher priority first, then longest due, then order of arrival', async () => {
    const now = bench.clock.now();
    const order = [
      {priority: 0, wakeAt: now - 5},
      {priority: 0, wakeAt: now - 9},
      {priority: 3, wakeAt: now},
      {priority: 0, wakeAt: now - 9},
      {priority: 3, wakeAt: now + 1},
      {priority: -2, wakeAt: now - 100},
    ];
    const runs: string[] = [];
    for (const draft of order) runs.push((await take(bench.engine, {draft})).run);
    const expected = [2, 1, 3, 0, 5].map((i) => runs[i]);
    assert.deepEqual(await tickIds(bench.engine), expected);
    bench.clock.advance(1);
    assert.deepEqual(await tickIds(bench.engine), [runs[4]]);
  });

  it('takes no more than the limit', async () => {
    for (let i = 0; i < 5; i++) await take(bench.engine);
    assert.equal((await tickIds(bench.engine, {to: 'succeeded'}, 3)).length, 3);
    assert.equal((await tickIds(bench.engine, {to: 'succeeded'}, 3)).length, 2);
  });

  it('the claim of a queued run is durable before the step sees it, and raises the attempt', async () => {
    const {run} = await take(bench.engine);
    const other = await bench.another();
    bench.clock.advance(70);
    const seen: unknown[] = [];
    await bench.engine.tick(
      (runs) =>
        runs.map(async (claimed) => {
          const {state, attempt, updatedAt} = await runOf(other, claimed.id);
          seen.push({state, attempt, updatedAt}, claimed.claimedFrom, claimed.state, claimed.attempt);
          return moved(claimed, {to: 'queued', wakeAt: 0});
        }),
      as('w'),
    );
    assert.deepEqual(seen, [{state: 'starting', attempt: 1, updatedAt: bench.clock.now()}, 'queued', 'starting', 1]);
    await bench.engine.tick(succeed, as('w'));
    assert.equal((await runOf(bench.engine, run)).attempt, 2);
  });

  it('everything a transition says is stored', async () => {
    const {run} = await take(bench.engine);
    const data = {log: [{at: 1, step: 's', what: 'w'}], output: {n: 1}, jobs: [], polls: 3};
    const error = {code: 'JW3002'} as never;
    await tickIds(bench.engine, {to: 'tracking', wakeAt: 42, attempt: 7, data, error});
    await bench.reopen();
    const stored = await runOf(bench.engine, run);
    assert.deepEqual(
      {...stored, createdAt: 0, updatedAt: 0},
      {
        ...(await runOf(bench.engine, run)),
        state: 'tracking',
        wakeAt: 42,
        attempt: 7,
        data,
        error,
        createdAt: 0,
        updatedAt: 0,
      },
    );
    await tickIds(bench.engine, {to: 'succeeded'});
    assert.equal((await runOf(bench.engine, run)).error, undefined);
  });

  it('a run that is tracked is claimed as that', async () => {
    await take(bench.engine);
    await tickIds(bench.engine, {to: 'tracking', wakeAt: 0});
    const seen: ClaimedRun[] = [];
    await bench.engine.tick((runs) => {
      seen.push(...runs);
      return succeed(runs);
    }, as('w'));
    assert.deepEqual(
      seen.map(({claimedFrom, state, attempt}) => [claimedFrom, state, attempt]),
      [['tracking', 'tracking', 1]],
    );
  });

  for (const to of ['held', 'succeeded', 'failed', 'canceled'] as const)
    it(`a run that is ${to} is not claimed again`, async () => {
      await take(bench.engine);
      await tickIds(bench.engine, {to, wakeAt: 0});
      bench.clock.advance(1e9);
      assert.deepEqual(await tickIds(bench.engine), []);
    });

  it('two workers never have one run at the same time', async () => {
    for (let i = 0; i < 6; i++) await take(bench.engine);
    const other = await bench.another();
    const [mine, theirs] = [holding(), holding()];
    const ticks = [bench.engine.tick(mine.step, as('a', 4)), other.tick(theirs.step, as('b', 4))];
    await until(() => mine.runs.length + theirs.runs.length === 6);
    assert.equal(new Set([...mine.runs, ...theirs.runs].map(({id}) => id)).size, 6);
    assert.deepEqual(await tickIds(bench.engine), []);
    for (const {runs, finish} of [mine, theirs]) for (const {id} of runs) finish(id, {to: 'succeeded'});
    assert.equal(
      (await Promise.all(ticks)).reduce((a, b) => a + b),
      6,
    );
  });

  it('a lapsed lease makes the run claimable as starting, with the same attempt and its time', async () => {
    const {run} = await take(bench.engine);
    const dead = holding();
    void bench.engine.tick(dead.step, as('dead'));
    await until(() => dead.runs.length === 1);
    const claimedAt = bench.clock.now();
    bench.clock.advance(leaseMs - 1);
    assert.deepEqual(await tickIds(bench.engine), []);
    bench.clock.advance(1);
    const seen: ClaimedRun[] = [];
    await bench.engine.tick((runs) => {
      seen.push(...runs);
      return always({to: 'held'})(runs);
    }, as('b'));
    assert.deepEqual(
      seen.map(({id, claimedFrom, attempt, updatedAt}) => [id, claimedFrom, attempt, updatedAt]),
      [[run, 'starting', 1, claimedAt]],
    );
    dead.finish(run, {to: 'succeeded'});
  });

  it('O10: a commit with a lost lease is refused, whatever became of the run', async () => {
    const {run} = await take(bench.engine);
    const [slow, fast] = [holding(), holding()];
    const faults: unknown[] = [];
    const first = bench.engine.tick(
      slow.step,
      as('slow', 1, (error) => faults.push(error)),
    );
    await until(() => slow.runs.length === 1);
    bench.clock.advance(leaseMs);
    const second = bench.engine.tick(fast.step, as('fast'));
    await until(() => fast.runs.length === 1);
    slow.finish(run, {to: 'failed'});
    await first;
    assert.deepEqual(
      faults.map((fault) => (fault as JobwireError).jobwireCode),
      ['JW5003'],
    );
    assert.equal(await stateOf(bench.engine, run), 'starting');
    fast.finish(run, {to: 'succeeded'});
    await second;
    assert.equal(await stateOf(bench.engine, run), 'succeeded');
  });

  it('a lapsed lease nobody took over may still be committed', async () => {
    const {run} = await take(bench.engine);
    const slow = holding();
    const tick = bench.engine.tick(slow.step, as('slow'));
    await until(() => slow.runs.length === 1);
    bench.clock.advance(leaseMs * 3);
    slow.finish(run, {to: 'succeeded'});
    await tick;
    assert.equal(await stateOf(bench.engine, run), 'succeeded');
  });

  it('a step that rejects leaves the run under lease until it lapses', async () => {
    const {run} = await take(bench.engine);
    const faults: unknown[] = [];
    const boom = new Error('boom');
    await bench.engine.tick(
      (runs) => runs.map(() => Promise.reject(boom)),
      as('w', 1, (error) => faults.push(error)),
    );
    assert.deepEqual(faults, [boom]);
    assert.equal(await stateOf(bench.engine, run), 'starting');
    assert.deepEqual(await tickIds(bench.engine), []);
    bench.clock.advance(leaseMs);
    assert.deepEqual(await tickIds(bench.engine), [run]);
  });

  it('a step that throws, or answers for another run, is a fault and commits nothing', async () => {
    const {run} = await take(bench.engine);
    const faults: unknown[] = [];
    const report = (error: unknown) => faults.push(error);
    await bench.engine.tick(
      () => {
        throw new Error('boom');
      },
      as('w', 1, report),
    );
    bench.clock.advance(leaseMs);
    await bench.engine.tick(
      (runs) => runs.map(async (one) => ({...moved(one, {to: 'failed'}), run: 'jw-other'})),
      as('w', 1, report),
    );
    assert.equal(faults.length, 2);
    assert.equal(await stateOf(bench.engine, run), 'starting');
  });

  describe('follow-ups', () => {
    const [draft] = arriving({id: 'follow'}).drafts;
    assert.ok(draft);
    const follow = [{...draft, id: 'jw-follow', target: 'do#0'}];

    it('are stored in the same commit, with the event of their run', async () => {
      const {run, uid} = await take(bench.engine);
      await tickIds(bench.engine, {to: 'failed', follow});
      const made = await runOf(await bench.reopen(), 'jw-follow');
      assert.deepEqual([made.event, made.state, made.target], [uid, 'queued', 'do#0']);
      assert.equal(await stateOf(bench.engine, run), 'failed');
      assert.deepEqual(await tickIds(bench.engine), ['jw-follow']);
    });

    it('are made once', async () => {
      await take(bench.engine);
      await tickIds(bench.engine, {to: 'tracking', wakeAt: 0, follow});
      await tickIds(bench.engine, {to: 'succeeded', follow}, 1);
      await tickIds(bench.engine, {to: 'succeeded', follow});
      assert.equal((await bench.engine.runs.list({}, {limit: 10})).items.length, 2);
    });

    it('of a refused commit are not made', async () => {
      const {run} = await take(bench.engine);
      const slow = holding();
      const tick = bench.engine.tick(
        slow.step,
        as('slow', 1, () => undefined),
      );
      await until(() => slow.runs.length === 1);
      bench.clock.advance(leaseMs);
      await tickIds(bench.engine, {to: 'held'});
      slow.finish(run, {to: 'failed', follow});
      await tick;
      assert.equal(await bench.engine.runs.get('jw-follow'), undefined);
    });
  });

  describe('a hint', () => {
    const job = {connection: 'robots', kind: 'job', id: 'AB-1'} as const;
    const tracking = (wakeAt: number) => ({
      to: 'tracking' as const,
      wakeAt,
      data: {log: [], jobKind: 'job', jobs: [{ref: {id: 'ab-1'}, state: 'running' as const, since: 0}]},
    });
    const later = () => bench.clock.now() + 60_000;

    it('makes a tracking run due at once; letter case of the id does not matter', async () => {
      const {run} = await take(bench.engine);
      await tickIds(bench.engine, tracking(later()));
      assert.deepEqual(await tickIds(bench.engine), []);
      assert.equal(await bench.engine.wake(job), true);
      assert.deepEqual(await tickIds(bench.engine), [run]);
    });

    it('that comes while the run is being read makes it due again', async () => {
      const {run} = await take(bench.engine);
      await tickIds(bench.engine, tracking(0));
      const reading = holding();
      const tick = bench.engine.tick(reading.step, as('w'));
      await until(() => reading.runs.length === 1);
      assert.equal(await bench.engine.wake(job), true);
      assert.deepEqual(await tickIds(bench.engine), []);
      reading.finish(run, tracking(later()));
      await tick;
      assert.deepEqual(await tickIds(bench.engine, tracking(later())), [run]);
      assert.deepEqual(await tickIds(bench.engine), []);
    });

    for (const [what, other] of [
      ['job', {id: 'ab-2'}],
      ['kind', {kind: 'build'}],
      ['connection', {connection: 'robots-2'}],
    ] as const)
      it(`for another ${what} is no error and wakes nobody`, async () => {
        await take(bench.engine);
        await tickIds(bench.engine, tracking(later()));
        assert.equal(await bench.engine.wake({...job, ...other}), false);
        assert.deepEqual(await tickIds(bench.engine), []);
      });

    it('for a run that is over wakes nobody', async () => {
      await take(bench.engine);
      await tickIds(bench.engine, tracking(0));
      await tickIds(bench.engine, {...tracking(0), to: 'succeeded'});
      assert.equal(await bench.engine.wake(job), false);
    });

    it('reaches every run that follows the job', async () => {
      for (const id of ['one', 'two']) await take(bench.engine, {id});
      await tickIds(bench.engine, tracking(later()));
      await bench.engine.wake(job);
      assert.equal((await tickIds(bench.engine)).length, 2);
    });
  });

  describe('a decision', () => {
    const change = (to: 'queued' | 'canceled') => ({to, wakeAt: 0, attempt: 0, data: {log: []}});

    it('moves a run from one of the states it names', async () => {
      const {run} = await take(bench.engine);
      await tickIds(bench.engine, {to: 'held'});
      assert.equal(await bench.engine.decide(run, ['failed'], change('queued')), false);
      assert.equal(await bench.engine.decide(run, ['failed', 'held'], change('queued')), true);
      assert.deepEqual(await tickIds(bench.engine), [run]);
      assert.equal((await runOf(bench.engine, run)).attempt, 1);
      assert.equal(await bench.engine.decide('jw-none', ['held'], change('queued')), false);
    });

    it('made as of a time changes only a run that was not written since', async () => {
      const {run} = await take(bench.engine);
      await tickIds(bench.engine, {to: 'held'});
      const {updatedAt} = await runOf(bench.engine, run);
      bench.clock.advance(5);
      assert.equal(await bench.engine.decide(run, ['held'], {...change('queued'), to: 'held'}, updatedAt), true);
      assert.equal(await bench.engine.decide(run, ['held'], change('queued'), updatedAt), false);
      assert.equal(await stateOf(bench.engine, run), 'held');
      assert.equal(await bench.engine.decide(run, ['held'], change('queued'), updatedAt + 5), true);
    });

    it('may enqueue runs of the same event, also from a run that is over', async () => {
      const {run, uid} = await take(bench.engine);
      await tickIds(bench.engine, {to: 'failed'});
      const [draft] = arriving({draft: {id: 'jw-again'}}).drafts;
      assert.ok(draft);
      assert.equal(
        await bench.engine.decide(run, ['failed'], {...change('queued'), to: 'failed', follow: [draft]}),
        true,
      );
      assert.deepEqual(await tickIds(bench.engine), ['jw-again']);
      assert.equal((await runOf(bench.engine, 'jw-again')).event, uid);
    });

    it('D20: takes a queued run out of its lane as one whose outcome is unclear, with the attempt it names', async () => {
      const lane = {key: 'k', limit: 1, ordered: true};
      const [first, second] = [await take(bench.engine, {draft: {lane}}), await take(bench.engine, {draft: {lane}})];
      for (const {run} of [first, second])
        assert.equal(
          await bench.engine.decide(run, ['queued'], {to: 'starting', wakeAt: 0, attempt: 1, data: {log: []}}),
          true,
        );
      const seen: ClaimedRun[] = [];
      await bench.engine.tick((runs) => {
        seen.push(...runs);
        return always({to: 'succeeded'})(runs);
      }, as('w'));
      assert.deepEqual(
        seen.map(({id, claimedFrom, attempt}) => [id, claimedFrom, attempt]),
        [first, second].map(({run}) => [run, 'starting', 1]),
      );
      const {run: next} = await take(bench.engine, {draft: {lane}});
      assert.deepEqual(await tickIds(bench.engine), [next]);
    });

    it('leaves a run under a live lease alone', async () => {
      const {run} = await take(bench.engine);
      const busy = holding();
      const tick = bench.engine.tick(busy.step, as('w'));
      await until(() => busy.runs.length === 1);
      assert.equal(await bench.engine.decide(run, ['starting'], change('canceled')), false);
      busy.finish(run, {to: 'succeeded'});
      await tick;
    });

    it('takes the commit away from a worker whose lease lapsed', async () => {
      const {run} = await take(bench.engine);
      const slow = holding();
      const faults: unknown[] = [];
      const tick = bench.engine.tick(
        slow.step,
        as('w', 1, (error) => faults.push(error)),
      );
      await until(() => slow.runs.length === 1);
      bench.clock.advance(leaseMs);
      assert.equal(await bench.engine.decide(run, ['starting'], change('canceled')), true);
      slow.finish(run, {to: 'succeeded'});
      await tick;
      assert.deepEqual(
        faults.map((fault) => (fault as JobwireError).jobwireCode),
        ['JW5003'],
      );
      assert.equal(await stateOf(bench.engine, run), 'canceled');
    });
  });
}
