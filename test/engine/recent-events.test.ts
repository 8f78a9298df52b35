import assert from 'node:assert/strict';
import type {Engine, NewEvent} from '../../src/engine/engine.ts';
import {withRecentEvents} from '../../src/engine/recent-events.ts';
import type {Draft, EventRecord} from '../../src/engine/run.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {Json} from '../../src/values/json.ts';
import {VirtualClock} from '../../src/values/time.ts';

const now = Date.parse('2026-03-02T08:00:00Z');

function arrival(id: string, data: Json): NewEvent {
  const event: EventRecord = {
    ...{uid: `uid-${id}`, connection: 'app', feed: 'hook', type: 'opened', id, time: '2026-03-02T08:00:00Z', data},
    ...{receivedAt: now, state: 'accepted', deliveries: 1, bodyHash: 'hash', conflicts: 0, decisions: []},
  };
  const draft: Draft = {
    ...{id: `jw-${id}`, state: 'queued', template: 't', templateVersion: '1.0.0', target: 'do', action: 'start'},
    ...{connection: 'target', delivery: 'reconcile', priority: 0, wakeAt: now, data: {log: []}},
  };
  return {event, drafts: [draft], windowMs: 1000, on: 'accepted'};
}

describe('recent events', () => {
  let store: Engine;
  /** What the store was asked for. */
  let asked: string[];
  beforeEach(async () => {
    store = await openEngine('sqlite::memory:', {clock: new VirtualClock(now), dir: '.'});
    asked = [];
  });
  afterEach(() => store.close());

  function recent() {
    const get: Engine['events']['get'] = (uid) => {
      asked.push(uid);
      return store.events.get(uid);
    };
    return withRecentEvents({...store, events: {...store.events, get}});
  }

  it('are what the store holds, without asking it', async () => {
    const {engine, event} = recent();
    await engine.accept({events: [arrival('a', {title: 'Zürich', list: [1, null, {deep: true}]})]});
    const found = await event('uid-a');
    assert.deepEqual(asked, []);
    assert.deepEqual(found, await store.events.get('uid-a'));
  });

  it('are there before they are stored: a run may be claimed with the same commit', async () => {
    const {engine, event} = recent();
    const accepting = engine.accept({events: [arrival('a', 1)]});
    assert.equal((await event('uid-a'))?.id, 'a');
    await accepting;
  });

  for (const [what, data] of [
    ['a long text', 'x'.repeat(20_000)],
    ['many members', Object.fromEntries(Array.from({length: 10_000}, (_, i) => [`k${i}`, i]))],
    ['a long list', Array.from({length: 20_000}, () => 0)],
    ['depth and width', Array.from({length: 200}, () => ({text: 'y'.repeat(100)}))],
  ] as const)
    it(`are not kept with ${what}`, async () => {
      const {engine, event} = recent();
      await engine.accept({events: [arrival('a', data as Json)]});
      assert.deepEqual((await event('uid-a'))?.data, data);
      assert.deepEqual(asked, ['uid-a']);
    });

  it('are no more than a few hundred; older ones come from the store', async () => {
    const {engine, event} = recent();
    for (let i = 0; i < 300; i++) await engine.accept({events: [arrival(String(i), {i})]});
    assert.deepEqual((await event('uid-0'))?.data, {i: 0});
    assert.deepEqual((await event('uid-299'))?.data, {i: 299});
    assert.deepEqual(asked, ['uid-0']);
  });

  it('unknown ones are unknown', async () => {
    assert.equal(await recent().event('nowhere'), undefined);
  });
});
