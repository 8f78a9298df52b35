/** Starting templates by hand, and stored events once more. */
import assert from 'node:assert/strict';
import type {Engine} from '../../src/engine/engine.ts';
import type {EventRecord} from '../../src/engine/run.ts';
import {createSwitches, type Switches, withSwitches} from '../../src/engine/switches.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Connection, Connector, Template} from '../../src/generated/types.ts';
import {newEvent} from '../../src/ingest/new-event.ts';
import {readHistory, viewTemplates} from '../../src/ingest/overview.ts';
import {replay} from '../../src/ingest/replay.ts';
import {replayAll, type Selection, selectEvents} from '../../src/ingest/replay-batch.ts';
import {trigger} from '../../src/ingest/trigger.ts';
import type {Library} from '../../src/manifest/library.ts';
import type {LiveConnection} from '../../src/operations/connection.ts';
import type {Json} from '../../src/values/json.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {always, as, codeOf, succeed} from '../laws/subject.ts';
import {emptyConnector, libraryOf} from './support.ts';

const start = Date.parse('2026-01-12T08:00:00Z');

const connector: Connector = {
  ...emptyConnector,
  operations: {start: {effect: 'write', request: {method: 'POST', path: '/'}}},
  actions: {start: {title: 'Start', input: {type: 'object'}, call: 'start'}},
  events: {
    'thing.made': {
      title: 'Made',
      sample: '',
      data: {type: 'object', required: ['n'], properties: {n: {type: 'integer'}}},
    },
  },
  feeds: {
    webhooks: {
      title: 'Webhooks',
      emits: ['thing.made'],
      webhook: {verify: [{scheme: 'none'}]},
      event: {type: 'thing.made', id: '{{item.id}}', data: {n: '{{item.n}}'}},
    },
  },
};
const connection: Connection = {
  jobwire: '1',
  kind: 'connection',
  id: 'app-main',
  title: 'App',
  connector: 'app@^1',
  config: {},
};
const target = {connector: 'app@^1', connection: 'app-main', action: 'start', input: {}};
const base = {jobwire: '1', kind: 'template', version: '1.0.0', title: 'T', do: target} as const;
const manual: Template = {
  ...base,
  id: 'restart-host',
  on: {
    manual: {
      data: {
        type: 'object',
        required: ['host'],
        additionalProperties: false,
        properties: {host: {type: 'string', minLength: 2}},
      },
      sample: {host: 'db-1'},
    },
  },
  criteria: [{path: 'event.data.host', op: 'not-equals', value: 'prod'}],
};
const nightly: Template = {...base, id: 'nightly', on: {schedule: {cron: '0 6 * * *', timezone: 'UTC'}}};
const made: Template = {...base, id: 'made', on: {connector: 'app@^1', event: 'thing.made', connection: 'app-main'}};
const alsoMade: Template = {...made, id: 'also-made'};

