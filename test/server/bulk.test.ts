/** Many at once through the API: replays by the rules of the command, stopped cleanly, and forgetting what is over. */
import assert from 'node:assert/strict';
import type {Engine} from '../../src/engine/engine.ts';
import {createOperations} from '../../src/engine/operate.ts';
import type {RunState} from '../../src/engine/run.ts';
import {createSwitches} from '../../src/engine/switches.ts';
import type {Tools} from '../../src/engine/task.ts';
import type {LiveConnection} from '../../src/operations/connection.ts';
import type {ServerOptions} from '../../src/server/app.ts';
import {Redactor} from '../../src/values/secret.ts';
import type {Clock} from '../../src/values/time.ts';
import {onTheRealWire} from '../http/wire.ts';
import {always, as} from '../laws/subject.ts';
import {closeAll, connector, type Started, startServer, template} from './support.ts';

afterEach(closeAll);

interface Answer {
  readonly status: number;
  readonly location: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** A wait that ends when the test says so, or when it is called off. */
class Gate {
  waits = 0;
  #open: () => void = () => undefined;
  sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    this.waits++;
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      this.#open = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason), {once: true});
    });
  }
  open(): void {
    this.#open();
  }
}

interface Shared {
  readonly gate?: Gate;
  readonly engine?: Engine;
}

/** Another server over the engine of the first stands for another process of one store. */
async function open({gate, engine: given}: Shared = {}): Promise<Started> {
  const started = await startServer({
    templates: [template],
    more({engine: own, library, clock: virtual}): Partial<ServerOptions> {
      const engine = given ?? own;
      const clock: Clock = gate
        ? {now: () => virtual.now(), sleep: (ms, signal) => gate.sleep(ms, signal)}
        : {now: () => virtual.now(), sleep: (ms) => virtual.sleep(ms)};
      const live = {id: 'app-main', connector, config: {}, redactor: new Redactor()} as unknown as LiveConnection;
      const event = (uid: string) => engine.events.get(uid);
      const tools = {library, clock, event, connection: () => live} as unknown as Tools;
      const switches = createSwitches(engine.documents, clock);
      const desk = {operations: createOperations({engine, tools}), switches, connection: () => live};
      return {engine, clock, desk};
    },
  });
  return given ? {...started, engine: given} : started;
}

async function ask({port}: Started, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    ...(body !== undefined && {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(body),
    }),
  });
  return {status: response.status, location: response.headers.get('location'), body: await response.json()};
}

/** Runs of events `<state>-1` …, one millisecond apart. */
async function runsIn(started: Started, to: RunState, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) {
    await fetch(`http://127.0.0.1:${started.port}/hooks/app`, {method: 'POST', body: `{"id":"${to}-${i}"}`});
    await started.engine.tick(always({to, wakeAt: started.clock.now() + 1e9}), as('w'));
    started.clock.advance(1);
  }
}

async function ended(started: Started, id: string): Promise<Answer['body']> {
  for (let turn = 0; turn < 1000; turn++) {
    const {body} = await ask(started, `/replays/${id}`);
    if (body.state !== 'running') return body;
  }
  return assert.fail('it does not end');
}

const states = async ({engine}: Started): Promise<Readonly<Record<string, number>>> => (await engine.stats()).runs;

