/** The loop around polls: which feeds it polls, how long it waits, and that it ends. */
import assert from 'node:assert/strict';
import {fail} from '../../src/errors/jobwire-error.ts';
import type {Connection, Poll, Template} from '../../src/generated/types.ts';
import type {Polled} from '../../src/ingest/poll.ts';
import {everyMs, type PollPlan, pollPlans, waitAfter} from '../../src/ingest/poll-schedule.ts';
import {type PollerTools, startPoller} from '../../src/ingest/poller.ts';
import {iso} from '../../src/values/time.ts';
import {onRecordedWire} from '../operations/bench.ts';
import {SteppedClock} from '../support/stepped-clock.ts';
import {
  answers,
  closeEngines,
  connectorWith,
  minute,
  now,
  type Parts,
  type PollBench,
  pollBench,
  row,
  template,
} from './poll-bench.ts';
import {libraryOf} from './support.ts';

const file = (feeds: Connection['feeds'] = {}): Connection => ({
  jobwire: '1',
  kind: 'connection',
  id: 'main',
  title: 'Main',
  connector: 'acme@^1',
  config: {},
  feeds,
});

describe('the feeds that are polled', () => {
  const plans = (parts: Parts, templates: readonly Template[], feeds: Connection['feeds'] = {}): PollPlan[] =>
    pollPlans(libraryOf({connectors: [connectorWith(parts)], templates, connections: [file(feeds)]}));
  const hinted: Parts = {
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
  };
  const other: Template = {...template, on: {...template.on, connection: 'another'} as Template['on']};

  const rows: readonly [title: string, plans: () => PollPlan[], expected: readonly (readonly [string, boolean])[]][] = [
    ['those a template needs', () => plans({}, [template]), [['changes', false]]],
    ['not those nobody needs', () => plans({}, []), []],
    ['not those a template of another connection needs', () => plans({}, [other]), []],
    ['not those the connection file switches off', () => plans({}, [template], {changes: {enabled: false}}), []],
    ['those that speak of jobs, while there are some', () => plans(hinted, []), [['changes', true]]],
  ];
  for (const [title, given, expected] of rows)
    it(`are ${title}`, () => {
      assert.deepEqual(
        given().map(({feed, forJobs}) => [feed, forJobs]),
        expected,
      );
    });

  it('have the pace of the connection file, else of the feed, else a minute', () => {
    const poll: Poll = {call: 'list'};
    assert.equal(everyMs({...poll, every: '5m'}, file({changes: {every: '90s'}}), 'changes'), 90_000);
    assert.equal(everyMs({...poll, every: '5m'}, file(), 'changes'), 5 * minute);
    assert.equal(everyMs(poll, file(), 'changes'), minute);
  });
});

describe('the wait after a poll', () => {
  const hour = 60 * minute;
  const rows: readonly [
    title: string,
    every: number,
    poll: Partial<Poll>,
    Partial<Polled>,
    failures: number,
    chance: number,
    wait: number,
  ][] = [
    ['is `every`', minute, {}, {}, 0, 0.5, minute],
    ['is a tenth shorter at most', minute, {}, {}, 0, 0, 54_000],
    ['is a tenth longer at most', minute, {}, {}, 0, 1, 66_000],
    ['has the jitter of the feed', minute, {jitter: 0.5}, {}, 0, 1, 90_000],
    ['is never less than the target asks for', minute, {}, {atLeastMs: 5 * minute}, 0, 0.5, 5 * minute],
    ['is longer than the target asks for', minute, {}, {atLeastMs: 5000}, 0, 0.5, minute],
    ['is twice as long after a failure', minute, {}, {}, 1, 0.5, 2 * minute],
    ['grows', minute, {}, {}, 3, 0.5, 8 * minute],
    ['ends growing at half an hour', minute, {}, {}, 99, 0.5, 30 * minute],
    ['is never shorter than `every` for it', 6 * hour, {}, {}, 3, 0.5, 6 * hour],
    ['is a second at least, whatever a manifest says', 0, {}, {}, 0, 0.5, 1000],
  ];
  for (const [title, every, poll, polled, failures, chance, wait] of rows)
    it(title, () => {
      const plan = {everyMs: every, poll: {call: 'list', ...poll}};
      assert.equal(waitAfter(plan, polled, {failures, chance: () => chance}), wait);
    });
});

