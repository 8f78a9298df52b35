/** Several processes over one database: every run is started once, whoever dies, hangs or comes late (rows O10, O22, D01 and D23 of the threats). */
import assert from 'node:assert/strict';
import type {Engine} from '../../../src/engine/engine.ts';
import {openEngine} from '../../../src/engines/index.ts';
import {elapsed, systemClock} from '../../../src/values/time.ts';
import {arriving, batch, runOf, stateOf, take, until} from '../../laws/subject.ts';
import {type Child, endChildren, startChild} from './child/process.ts';
import {describeOnServer, makeSchema, type Schema} from './server.ts';

describeOnServer('processes over one PostgreSQL database', (server) => {
  let schema: Schema;
  let engine: Engine;

  before(() => {
    schema = makeSchema(server);
  });
  beforeEach(async function () {
    this.timeout(30_000);
    engine = await openEngine(schema.url, {clock: systemClock, dir: '/'});
  });
  afterEach(async () => {
    await endChildren();
    await engine.close();
    await schema.empty();
  });
  after(() => schema.remove());

  const startWorker = async (name: string, leaseMs: number, mode: 'at-once' | 'told'): Promise<Child> => {
    const child = startChild('worker', schema.url, name, String(leaseMs), mode);
    await child.said('ready');
    return child;
  };

  it('three workers start each run once, in lanes and outside them', async function () {
    this.timeout(30_000);
    const workers = await Promise.all(['a', 'b', 'c'].map((name) => startWorker(name, 60_000, 'at-once')));
    const drafts = [
      {},
      {lane: {key: 'one', limit: 1, ordered: true}},
      {lane: {key: 'two', limit: 2, ordered: false}},
    ] as const;
    const runs: string[] = [];
    for (let i = 0; i < 20; i++) {
      const arrivals = Array.from({length: 15}, (_, j) => arriving({draft: drafts[j % 3] ?? {}}));
      const accepted = await engine.accept(batch(...arrivals));
      runs.push(...accepted.flatMap((one) => one.runs));
    }
    await until(async () => (await engine.stats()).runs.succeeded === runs.length);
    const starts = workers.flatMap((worker) => worker.starts());
    assert.deepEqual(starts.map(([run]) => run).sort(), [...runs].sort());
    assert.ok(workers.filter((worker) => worker.starts().length > 0).length > 1, 'one worker did everything');
    assert.deepEqual([...new Set(starts.map(([, from, attempt]) => `${from} ${attempt}`))], ['queued 1']);
    assert.deepEqual((await engine.stats()).workers?.map(({name}) => name).sort(), ['a', 'b', 'c']);
    for (const worker of workers) worker.tell('stop');
    await Promise.all(workers.map((worker) => worker.said('stopped')));
    assert.equal((await engine.stats()).workers, undefined);
    assert.deepEqual(
      workers.flatMap(({lines}) => lines.filter((line) => line.startsWith('fault'))),
      [],
    );
  });

  it('O22, D23: the runs of a killed worker go on as starting when its leases are over; its ordered lane with them', async function () {
    this.timeout(30_000);
    const lane = {key: 'k', limit: 1, ordered: true};
    const {run: first} = await take(engine, {draft: {lane}});
    const {run: second} = await take(engine, {draft: {lane}});
    const {run: alone} = await take(engine);
    const dead = await startWorker('dead', 1500, 'told');
    await until(() => dead.starts().length === 2);
    dead.process.kill('SIGKILL');
    await dead.ended;
    assert.deepEqual(await Promise.all([first, second, alone].map((run) => stateOf(engine, run))), [
      'starting',
      'queued',
      'starting',
    ]);
    const other = await startWorker('other', 1500, 'at-once');
    await until(async () => (await engine.stats()).runs.succeeded === 3);
    const starts = other.starts();
    assert.deepEqual(
      starts.filter(([run]) => run !== second).sort(),
      [
        [first, 'starting', '1'],
        [alone, 'starting', '1'],
      ].sort(),
    );
    assert.deepEqual(starts.at(-1), [second, 'queued', '1']);
  });

  it('O10: a worker that was stopped for twice its lease commits nothing of what others have taken', async function () {
    this.timeout(30_000);
    const leaseMs = 1000;
    const {run} = await take(engine);
    const {run: unclaimed} = await take(engine, {draft: {wakeAt: systemClock.now() + 3_600_000}});
    const slow = await startWorker('slow', leaseMs, 'told');
    await until(() => slow.starts().length === 1);
    slow.process.kill('SIGSTOP');
    const stopped = elapsed();
    const other = await startWorker('other', leaseMs, 'at-once');
    await until(async () => (await stateOf(engine, run)) === 'succeeded' && elapsed() - stopped >= 2 * leaseMs);
    assert.deepEqual(other.starts(), [[run, 'starting', '1']]);
    const before = await runOf(engine, run);
    slow.process.kill('SIGCONT');
    slow.tell(`finish ${run}`);
    await slow.said('fault JW5003');
    assert.deepEqual(await runOf(engine, run), before);
    assert.equal(before.data.output, 'other');
    assert.equal(await stateOf(engine, unclaimed), 'queued');
  });

  it('D01: what was acknowledged is there after the process was killed, and no half batch', async function () {
    this.timeout(30_000);
    const names = ['first', 'second'];
    const children = names.map((name) => startChild('accept-forever', schema.url, name));
    await until(() => children.every(({lines}) => lines.length > 150));
    for (const {process: child} of children) child.kill('SIGKILL');
    await Promise.all(children.map(({ended}) => ended));
    const acked = children.flatMap(({lines}) => lines);
    for (const line of acked) {
      const [uidA = '', runA = '', uidB = '', runB = ''] = line.split(' ');
      for (const uid of [uidA, uidB]) assert.ok(await engine.events.get(uid), `${uid} was acknowledged`);
      for (const run of [runA, runB]) assert.ok(await engine.runs.get(run), `${run} was acknowledged`);
    }
    const {rows} = await schema.ask(`SELECT left(uid, -1) AS pair FROM events GROUP BY 1 HAVING count(*) <> 2`);
    assert.deepEqual(rows, [], 'half a batch');
    const {events, runs} = await engine.stats();
    assert.deepEqual([runs.queued, events >= acked.length * 2], [events, true], 'the counters agree');
  });
});