describe('many replays through the API', () => {
  onTheRealWire();

  it('replay what the filter means, and tell how far they are', async () => {
    const started = await open();
    await runsIn(started, 'failed', 3);
    await runsIn(started, 'succeeded', 2);
    const {status, location, body} = await ask(started, '/replays', {state: ['failed'], rate: '1/s'});
    assert.deepEqual([status, location], [202, `/api/v1/replays/${body.id}`]);
    assert.deepEqual([body.by, body.total], ['API on this machine', 3]);
    const {state, done, runs, leftOut, problems, startedAt, endedAt} = await ended(started, body.id);
    assert.deepEqual([state, done, runs, leftOut, problems], ['done', 3, 3, 0, []]);
    assert.equal(Date.parse(endedAt) - Date.parse(startedAt), 2000);
    assert.equal((await states(started)).queued, 3);
    assert.deepEqual(
      (await ask(started, '/replays')).body.items.map(({id}: {id: string}) => id),
      [body.id],
    );
  });

  it('show with dryRun what is meant, and start nothing', async () => {
    const started = await open();
    await runsIn(started, 'failed', 3);
    const {status, body} = await ask(started, '/replays', {state: ['failed'], limit: 2, dryRun: true});
    assert.deepEqual([status, body.total], [200, 2]);
    assert.deepEqual(
      body.events.map(({targets}: {targets: string[]}) => targets),
      [['made-to-job/do'], ['made-to-job/do']],
    );
    assert.equal((await states(started)).queued, 0);
    assert.deepEqual((await ask(started, '/replays')).body.items, []);
  });

  it('leave out what is under way, and name it', async () => {
    const started = await open();
    await runsIn(started, 'failed', 2);
    const [newest] = (await started.engine.runs.list({state: ['failed']}, {limit: 1})).items;
    assert.equal((await ask(started, `/runs/${newest?.id}/retry`, {newKey: true})).status, 200);
    const {state, done, runs, leftOut, problems} = await ended(
      started,
      (await ask(started, '/replays', {state: ['failed']})).body.id,
    );
    assert.deepEqual([state, done, runs, leftOut], ['done', 2, 1, 1]);
    assert.deepEqual([problems[0].event, problems[0].code], [newest?.event, 'JW5011']);
    assert.match(problems[0].detail, /is queued: it is under way/);
  });

  it('are one at a time, and stop between two events', async () => {
    const gate = new Gate();
    const started = await open({gate});
    await runsIn(started, 'failed', 3);
    const {id} = (await ask(started, '/replays', {state: ['failed'], rate: '1/m'})).body;
    while (gate.waits === 0) await ask(started, `/replays/${id}`);
    const second = await ask(started, '/replays', {state: ['failed']});
    assert.deepEqual([second.status, second.body.code], [409, 'JW5011']);
    assert.match(second.body.detail, new RegExp(`replay ${id} is running`));
    const {body} = await ask(started, `/replays/${id}/stop`, {});
    assert.deepEqual([body.state, body.done, body.total, body.runs], ['stopped', 1, 3, 1]);
    assert.equal((await states(started)).queued, 1);
    assert.equal((await ask(started, '/replays', {state: ['failed'], dryRun: true})).status, 200);
  });

  it('stop when the server ends, and say so afterwards', async () => {
    const gate = new Gate();
    const started = await open({gate});
    await runsIn(started, 'failed', 2);
    const {id} = (await ask(started, '/replays', {state: ['failed']})).body;
    while (gate.waits === 0) await ask(started, `/replays/${id}`);
    await started.app.close();
    const next = await open({engine: started.engine});
    const {state, done, total} = (await ask(next, `/replays/${id}`)).body;
    assert.deepEqual([state, done, total], ['stopped', 1, 2]);
  });

  it('are seen and stopped from another process of the store', async () => {
    const gate = new Gate();
    const started = await open({gate});
    const other = await open({engine: started.engine});
    await runsIn(started, 'failed', 3);
    const {id} = (await ask(started, '/replays', {state: ['failed']})).body;
    while (gate.waits === 0) await ask(started, `/replays/${id}`);
    assert.equal((await ask(other, `/replays/${id}/stop`, {})).body.state, 'running');
    started.clock.advance(1000);
    gate.open();
    const {state, done} = await ended(other, id);
    assert.deepEqual([state, done], ['stopped', 2]);
  });

  it('are called lost when their process is not heard of any more', async () => {
    const gate = new Gate();
    const started = await open({gate});
    const other = await open({engine: started.engine});
    await runsIn(started, 'failed', 2);
    const {id} = (await ask(started, '/replays', {state: ['failed']})).body;
    assert.equal((await ask(other, `/replays/${id}`)).body.state, 'running');
    other.clock.advance(60_000);
    assert.equal((await ask(other, `/replays/${id}`)).body.state, 'lost');
  });

  it('end when the store is away, instead of leaving out one event after the other', async () => {
    const started = await open();
    await runsIn(started, 'failed', 3);
    started.engine.accept = async () => {
      const {fail} = await import('../../src/errors/jobwire-error.ts');
      throw fail('JW7103', {problem: 'the disk is full'});
    };
    const {id} = (await ask(started, '/replays', {state: ['failed']})).body;
    const {state, done, problems} = await ended(started, id);
    assert.deepEqual([state, done, problems[0].code], ['stopped', 1, 'JW7103']);
  });

  for (const [body, problem] of [
    [{}, /say which runs are meant with state or dead/],
    [{state: []}, /say which runs are meant/],
    [{state: ['held']}, /state cannot hold "held"/],
    [{state: ['queued']}, /state cannot hold "queued"/],
    [{state: 'failed'}, /state must be a list/],
    [{state: ['failed'], dead: true}, /state is about runs, dead about events/],
    [{dead: true, template: 'made-to-job'}, /template is about runs/],
    [{state: ['failed'], since: 'yesterday'}, /since yesterday: write a time/],
    [{state: ['failed'], rate: 'fast'}, /rate fast: write a rate/],
    [{state: ['failed'], limit: 10_001}, /limit is a whole number from 1 to 10000/],
    [{state: ['failed'], limit: 0}, /limit is a whole number/],
    [{state: ['failed'], limit: 1.5}, /limit must be a whole number/],
    [{state: ['failed'], yes: true}, /no member "yes"/],
  ] as const)
    it(`are refused for ${JSON.stringify(body)}`, async () => {
      const answer = await ask(await open(), '/replays', body);
      assert.deepEqual([answer.status, answer.body.code], [400, 'JW7101']);
      assert.match(answer.body.detail, problem);
    });

  it('are nothing under an id that nobody gave', async () => {
    const started = await open();
    assert.equal((await ask(started, '/replays/none')).status, 404);
    assert.equal((await ask(started, '/replays/none/stop', {})).status, 404);
  });
});

describe('forgetting through the API', () => {
  onTheRealWire();

  it('takes what is over and old, and its keys only when told to', async () => {
    const started = await open();
    await runsIn(started, 'succeeded', 2);
    await runsIn(started, 'held', 1);
    started.clock.advance(40 * 86_400_000);
    const {status, body} = await ask(started, '/purge', {olderThan: '30d'});
    assert.deepEqual([status, body], [200, {events: 2, runs: 2, keys: 0, complete: true}]);
    const keys = await ask(started, '/purge', {olderThan: '30d', keysOlderThan: '30d'});
    assert.deepEqual(keys.body, {events: 0, runs: 0, keys: 2, complete: true});
    assert.equal((await states(started)).held, 1);
  });

  for (const [body, problem] of [
    [{}, /olderThan is missing/],
    [{olderThan: 'old'}, /olderThan old: write a duration/],
    [{olderThan: 30}, /olderThan must be text/],
    [{olderThan: '30d', keysOlderThan: '1y'}, /keysOlderThan 1y: write a duration/],
    [{olderThan: '30d', all: true}, /no member "all"/],
  ] as const)
    it(`is refused for ${JSON.stringify(body)}`, async () => {
      const answer = await ask(await open(), '/purge', body);
      assert.deepEqual([answer.status, answer.body.code], [400, 'JW7101']);
      assert.match(answer.body.detail, problem);
    });
});
