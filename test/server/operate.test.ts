/** What people do through the API: runs, templates, replays; who may; and the numbers beside it. */
import assert from 'node:assert/strict';
import type {Engine} from '../../src/engine/engine.ts';
import {createOperations} from '../../src/engine/operate.ts';
import type {RunState} from '../../src/engine/run.ts';
import {createSwitches, withSwitches} from '../../src/engine/switches.ts';
import type {Tools} from '../../src/engine/task.ts';
import {fail} from '../../src/errors/jobwire-error.ts';
import type {Template} from '../../src/generated/types.ts';
import type {LiveConnection} from '../../src/operations/connection.ts';
import {countArrivals, countMove, startOutcome} from '../../src/server/measure.ts';
import {createMetrics} from '../../src/telemetry/metrics.ts';
import {Redactor} from '../../src/values/secret.ts';
import {onTheRealWire} from '../http/wire.ts';
import {always, as} from '../laws/subject.ts';
import {closeAll, connector, type Started, type StartOptions, startServer, template} from './support.ts';

afterEach(closeAll);

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

const manual: Template = {
  ...template,
  id: 'restart-host',
  on: {
    manual: {
      data: {
        type: 'object',
        required: ['host'],
        properties: {host: {type: 'string'}, pin: {type: 'integer', 'x-jobwire-sensitive': true}},
      },
      sample: {host: 'db-1'},
    },
  },
};

/** With the desk of an operator. */
async function open(options: StartOptions = {}): Promise<Started> {
  return startServer({
    templates: [template, manual],
    ...options,
    more({engine, library, clock}) {
      const live = {id: 'app-main', connector, config: {}, redactor: new Redactor()} as unknown as LiveConnection;
      const tools: Tools = {
        library,
        clock,
        chance: () => 0.5,
        connection: () => live,
        async event(uid) {
          const event = await engine.events.get(uid);
          if (!event) throw fail('JW7102', {what: 'event', id: uid});
          return event;
        },
      };
      const switches = createSwitches(engine.documents, clock);
      const gated = withSwitches({...methodsOf(engine)}, switches);
      const desk = {operations: createOperations({engine: gated, tools}), switches, connection: () => live};
      return {engine: gated, desk, ...options.more?.({engine, library, clock})};
    },
  });
}

/** The engine of the tests may hold some of its methods in its prototype. */
function methodsOf(engine: Engine): Engine {
  const {accept, work, tick, wake, decide, alone, cursor, runs, events, documents, stats, purge, close} = engine;
  return {accept, work, tick, wake, decide, alone, cursor, runs, events, documents, stats, purge, close};
}

async function call(
  {port}: Started,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method: 'POST',
    headers: {...(body !== undefined && {'content-type': 'application/json'}), ...headers},
    ...(body !== undefined && {body: typeof body === 'string' ? body : JSON.stringify(body)}),
  });
  return {status: response.status, body: await response.json()};
}

async function get({port}: Started, path: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`);
  return {status: response.status, body: await response.json()};
}

/** A run in a state, by its delivery. */
async function runIn(started: Started, to: RunState): Promise<string> {
  await fetch(`http://127.0.0.1:${started.port}/hooks/app`, {method: 'POST', body: `{"id":"e-${to}"}`});
  await started.engine.tick(always({to, wakeAt: started.clock.now() + 1e9}), as('w'));
  return (await started.engine.runs.list({}, {limit: 1})).items[0]?.id ?? assert.fail('no run');
}

