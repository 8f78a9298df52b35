/** Schedules: which times they mean, which are made up for, and that each fires once (rows D11 to D14). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {Engine} from '../../src/engine/engine.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {OnSchedule, Template} from '../../src/generated/types.ts';
import {runSchedule, type ScheduledTemplate, type Turn} from '../../src/ingest/schedule.ts';
import {dueTimes, nextTime, type Schedule, timesBetween} from '../../src/ingest/schedule-times.ts';
import {startScheduler} from '../../src/ingest/scheduler.ts';
import {cronProblem} from '../../src/manifest/cron.ts';
import {iso, VirtualClock} from '../../src/values/time.ts';
import {SteppedClock} from '../support/stepped-clock.ts';
import {emptyConnector, libraryOf} from './support.ts';

const at = (text: string): number => Date.parse(text);
const minute = 60_000;
const day = 86_400_000;

describe('the times of a schedule', () => {
  const times = (cron: string, timezone: string, from: string, most: number): string[] =>
    timesBetween({cron, timezone}, {after: at(from), until: at('2099-01-01T00:00:00Z'), most}).map(iso);

  const rows: readonly [title: string, cron: string, zone: string, from: string, expected: readonly string[]][] = [
    [
      'follow the clocks of their zone',
      '0 6 * * *',
      'Europe/Vienna',
      '2026-03-27T12:00:00Z',
      ['2026-03-28T05:00:00Z', '2026-03-29T04:00:00Z'],
    ],
    [
      'D12: a time of day that is skipped runs at the next valid minute',
      '30 2 * * *',
      'Europe/Vienna',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
    ],
    [
      'D12: several times that are skipped run once',
      '15,30 2 * * *',
      'Europe/Vienna',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00:00Z', '2026-03-30T00:15:00Z'],
    ],
    [
      'D12: a time of day that comes twice runs the first time',
      '30 1 * * *',
      'America/New_York',
      '2026-10-31T12:00:00Z',
      ['2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z'],
    ],
    [
      'D12: so do several',
      '0,30 1 * * *',
      'America/New_York',
      '2026-11-01T00:00:00Z',
      ['2026-11-01T05:00:00Z', '2026-11-01T05:30:00Z', '2026-11-02T06:00:00Z'],
    ],
    [
      'D12: what runs at every hour keeps its pace through the doubled one',
      '0 * * * *',
      'America/New_York',
      '2026-11-01T04:30:00Z',
      ['2026-11-01T05:00:00Z', '2026-11-01T06:00:00Z', '2026-11-01T07:00:00Z'],
    ],
    [
      'come on the day or the weekday when both are given',
      '0 0 13 * fri',
      'UTC',
      '2026-02-01T00:00:00Z',
      ['2026-02-06T00:00:00Z', '2026-02-13T00:00:00Z', '2026-02-20T00:00:00Z'],
    ],
    ['find the next leap day', '0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z']],
  ];
  for (const [title, cron, zone, from, expected] of rows)
    it(title, () => assert.deepEqual(times(cron, zone, from, expected.length), expected));
});

describe('the check of a schedule', () => {
  for (const cron of ['0 0 30 2 *', '0 0 31 4,6 *', '0 0 30-31 feb *', '0 0 31 2-2 *'])
    it(`D13: refuses ${cron}, which never comes true`, () => assert.match(cronProblem(cron) ?? '', /never comes true/));

  for (const [cron, problem] of [
    ['99 * * * *', /"99" is no minute: values are from 0 to 59/],
    ['0 24 * * *', /no hour/],
    ['0 0 0 * *', /no day/],
    ['0 0 * 13 *', /no month/],
    ['0 0 * * 8', /no weekday/],
    ['5/5 * * * *', /a step needs \* or a range/],
    ['*/0 * * * *', /a step is from 1 to 60/],
    ['30-10 * * * *', /runs backwards/],
    ['0 0 * foo *', /no month/],
    ['0 0 L * *', /no day/],
    ['@daily', /1 fields/],
    ['0 0 * * * *', /6 fields/],
  ] as const)
    it(`D13: refuses ${cron}`, () => assert.match(cronProblem(cron) ?? '', problem));

  for (const cron of [
    '0 6 * * 1-5',
    '*/15 8-18 * * mon-fri',
    '0 0 31 2 1',
    '0 0 29 2 *',
    '0 0 1 JAN,jul *',
    '0 0 * * sat-sun',
  ])
    it(`takes ${cron}`, () => assert.equal(cronProblem(cron), undefined));

  it('D13: takes exactly what comes true, as the scheduler sees it', () => {
    const value = fc.oneof(
      fc.integer({min: 0, max: 62}).map(String),
      fc.constantFrom('jan', 'feb', 'dec', 'sun', 'mon', 'sat'),
    );
    const part = fc.oneof(
      {weight: 3, arbitrary: fc.constant('*')},
      {weight: 3, arbitrary: value},
      fc.tuple(value, value).map(([a, b]) => `${a}-${b}`),
      fc.integer({min: 0, max: 65}).map((step) => `*/${step}`),
      fc.tuple(value, value, fc.integer({min: 0, max: 65})).map(([a, b, step]) => `${a}-${b}/${step}`),
    );
    const field = fc.array(part, {minLength: 1, maxLength: 3}).map((parts) => parts.join(','));
    const cron = fc.tuple(field, field, field, field, field).map((parts) => parts.join(' '));
    const day31 = fc
      .tuple(fc.integer({min: 28, max: 31}), fc.integer({min: 1, max: 12}), fc.constantFrom('*', '1'))
      .map(([d, m, w]) => `0 0 ${d} ${m} ${w}`);
    const comes = (text: string): boolean => {
      try {
        return nextTime({cron: text, timezone: 'UTC'}, at('2026-01-01T00:00:00Z')) !== undefined;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.oneof(cron, day31), (text) => assert.equal(cronProblem(text) === undefined, comes(text), text)),
      {numRuns: 1500},
    );
  });
});

