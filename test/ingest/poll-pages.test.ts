/** Polls over several pages: orders, styles, maxima and lists that did not change. */
import assert from 'node:assert/strict';
import type {Operation, Page, Poll} from '../../src/generated/types.ts';
import type {Json} from '../../src/values/json.ts';
import {iso} from '../../src/values/time.ts';
import {onRecordedWire} from '../operations/bench.ts';
import {type Answer, answers, base, closeEngines, fine, idsOf, minute, now, pollBench, row} from './poll-bench.ts';

const at = (offset: number): string => iso(now + offset);
const since = '{{optional params.since}}';

const paged = (page: Partial<Page> = {}): Partial<Operation> => ({
  request: {method: 'GET', path: '/rows', query: {since, page: '{{optional page.cursor}}'}},
  page: {style: 'cursor', next: '{{optional response.body.next}}', ...page},
});

const pages = (...list: readonly (readonly Json[])[]): Answer[] =>
  list.map((rows, i) => ({rows, body: i < list.length - 1 ? {next: `p${i + 2}`} : {}}));

describe('a poll over several pages', () => {
  onRecordedWire();
  afterEach(closeEngines);

  const styles: readonly [name: string, operation: Partial<Operation>, answers: Answer[], places: string[]][] = [
    ['a cursor', paged(), pages([row('a', at(0))], [row('b', at(0))]), ['', 'p2']],
    [
      'a URL',
      {request: {method: 'GET', path: '/rows'}, page: {style: 'url', next: '{{optional response.body.next}}'}},
      [{rows: [row('a', at(0))], body: {next: '/v1/rows?page=two'}}, {rows: [row('b', at(0))]}],
      ['', 'two'],
    ],
    [
      'a Link header',
      {request: {method: 'GET', path: '/rows'}, page: {style: 'link'}},
      [{rows: [row('a', at(0))], headers: {link: `<${base}/v1/rows?page=two>; rel="next"`}}, {rows: [row('b', at(0))]}],
      ['', 'two'],
    ],
    [
      'an offset',
      {request: {method: 'GET', path: '/rows', query: {page: '{{page.offset}}'}}, page: {style: 'offset', size: 1}},
      [{rows: [row('a', at(0))]}, {rows: [row('b', at(0))]}, {rows: []}],
      ['0', '1', '2'],
    ],
    [
      'a number',
      {
        request: {method: 'GET', path: '/rows', query: {page: '{{page.number}}'}},
        page: {style: 'number', pages: '{{response.body.pages}}'},
      },
      [
        {rows: [row('a', at(0))], body: {pages: 2}},
        {rows: [row('b', at(0))], body: {pages: 2}},
      ],
      ['1', '2'],
    ],
  ];
  for (const [name, operation, given, places] of styles)
    it(`follows ${name}`, async () => {
      const {poll} = await pollBench({operation});
      const asked = answers(...given);
      assert.deepEqual(idsOf(fine(await poll())), ['a', 'b']);
      assert.deepEqual(
        asked.map(({query}) => query['page'] ?? ''),
        places,
      );
    });

  describe('in ascending order', () => {
    const asc = (over: Partial<Poll> = {}) =>
      pollBench({operation: paged({maxPages: 2}), poll: {order: 'asc', ...over}});

    it('keeps the pages before one that fails', async () => {
      const {poll, clock, stored} = await asc();
      clock.advance(5 * minute);
      const asked = answers(
        {rows: [row('a', at(5 * minute))], body: {next: 'p2'}},
        {status: 503},
        {rows: [row('a', at(5 * minute)), row('b', at(6 * minute))]},
      );
      const broken = await poll();
      assert.equal(broken.error?.jobwireCode, 'JW3002');
      assert.equal(broken.after, at(5 * minute));
      assert.deepEqual(await stored(), ['a']);
      clock.advance(5 * minute);
      assert.deepEqual(idsOf(fine(await poll())), ['b']);
      assert.equal(asked[2]?.query['since'], at(5 * minute));
    });

    it('stores a page before it asks for the next', async () => {
      const {poll, source, engine} = await asc();
      const storedThen: number[] = [];
      const {transport} = source.connection;
      const watched = {
        ...source.connection,
        transport: {
          ...transport,
          async send(request: Parameters<typeof transport.send>[0]) {
            storedThen.push((await engine.stats()).events);
            return transport.send(request);
          },
        },
      };
      answers(...pages([row('a', at(0))], [row('b', at(0))]));
      fine(await poll({}, {connection: watched}));
      assert.deepEqual(storedThen, [0, 1]);
    });

    it('D16: goes on behind its cursor when the maximum of pages is reached', async () => {
      const {poll, clock} = await asc();
      answers({rows: []});
      fine(await poll());
      clock.advance(9 * minute);
      const asked = answers(
        {rows: [row('a', at(7 * minute))], body: {next: 'p2'}},
        {rows: [row('b', at(8 * minute))], body: {next: 'p3'}},
        {rows: [row('b', at(8 * minute)), row('c', at(9 * minute))]},
      );
      const first = fine(await poll());
      assert.deepEqual([idsOf(first), first.more], [['a', 'b'], true]);
      const second = fine(await poll());
      assert.deepEqual([idsOf(second), second.more], [['c'], false]);
      assert.deepEqual(asked[2]?.query, {since: at(8 * minute)});
    });

    it('goes on at the page where it stopped when all rows have one cursor', async () => {
      const {poll} = await asc();
      const asked = answers(
        {rows: [row('a', at(0))], body: {next: 'p2'}},
        {rows: [row('b', at(0))], body: {next: 'p3'}},
        {rows: [row('c', at(0))]},
      );
      assert.equal(fine(await poll()).more, true);
      assert.deepEqual(idsOf(fine(await poll())), ['c']);
      assert.deepEqual(asked[2]?.query, {since: at(0), page: 'p3'});
    });
  });

  describe('in any order', () => {
    const any = () => pollBench({operation: paged({maxPages: 2})});

    it('moves the cursor after the last page only', async () => {
      const {poll, clock, stored} = await any();
      clock.advance(5 * minute);
      answers(
        {rows: [row('a', at(5 * minute))], body: {next: 'p2'}},
        {status: 503},
        ...pages([row('a', at(5 * minute))], [row('b', at(5 * minute))]),
      );
      const broken = await poll();
      assert.deepEqual([broken.error?.jobwireCode, broken.after], ['JW3002', at(5 * minute)]);
      assert.deepEqual(await stored(), ['a'], 'what was read is not thrown away');
      const whole = fine(await poll());
      assert.deepEqual(
        whole.events.map(({id, outcome}) => `${id} ${outcome}`),
        ['a duplicate', 'b new'],
      );
    });

    it('goes on at the next poll where a maximum stopped it, and only then moves the cursor', async () => {
      const {poll, clock} = await any();
      answers({rows: []});
      fine(await poll());
      clock.advance(9 * minute);
      const asked = answers(
        {rows: [row('d', at(8 * minute))], body: {next: 'p2'}},
        {rows: [row('b', at(2 * minute))], body: {next: 'p3'}},
        {rows: [row('a', at(minute)), row('b', at(2 * minute))]},
      );
      const first = fine(await poll());
      assert.deepEqual([idsOf(first), first.more, first.after], [['d', 'b'], true, at(0)]);
      clock.advance(minute);
      const second = fine(await poll());
      assert.deepEqual([idsOf(second), second.more, second.after], [['a'], false, at(8 * minute)]);
      assert.deepEqual(asked[2]?.query, {since: at(0), page: 'p3'});
    });

    it('begins anew when the target does not know the page any more', async () => {
      const {poll} = await any();
      const asked = answers(
        {rows: [row('a', at(0))], body: {next: 'p2'}},
        {rows: [row('b', at(0))], body: {next: 'p3'}},
        {status: 400},
        {rows: [row('a', at(0)), row('b', at(0)), row('c', at(0))]},
      );
      fine(await poll());
      assert.equal((await poll()).error?.jobwireCode, 'JW3004');
      const again = fine(await poll());
      assert.deepEqual(
        again.events.map(({id, outcome}) => `${id} ${outcome}`),
        ['a duplicate', 'b duplicate', 'c new'],
      );
      assert.deepEqual(asked[3]?.query, {since: at(0)});
    });

    it('only finds out where to begin over as many polls as it takes', async () => {
      const {poll} = await pollBench({
        operation: paged({maxPages: 1}),
        poll: {cursor: {from: '{{item.n}}', as: 'number'}},
      });
      answers(
        {rows: [{id: 'a', n: 1}], body: {next: 'p2'}},
        {rows: [{id: 'b', n: 2}]},
        {
          rows: [
            {id: 'b', n: 2},
            {id: 'c', n: 3},
          ],
        },
      );
      for (const more of [true, false]) {
        const polled = fine(await poll());
        assert.deepEqual([idsOf(polled), polled.skipped, polled.more], [[], true, more]);
      }
      assert.deepEqual(idsOf(fine(await poll())), ['c']);
    });

    it('still only finds out where to begin after its page was refused', async () => {
      const {poll} = await pollBench({
        operation: paged({maxPages: 1}),
        poll: {cursor: {from: '{{item.n}}', as: 'number'}},
      });
      answers(
        {rows: [{id: 'a', n: 1}], body: {next: 'p2'}},
        {status: 400},
        {
          rows: [
            {id: 'a', n: 1},
            {id: 'b', n: 2},
          ],
        },
      );
      fine(await poll());
      assert.equal((await poll()).error?.jobwireCode, 'JW3004');
      const last = fine(await poll());
      assert.deepEqual([idsOf(last), last.after], [[], 2]);
    });

    it('fails when one page alone is more than the maximum of items', async () => {
      const {poll} = await pollBench({operation: paged({maxItems: 1})});
      answers({rows: [row('a', at(0)), row('b', at(0))]});
      assert.equal((await poll()).error?.jobwireCode, 'JW3018');
    });
  });

  describe('in descending order', () => {
    const desc = (over: Partial<Operation> = {}) =>
      pollBench({operation: {...paged({maxPages: 2}), ...over}, poll: {order: 'desc', with: {}}});

    it('stops at the first row at or before the cursor, and turns the rows round', async () => {
      const {poll, clock} = await desc();
      answers(
        {rows: [row('z', at(-minute))], body: {next: 'p2'}},
        {rows: [row('d', at(4 * minute)), row('c', at(3 * minute))], body: {next: 'p2'}},
        {rows: [row('b', at(2 * minute)), row('a', at(0)), row('never', at(3 * minute))], body: {next: 'p3'}},
      );
      assert.deepEqual(idsOf(fine(await poll())), []);
      clock.advance(5 * minute);
      const second = fine(await poll());
      assert.deepEqual([idsOf(second), second.after], [['b', 'c', 'd'], at(4 * minute)]);
    });

    it('closes a gap that is longer than the maximum over several polls before the cursor moves', async () => {
      const {poll, clock} = await desc();
      answers({rows: []});
      fine(await poll());
      clock.advance(9 * minute);
      answers(
        {rows: [row('d', at(8 * minute))], body: {next: 'p2'}},
        {rows: [row('c', at(7 * minute))], body: {next: 'p3'}},
        {rows: [row('b', at(6 * minute))], body: {next: 'p4'}},
        {rows: [row('a', at(-minute))]},
      );
      const first = fine(await poll());
      assert.deepEqual([idsOf(first), first.more, first.after], [['c', 'd'], true, at(0)]);
      const second = fine(await poll());
      assert.deepEqual([idsOf(second), second.more, second.after], [['b'], false, at(8 * minute)]);
    });

    it('reads one page to find out where to begin', async () => {
      const {poll} = await pollBench({
        operation: paged(),
        poll: {order: 'desc', with: {}, cursor: {from: '{{item.n}}', as: 'number'}},
      });
      answers(
        {rows: [{id: 'c', n: 3}], body: {next: 'p2'}},
        {
          rows: [
            {id: 'd', n: 4},
            {id: 'c', n: 3},
          ],
          body: {next: 'p2'},
        },
      );
      const first = fine(await poll());
      assert.deepEqual([idsOf(first), first.after], [[], 3]);
      assert.deepEqual(idsOf(fine(await poll())), ['d']);
    });
  });

  describe('that repeats (D16)', () => {
    it('D16: refuses a page that points to itself, and keeps its rows', async () => {
      const {poll, stored} = await pollBench({operation: paged()});
      answers({rows: [row('a', at(0))], body: {next: 'same'}}, {rows: [row('b', at(0))], body: {next: 'same'}});
      const polled = await poll();
      assert.equal(polled.error?.jobwireCode, 'JW3017');
      assert.deepEqual(await stored(), ['a', 'b']);
    });

    it('D16: refuses a target that gives one page for every offset', async () => {
      const {poll, stored} = await pollBench({
        operation: {request: {method: 'GET', path: '/rows', query: {o: '{{page.offset}}'}}, page: {style: 'offset'}},
      });
      const same = {rows: [row('a', at(0)), row('b', at(0))]};
      answers(same, same);
      const polled = await poll();
      assert.equal(polled.error?.jobwireCode, 'JW3017');
      assert.deepEqual(await stored(), ['a', 'b']);
    });

    it('counts a row that moved to the next page once', async () => {
      const {poll} = await pollBench({operation: paged()});
      answers(...pages([row('a', at(0)), row('b', at(0))], [row('b', at(0)), row('c', at(0))]));
      const {events, known} = fine(await poll());
      assert.deepEqual([events.length, known], [3, 1]);
    });
  });

  it('ends between two pages when it is told to, and keeps what it has', async () => {
    const ending = new AbortController();
    const {poll, tools, stored} = await pollBench({operation: paged(), poll: {order: 'asc'}});
    answers({rows: [row('a', at(0))], body: {next: 'p2'}});
    const accept: typeof tools.engine.accept = (batch) => {
      ending.abort();
      return tools.engine.accept(batch);
    };
    fine(await poll({engine: {...tools.engine, accept}, signal: ending.signal}));
    assert.deepEqual(await stored(), ['a']);
  });
});

