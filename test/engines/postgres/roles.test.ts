/** `jobwire serve` as several processes over one database, as an operator runs it: roles, readiness, and what is never shown. */

import assert from 'node:assert/strict';
import type {Simulator} from '../../../src/generated/types.ts';
import {startSimulator} from '../../../src/simulator/app.ts';
import {systemClock} from '../../../src/values/time.ts';
import {onTheRealWire} from '../../http/wire.ts';
import {until} from '../../laws/subject.ts';
import {endAll, jobwire, type Running, startJobwire} from '../../support/process.ts';
import {makeProject, shipped, type TestProject} from '../../support/project.ts';
import {startProxy, type TestProxy} from './proxy.ts';
import {describeOnServer, makeSchema, type Schema} from './server.ts';

describeOnServer('jobwire serve on PostgreSQL', (server) => {
  onTheRealWire();
  let project: TestProject;
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  let schema: Schema;
  let proxy: TestProxy;

  before(async () => {
    project = makeProject();
    simulator = await startSimulator({
      connector: shipped('connectors/uipath-orchestrator/connector.json'),
      simulator: shipped<Simulator>('connectors/uipath-orchestrator/simulator.json'),
      clock: systemClock,
    });
    project.point('uipath-prod', simulator.url);
    schema = makeSchema(server);
    proxy = await startProxy(server);
  });
  after(async () => {
    endAll();
    await simulator.close();
    await proxy.close();
    await schema.remove();
    project.remove();
  });

  const env = (): Record<string, string> => ({JOBWIRE_STORE: `${proxy.url}?schema=${schema.name}`});
  const serve = (...args: string[]): Promise<Running> =>
    startJobwire(['serve', '--port', '0', '-C', project.dir, ...args], {env: env()});
  const ready = async ({url}: Running): Promise<number> => (await fetch(`${url}/readyz`)).status;
  const emit = ({url}: Running): ReturnType<typeof jobwire> =>
    jobwire(['emit', 'servicenow-main', 'incident.created', '--url', url, '-C', project.dir], {env: env()});

  it('one process takes deliveries, another one starts the jobs', async function () {
    this.timeout(60_000);
    const [ingest, work] = await Promise.all([serve('--role', 'ingest'), serve('--role', 'work')]);
    await until(() => ingest.output().stderr.includes('/hooks/servicenow-main/businessRule'));
    assert.doesNotMatch(work.output().stderr, /hooks\//);
    assert.deepEqual([await ready(ingest), await ready(work)], [200, 200]);
    const refused = await emit(work);
    assert.match(refused.stdout, /^404/);
    const emitted = await emit(ingest);
    assert.match(emitted.stdout, /^202/, emitted.stderr);
    const started = async (): Promise<boolean> =>
      (await schema.ask("SELECT FROM runs WHERE state IN ('tracking', 'succeeded')")).rowCount === 1;
    await until(started, 'the job of the delivery');
    assert.match(await (await fetch(`${ingest.url}/metrics`)).text(), /^jobwire_workers 1$/m);
    assert.equal(await work.stop(), 0, work.output().stderr);
    assert.equal(await ingest.stop(), 0, ingest.output().stderr);
    assertSilent(ingest, work);
  });

  it('D05: is live and not ready while the database is away, also at the beginning', async function () {
    this.timeout(60_000);
    proxy.down();
    const all = await serve();
    assert.equal(await ready(all), 503);
    assert.equal((await fetch(`${all.url}/livez`)).status, 200);
    assert.match((await emit(all)).stdout, /^503 .*JW7103/);
    const {code, stderr} = await jobwire(['runs', 'list', '-C', project.dir], {env: env()});
    assert.deepEqual([code, /JW7103: 127\.0\.0\.1:\d+\/postgres cannot be reached/.test(stderr)], [1, true], stderr);
    proxy.up();
    await until(async () => (await ready(all)) === 200);
    assert.match((await emit(all)).stdout, /^202/);
    proxy.down();
    await until(async () => (await ready(all)) === 503);
    proxy.up();
    await until(async () => (await ready(all)) === 200);
    assert.equal(await all.stop(), 0, all.output().stderr);
    assertSilent(all);
  });

  function assertSilent(...processes: readonly Running[]): void {
    const {password} = new URL(server);
    for (const {output} of processes) assert.ok(!`${output().stdout}${output().stderr}`.includes(password));
  }
});

describe('the role of a process', () => {
  it('is one of three', async () => {
    const {code, stderr} = await jobwire(['serve'], {env: {JOBWIRE_ROLE: 'manager'}});
    assert.equal(code, 2);
    assert.match(stderr, /JW7101: a role is all, ingest, work, not "manager"/);
  });
});
