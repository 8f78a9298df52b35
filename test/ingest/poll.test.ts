/** Polls: where they begin, what moves the cursor, how pages are read and what happens when a poll breaks off. */
import assert from 'node:assert/strict';
import {fail} from '../../src/errors/jobwire-error.ts';
import type {Operation, Poll} from '../../src/generated/types.ts';
import type {Json} from '../../src/values/json.ts';
import {iso} from '../../src/values/time.ts';
import {onRecordedWire} from '../operations/bench.ts';
import {answers, closeEngines, fine, idsOf, minute, now, pollBench, row} from './poll-bench.ts';

const at = (offset: number): string => iso(now + offset);

describe('a poll', () => {
  onRecordedWire();
  afterEach(closeEngines);

  describe('with a cursor of times', () => {
    it('begins now, and keeps that moment though nothing came', async () => {
      const {poll, clock} = await pollBench();
      const asked = answers({rows: []}, {rows: [row('a', at(minute))]});
      assert.equal(fine(await poll()).after, at(0));
      clock.advance(5 * minute);
      const second = fine(await poll());
      assert.deepEqual(
        asked.map(({query}) => query['since']),
        [at(0), at(0)],
      );
      assert.deepEqual(idsOf(second), ['a']);
      assert.deepEqual([second.before, second.after], [at(0), at(minute)]);
    });

    it('keeps the moment it began at when the first poll fails', async () => {
      const {poll, clock} = await pollBench();
      const asked = answers({status: 503}, {rows: []});
      assert.equal((await poll()).error?.jobwireCode, 'JW3002');
      clock.advance(5 * minute);
      fine(await poll());
      assert.deepEqual(
        asked.map(({query}) => query['since']),
        [at(0), at(0)],
      );
    });

    const starts: readonly [start: string, since: string][] = [
      ['-1h', at(-60 * minute)],
      ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ];
    for (const [start, since] of starts)
      it(`begins at ${start}`, async () => {
        const {poll} = await pollBench({poll: {cursor: {from: '{{item.at}}', start}}});
        const asked = answers({rows: []});
        fine(await poll());
        assert.equal(asked[0]?.query['since'], since);
      });

    it('asks in the format of the target, the overlap earlier, up to the lag before now', async () => {
      const {poll, clock} = await pollBench({
        poll: {
          with: {since: '{{cursor.value}}', until: '{{cursor.until}}'},
          cursor: {from: '{{item.at}}', format: 'yyyy-MM-dd HH:mm:ss'},
          overlap: '2m',
          lag: '10s',
        },
      });
      const asked = answers({rows: [row('a', '2026-01-12 08:15:10')]}, {rows: []});
      assert.equal(fine(await poll()).after, '2026-01-12T08:15:30Z');
      clock.advance(10 * minute);
      fine(await poll());
      assert.deepEqual(
        asked.map(({query}) => query),
        [
          {since: '2026-01-12 08:13:30', until: '2026-01-12 08:15:20'},
          {since: '2026-01-12 08:13:30', until: '2026-01-12 08:25:20'},
        ],
      );
    });

    it('takes the greatest of all rows, in whatever order they come', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.at}}', start: '-1h'}}});
      answers({rows: [row('b', at(-5 * minute)), row('c', at(-minute)), row('a', at(-9 * minute))]});
      assert.equal(fine(await poll()).after, at(-minute));
    });

    it('reads times with an offset', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.at}}', start: '-1h'}}});
      answers({rows: [row('a', '2026-01-12T09:10:00.500+01:00')]});
      assert.equal(fine(await poll()).after, '2026-01-12T08:10:00.500Z');
    });

    it('never goes beyond now, so that a row from the future hides nothing', async () => {
      const {poll, clock} = await pollBench();
      const asked = answers(
        {rows: [row('far', '2099-01-01T00:00:00Z')]},
        {rows: [row('far', '2099-01-01T00:00:00Z'), row('a', at(6 * minute))]},
      );
      clock.advance(5 * minute);
      assert.equal(fine(await poll()).after, at(5 * minute));
      clock.advance(5 * minute);
      assert.deepEqual(idsOf(fine(await poll())), ['a']);
      assert.equal(asked[1]?.query['since'], at(5 * minute));
    });

    it('reads rows that become visible late again, up to the lag', async () => {
      const {poll, clock} = await pollBench({poll: {lag: '1m'}});
      const asked = answers(
        {rows: []},
        {rows: [row('b', at(5 * minute))]},
        {rows: [row('late', at(4.5 * minute)), row('b', at(5 * minute))]},
      );
      fine(await poll());
      clock.advance(5 * minute);
      assert.deepEqual(idsOf(fine(await poll())), ['b']);
      clock.advance(5 * minute);
      assert.deepEqual(idsOf(fine(await poll())), ['late']);
      assert.equal(asked[2]?.query['since'], at(4 * minute));
    });

    it('leaves rows alone that lie before what was asked for', async () => {
      const {poll} = await pollBench();
      answers({rows: [row('old', at(-minute)), row('new', at(0))]});
      const polled = fine(await poll());
      assert.deepEqual(idsOf(polled), ['new']);
      assert.equal(polled.known, 1);
    });

    it('takes a row without a cursor, which moves nothing', async () => {
      const {poll} = await pollBench();
      answers({rows: [{id: 'a'}, row('b', 'yesterday')]});
      const polled = fine(await poll());
      assert.deepEqual(idsOf(polled), ['a', 'b']);
      assert.equal(polled.after, at(0));
    });
  });

  describe('with a cursor of another kind', () => {
    it('keeps all digits of numbers, also of those that come as text', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.n}}', as: 'number', start: '0'}}});
      const asked = answers(
        {rows: [{id: 'a', n: '9007199254740993'} as Json, {id: 'b', n: '9007199254740992'} as Json]},
        {rows: []},
      );
      assert.equal(String(fine(await poll()).after), '9007199254740993');
      fine(await poll());
      assert.deepEqual(
        asked.map(({query}) => query['since']),
        ['0', '9007199254740993'],
      );
    });

    it('compares texts as texts', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.id}}', as: 'text', start: '!'}}});
      answers({rows: [{id: 'b2'}, {id: 'b10'}]});
      assert.equal(fine(await poll()).after, 'b2');
    });

    it('takes a token from the last page', async () => {
      const operation: Partial<Operation> = {
        request: {
          method: 'GET',
          path: '/rows',
          query: {since: '{{optional params.since}}', page: '{{optional page.cursor}}'},
        },
        page: {style: 'cursor', next: '{{optional response.body.next}}'},
      };
      const {poll} = await pollBench({
        operation,
        poll: {cursor: {from: '{{response.body.token}}', as: 'token', start: 'begin'}},
      });
      const asked = answers(
        {rows: [{id: 'a'}], body: {next: 'p2', token: 't1'}},
        {rows: [{id: 'b'}], body: {token: 't2'}},
        {rows: [], body: {token: 't2'}},
      );
      const first = fine(await poll());
      assert.deepEqual([idsOf(first), first.after], [['a', 'b'], 't2']);
      assert.deepEqual(idsOf(fine(await poll())), []);
      assert.deepEqual(
        asked.map(({query}) => query),
        [{since: 'begin'}, {since: 'begin', page: 'p2'}, {since: 't2'}],
      );
    });

    it('only finds out where now is, when the target alone can tell', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.n}}', as: 'number'}}});
      const asked = answers(
        {
          rows: [
            {id: 'a', n: 1},
            {id: 'b', n: 2},
          ],
        },
        {
          rows: [
            {id: 'b', n: 2},
            {id: 'c', n: 3},
          ],
        },
      );
      const first = fine(await poll());
      assert.deepEqual([idsOf(first), first.skipped, first.after], [[], true, 2]);
      const second = fine(await poll());
      assert.deepEqual([idsOf(second), second.skipped], [['c'], false]);
      assert.deepEqual(
        asked.map(({query}) => query),
        [{}, {since: '2'}],
      );
    });

    it('takes everything after an empty first list', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.n}}', as: 'number'}}});
      answers({rows: []}, {rows: [{id: 'a', n: 1}]});
      fine(await poll());
      assert.deepEqual(idsOf(fine(await poll())), ['a']);
    });

    it('says what is wrong with a start it cannot read', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.n}}', as: 'number', start: 'first'}}});
      const {error} = await poll();
      assert.equal(error?.jobwireCode, 'JW2104');
      assert.match(error.message, /cursor\.start: "first" is no number/);
    });
  });

  describe('without a cursor', () => {
    const poll_: Partial<Poll> = {with: {}, cursor: undefined as never};

    it('takes the first list as what was there before, and then what was not in the list before', async () => {
      const {poll, stored} = await pollBench({poll: poll_});
      answers({rows: [{id: 'a'}]}, {rows: [{id: 'a'}, {id: 'b'}]}, {rows: [{id: 'a'}, {id: 'b'}]});
      assert.equal(fine(await poll()).skipped, true);
      assert.deepEqual(idsOf(fine(await poll())), ['b']);
      assert.deepEqual(idsOf(fine(await poll())), []);
      assert.deepEqual(await stored(), ['b']);
    });

    it('takes all of the first list with firstRun emit', async () => {
      const {poll} = await pollBench({poll: {...poll_, firstRun: 'emit'}});
      answers({rows: [{id: 'a'}, {id: 'b'}]});
      assert.deepEqual(idsOf(fine(await poll())), ['a', 'b']);
    });

    it('does not take a row again that stays listed longer than the window of its event', async () => {
      const {poll, clock} = await pollBench({poll: {...poll_, firstRun: 'emit'}});
      answers({rows: [{id: 'a'}]}, {rows: [{id: 'a'}]}, {rows: [{id: 'a'}]});
      fine(await poll());
      for (let i = 0; i < 2; i++) {
        clock.advance(8 * 86_400_000);
        assert.deepEqual(idsOf(fine(await poll())), []);
      }
    });

    it('looks again at a row that was left out and has changed', async () => {
      const {poll} = await pollBench({
        poll: {...poll_, firstRun: 'emit'},
        feed: {event: {when: '{{item.done}}', type: 'row.made', id: '{{item.id}}', data: '{{item}}'}},
      });
      answers({rows: [{id: 'a', done: false}]}, {rows: [{id: 'a', done: true}]});
      assert.deepEqual(
        fine(await poll()).events.map(({outcome}) => outcome),
        ['ignored'],
      );
      assert.deepEqual(
        fine(await poll()).events.map(({outcome}) => outcome),
        ['new'],
      );
    });
  });

  describe('and its events', () => {
    it('starts runs, and stores rows that cannot be mapped as dead letters', async () => {
      const {poll, engine} = await pollBench({
        feed: {event: {type: 'row.made', id: '{{item.key}}', data: '{{item}}'}},
      });
      answers({rows: [{key: 'a', at: at(0)}, {at: at(0)}]});
      const {events} = fine(await poll());
      assert.deepEqual(
        events.map(({outcome, runs}) => [outcome, runs.length]),
        [
          ['new', 1],
          ['dead', 0],
        ],
      );
      assert.equal((await engine.stats()).runs.queued, 1);
      const [letter] = (await engine.events.list({state: ['dead']}, {limit: 1})).items;
      assert.equal(letter?.error?.code, 'JW4005');
    });

    it('finds an event that a webhook had delivered to be a duplicate', async () => {
      const {poll, engine, tools} = await pollBench();
      const event = {
        uid: 'u1',
        connection: 'main',
        feed: 'webhooks',
        type: 'row.made',
        id: 'a',
        time: at(0),
        data: null,
        receivedAt: now,
        state: 'accepted',
        deliveries: 1,
        bodyHash: '',
        conflicts: 0,
        decisions: [],
      } as const;
      await tools.engine.accept({events: [{event, drafts: [], windowMs: minute}]});
      answers({rows: [row('a', at(0)), row('missed', at(0))]});
      const {events} = fine(await poll());
      assert.deepEqual(
        events.map(({id, outcome, uid}) => [id, outcome, uid === 'u1']),
        [
          ['a', 'duplicate', true],
          ['missed', 'new', false],
        ],
      );
      assert.equal((await engine.stats()).events, 2);
    });

    it('offers a row again whose runs failed, where the feed asks for it', async () => {
      const {poll, engine} = await pollBench({feed: {dedupe: {on: 'succeeded'}}});
      answers({rows: [row('a', at(0))]}, {rows: [row('a', at(0))]});
      const [first] = fine(await poll()).events;
      await engine.decide(first?.runs[0] ?? '', ['queued'], {to: 'failed', wakeAt: now, attempt: 1, data: {log: []}});
      assert.deepEqual(
        fine(await poll()).events.map(({outcome}) => outcome),
        ['new'],
      );
    });

    it('wakes jobs that an event speaks of', async () => {
      const {poll, tools} = await pollBench({
        connector: {
          jobs: {
            job: {
              title: 'Job',
              ref: {type: 'object'},
              states: {},
              status: {call: 'list', output: []},
              hints: [{event: 'row.made', id: '{{event.data.job}}'}],
            },
          },
        },
      });
      answers({rows: [row('a', at(0), {job: 'j1'})]});
      const woken: unknown[] = [];
      fine(await poll({engine: {...tools.engine, wake: async (job) => woken.push(job) > 0}}));
      assert.deepEqual(woken, [{connection: 'main', kind: 'job', id: 'j1'}]);
    });
  });

  describe('that breaks off', () => {
    it('D15: reads again what was fetched before a crash and not stored', async () => {
      const {poll, tools, stored} = await pollBench();
      const asked = answers({rows: [row('a', at(0))]}, {rows: [row('a', at(0))]});
      const accept = async () => {
        throw fail('JW7103', {problem: 'the process died'});
      };
      const crashed = await poll({engine: {...tools.engine, accept}});
      assert.equal(crashed.error?.jobwireCode, 'JW7103');
      assert.deepEqual([crashed.before, crashed.after], [undefined, undefined]);
      assert.deepEqual(idsOf(fine(await poll())), ['a']);
      assert.deepEqual(
        asked.map(({query}) => query['since']),
        [at(0), at(0)],
      );
      assert.deepEqual(await stored(), ['a']);
    });

    it('moves the cursor in the transaction of the events', async () => {
      const {poll, tools} = await pollBench();
      answers({rows: [row('a', at(0)), row('b', at(0))]});
      const batches: number[] = [];
      fine(
        await poll({
          engine: {
            ...tools.engine,
            accept(batch) {
              if (batch.cursor) batches.push(batch.events.length);
              return tools.engine.accept(batch);
            },
          },
        }),
      );
      assert.deepEqual(batches, [2]);
    });

    it('stores a long list in several transactions, and moves the cursor in the last', async () => {
      const {poll, tools} = await pollBench();
      answers({rows: Array.from({length: 600}, (_, i) => row(i, at(0)))});
      const batches: string[] = [];
      const accept: typeof tools.engine.accept = (batch) => {
        batches.push(`${batch.events.length}${batch.cursor ? ' and the cursor' : ''}`);
        return tools.engine.accept(batch);
      };
      fine(await poll({engine: {...tools.engine, accept}}));
      assert.deepEqual(batches, ['500', '100 and the cursor']);
    });

    it('writes nothing when it brings nothing', async () => {
      const {poll, tools} = await pollBench();
      answers({rows: [row('a', at(0))]}, {rows: [row('a', at(0))]});
      fine(await poll());
      const accept = () => assert.fail('nothing is to be stored');
      assert.deepEqual(idsOf(fine(await poll({engine: {...tools.engine, accept}}))), []);
    });

    it('does not move the cursor back when another poll was faster', async () => {
      const {poll, tools, engine} = await pollBench();
      answers({rows: []}, {rows: [row('a', at(minute))]});
      fine(await poll());
      const accept: typeof engine.accept = async (batch) => {
        await engine.accept({
          events: [],
          cursor: {connection: 'main', feed: 'changes', value: {value: at(9 * minute)}},
        });
        return engine.accept(batch);
      };
      tools.clock.sleep(minute);
      const slow = fine(await poll({engine: {...tools.engine, accept}}));
      assert.deepEqual([idsOf(slow), slow.after], [['a'], at(9 * minute)]);
    });
  });

  describe('whose cursor does not move', () => {
    it('says so after three polls with new rows', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{item.made}}'}}});
      const made = at(0);
      answers(...[1, 2, 3, 4].map((n) => ({rows: Array.from({length: n}, (_, i) => ({id: String(i), made}))})));
      const codes = [];
      for (let i = 0; i < 4; i++) {
        const {error, events} = await poll();
        codes.push(error?.jobwireCode);
        assert.equal(events.length, 1);
      }
      assert.deepEqual(codes, [undefined, undefined, 'JW4010', 'JW4010']);
    });

    it('says so when the target does not look at what it is asked for', async () => {
      const {poll} = await pollBench();
      answers(...[1, 2, 3].map(() => ({rows: [row('a', at(-9 * minute))]})));
      const codes = [];
      for (let i = 0; i < 3; i++) codes.push((await poll()).error?.jobwireCode);
      assert.deepEqual(codes, [undefined, undefined, 'JW4010']);
    });

    it('says so when a token stays although rows come', async () => {
      const {poll} = await pollBench({poll: {cursor: {from: '{{response.body.token}}', as: 'token', start: 't'}}});
      answers(...[1, 2, 3].map(() => ({rows: [{id: 'a'}], body: {token: 't'}})));
      const codes = [];
      for (let i = 0; i < 3; i++) codes.push((await poll()).error?.jobwireCode);
      assert.deepEqual(codes, [undefined, undefined, 'JW4010']);
    });

    it('says nothing of rows that are merely listed again, and forgets when the cursor moves', async () => {
      const {poll, clock} = await pollBench({poll: {overlap: '5m'}});
      const same = {rows: [row('a', at(0))]};
      answers(same, same, same, same, same, {rows: [row('b', at(minute))]});
      for (let i = 0; i < 5; i++) fine(await poll());
      clock.advance(2 * minute);
      assert.equal(fine(await poll()).after, at(minute));
    });
  });

  describe('that the target has forgotten', () => {
    const gone: Partial<Operation> = {errors: [{when: {status: [410]}, action: 'fail', code: 'gone'}]};

    it('begins again at start', async () => {
      const {poll, clock} = await pollBench({
        operation: gone,
        poll: {cursor: {from: '{{item.n}}', as: 'number', start: '0'}, reset: {codes: ['gone']}},
      });
      const asked = answers(
        {rows: [{id: 'a', n: 7}]},
        {status: 410},
        {
          rows: [
            {id: 'a', n: 7},
            {id: 'b', n: 8},
          ],
        },
      );
      fine(await poll());
      clock.advance(minute);
      const again = fine(await poll());
      assert.deepEqual(
        asked.map(({query}) => query['since']),
        ['0', '7', '0'],
      );
      assert.deepEqual(
        again.events.map(({id, outcome}) => [id, outcome]),
        [
          ['a', 'duplicate'],
          ['b', 'new'],
        ],
      );
      assert.deepEqual([again.before, again.after], [7, 8]);
    });

    it('fails when the start is refused, too', async () => {
      const {poll} = await pollBench({operation: gone, poll: {reset: {codes: ['gone']}}});
      answers({status: 410}, {status: 410});
      assert.equal((await poll()).error?.code, 'gone');
    });

    it('keeps its cursor for every other error', async () => {
      const {poll} = await pollBench({operation: gone, poll: {reset: {codes: ['gone']}}});
      answers({rows: [row('a', at(0))]}, {status: 404});
      fine(await poll());
      const {error, before, after} = await poll();
      assert.deepEqual([error?.jobwireCode, before, after], ['JW3016', at(0), at(0)]);
    });
  });
});