describe('what a schedule makes up for', () => {
  const now = at('2026-01-12T12:00:30Z');
  const hourly = (catchUp?: Schedule['catchUp']): Schedule => ({
    cron: '0 * * * *',
    timezone: 'UTC',
    ...(catchUp && {catchUp}),
  });
  const rows: readonly [
    title: string,
    catchUp: Schedule['catchUp'],
    after: string,
    now: number,
    fire: readonly string[],
  ][] = [
    ['nothing while no time has come', 'all', '2026-01-12T12:00:00Z', now, []],
    ['D14: all: each missed time, oldest first', 'all', '2026-01-12T09:00:00Z', now, ['10', '11', '12']],
    ['D14: one: the last time stands for all', 'one', '2026-01-12T09:00:00Z', now, ['12']],
    ['D14: one is what holds when nothing is said', undefined, '2026-01-12T09:00:00Z', now, ['12']],
    ['D14: none: a time that just came is not missed', 'none', '2026-01-12T09:00:00Z', now, ['12']],
    ['D14: none: what is longer past is left out', 'none', '2026-01-12T09:00:00Z', now + 2 * minute, []],
    ['one also finds a time that is months past', 'one', '2025-10-12T12:00:30Z', now, ['12']],
  ];
  for (const [title, catchUp, after, then, hours] of rows)
    it(title, () => {
      const {fire, decided} = dueTimes(hourly(catchUp), at(after), then);
      assert.deepEqual(
        fire.map(iso),
        hours.map((hour) => `2026-01-12T${hour}:00:00Z`),
      );
      assert.equal(
        decided === undefined ? undefined : iso(decided),
        title.startsWith('nothing') ? undefined : '2026-01-12T12:00:00Z',
      );
    });

  it('one does not walk through years of minutes', () => {
    const {fire} = dueTimes({cron: '* * * * *', timezone: 'UTC'}, at('2016-01-01T00:00:00Z'), now);
    assert.deepEqual(fire.map(iso), ['2026-01-12T12:00:00Z']);
    const yearly = dueTimes({cron: '0 0 1 3 *', timezone: 'UTC'}, at('2016-01-01T00:00:00Z'), now);
    assert.deepEqual(yearly.fire.map(iso), ['2025-03-01T00:00:00Z']);
  });

  it('all takes no more at once than a transaction should hold', () => {
    const every: Schedule = {cron: '* * * * *', timezone: 'UTC', catchUp: 'all'};
    let after = now - 250 * minute;
    const counts: number[] = [];
    for (let more = true; more; ) {
      const due = dueTimes(every, after, now);
      counts.push(due.fire.length);
      after = due.decided ?? after;
      more = due.more;
    }
    assert.deepEqual(counts, [100, 100, 50]);
  });
});