describe('the poller', () => {
  onRecordedWire();
  afterEach(closeEngines);

  interface Running {
    readonly clock: SteppedClock;
    readonly faults: unknown[];
    readonly polled: Polled[];
    stop(): Promise<void>;
  }

  const start = (bench: PollBench, clock = new SteppedClock(now), over: Partial<PollerTools> = {}): Running => {
    const {engine} = bench;
    const faults: unknown[] = [];
    const polled: Polled[] = [];
    const poller = startPoller({
      ...bench.tools,
      engine,
      clock,
      chance: () => 0.5,
      connection: () => bench.source.connection,
      onFault: (error) => faults.push(error),
      onPolled: (_, one) => polled.push(one),
      ...over,
    });
    return {clock, faults, polled, stop: () => poller.stop()};
  };

  it('polls at once, then at its pace', async () => {
    const running = start(await pollBench());
    answers({rows: [row('a', iso(now))]}, {rows: []});
    await running.clock.asleep();
    assert.equal(running.polled.length, 1);
    await running.clock.advance(minute - 1);
    assert.equal(running.polled.length, 1);
    await running.clock.advance(1);
    assert.equal(running.polled.length, 2);
    await running.stop();
  });

  it('waits longer after each failure, and as before after a success', async () => {
    const running = start(await pollBench());
    answers({status: 503}, {status: 503}, {rows: []}, {rows: []});
    await running.clock.asleep();
    for (const wait of [2, 4, 1]) {
      assert.equal(running.clock.waits[0], wait * minute);
      await running.clock.advance(wait * minute);
    }
    assert.deepEqual(
      running.polled.map(({error}) => error?.jobwireCode),
      ['JW3002', 'JW3002', undefined, undefined],
    );
    assert.equal(running.faults.length, 2);
    assert.match(String(running.faults[0]), /poll main\/changes: /);
    await running.stop();
  });

  it('lets a target rest as long as it asks, also over a restart', async () => {
    const bench = await pollBench();
    const first = start(bench);
    answers({status: 429, headers: {'retry-after': '600'}});
    await first.clock.asleep();
    assert.equal(first.clock.waits[0], 10 * minute);
    await first.stop();
    const second = start(bench, new SteppedClock(now + minute));
    await second.clock.asleep();
    assert.equal(second.clock.waits[0], 9 * minute);
    assert.equal(second.polled.length, 0);
    await second.stop();
  });

  it('takes over a new pace at once when it is started again', async () => {
    const slow = await pollBench({poll: {every: '12h'}});
    const first = start(slow);
    answers({rows: []});
    await first.clock.asleep();
    await first.stop();
    const connections = [file({changes: {every: '2m'}})];
    const library = libraryOf({connectors: [slow.source.connection.connector], templates: [template], connections});
    const second = start(slow, new SteppedClock(now + minute), {library});
    await second.clock.asleep();
    assert.equal(second.clock.waits[0], minute);
    await second.stop();
  });

  it('fetches nothing while too many runs wait, and goes on at its pace', async () => {
    let full = true;
    const mayTake = async () => {
      if (full) throw fail('JW7104', {depth: 2, limit: 1});
    };
    const running = start(await pollBench(), new SteppedClock(now), {mayTake});
    answers({rows: []});
    await running.clock.asleep();
    await running.clock.advance(minute);
    assert.equal(running.polled.length, 0);
    full = false;
    await running.clock.advance(minute);
    assert.equal(running.polled.length, 1);
    assert.deepEqual(running.faults, []);
    await running.stop();
  });

  it('waits in days where a timer could not hold the wait', async () => {
    const running = start(await pollBench({poll: {every: '30d'}}));
    answers({rows: []});
    await running.clock.asleep();
    for (let day = 0; day < 29; day++) {
      assert.equal(running.clock.waits[0], 86_400_000);
      await running.clock.advance(86_400_000);
    }
    assert.equal(running.polled.length, 1);
    await running.stop();
  });

  it('polls for jobs only while there are some', async () => {
    const bench = await pollBench({
      templates: [],
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
    let following = false;
    const runs = {
      ...bench.engine.runs,
      list: async () => ({items: following ? [{} as never] : []}),
    };
    const running = start(bench, undefined, {engine: {...bench.engine, runs}});
    await running.clock.asleep();
    assert.equal(running.polled.length, 0);
    following = true;
    answers({rows: []});
    await running.clock.advance(minute);
    assert.equal(running.polled.length, 1);
    await running.stop();
  });

  it('goes on with a wait when something breaks that is no poll', async () => {
    const bench = await pollBench();
    const broken = () => {
      throw new Error('the connection file is gone');
    };
    const running = start(bench, undefined, {connection: broken});
    await running.clock.asleep();
    assert.equal(running.clock.waits[0], 2 * minute);
    await running.clock.advance(2 * minute);
    assert.equal(running.clock.waits[0], 4 * minute);
    assert.equal(running.faults.length, 2);
    await running.stop();
  });

  it('ends during a wait', async () => {
    const running = start(await pollBench());
    answers({rows: []});
    await running.clock.asleep();
    await running.stop();
    assert.deepEqual(running.clock.waits, []);
  });

  it('ends during a poll, whose rows are kept', async () => {
    const bench = await pollBench();
    const {connection} = bench.source;
    let stopped: Promise<void> | undefined;
    const send: typeof connection.transport.send = (request) => {
      stopped = running.stop();
      return connection.transport.send(request);
    };
    const running = start(bench, undefined, {
      connection: () => ({...connection, transport: {...connection.transport, send}}),
    });
    answers({rows: [row('a', iso(now))]});
    while (!stopped) await new Promise((resolve) => setImmediate(resolve));
    await stopped;
    assert.deepEqual(await bench.stored(), ['a']);
    assert.deepEqual([running.clock.waits, running.faults], [[], []]);
  });
});