describe('a poll that asks for changes only', () => {
  onRecordedWire();
  afterEach(closeEngines);

  const fixed = (over: Partial<Poll>): Parameters<typeof pollBench>[0] => ({
    operation: {request: {method: 'GET', path: '/rows'}},
    poll: {with: {}, ...over},
  });

  const kinds: readonly [Poll['conditional'] & string, answered: string, asks: string, text: string][] = [
    ['etag', 'etag', 'if-none-match', '"v1"'],
    ['last-modified', 'last-modified', 'if-modified-since', 'Mon, 12 Jan 2026 08:00:00 GMT'],
  ];
  for (const [conditional, answered, asks, text] of kinds)
    it(`sends ${asks}, and 304 means no rows`, async () => {
      const {poll} = await pollBench(fixed({conditional, atLeast: '{{optional response.headers.[x-poll-interval]}}'}));
      const asked = answers(
        {rows: [row('a', at(0))], headers: {[answered]: text, 'x-poll-interval': '60'}},
        {status: 304, headers: {'x-poll-interval': '120'}},
        {status: 304},
      );
      assert.equal(fine(await poll()).atLeastMs, 60_000);
      const second = fine(await poll());
      assert.deepEqual([second.unchanged, second.rows, second.after, second.atLeastMs], [true, 0, at(0), 120_000]);
      fine(await poll());
      assert.deepEqual(
        asked.map(({headers}) => headers[asks]),
        [undefined, text, text],
      );
    });

  it('does not send what it knows of another request', async () => {
    const {poll, clock} = await pollBench({poll: {conditional: 'etag'}});
    const tagged = {headers: {etag: '"v1"'}};
    const asked = answers({rows: [], ...tagged}, {rows: [row('a', at(minute))], ...tagged}, {rows: []});
    fine(await poll());
    clock.advance(2 * minute);
    fine(await poll());
    fine(await poll());
    assert.deepEqual(
      asked.map(({headers}) => headers['if-none-match']),
      [undefined, '"v1"', undefined],
    );
  });

  it('does not keep what speaks for the first of several pages', async () => {
    const {poll} = await pollBench({
      operation: {
        request: {method: 'GET', path: '/rows', query: {p: '{{optional page.cursor}}'}},
        page: {style: 'cursor', next: '{{optional response.body.next}}'},
      },
      poll: {with: {}, conditional: 'etag'},
    });
    const asked = answers(
      {rows: [row('a', at(0))], headers: {etag: '"v1"'}, body: {next: 'p2'}},
      {rows: [row('b', at(0))], headers: {etag: '"v2"'}},
      {rows: []},
    );
    fine(await poll());
    fine(await poll());
    assert.deepEqual(
      asked.map(({headers}) => headers['if-none-match']),
      [undefined, undefined, undefined],
    );
  });

  it('does not keep it when the rows could not be stored', async () => {
    const {poll, tools} = await pollBench(fixed({conditional: 'etag'}));
    const asked = answers({rows: [row('a', at(0))], headers: {etag: '"v1"'}}, {rows: [row('a', at(0))]});
    const accept = async () => {
      throw new Error('lost');
    };
    assert.ok((await poll({engine: {...tools.engine, accept}})).error);
    assert.deepEqual(idsOf(fine(await poll())), ['a']);
    assert.equal(asked[1]?.headers['if-none-match'], undefined);
  });

  it('takes a 304 it did not ask for as the fault it is', async () => {
    const {poll} = await pollBench(fixed({}));
    answers({status: 304});
    assert.equal((await poll()).error?.jobwireCode, 'JW3004');
  });

  it('gives the wait a busy target asks for', async () => {
    const {poll} = await pollBench();
    answers({status: 429, headers: {'retry-after': '90'}});
    const {error} = await poll();
    assert.deepEqual([error?.jobwireCode, error?.extra.afterMs], ['JW3003', 90_000]);
  });
});
