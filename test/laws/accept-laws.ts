/** What accept promises. */
import assert from 'node:assert/strict';
import type {Bench} from './engine-laws.ts';
import {always, arriving, as, batch, codeOf, runOf, stateOf, succeed, take} from './subject.ts';

export function acceptLaws(bench: Bench): void {
  it('what was accepted is there after the process came back', async () => {
    const arrival = arriving({id: 'a', runs: 2, event: {subject: 'printer', data: {n: 5, text: 'é "x"'}}});
    const [accepted] = await bench.engine.accept(batch(arrival));
    const engine = await bench.reopen();
    assert.deepEqual(await engine.events.get(arrival.event.uid), arrival.event);
    assert.deepEqual(accepted, {uid: arrival.event.uid, duplicate: false, runs: arrival.drafts.map(({id}) => id)});
    const [draft] = arrival.drafts;
    assert.ok(draft);
    const run = await runOf(engine, draft.id);
    const now = bench.clock.now();
    assert.deepEqual(run, {...draft, event: arrival.event.uid, attempt: 0, createdAt: now, updatedAt: now});
  });

  it('keeps digits a double cannot hold', async () => {
    const {parseJson} = await import('../../src/values/json.ts');
    const data = parseJson(
      '{"id": 9007199254740993, "small": 12, "text": "9007199254740993", "exp": 1e400}'.replace('1e400', '1.5e3'),
    );
    const arrival = arriving({event: {data}});
    await bench.engine.accept(batch(arrival));
    assert.deepEqual((await bench.engine.events.get(arrival.event.uid))?.data, data);
  });

  it('a batch is stored as a whole or not at all', async () => {
    const good = arriving({id: 'good'});
    const bad = arriving({id: 'bad', event: {uid: good.event.uid}});
    const cursor = {connection: 'desk', feed: 'poll', value: 7};
    await assert.rejects(bench.engine.accept({events: [good, bad], cursor}));
    assert.equal(await bench.engine.events.get(good.event.uid), undefined);
    assert.equal(await bench.engine.cursor('desk', 'poll'), undefined);
    const {events, runs, due} = await bench.engine.stats();
    assert.deepEqual([events, runs.queued, due], [0, 0, 0]);
    assert.equal((await take(bench.engine, {id: 'good'})).duplicate, false);
  });

  it('a batch that fails takes no other batch with it', async () => {
    const taken = arriving({id: 'first'});
    await bench.engine.accept(batch(taken));
    const bad = arriving({id: 'bad', event: {uid: taken.event.uid}});
    const results = await Promise.allSettled([
      take(bench.engine, {id: 'x'}),
      bench.engine.accept(batch(bad)),
      take(bench.engine, {id: 'y'}),
    ]);
    assert.deepEqual(
      results.map(({status}) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const {events, runs} = await bench.engine.stats();
    assert.deepEqual([events, runs.queued], [3, 3]);
    assert.equal((await bench.reopen()) && (await bench.engine.runs.list({}, {limit: 10})).items.length, 3);
  });

  it('a second arrival creates nothing and gives the first event with its runs', async () => {
    const first = await take(bench.engine, {id: 'a', runs: 2});
    const second = await take(bench.engine, {id: 'a', runs: 2});
    assert.deepEqual({...second, duplicate: false}, first);
    assert.equal(second.duplicate, true);
    const event = await bench.engine.events.get(first.uid);
    assert.deepEqual([event?.deliveries, event?.conflicts], [2, 0]);
    assert.equal((await bench.engine.stats()).runs.queued, 2);
  });

  it('a second arrival with another body is counted as a conflict', async () => {
    const first = await take(bench.engine, {id: 'a'});
    await take(bench.engine, {id: 'a', event: {bodyHash: 'two'}});
    const event = await bench.engine.events.get(first.uid);
    assert.deepEqual([event?.deliveries, event?.conflicts], [2, 1]);
  });

  it('finds a duplicate inside one batch, and among batches of the same moment', async () => {
    const accepted = await bench.engine.accept(batch(arriving({id: 'a'}), arriving({id: 'a'})));
    assert.deepEqual(
      accepted.map(({duplicate}) => duplicate),
      [false, true],
    );
    const both = await Promise.all([take(bench.engine, {id: 'b'}), take(bench.engine, {id: 'b'})]);
    assert.deepEqual(both.map(({duplicate}) => duplicate).sort(), [false, true]);
  });

  for (const [what, event] of [
    ['connection', {connection: 'desk-2'}],
    ['type', {type: 'ticket.closed'}],
  ] as const)
    it(`the same id with another ${what} is another event`, async () => {
      await take(bench.engine, {id: 'a'});
      assert.equal((await take(bench.engine, {id: 'a', event, draft: {id: `jw-${what}`}})).duplicate, false);
    });

  it('the same event from another feed is a duplicate', async () => {
    await take(bench.engine, {id: 'a'});
    assert.equal((await take(bench.engine, {id: 'a', event: {feed: 'poll'}})).duplicate, true);
  });

  it('after the window the event is let through, with runs of their own', async () => {
    const first = await take(bench.engine, {id: 'a', windowMs: 1000});
    bench.clock.advance(999);
    assert.equal((await take(bench.engine, {id: 'a'})).duplicate, true);
    bench.clock.advance(1);
    const again = await take(bench.engine, {id: 'a', windowMs: 1000});
    assert.equal(again.duplicate, false);
    assert.notEqual(again.run, first.run);
    assert.match(again.run, /^jw-[a-z2-7]{26}$/);
    assert.equal((await bench.engine.events.get(again.uid))?.decisions[0]?.run, again.run);
    bench.clock.advance(1000);
    const third = await take(bench.engine, {id: 'a'});
    assert.equal(new Set([first.run, again.run, third.run]).size, 3);
  });

  describe('with on: succeeded', () => {
    const arrival = {id: 'a', runs: 2, on: 'succeeded'} as const;

    it('an event whose runs all failed is let through', async () => {
      const first = await take(bench.engine, arrival);
      await bench.engine.tick(always({to: 'failed'}), as('w'));
      const again = await take(bench.engine, arrival);
      assert.equal(again.duplicate, false);
      assert.equal(
        again.runs.some((run) => first.runs.includes(run)),
        false,
      );
      assert.equal((await bench.engine.stats()).runs.queued, 2);
    });

    it('one run that did not fail keeps it out', async () => {
      await take(bench.engine, arrival);
      await bench.engine.tick(always({to: 'failed'}), as('w', 1));
      assert.equal((await take(bench.engine, arrival)).duplicate, true);
      await bench.engine.tick(succeed, as('w'));
      assert.equal((await take(bench.engine, arrival)).duplicate, true);
    });

    it('an event that started nothing is known all the same', async () => {
      await take(bench.engine, {...arrival, runs: 0});
      assert.equal((await take(bench.engine, arrival)).duplicate, true);
    });

    it('says nothing about a feed without it', async () => {
      await take(bench.engine, arrival);
      await bench.engine.tick(always({to: 'failed'}), as('w'));
      assert.equal((await take(bench.engine, {id: 'a', runs: 2})).duplicate, true);
    });
  });

  it('with on: always an event is let through whatever became of it, each time with runs of their own', async () => {
    const first = await take(bench.engine, {id: 'a'});
    const again = await take(bench.engine, {id: 'a', on: 'always'});
    await bench.engine.tick(succeed, as('w'));
    const third = await take(bench.engine, {id: 'a', on: 'always'});
    assert.deepEqual([again.duplicate, third.duplicate], [false, false]);
    assert.equal(new Set([first.run, again.run, third.run]).size, 3);
    assert.equal((await take(bench.engine, {id: 'a'})).uid, third.uid);
  });

  for (const state of ['dead', 'ignored'] as const)
    it(`an event that was ${state} is let through when it can be accepted, and counted until then`, async () => {
      const refused = await take(bench.engine, {id: 'a', runs: 0, event: {state}});
      assert.equal((await take(bench.engine, {id: 'a', runs: 0, event: {state}})).duplicate, true);
      const accepted = await take(bench.engine, {id: 'a'});
      assert.equal(accepted.duplicate, false);
      assert.equal(await stateOf(bench.engine, accepted.run), 'queued');
      assert.equal((await bench.engine.events.get(refused.uid))?.deliveries, 2);
      assert.equal((await take(bench.engine, {id: 'a', runs: 0, event: {state}})).duplicate, true);
    });

  it('a run whose criterion could not be evaluated ends where it began', async () => {
    const error = {code: 'JW5001'} as never;
    const {run} = await take(bench.engine, {draft: {state: 'failed', error}});
    assert.equal(await bench.engine.tick(succeed, as('w')), 0);
    const stored = await runOf(bench.engine, run);
    assert.deepEqual([stored.state, stored.error, stored.attempt], ['failed', error, 0]);
  });

  describe('a cursor', () => {
    const place = {connection: 'desk', feed: 'poll'};
    const cursor = () => bench.engine.cursor('desk', 'poll');

    it('moves with its events, or alone', async () => {
      assert.equal(await cursor(), undefined);
      await bench.engine.accept({events: [arriving()], cursor: {...place, value: {at: 1}}});
      assert.deepEqual(await cursor(), {at: 1});
      await bench.engine.accept({events: [], cursor: {...place, value: 'next'}});
      await bench.reopen();
      assert.equal(await cursor(), 'next');
    });

    it('stays when it is no longer what it was read as; the events are stored', async () => {
      await bench.engine.accept({events: [], cursor: {...place, value: 5, from: null}});
      await bench.engine.accept({events: [arriving()], cursor: {...place, value: 4, from: 3}});
      assert.equal(await cursor(), 5);
      assert.equal((await bench.engine.stats()).events, 1);
      await bench.engine.accept({events: [], cursor: {...place, value: 6, from: 5}});
      assert.equal(await cursor(), 6);
    });
  });

  it('a closed engine refuses', async () => {
    await bench.engine.close();
    assert.equal(await codeOf(take(bench.engine)), 'JW7103');
    assert.equal(await codeOf(bench.engine.runs.get('x')), 'JW7103');
  });
}