const scheduled = (schedule: Partial<Schedule> = {}): ScheduledTemplate => ({
  jobwire: '1',
  kind: 'template',
  id: 'nightly',
  version: '1.0.0',
  title: 'Nightly',
  on: {schedule: {cron: '0 6 * * *', timezone: 'Europe/Vienna', ...schedule}} satisfies OnSchedule,
  do: {connector: 'app@^1', connection: 'app-main', action: 'start', input: {at: '{{event.data.scheduledFor}}'}},
});

const connector = {
  ...emptyConnector,
  operations: {start: {effect: 'write', request: {method: 'POST', path: '/'}}},
  actions: {start: {title: 'Start', input: {type: 'object'}, call: 'start'}},
} as const;

describe('a schedule in the engine', () => {
  const start = at('2026-01-12T04:00:00Z');
  let engine: Engine;
  let clock: VirtualClock;
  let skew = 0;
  beforeEach(async () => {
    clock = new VirtualClock(start);
    skew = 0;
    engine = await openEngine('sqlite::memory:', {clock, dir: '/'});
  });
  afterEach(() => engine.close());

  const look = (template: ScheduledTemplate, from: Engine = engine): Promise<Turn> =>
    runSchedule(template, {
      engine: from,
      library: libraryOf({connectors: [connector], templates: [template as Template]}),
      clock: {now: () => now(), sleep: (ms) => clock.sleep(ms)},
    });
  const now = (): number => clock.now() + skew;
  const fired = (turn: Turn): string[] =>
    turn.fired.filter(({duplicate}) => !duplicate).map(({scheduledFor}) => scheduledFor);

  it('begins with its first look, and says when it comes again', async () => {
    const turn = await look(scheduled());
    assert.deepEqual([turn.fired, turn.next], [[], at('2026-01-12T05:00:00Z')]);
  });

  it('makes an event with the time as its id, and a run, once', async () => {
    const template = scheduled();
    await look(template);
    clock.jumpTo(at('2026-01-12T05:00:00Z'));
    const [one] = (await look(template)).fired;
    assert.equal((await look(template)).fired.length, 0);
    const event = await engine.events.get(one?.uid ?? '');
    assert.deepEqual(
      [event?.connection, event?.type, event?.id, event?.data, event?.time],
      ['nightly', 'schedule', '2026-01-12T05:00:00Z', {scheduledFor: '2026-01-12T05:00:00Z'}, '2026-01-12T05:00:00Z'],
    );
    assert.deepEqual(
      event?.decisions.map(({outcome, run}) => [outcome, run]),
      [['run', one?.runs[0]]],
    );
    assert.equal((await engine.runs.get(one?.runs[0] ?? ''))?.template, 'nightly');
  });

  it('D14: makes up for what was missed while nobody looked', async () => {
    const template = scheduled({catchUp: 'all'});
    await look(template);
    clock.advance(3 * day);
    assert.equal((await look(template)).fired.length, 3);
  });

  it('makes up for nothing from before its rule was changed', async () => {
    await look(scheduled({catchUp: 'all'}));
    clock.advance(3 * day);
    assert.equal((await look(scheduled({catchUp: 'all', cron: '30 6 * * *'}))).fired.length, 0);
    clock.advance(day);
    assert.deepEqual(fired(await look(scheduled({catchUp: 'all', cron: '30 6 * * *'}))), ['2026-01-15T05:30:00Z']);
  });

  it('two processes fire a time once', async () => {
    const template = scheduled();
    await look(template);
    clock.jumpTo(at('2026-01-12T05:00:00Z'));
    const turns = await Promise.all([look(template), look(template)]);
    assert.equal(turns.flatMap(fired).length, 1);
    assert.equal((await engine.stats()).runs.queued, 1);
  });

  for (const [title, jump] of [
    ['set ahead by three days and back', 3 * day],
    ['set back by an hour', -3_600_000],
    ['set to 2038 and back', at('2038-01-19T03:14:08Z') - at('2026-01-12T05:10:00Z')],
  ] as const)
    it(`D11: fires each time once when the clock is ${title}`, async () => {
      const template = scheduled();
      const all: string[] = [];
      const see = async () => all.push(...fired(await look(template)));
      await see();
      clock.jumpTo(at('2026-01-12T05:00:00Z'));
      await see();
      clock.jumpTo(at('2026-01-12T05:10:00Z'));
      skew = jump;
      await see();
      await see();
      skew = 0;
      for (let i = 0; i < 5; i++) {
        await see();
        clock.advance(day);
      }
      const days = all.filter((time) => time < '2026-01-16T12');
      assert.deepEqual(
        [...new Set(days)].sort(),
        ['12', '13', '14', '15', '16'].map((d) => `2026-01-${d}T05:00:00Z`),
      );
      assert.equal(new Set(all).size, all.length);
    });

  it('loses no time to a store that cannot be written', async () => {
    const template = scheduled();
    await look(template);
    clock.jumpTo(at('2026-01-12T05:00:00Z'));
    const broken = {...engine, accept: () => Promise.reject(new Error('full'))};
    await assert.rejects(look(template, broken), /full/);
    assert.deepEqual(fired(await look(template)), ['2026-01-12T05:00:00Z']);
  });
});

