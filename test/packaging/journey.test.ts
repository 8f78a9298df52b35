/** An installed package does its work: an incident starts a job with its connector; a byte changed, and nothing starts. */
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readConfig} from '../../src/config.ts';
import type {Run} from '../../src/engine/run.ts';
import {followEvent} from '../../src/follow.ts';
import type {Target, Template} from '../../src/generated/types.ts';
import {packagesFolder} from '../../src/packaging/installed.ts';
import {trustKey} from '../../src/packaging/trust.ts';
import {type Served, serve} from '../../src/serve.ts';
import {type RunningSimulator, startSimulator} from '../../src/simulator/app.ts';
import {makeDelivery, postDelivery} from '../../src/simulator/emit.ts';
import {openLog} from '../../src/telemetry/log.ts';
import {systemClock} from '../../src/values/time.ts';
import {onTheRealWire} from '../http/wire.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';
import {type Desk, install, openDesk, pack} from './parcel.ts';

const connector = 'acme-agents';
const template = 'templates/incident-to-triage/template.json';

describe('a project with an installed package', function () {
  this.timeout(60_000);
  onTheRealWire();
  let project: TestProject;
  let desk: Desk;
  let agents: RunningSimulator;
  let unit: string;
  const start = () => serve(readConfig({project: project.dir, port: 0}, {}), openLog('silent'));

  before(async () => {
    project = makeProject(['incident-to-triage']);
    desk = openDesk();
    unit = join(packagesFolder(project.dir), '@acme/agents/connectors', connector);
    const key = desk.key('release');
    trustKey(project.dir, {key, name: 'Acme', scopes: ['@acme']}, systemClock);
    install(project.dir, pack({connector, from: 'kubiya', signed: {key, clock: desk.clock}}), {signer: key.id});
    const [manifest, simulator] = ['connector.json', 'simulator.json'].map((file) =>
      JSON.parse(readFileSync(join(unit, file), 'utf8')),
    );
    const settings = {pendingFor: '0s', runningFor: '0s'};
    agents = await startSimulator({connector: manifest, simulator, clock: systemClock, settings});
    useAgents();
  });
  after(async () => {
    await agents.close();
    desk.remove();
    project.remove();
  });

  function useAgents(): void {
    project.write('connections/kubiya-main.json', {
      ...project.json<Record<string, unknown>>('connections/kubiya-main.json'),
      ...{connector: `${connector}@^1`, config: {url: agents.url}, network: {allowPrivate: ['127.0.0.1']}},
    });
    const before = shipped<Template>(template);
    const [first] = before.do as Target[];
    assert.ok(first);
    const {policy: _, when: __, onComplete: ___, ...plain} = first;
    const input = {job: 'Network diagnosis', parameters: {incident: '{{event.data.number}}', summary: 'Down'}};
    const target = {...plain, connector: `${connector}@^1`, connection: 'kubiya-main', action: 'triggerJob', input};
    project.write(template, {...before, do: target});
  }

  it('starts a job with the connector of the package and follows it to its end', async () => {
    const served = await start();
    try {
      assert.equal(served.runtime.library.connector(connector).dir, unit);
      const [run, ...more] = await deliver(served);
      assert.equal(run?.state, 'succeeded', JSON.stringify(run?.error));
      assert.equal(run.data.jobs?.[0]?.state, 'succeeded');
      assert.deepEqual(more, []);
    } finally {
      await served.close();
    }
  });

  it('P13: does not start any more when one file of the package was changed', async () => {
    const file = join(unit, 'README.md');
    const kept = readFileSync(file);
    writeFileSync(file, `${kept}\n`);
    await assert.rejects(start(), /JW6002|README\.md of @acme\/agents 1\.0\.0 is not what was packed/);
    writeFileSync(file, kept);
    await (await start()).close();
  });
});

/** One signed incident, and the runs it made, when they have ended. */
async function deliver({url, runtime}: Served): Promise<readonly Run[]> {
  const hook = await runtime.hook('servicenow-main', 'businessRule');
  assert.ok(hook);
  const {dir} = runtime.library.connector('servicenow');
  const now = systemClock.now();
  const address = `${url}/hooks/servicenow-main/businessRule`;
  const {status, body} = await postDelivery(
    await makeDelivery(hook, {event: 'incident.created', dir, url: address, now}),
  );
  assert.equal(status, 202, body);
  const [event] = (await runtime.engine.events.list({}, {limit: 1})).items;
  return followEvent(event?.uid ?? '', {engine: runtime.engine, clock: systemClock, timeoutMs: 40_000});
}