describe('the API of an operator', () => {
  onTheRealWire();

  it('retries a run, as the version that was seen', async () => {
    const started = await open();
    const run = await runIn(started, 'failed');
    const {version} = (await get(started, `/runs/${run}`)).body;
    const {status, body} = await call(started, `/runs/${run}/retry`, {version});
    assert.deepEqual([status, body.state, body.log.at(-1).what], [200, 'queued', 'API on this machine: start again']);
    const stale = await call(started, `/runs/${run}/retry`, {version});
    assert.deepEqual([stale.status, stale.body.code], [409, 'JW5011']);
    assert.match(stale.body.detail, /is queued: it moved since you saw it/);
  });

  it('C19: a stale page that retries a run which ended meanwhile gets 409', async () => {
    const started = await open();
    const run = await runIn(started, 'held');
    const {version} = (await get(started, `/runs/${run}`)).body;
    assert.equal((await call(started, `/runs/${run}/decision`, {version, decision: 'give-up'})).body.state, 'failed');
    const {status, body} = await call(started, `/runs/${run}/decision`, {version, decision: 'start-again'});
    assert.deepEqual([status, body.code], [409, 'JW5011']);
  });

  it('starts again beside what was started, and names the new run', async () => {
    const started = await open();
    const run = await runIn(started, 'succeeded');
    const {body} = await call(started, `/runs/${run}/retry`, {newKey: true});
    assert.equal((await started.engine.runs.get(body.startedAs))?.data.restarts, run);
    assert.deepEqual(body.restartedAs, [body.startedAs]);
  });

  it('cancels, with and without a body', async () => {
    const started = await open();
    const run = await runIn(started, 'queued');
    assert.equal((await call(started, `/runs/${run}/cancel`)).body.state, 'canceled');
    assert.equal((await call(started, `/runs/${run}/cancel`, {})).status, 409);
  });

  it('switches templates', async () => {
    const started = await open();
    const off = await call(started, '/templates/made-to-job/disable');
    assert.deepEqual([off.body.state, off.body.by], ['disabled', 'API on this machine']);
    await fetch(`http://127.0.0.1:${started.port}/hooks/app`, {method: 'POST', body: '{"id":"e1"}'});
    const why = (await get(started, '/events/e1/why')).body;
    assert.deepEqual([why.summary, why.decisions[0].because], ['accepted: 1 skipped', 'disabled']);
    await call(started, '/templates/made-to-job/enable');
    const {items} = (await get(started, '/templates')).body;
    assert.deepEqual(
      items.map(({id, state}: {id: string; state: string}) => [id, state]),
      [
        ['made-to-job', 'enabled'],
        ['restart-host', 'enabled'],
      ],
    );
  });

  it('triggers with data, keeps its digits, and shows what is sensitive to nobody', async () => {
    const started = await open();
    const {status, body} = await call(
      started,
      '/templates/restart-host/trigger',
      '{"data":{"host":"db-1","pin":9007199254740993}}',
    );
    assert.deepEqual([status, body.runs.length, body.duplicate], [202, 1, false]);
    assert.equal(
      JSON.stringify((await started.engine.events.get(body.event))?.data),
      '{"host":"db-1","pin":9007199254740993}',
    );
    assert.deepEqual((await get(started, `/events/${body.event}`)).body.data, {host: 'db-1', pin: '[secret]'});
    const misfit = await call(started, '/templates/restart-host/trigger', {data: {}});
    assert.deepEqual([misfit.status, misfit.body.code], [422, 'JW4004']);
    await call(started, '/templates/restart-host/disable');
    assert.equal((await call(started, '/templates/restart-host/trigger', {data: {host: 'x'}})).status, 409);
  });

  it('replays an event, and tells the history of a template', async () => {
    const started = await open();
    await runIn(started, 'failed');
    const {status, body} = await call(started, '/events/e-failed/replay', {templates: ['made-to-job']});
    assert.deepEqual([status, body.runs.length], [202, 1]);
    assert.equal((await call(started, '/events/e-failed/replay')).status, 409);
    const history = (await get(started, '/templates/made-to-job/history?limit=1')).body;
    assert.deepEqual([history.total, history.counts.failed, history.runs.length], [2, 1, 1]);
    assert.equal((await get(started, '/templates/nope/history')).status, 404);
  });

  for (const [path, body, problem] of [
    ['/runs/x/retry', {newkey: true}, /no member "newkey"/],
    ['/runs/x/retry', {newKey: 'yes'}, /newKey must be true or false/],
    ['/runs/x/retry', [], /must be a JSON object/],
    ['/runs/x/retry', '{"a":1,"a":2}', /no JSON/],
    ['/runs/x/decision', {decision: 'start'}, /one of start-again, adopt, give-up/],
    ['/runs/x/decision', {decision: 'adopt', jobs: 'J-1'}, /jobs must be a list/],
    ['/templates/made-to-job/enable', {state: 'off'}, /no member/],
    ['/templates/made-to-job/trigger', {id: 5}, /id must be text/],
    ['/runs/x/retry?force=1', {}, /no parameter "force"/],
  ] as const)
    it(`answers ${path} with ${JSON.stringify(body)} with 400`, async () => {
      const answer = await call(await open(), path, body);
      assert.deepEqual([answer.status, answer.body.code], [400, 'JW7101']);
      assert.match(answer.body.detail, problem);
    });

  /** With a body that is right, and what comes of it where there is nothing yet. */
  const routes: readonly (readonly [path: string, body: object, status: number])[] = [
    ['/runs/x/retry', {}, 404],
    ['/runs/x/cancel', {}, 404],
    ['/runs/x/decision', {decision: 'give-up'}, 404],
    ['/events/x/replay', {}, 404],
    ['/templates/x/enable', {}, 404],
    ['/templates/x/disable', {}, 404],
    ['/templates/x/trigger', {data: {host: 'x'}}, 404],
    ['/replays', {state: ['failed']}, 202],
    ['/replays/x/stop', {}, 404],
    ['/purge', {olderThan: '30d'}, 200],
  ];

  it('has no writing route that this file does not know', async () => {
    const {app} = await open();
    const seen = app.printRoutes({commonPrefix: false, includeHooks: false});
    const count = seen.split('\n').filter((line) => /\(POST[,)]/.test(line)).length;
    assert.equal(count, routes.length, seen);
    assert.equal((await startServer()).app.hasRoute({method: 'POST', url: '/api/v1/runs/:id/retry'}), false);
  });

  for (const [path, body, status] of routes)
    it(`answers ${path} only for who may (C04, C09)`, async () => {
      const started = await open({config: {apiToken: 'a-long-token'}});
      const authorization = 'Bearer a-long-token';
      assert.equal((await call(started, path, body)).status, 401);
      assert.equal((await call(started, path, body, {authorization})).status, status);
      const open_ = await open();
      assert.equal((await call(open_, path, {}, {origin: 'https://evil.example'})).status, 403);
      assert.equal((await call(open_, path, {}, {origin: 'null'})).status, 403);
      const form = await call(open_, path, 'a=1', {'content-type': 'application/x-www-form-urlencoded'});
      assert.equal(form.status, 415);
      const text = await call(open_, path, '{}', {'content-type': 'text/plain'});
      assert.equal(text.status, 415);
    });

  it('lets the console of the same address in', async () => {
    const started = await open();
    const run = await runIn(started, 'queued');
    const origin = `http://127.0.0.1:${started.port}`;
    assert.equal((await call(started, `/runs/${run}/cancel`, {}, {origin})).status, 200);
  });
});

