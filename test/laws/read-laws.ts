/** What reading promises: pages, filters, counts, documents. */
import assert from 'node:assert/strict';
import type {Bench} from './engine-laws.ts';
import {codeOf, take, tickIds} from './subject.ts';

export function readLaws(bench: Bench): void {
  it('pages newest first; what comes in between neither repeats nor hides anything', async () => {
    const runs: string[] = [];
    for (let i = 0; i < 7; i++) runs.push((await take(bench.engine)).run);
    const first = await bench.engine.runs.list({}, {limit: 3});
    await take(bench.engine);
    await tickIds(bench.engine, {to: 'failed'}, 4);
    assert.ok(first.next);
    const second = await bench.engine.runs.list({}, {limit: 3, after: first.next});
    assert.ok(second.next);
    const third = await bench.engine.runs.list({}, {limit: 3, after: second.next});
    const ids = [first, second, third].flatMap(({items}) => items.map(({id}) => id));
    assert.deepEqual(ids, [...runs].reverse());
    assert.equal(third.next, undefined);
  });

  it('a page that just fits is the last', async () => {
    for (let i = 0; i < 3; i++) await take(bench.engine);
    assert.equal((await bench.engine.runs.list({}, {limit: 3})).next, undefined);
    assert.equal((await bench.engine.events.list({}, {limit: 3})).next, undefined);
  });

  for (const after of ['nonsense', Buffer.from('before 1 or 1=1').toString('base64url'), ''])
    it(`refuses ${JSON.stringify(after)} as the next of a page`, async () => {
      assert.equal(await codeOf(bench.engine.runs.list({}, {limit: 3, after})), 'JW7101');
    });

  it('filters runs by state, template, connection and event', async () => {
    const a = await take(bench.engine, {draft: {template: 'a'}});
    const b = await take(bench.engine, {draft: {connection: 'other'}});
    const c = await take(bench.engine);
    await tickIds(bench.engine, {to: 'failed'}, 1);
    await tickIds(bench.engine, {to: 'held'}, 1);
    const list = async (filter: Parameters<typeof bench.engine.runs.list>[0]) =>
      (await bench.engine.runs.list(filter, {limit: 10})).items.map(({id}) => id);
    assert.deepEqual(await list({state: ['failed']}), [a.run]);
    assert.deepEqual(await list({state: ['failed', 'queued']}), [c.run, a.run]);
    assert.deepEqual(await list({template: 'a'}), [a.run]);
    assert.deepEqual(await list({connection: 'other', state: ['held']}), [b.run]);
    assert.deepEqual(await list({connection: 'other', state: ['queued']}), []);
    assert.deepEqual(await list({event: c.uid}), [c.run]);
    assert.deepEqual(await list({event: 'none'}), []);
    assert.deepEqual(await list({template: "a' OR 1=1 --"}), []);
  });

  it('counts the runs of a filter by state', async () => {
    await take(bench.engine, {draft: {template: 'a'}});
    const b = await take(bench.engine, {draft: {template: 'a'}});
    await take(bench.engine, {draft: {connection: 'other'}});
    await tickIds(bench.engine, {to: 'failed'}, 1);
    const counts = async (filter: Parameters<typeof bench.engine.runs.count>[0]) => {
      const {queued, failed, ...rest} = await bench.engine.runs.count(filter);
      assert.deepEqual(rest, {starting: 0, tracking: 0, held: 0, succeeded: 0, canceled: 0});
      return [queued, failed];
    };
    assert.deepEqual(await counts({}), [2, 1]);
    assert.deepEqual(await counts({template: 'a'}), [1, 1]);
    assert.deepEqual(await counts({template: 'a', state: ['failed']}), [0, 1]);
    assert.deepEqual(await counts({connection: 'other', event: b.uid}), [0, 0]);
    assert.deepEqual(await counts({template: "a' OR 1=1 --"}), [0, 0]);
  });

  it('pages over several states keep the order', async () => {
    const runs: string[] = [];
    for (let i = 0; i < 6; i++) runs.push((await take(bench.engine)).run);
    for (const to of ['failed', 'held', 'failed'] as const) await tickIds(bench.engine, {to}, 1);
    const filter = {state: ['failed', 'held', 'queued']} as const;
    const first = await bench.engine.runs.list(filter, {limit: 4});
    assert.ok(first.next);
    const second = await bench.engine.runs.list(filter, {limit: 4, after: first.next});
    assert.deepEqual(
      [...first.items, ...second.items].map(({id}) => id),
      [...runs].reverse(),
    );
  });

  it('filters events by connection, type and state', async () => {
    const a = await take(bench.engine, {event: {connection: 'c2'}});
    const b = await take(bench.engine, {event: {type: 'ticket.closed'}});
    const c = await take(bench.engine, {runs: 0, event: {state: 'dead'}});
    const list = async (filter: Parameters<typeof bench.engine.events.list>[0]) =>
      (await bench.engine.events.list(filter, {limit: 10})).items.map(({uid}) => uid);
    assert.deepEqual(await list({}), [c.uid, b.uid, a.uid]);
    assert.deepEqual(await list({connection: 'c2'}), [a.uid]);
    assert.deepEqual(await list({type: 'ticket.closed'}), [b.uid]);
    assert.deepEqual(await list({state: ['dead']}), [c.uid]);
    assert.deepEqual(await list({state: ['dead', 'accepted'], connection: 'desk'}), [c.uid, b.uid]);
  });

  it('finds an event by its uid, and by the sender’s id while only one has it', async () => {
    const {uid} = await take(bench.engine, {id: 'INC1'});
    assert.equal((await bench.engine.events.get(uid))?.id, 'INC1');
    assert.equal((await bench.engine.events.get('INC1'))?.uid, uid);
    await take(bench.engine, {id: 'INC1', event: {type: 'ticket.closed'}, draft: {id: 'jw-closed'}});
    assert.equal(await bench.engine.events.get('INC1'), undefined);
    assert.equal(await bench.engine.events.get('none'), undefined);
  });

  it('counts runs by state, what is due and since when', async () => {
    const now = bench.clock.now();
    await take(bench.engine, {draft: {wakeAt: now - 50}});
    await take(bench.engine, {draft: {wakeAt: now - 20, lane: {key: 'k', limit: 1, ordered: true}}});
    await take(bench.engine, {draft: {wakeAt: now + 100}});
    const {runs, ...rest} = await bench.engine.stats();
    assert.deepEqual(rest, {events: 3, due: 2, oldestDue: now - 50});
    assert.equal(runs.queued, 3);
    await tickIds(bench.engine, {to: 'failed'});
    const after = await (await bench.reopen()).stats();
    assert.deepEqual([after.due, after.oldestDue, after.runs.failed, after.runs.queued], [0, undefined, 2, 1]);
  });

  describe('documents', () => {
    it('are replaced, listed by key, kept apart by kind, and there after reopening', async () => {
      const {documents} = bench.engine;
      await documents.put('token', 'b', 1);
      await documents.put('token', 'a', {x: 'é'});
      await documents.put('token', 'b', 2);
      await documents.put('other', 'a', 3);
      const reopened = (await bench.reopen()).documents;
      assert.deepEqual(await reopened.list('token'), [
        {key: 'a', value: {x: 'é'}},
        {key: 'b', value: 2},
      ]);
      assert.equal(await reopened.get('other', 'a'), 3);
      assert.equal(await reopened.delete('token', 'a'), true);
      assert.equal(await reopened.delete('token', 'a'), false);
      assert.equal(await reopened.get('token', 'a'), undefined);
    });
  });
}
