/** What the engine keeps when its connection is lost, in whatever moment (rows D04 and D05 of the threats). */
import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import pg from 'pg';
import type {Engine} from '../../../src/engine/engine.ts';
import type {ClaimedRun} from '../../../src/engine/run.ts';
import {openEngine, secretsOfStore} from '../../../src/engines/index.ts';
import type {JobwireError} from '../../../src/errors/jobwire-error.ts';
import {systemClock} from '../../../src/values/time.ts';
import {ManualClock} from '../../laws/manual-clock.ts';
import {always, arriving, batch, codeOf, holding, runOf, stateOf, succeed, take, until} from '../../laws/subject.ts';
import {startProxy, type TestProxy} from './proxy.ts';
import {describeOnServer, makeSchema, type Schema} from './server.ts';

describeOnServer('a connection to PostgreSQL', (server) => {
  let schema: Schema;
  let proxy: TestProxy;
  const open: Engine[] = [];
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);
  const opened = async (url: string, options: {patient?: boolean; clock?: ManualClock} = {}): Promise<Engine> => {
    const engine = await openEngine(url, {clock: systemClock, dir: '/', onFault, ...options});
    open.push(engine);
    return engine;
  };
  const throughProxy = (options?: Parameters<typeof opened>[1]) =>
    opened(`${proxy.url}?schema=${schema.name}`, options);
  const faultCodes = (): string[] => faults.map((fault) => (fault as JobwireError).jobwireCode);

  before(async () => {
    schema = makeSchema(server);
    proxy = await startProxy(server);
    await (await opened(schema.url)).close();
  });
  beforeEach(() => proxy.up());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((engine) => engine.close()));
    await schema.empty();
    faults.length = 0;
  });
  after(async () => {
    await proxy.close();
    await schema.remove();
  });

  /** Ends the connections that wait for a lock; the number of them. */
  const endWaiting = async (): Promise<number> => {
    const {rows} = await schema.ask(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jobwire' AND wait_event_type = 'Lock'`,
    );
    return rows.length;
  };

  /** The table cannot be written until the function given is called. */
  const block = async (table: string): Promise<() => Promise<void>> => {
    const client = new pg.Client({connectionString: server});
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${schema.name}.${table} IN EXCLUSIVE MODE`);
    return () => client.end();
  };

  it('D04: lost inside a transaction, the accept is done again, and stored once', async () => {
    const engine = await opened(schema.url);
    const unblock = await block('runs');
    const accepting = take(engine, {id: 'a', runs: 2});
    await until(async () => (await endWaiting()) === 1);
    await unblock();
    assert.deepEqual((await accepting).duplicate, false);
    const {events, runs} = await engine.stats();
    assert.deepEqual([events, runs.queued], [1, 2]);
  });

  it('D04: lost again and again, the accept is refused, nothing of it is stored, and the sender’s next one is the first', async () => {
    const engine = await opened(schema.url);
    const unblock = await block('runs');
    const accepting = codeOf(take(engine, {id: 'a'}));
    for (let times = 0; times < 2; times++) await until(async () => (await endWaiting()) === 1);
    assert.equal(await accepting, 'JW7103');
    await unblock();
    assert.equal((await engine.stats()).events, 0);
    assert.equal((await take(engine, {id: 'a'})).duplicate, false);
    assert.equal((await engine.stats()).runs.queued, 1);
  });

  it('lost between COMMIT and its answer, the accept is refused, and is no duplicate of itself', async () => {
    const engine = await throughProxy();
    await engine.stats();
    const arrival = arriving({id: 'a'});
    const cut = proxy.cutAfter('COMMIT');
    assert.equal(await codeOf(engine.accept(batch(arrival))), 'JW7103');
    assert.equal(cut(), true);
    const [again] = await engine.accept(batch(arrival));
    assert.deepEqual(again, {uid: arrival.event.uid, duplicate: false, runs: arrival.drafts.map(({id}) => id)});
    assert.equal((await engine.events.get(arrival.event.uid))?.deliveries, 1);
    assert.equal((await engine.stats()).runs.queued, 1);
    assert.equal((await take(engine, {id: 'a'})).duplicate, true);
  });

  it('lost between COMMIT and its answer, a claim is found again: the run is started, not taken for a dead worker’s', async () => {
    const other = await opened(schema.url);
    const {run} = await take(other);
    const engine = await throughProxy();
    await engine.stats();
    const cut = proxy.cutAfter('COMMIT');
    const seen: ClaimedRun[] = [];
    const worker = engine.work(
      (runs) => {
        seen.push(...runs);
        return succeed(runs);
      },
      {worker: 'w', leaseMs: 60_000, limit: 4},
    );
    await until(cut);
    await until(async () => (await stateOf(other, run)) === 'succeeded');
    await worker.stop();
    assert.deepEqual(
      seen.map(({claimedFrom, attempt}) => [claimedFrom, attempt]),
      [['queued', 1]],
    );
    assert.deepEqual(faultCodes(), ['JW7103']);
  });

  it('lost between COMMIT and its answer, a transition counts as committed', async () => {
    const engine = await throughProxy();
    const {run} = await take(engine);
    const busy = holding();
    const clock = new ManualClock();
    const other = await throughProxy({clock});
    const tick = other.tick(busy.step, {worker: 'w', leaseMs: 60_000, limit: 1, onFault});
    await until(() => busy.runs.length === 1);
    const cut = proxy.cutAfter('COMMIT');
    busy.finish(run, {to: 'tracking', wakeAt: 5});
    await until(cut);
    await until(() => clock.sleeping === 1, 'the pause before the next try');
    clock.advance(1000);
    await tick;
    assert.deepEqual(faults, []);
    const {state, wakeAt} = await runOf(engine, run);
    assert.deepEqual([state, wakeAt], ['tracking', 5]);
    assert.equal((await engine.stats()).runs.tracking, 1);
  });

  it('D05: away for a while: accept and reads are refused, and everything goes on when it is back', async () => {
    const engine = await throughProxy();
    const worker = engine.work(succeed, {worker: 'w', leaseMs: 60_000, limit: 4});
    const {run} = await take(engine);
    await until(async () => (await stateOf(engine, run)) === 'succeeded');
    proxy.down();
    assert.equal(await codeOf(take(engine)), 'JW7103');
    assert.equal(await codeOf(engine.stats()), 'JW7103');
    await until(() => faults.length > 0, 'the worker’s complaint');
    proxy.up();
    const {run: later} = await take(engine);
    await until(async () => (await stateOf(engine, later)) === 'succeeded');
    await worker.stop();
    assert.deepEqual([...new Set(faultCodes())], ['JW7103']);
  });

  it('D05: away at the beginning: a patient engine opens, refuses, and works when the server answers', async () => {
    proxy.down();
    assert.equal(await codeOf(throughProxy()), 'JW7103');
    const engine = await throughProxy({patient: true});
    assert.equal(await codeOf(take(engine)), 'JW7103');
    assert.equal(await codeOf(engine.documents.get('k', 'a')), 'JW7103');
    proxy.up();
    await until(async () => (await codeOf(engine.stats())) === 'nothing was refused');
    await take(engine);
  });

  it('word of work comes at once, and again after the connection that listens was lost', async () => {
    const clock = new ManualClock(Date.parse('2027-01-01T00:00:00Z'));
    const engine = await opened(schema.url, {clock});
    const worker = engine.work(always({to: 'succeeded'}), {worker: 'w', leaseMs: 60_000, limit: 4});
    const other = await opened(schema.url, {clock});
    const works = async (): Promise<void> => {
      const {run} = await take(other);
      await until(async () => (await stateOf(other, run)) === 'succeeded', 'word of work: the clock stands still');
    };
    await until(async () => (await listening()).length === 1);
    await works();
    await schema.ask('SELECT pg_terminate_backend($1)', await listening());
    await until(async () => (await listening()).length === 0);
    await until(async () => {
      clock.advance(1000);
      return (await listening()).length === 1;
    });
    await works();
    await worker.stop();
  });

  async function listening(): Promise<number[]> {
    const {rows} = await schema.ask('SELECT pid FROM pg_stat_activity WHERE query = $1', [
      `LISTEN "jobwire_${schema.name}"`,
    ]);
    return rows.map(({pid}) => Number(pid));
  }

  describe('a password', () => {
    const password = 'pass word/with@every:thing?';
    const encoded = encodeURIComponent(password);
    const wrong = (change: (url: URL) => void): string => {
      const url = new URL(server);
      url.password = encoded;
      change(url);
      return url.href;
    };

    for (const [what, url] of [
      ['the server refuses', wrong(() => undefined)],
      ['for a server that is not there', wrong((url) => (url.port = '1'))],
      ['for a host that is not there', wrong((url) => (url.hostname = 'nowhere.invalid'))],
      ['for a database that is not there', `${server}-none`],
      ['of a scheme without engine', `mysql://me:${encoded}@localhost/x`],
      ['of a scheme with a typing error', `postgress://me:${encoded}@localhost/x`],
      ['of no address', `postgres://me:${encoded}@:x:/`],
      ['of an address without database', `postgres://me:${encoded}@localhost`],
      ['beside a schema that cannot be one', `postgres://me:${encoded}@localhost/x?schema=a"b`],
    ] as const)
      it(`${what} is never shown`, async () => {
        await assert.rejects(openEngine(url, {clock: systemClock, dir: '/'}), (error: JobwireError) => {
          assert.equal(error.jobwireCode, 'JW7103');
          const shown = `${inspect(error, {depth: 9, showHidden: true})} ${JSON.stringify(error.issue())}`;
          for (const secret of [password, encoded, new URL(server).password]) assert.ok(!shown.includes(secret), shown);
          return true;
        });
      });

    it('is known to the redactor as it is and as it is written', () => {
      assert.deepEqual(secretsOfStore(`postgres://me:${encoded}@localhost/x`), [encoded, password]);
      assert.deepEqual(secretsOfStore(`postgres://localhost/x?password=${encoded}`), [password]);
      assert.deepEqual(secretsOfStore('sqlite:./x.db'), []);
    });
  });
});