describe('the scheduler', () => {
  const open = async (schedule: Partial<Schedule>, start: string) => {
    const clock = new SteppedClock(at(start));
    const engine = await openEngine('sqlite::memory:', {clock, dir: '/'});
    const template = scheduled(schedule);
    const seen: string[] = [];
    const faults: unknown[] = [];
    let broken = false;
    const scheduler = startScheduler({
      engine: {
        cursor: engine.cursor,
        accept: (batch) =>
          broken && batch.events.length > 0 ? Promise.reject(new Error('full')) : engine.accept(batch),
      },
      library: libraryOf({connectors: [connector], templates: [template as Template]}),
      clock,
      onFault: (error) => faults.push(error),
      onFired: (id, fired) => seen.push(...fired.map(({scheduledFor}) => `${id} ${scheduledFor}`)),
    });
    await clock.asleep();
    return {
      clock,
      seen,
      faults,
      breakStore: (is: boolean) => {
        broken = is;
      },
      async close() {
        await scheduler.stop();
        await engine.close();
      },
    };
  };

  it('fires in time, and looks at the clock every half minute at least', async () => {
    const {clock, seen, close} = await open({}, '2026-01-12T04:58:50Z');
    assert.deepEqual(clock.waits, [30_000]);
    await clock.advance(30_000);
    await clock.advance(30_000);
    assert.deepEqual([seen, clock.waits], [[], [10_000]]);
    await clock.advance(10_000);
    assert.deepEqual(seen, ['nightly 2026-01-12T05:00:00Z']);
    await close();
  });

  it('D11: notices within half a minute that the clock was set ahead', async () => {
    const {clock, seen, close} = await open({}, '2026-01-12T04:00:00Z');
    await clock.advance(3 * day + 30_000);
    assert.deepEqual(seen, ['nightly 2026-01-14T05:00:00Z']);
    await close();
  });

  it('goes on after a fault of the store', async () => {
    const {clock, seen, faults, breakStore, close} = await open({}, '2026-01-12T04:59:50Z');
    breakStore(true);
    await clock.advance(10_000);
    assert.equal(faults.length, 1);
    breakStore(false);
    await clock.advance(5000);
    assert.deepEqual(seen, ['nightly 2026-01-12T05:00:00Z']);
    await close();
  });

  it('makes up for many times in several transactions', async () => {
    const {clock, seen, close} = await open({cron: '* * * * *', catchUp: 'all'}, '2026-01-12T04:59:50Z');
    await clock.advance(300 * minute);
    assert.equal(seen.length, 300);
    await close();
  });
});