describe('the metrics', () => {
  onTheRealWire();
  const measured = (options: StartOptions = {}) => {
    let metrics: ReturnType<typeof createMetrics> | undefined;
    const started = startServer({
      templates: [template],
      ...options,
      more({engine, clock}) {
        metrics = createMetrics({
          read: () => engine.stats(),
          now: () => clock.now(),
          closedConnections: () => ['yard-main'],
          droppedLines: () => 3,
        });
        return {metrics, engine: countArrivals(methodsOf(engine), {metrics, failed: () => undefined})};
      },
    });
    return started.then((one) => ({...one, metrics: metrics ?? assert.fail('no metrics')}));
  };
  const scrape = async ({port}: Pick<Started, 'port'>, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, {headers});
    return response.status === 200 ? await response.text() : String(response.status);
  };
  const value = (text: string, name: string): string | undefined =>
    new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1];

  it('count what comes in and show what is there', async () => {
    const started = await measured();
    const post = (body: string) => fetch(`http://127.0.0.1:${started.port}/hooks/app`, {method: 'POST', body});
    await post('{"id":"e1"}');
    await post('{"id":"e1"}');
    await post('{"id":');
    started.clock.advance(5000);
    const text = await scrape(started);
    for (const [name, expected] of [
      ['jobwire_events_received_total{connection="app-main"}', '2'],
      ['jobwire_events_accepted_total{connection="app-main"}', '1'],
      ['jobwire_events_rejected_total{reason="duplicate"}', '1'],
      ['jobwire_events_rejected_total{reason="JW4003"}', '1'],
      ['jobwire_runs{state="queued"}', '1'],
      ['jobwire_runs{state="failed"}', '0'],
      ['jobwire_queue_depth', '1'],
      ['jobwire_oldest_age_seconds', '5'],
      ['jobwire_connection_silent{connection="yard-main"}', '1'],
      ['jobwire_log_lines_dropped', '3'],
    ] as const)
      assert.equal(value(text, name), expected, name);
    assert.match(text, /^process_cpu_seconds_total /m);
  });

  it('count starts by what came of them', async () => {
    const started = await measured();
    const intent = {operation: 'start', params: {}, at: 0, round: 0, sent: 1, problem: ''};
    const unclear = {error: {jobwireCode: 'JW3009', code: 'JW3009'} as never};
    const rows = [
      ['started', {to: 'tracking'}],
      ['started', {to: 'succeeded'}],
      ['started', {to: 'starting', data: {log: [], intent: {...intent, value: 1}}}],
      ['retry', {to: 'queued'}],
      ['unclear', {to: 'queued', ...unclear}],
      ['unclear', {to: 'starting', ...unclear, data: {log: [], intent}}],
      ['unclear', {to: 'held', ...unclear}],
      ['refused', {to: 'failed'}],
      [undefined, {to: 'queued', error: {jobwireCode: 'JW5012'} as never}],
    ] as const;
    for (const [outcome, change] of rows) {
      await fetch(`http://127.0.0.1:${started.port}/hooks/app`, {
        method: 'POST',
        body: JSON.stringify({id: `e${Math.random()}`}),
      });
      await started.engine.tick(
        (runs) =>
          runs.map(async (run) => {
            const transition = {run: run.id, fence: run.fence, wakeAt: 9e12, attempt: 1, data: run.data, ...change};
            assert.equal(startOutcome(run, transition), outcome);
            countMove(started.metrics, run, transition);
            return transition;
          }),
        as('w', 1),
      );
    }
    const text = await scrape(started);
    const counted = (outcome: string) => value(text, `jobwire_start_attempts_total{outcome="${outcome}"}`);
    assert.deepEqual(['started', 'retry', 'unclear', 'refused'].map(counted), ['3', '1', '3', '1']);
    assert.equal(value(text, 'jobwire_ambiguous_total'), '3');
    assert.equal(value(text, 'jobwire_runs_ended_total{state="held"}'), '1');
  });

  it('stand behind the check of the API', async () => {
    const started = await measured({config: {apiToken: 'a-long-token'}});
    assert.equal(await scrape(started), '401');
    assert.match(await scrape(started, {authorization: 'Bearer a-long-token'}), /jobwire_runs/);
  });

  it('leave the store out while it cannot be read', async () => {
    const started = await measured({engine: {stats: () => Promise.reject(new Error('gone'))}});
    const text = await scrape(started);
    assert.equal(value(text, 'jobwire_queue_depth'), undefined);
    assert.equal(value(text, 'jobwire_log_lines_dropped'), '3');
  });

  it('are not there unless somebody counts', async () => {
    assert.equal(await scrape(await startServer()), '404');
  });
});

