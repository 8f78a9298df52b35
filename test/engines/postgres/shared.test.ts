/** One database, several engines: who may do what at the same time, and what the schema promises (rows D06 and D11 of the threats). */
import assert from 'node:assert/strict';
import pg from 'pg';
import type {Engine} from '../../../src/engine/engine.ts';
import type {ClaimedRun} from '../../../src/engine/run.ts';
import {openEngine} from '../../../src/engines/index.ts';
import {readAddress} from '../../../src/engines/postgres/address.ts';
import {lockOf} from '../../../src/engines/postgres/migrate.ts';
import {migrations} from '../../../src/engines/postgres/migrations.ts';
import type {JobwireError} from '../../../src/errors/jobwire-error.ts';
import {parseJson} from '../../../src/values/json.ts';
import {type Clock, systemClock} from '../../../src/values/time.ts';
import {
  arriving,
  as,
  batch,
  codeOf,
  holding,
  moved,
  runOf,
  stateOf,
  succeed,
  take,
  tickIds,
  until,
} from '../../laws/subject.ts';
import {describeOnServer, makeSchema, type Schema} from './server.ts';

describeOnServer('one PostgreSQL database', (server) => {
  let schema: Schema;
  const open: Engine[] = [];
  const opened = async (clock: Clock = systemClock): Promise<Engine> => {
    const engine = await openEngine(schema.url, {clock, dir: '/'});
    open.push(engine);
    return engine;
  };

  beforeEach(() => {
    schema = makeSchema(server);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((engine) => engine.close()));
    await schema.remove();
  });

  describe('its schema', () => {
    it('D06: is made once when many open it together', async () => {
      const engines = await Promise.all(Array.from({length: 5}, () => opened()));
      await engines[0]?.documents.put('k', 'a', 1);
      assert.equal(await engines[4]?.documents.get('k', 'a'), 1);
      const {rows} = await schema.ask('SELECT version FROM jobwire_migrations ORDER BY version');
      assert.deepEqual(
        rows.map(({version}) => version),
        migrations.map((_, i) => i + 1),
      );
    });

    it('that an administrator made beforehand is used', async () => {
      await schema.ask(`CREATE SCHEMA "${schema.name}"`);
      await take(await opened());
    });

    it('D06: is whole or absent when a process dies while it makes it', async () => {
      const lock = lockOf(readAddress(schema.url), 'migrate');
      const holder = new pg.Client({connectionString: server});
      await holder.connect();
      await holder.query('SELECT pg_advisory_lock($1::bigint)', [lock]);
      const opening = codeOf(opened());
      await until(async () => {
        const {rows} = await schema.ask(
          `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
        );
        return rows.length > 0;
      });
      assert.equal(await opening, 'JW7103');
      await holder.end();
      assert.equal((await schema.ask(`SELECT to_regnamespace('${schema.name}') AS there`)).rows[0]?.there, null);
      await take(await opened());
    });

    it('D06: of a newer Jobwire is refused, and left as it is', async () => {
      await (await opened()).close();
      await schema.ask('INSERT INTO jobwire_migrations (version) VALUES ($1)', [migrations.length + 1]);
      await assert.rejects(opened(), (error: JobwireError) => {
        assert.equal(error.jobwireCode, 'JW7103');
        assert.match(
          error.message,
          new RegExp(`has schema ${migrations.length + 1}, this Jobwire knows ${migrations.length}`),
        );
        return true;
      });
      await assert.rejects(openEngine(schema.url, {clock: systemClock, dir: '/', patient: true}), /has schema/);
    });

    it('of another program is refused', async () => {
      await schema.ask(`CREATE SCHEMA "${schema.name}"; CREATE TABLE "${schema.name}".notes (text text)`);
      await assert.rejects(opened(), /another program/);
    });

    it('keeps what is stored apart from another one in the same database', async () => {
      const other = makeSchema(server);
      try {
        const engines = await Promise.all(
          [schema, other].map(({url}) => openEngine(url, {clock: systemClock, dir: '/'})),
        );
        open.push(...engines);
        await take(engines[0] as Engine, {id: 'a'});
        assert.equal((await engines[1]?.stats())?.events, 0);
      } finally {
        await Promise.all(open.splice(0).map((engine) => engine.close()));
        await other.remove();
      }
    });
  });

  it('keeps texts of any kind and length where they are looked up', async () => {
    const engine = await opened();
    const odd = [
      'zero \0 in it',
      'half \ud83d of a character',
      '"quoted"',
      '\\u0000',
      'ünï €',
      '😀',
      `long ${'é'.repeat(5000)}`,
    ];
    for (const [i, text] of odd.entries()) {
      const lane = {key: text, limit: 1, ordered: i % 2 === 0};
      const arrival = arriving({id: text, event: {type: text, data: text}, draft: {lane}});
      const [accepted] = await engine.accept(batch(arrival));
      assert.deepEqual(await engine.events.get(arrival.event.uid), arrival.event);
      assert.equal((await engine.events.get(text))?.uid, arrival.event.uid);
      assert.deepEqual((await engine.events.list({type: text}, {limit: 5})).items.length, 1);
      assert.equal((await take(engine, {id: text, event: {type: text}})).duplicate, true);
      assert.deepEqual((await runOf(engine, accepted?.runs[0] ?? '')).lane, lane);
      await engine.documents.put('odd', text.slice(0, 500), text);
      assert.equal(await engine.documents.get('odd', text.slice(0, 500)), text);
    }
    assert.equal((await tickIds(engine)).length, odd.length);
    assert.equal((await engine.documents.list('odd')).length, odd.length);
  });

  it('finds a job by any id, also of many digits, from another process', async () => {
    const [engine, other] = [await opened(), await opened()];
    const {run} = await take(engine);
    const id = parseJson('12345678901234567890') as never;
    const jobs = [{ref: {id}, state: 'running' as const, since: 0}];
    await tickIds(engine, {to: 'tracking', wakeAt: systemClock.now() + 1e6, data: {log: [], jobKind: 'job', jobs}});
    assert.equal(await other.wake({connection: 'robots', kind: 'job', id}), true);
    assert.deepEqual(await tickIds(engine), [run]);
  });

  it('several workers keep the limits and the order of lanes', async function () {
    this.timeout(30_000);
    const engines = await Promise.all(Array.from({length: 3}, () => opened()));
    const busy = new Map<string, number>();
    const most = new Map<string, number>();
    const order: string[] = [];
    const start = async (run: ClaimedRun) => {
      const key = run.lane?.key ?? '';
      busy.set(key, (busy.get(key) ?? 0) + 1);
      most.set(key, Math.max(most.get(key) ?? 0, busy.get(key) ?? 0));
      if (run.lane?.ordered) order.push(run.id);
      await new Promise((resolve) => setImmediate(resolve));
      busy.set(key, (busy.get(key) ?? 0) - 1);
      return moved(run, {to: 'succeeded'});
    };
    const workers = engines.map((engine, i) =>
      engine.work((runs) => runs.map(start), {worker: `w${i}`, leaseMs: 60_000, limit: 8}),
    );
    const ordered: string[] = [];
    await Promise.all(
      engines.map(async (engine) => {
        for (let i = 0; i < 40; i++) {
          await take(engine, {draft: {lane: {key: 'three', limit: 3, ordered: false}}});
          await take(engine, {draft: {lane: {key: 'one', limit: 1, ordered: false}}});
        }
      }),
    );
    for (let i = 0; i < 30; i++)
      ordered.push((await take(engines[i % 3] as Engine, {draft: {lane: {key: 'row', limit: 9, ordered: true}}})).run);
    await until(async () => (await engines[0]?.stats())?.runs.succeeded === 3 * 80 + 30);
    await Promise.all(workers.map((worker) => worker.stop()));
    assert.deepEqual(order, ordered);
    assert.deepEqual([most.get('one'), most.get('row'), (most.get('three') ?? 0) <= 3], [1, 1, true]);
  });

  it('shows who works it, with how many runs', async () => {
    const [engine, other] = [await opened(), await opened()];
    const busy = holding();
    const {run} = await take(engine);
    const worker = engine.work(busy.step, as('host:1:a'));
    const idle = other.work(succeed, as('host:2:b', 0));
    await until(async () => (await engine.stats()).workers?.length === 2);
    assert.deepEqual((await other.stats()).workers?.map(({name}) => name).sort(), ['host:1:a', 'host:2:b']);
    await until(() => busy.runs.length === 1);
    busy.finish(run, {to: 'succeeded'});
    await Promise.all([worker.stop(), idle.stop()]);
    assert.equal((await engine.stats()).workers, undefined);
  });

  for (const [what, offMs] of [
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ] as const)
    it(`D11: a worker whose clock is ${what} takes no runs, and says so once`, async () => {
      const faults: JobwireError[] = [];
      const clock = {...systemClock, now: () => systemClock.now() + offMs};
      const {engine: wrong, db} = await schema.openOn({
        clock,
        realTime: true,
        onFault: (error) => void faults.push(error as JobwireError),
      });
      open.push(wrong);
      const worker = wrong.work(succeed, as('wrong'));
      await until(() => faults.length > 0);
      const {run} = await take(wrong);
      await until(() => db.isQuiet());
      assert.equal(await stateOf(wrong, run), 'queued');
      assert.match(faults.map(({message}) => message).join(), /^the clock of this machine is -?3[56]\d{5} ms off/);
      assert.equal(await (await opened()).tick(succeed, as('right')), 1);
      await worker.stop();
    });

  describe('what only one process may do', () => {
    const watch = (engine: Engine) => {
      const seen = {begun: 0, ended: 0};
      const ending = engine.alone('feeds', () => {
        seen.begun++;
        return {
          async stop() {
            seen.ended++;
          },
        };
      });
      return {seen, ending};
    };

    it('is done by one, and by another one when that one ends', async () => {
      const [first, second] = [watch(await opened()), watch(await opened())];
      await until(() => first.seen.begun + second.seen.begun === 1);
      const [mine, theirs] = first.seen.begun === 1 ? [first, second] : [second, first];
      await mine.ending.stop();
      assert.deepEqual(mine.seen, {begun: 1, ended: 1});
      await until(() => theirs.seen.begun === 1);
      assert.deepEqual(theirs.seen, {begun: 1, ended: 0});
    });

    it('ends with the connection that holds it, and begins again somewhere', async () => {
      const {seen} = watch(await opened());
      await until(() => seen.begun === 1);
      await schema.ask(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid IN (
           SELECT pid FROM pg_stat_activity WHERE application_name = 'jobwire')`,
      );
      await until(() => seen.ended === 1);
      await until(() => seen.begun === 2);
    });

    it('is another duty by another name', async () => {
      const engine = await opened();
      let begun = 0;
      for (const duty of ['feeds', 'purge'])
        engine.alone(duty, () => {
          begun++;
          return {stop: async () => undefined};
        });
      await until(() => begun === 2);
    });
  });

  it('is not usable any more for an engine that was closed', async () => {
    const engine = await opened();
    await engine.close();
    assert.equal(await codeOf(engine.documents.list('k')), 'JW7103');
    assert.throws(() => engine.work(succeed, as('w')), {jobwireCode: 'JW7103'});
  });
});