describe('by hand', () => {
  let clock: VirtualClock;
  let engine: Engine;
  let switches: Switches;
  let library: Library;
  beforeEach(async () => {
    clock = new VirtualClock(start);
    const store = await openEngine('sqlite::memory:', {clock, dir: '/'});
    switches = createSwitches(store.documents, clock);
    engine = withSwitches(store, switches);
    library = libraryOf({
      connectors: [connector],
      templates: [manual, nightly, made, alsoMade],
      connections: [connection],
    });
  });
  afterEach(() => engine.close());

  const tools = () => ({engine, library, clock, switches});
  const pull = (template: string, data?: Json, id?: string) => trigger({template, data, id}, tools());
  const eventOf = async (uid: string): Promise<EventRecord> =>
    (await engine.events.get(uid)) ?? assert.fail(`no event ${uid}`);

  describe('a template', () => {
    it('starts with data that fits', async () => {
      const {event, id, runs, duplicate} = await pull('restart-host', {host: 'db-1'});
      assert.match(id, /^manual-[a-z2-7]{26}$/);
      assert.deepEqual([runs.length, duplicate], [1, false]);
      const {connection: from, type, feed, data} = await eventOf(event);
      assert.deepEqual([from, type, feed, data], ['restart-host', 'manual', 'manual', {host: 'db-1'}]);
      assert.equal((await engine.runs.get(runs[0] ?? ''))?.template, 'restart-host');
    });

    it('says which rows kept it from starting', async () => {
      const {runs, decisions} = await pull('restart-host', {host: 'prod'});
      assert.deepEqual([runs, decisions[0]?.outcome, decisions[0]?.because], [[], 'skipped', 'criteria[0]']);
    });

    for (const [what, data, problem] of [
      ['is missing', undefined, /data .*host/],
      ['has the wrong type', {host: 5}, /data\/host .*(text|string)/],
      ['holds what is not known', {host: 'db-1', port: 5}, /port/],
      ['is not an object', [], /data /],
    ] as const)
      it(`refuses data that ${what}, with the sample as a hint, and never shows a value`, async () => {
        await assert.rejects(pull('restart-host', data as unknown as Json), (error: JobwireError) => {
          assert.equal(error.jobwireCode, 'JW4004');
          assert.match(error.message, problem);
          assert.match(error.extra.hint ?? '', /\{"host":"db-1"\}/);
          return true;
        });
        assert.equal((await engine.stats()).events, 0);
      });

    it('starts nothing new with an id that was used before', async () => {
      const first = await pull('restart-host', {host: 'db-1'}, 'change-1');
      const second = await pull('restart-host', {host: 'db-2'}, 'change-1');
      assert.deepEqual([second.duplicate, second.runs, second.event], [true, first.runs, first.event]);
    });

    it('that waits for a schedule runs for the time it is, or one that is given', async () => {
      assert.deepEqual((await eventOf((await pull('nightly')).event)).data, {scheduledFor: '2026-01-12T08:00:00Z'});
      const given = {scheduledFor: '2026-01-11T06:00:00Z'};
      assert.deepEqual((await eventOf((await pull('nightly', given)).event)).data, given);
      assert.equal(await codeOf(pull('nightly', {scheduledFor: 'yesterday'})), 'JW4004');
    });

    it('that waits for an event starts alone, with data as that event has them', async () => {
      const {event, runs} = await pull('made', {n: 5});
      assert.equal(runs.length, 1);
      const {type, connection: from, decisions} = await eventOf(event);
      assert.deepEqual([type, from, decisions.map(({template}) => template)], ['thing.made', 'app-main', ['made']]);
      assert.equal(await codeOf(pull('made', {n: 'five'})), 'JW4004');
      assert.equal(await codeOf(pull('made')), 'JW4004');
    });

    it('is refused when it is off, unknown, or the id is none', async () => {
      await switches.put('restart-host', {state: 'disabled', by: 'ada'});
      assert.equal(await codeOf(pull('restart-host', {host: 'db-1'})), 'JW5010');
      await assert.rejects(
        pull('restart-hots'),
        (error: JobwireError) => error.extra.suggestions?.[0] === 'restart-host',
      );
      assert.equal(await codeOf(pull('nightly', undefined, ' ')), 'JW7101');
      assert.equal(await codeOf(pull('nightly', undefined, 'x'.repeat(501))), 'JW7101');
    });
  });

  describe('an event', () => {
    const replayTools = () => ({
      ...tools(),
      redactor: new Redactor(),
      connection: () => ({id: 'app-main', connector, config: {}}) as unknown as LiveConnection,
    });
    /** As it comes over the webhook. */
    const arrive = async (item: Json): Promise<EventRecord> => {
      const feed = {
        connection: 'app-main',
        feedName: 'webhooks',
        feed: connector.feeds?.['webhooks'] as never,
        connector,
        config: {},
      };
      const arrival = newEvent(item, {feed, receivedAt: clock.now(), redactor: new Redactor()}, library);
      const [accepted] = await engine.accept({events: [arrival]});
      return eventOf(accepted?.uid ?? '');
    };
    const again = (event: EventRecord, only?: string) =>
      replay({event, by: 'ada', ...(only !== undefined && {only: ({template}) => template === only})}, replayTools());

    it('runs once more under new keys, and the log says who wanted it', async () => {
      const event = await arrive({id: 'e1', n: 1});
      await engine.tick(succeed, as('w'));
      const replayed = await again(event);
      assert.equal(replayed.runs.length, 2);
      const stored = await eventOf(replayed.event ?? '');
      assert.deepEqual([stored.id, stored.data, stored.decisions.map(({run}) => run)], ['e1', {n: 1}, replayed.runs]);
      const run = await engine.runs.get(replayed.runs[0] ?? '');
      assert.deepEqual([run?.state, run?.data.log[0]?.what], ['queued', `ada: replay of event ${event.uid}`]);
      assert.equal(new Set([...replayed.runs, ...event.decisions.map(({run: id}) => id)]).size, 4);
    });

    it('runs for one template only, when only that is meant', async () => {
      const event = await arrive({id: 'e1', n: 1});
      await engine.tick(always({to: 'failed'}), as('w'));
      const {runs, decisions} = await again(event, 'made');
      assert.deepEqual([runs.length, decisions.map(({template}) => template)], [1, ['made']]);
    });

    for (const [state, hint] of [
      ['held', /decide .* comes first/],
      ['tracking', /wait until it ends/],
    ] as const)
      it(`is refused while a run of it is ${state}`, async () => {
        const event = await arrive({id: 'e1', n: 1});
        await engine.tick(always({to: state, wakeAt: start + 1e9}), as('w', 1));
        await engine.tick(succeed, as('w'));
        await assert.rejects(
          again(event),
          (error: JobwireError) => error.jobwireCode === 'JW5011' && hint.test(error.extra.hint ?? ''),
        );
        const [open] = (await engine.runs.list({state: [state]}, {limit: 1})).items;
        const free = open?.template === 'made' ? 'also-made' : 'made';
        assert.equal((await again(event, free)).runs.length, 1);
      });

    for (const [what, item, code, mend] of [
      [
        'mapped',
        {id: 'e1'},
        'JW4005',
        (one: Connector) => Object.assign(one.feeds?.['webhooks']?.event ?? {}, {data: {n: 7}}),
      ],
      [
        'accepted because it did not fit',
        {id: 'e1', n: 'x'},
        'JW4004',
        (one: Connector) => Object.assign(one.events?.['thing.made'] ?? {}, {data: {type: 'object'}}),
      ],
    ] as const)
      it(`that could not be ${what} runs when that is mended`, async () => {
        const event = await arrive(item);
        assert.deepEqual([event.state, event.error?.code], ['dead', code]);
        assert.equal(await codeOf(again(event)), code);
        const mended = structuredClone(connector);
        mend(mended);
        const live = {id: 'app-main', connector: mended, config: {}} as unknown as LiveConnection;
        const {event: uid = '', runs} = await replay({event, by: 'ada'}, {...replayTools(), connection: () => live});
        assert.equal(runs.length, 2);
        const {state, id, error} = await eventOf(uid);
        assert.deepEqual([state, id, error], ['accepted', 'e1', undefined]);
      });

    it('that nobody waits for any more is not stored again', async () => {
      const event = await arrive({id: 'e1', n: 1});
      await engine.tick(succeed, as('w'));
      assert.deepEqual(await again(event, 'no-such-template'), {runs: [], decisions: []});
      assert.equal((await engine.stats()).events, 1);
    });

    describe('of many', () => {
      const select = (selection: Partial<Selection>) => selectEvents(engine, {limit: 100, ...selection});
      const ids = async (selection: Partial<Selection>) =>
        Promise.all((await select(selection)).map(async ({event}) => (await eventOf(event)).id));
      beforeEach(async () => {
        for (const [i, to] of (['failed', 'succeeded', 'failed'] as const).entries()) {
          await arrive({id: `e${i}`, n: i});
          await engine.tick(always({to}), as('w'));
          clock.advance(60_000);
        }
        await arrive({id: 'dead', n: 'x'});
      });

      it('is chosen by the state, template and time of its runs, oldest first', async () => {
        assert.deepEqual(await ids({state: ['failed']}), ['e0', 'e2']);
        assert.deepEqual(await ids({state: ['failed', 'succeeded']}), ['e0', 'e1', 'e2']);
        assert.deepEqual(await ids({state: ['failed'], since: start + 60_000}), ['e2']);
        assert.deepEqual(await ids({state: ['failed'], until: start + 60_000}), ['e0']);
        assert.deepEqual(await ids({state: ['failed'], limit: 1}), ['e2']);
        assert.deepEqual(await ids({state: ['failed'], template: 'nightly'}), []);
        assert.deepEqual(await ids({state: ['failed'], connection: 'other'}), []);
        assert.deepEqual(await ids({dead: true}), ['dead']);
        assert.deepEqual(await select({state: ['failed'], template: 'made', limit: 1}), [
          {event: (await engine.events.get('e2'))?.uid, targets: ['made/do']},
        ]);
      });

      it('runs at the pace, and one that cannot does not keep the others from it', async () => {
        const [held] = (await engine.runs.list({state: ['failed'], template: 'made'}, {limit: 1})).items;
        await engine.decide(held?.id ?? '', ['failed'], {to: 'held', wakeAt: 0, attempt: 1, data: {log: []}});
        const selected = await select({state: ['failed', 'succeeded'], template: 'also-made'});
        const all = [...selected, {event: held?.event ?? ''}];
        const before = clock.now();
        const outcomes = await replayAll(all, replayTools(), {by: 'ada', waitMs: 250});
        assert.equal(clock.now() - before, 750);
        assert.deepEqual(
          outcomes.map(({replayed, error}) => error?.jobwireCode ?? replayed?.runs.length),
          [1, 1, 1, 'JW5011'],
        );
      });
    });
  });

  it('templates are listed with what starts them, whether they are on, and when they come', async () => {
    await switches.put('made', {state: 'disabled', by: 'ada'});
    const views = viewTemplates(library, await switches.list(), clock.now());
    assert.deepEqual(
      views.map(({id, on, source, state, by, next}) => [id, on, source, state, by, next]),
      [
        ['also-made', 'event', 'thing.made of app-main', 'enabled', undefined, undefined],
        ['made', 'event', 'thing.made of app-main', 'disabled', 'ada', undefined],
        ['nightly', 'schedule', '0 6 * * * UTC', 'enabled', undefined, '2026-01-13T06:00:00Z'],
        ['restart-host', 'manual', 'by hand', 'enabled', undefined, undefined],
      ],
    );
  });

  it('the history of a template has its total, how long its runs took and what went wrong', async () => {
    for (let i = 0; i < 3; i++) await pull('nightly', undefined, `n${i}`);
    clock.advance(1500);
    await engine.tick(always({to: 'failed', error: {code: 'JW3004', detail: 'answered 400'} as never}), as('w', 1));
    await engine.tick(succeed, as('w', 1));
    const {total, counts, runs, next} = await readHistory(engine, 'nightly', {limit: 2});
    assert.deepEqual([total, counts.failed, counts.succeeded, counts.queued], [3, 1, 1, 1]);
    assert.deepEqual(
      runs.map(({state, durationMs, error}) => [state, durationMs, error]),
      [
        ['queued', undefined, undefined],
        ['succeeded', 1500, undefined],
      ],
    );
    const rest = await readHistory(engine, 'nightly', {limit: 2, after: next ?? ''});
    assert.deepEqual(rest.runs[0]?.error, {code: 'JW3004', message: 'answered 400'});
  });
});