describe('the trace of a sender', () => {
  onTheRealWire();
  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const logged = async (traceparent: string, path = '/hooks/app') => {
    const started = await startServer({templates: [template]});
    await fetch(`http://127.0.0.1:${started.port}${path}`, {
      method: 'POST',
      headers: {traceparent},
      body: '{"id":"e1"}',
    });
    const [line] = started.log;
    return {line, facts: line?.facts as {trace?: string; runs?: string[]}, started};
  };

  it('stands beside the runs it led to', async () => {
    const {line, facts, started} = await logged(parent);
    assert.equal(line?.what, 'delivery taken');
    assert.equal(facts.trace, '4bf92f3577b34da6a3ce929d0e0e4736');
    assert.deepEqual(
      facts.runs,
      (await started.engine.runs.list({}, {limit: 1})).items.map(({id}) => id),
    );
  });

  it('stands beside a refusal', async () => {
    assert.equal((await logged(parent, '/hooks/none')).facts.trace, '4bf92f3577b34da6a3ce929d0e0e4736');
  });

  for (const bad of [
    '',
    'x',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    `${parent.slice(0, 30)}\u00e9`,
  ])
    it(`${JSON.stringify(bad)} names none: the event gets one of its own`, async () => {
      const {facts, started} = await logged(bad);
      const {trace = ''} = facts;
      assert.match(trace, /^[0-9a-f]{32}$/);
      assert.notEqual(trace, '4bf92f3577b34da6a3ce929d0e0e4736');
      assert.deepEqual((await get(started, '/events/e1')).body.trace, trace);
      assert.equal('trace' in (await logged(bad, '/hooks/none')).facts, false);
    });

  it('is shown with the event and its runs, and goes on with whatever comes of them', async () => {
    const started = await open();
    const post = () =>
      fetch(`http://127.0.0.1:${started.port}/hooks/app`, {
        method: 'POST',
        headers: {traceparent: parent},
        body: '{"id":"e1"}',
      });
    await post();
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    await started.engine.tick(always({to: 'succeeded', wakeAt: started.clock.now()}), as('w'));
    const [first] = (await get(started, '/runs')).body.items;
    const copied = await call(started, `/runs/${first.id}/retry`, {newKey: true});
    await started.engine.tick(always({to: 'failed', wakeAt: started.clock.now()}), as('w'));
    const replayed = await call(started, '/events/e1/replay');
    assert.equal(replayed.status, 202, JSON.stringify(replayed.body));
    assert.equal((await get(started, '/events/e1')).body.trace, trace);
    assert.equal((await get(started, `/runs/${copied.body.startedAs}`)).body.trace, trace);
    const {items} = (await get(started, '/runs')).body;
    assert.deepEqual(
      items.map((run: {trace?: string}) => run.trace),
      [trace, trace, trace],
    );
    const [event] = (await get(started, '/events')).body.items;
    assert.equal(event.trace, trace);
  });

  it('comes with a trigger, too', async () => {
    const started = await open();
    const {body} = await call(started, '/templates/restart-host/trigger', {data: {host: 'x'}}, {traceparent: parent});
    assert.equal((await get(started, `/runs/${body.runs[0]}`)).body.trace, '4bf92f3577b34da6a3ce929d0e0e4736');
    const own = await call(started, '/templates/restart-host/trigger', {data: {host: 'x'}});
    assert.match((await get(started, `/events/${own.body.event}`)).body.trace, /^[0-9a-f]{32}$/);
  });
});
