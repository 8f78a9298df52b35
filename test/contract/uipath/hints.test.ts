/** A webhook of the simulator wakes a run that waits for its job: long before the first poll, in both forms of the signature. */
import assert from 'node:assert/strict';
import {cpSync} from 'node:fs';
import {join} from 'node:path';
import {readConfig} from '../../../src/config.ts';
import type {Run} from '../../../src/engine/run.ts';
import {followEvent} from '../../../src/follow.ts';
import type {Connector, Simulator, Target, Template} from '../../../src/generated/types.ts';
import {match} from '../../../src/ingest/match.ts';
import {subscribe} from '../../../src/ingest/subscription.ts';
import type {Runtime} from '../../../src/runtime.ts';
import {readEvent} from '../../../src/sample.ts';
import {serve} from '../../../src/serve.ts';
import {type RunningSimulator, startSimulator} from '../../../src/simulator/app.ts';
import {findSubscribed} from '../../../src/subscriptions.ts';
import {openLog} from '../../../src/telemetry/log.ts';
import type {JsonObject} from '../../../src/values/json.ts';
import {systemClock} from '../../../src/values/time.ts';
import {makeProject, shipped, type TestProject} from '../../support/project.ts';

/** The simulator's name for the address where the states of jobs are read. */
const listOfJobs = 'listJobs';
/** Of the shipped connector: a run polls its job after this time by itself. */
const firstPollMs = 5000;

/** Starts one job and waits for it; nothing follows. */
function oneJob(): Template {
  const template = shipped<Template>('templates/incident-to-triage/template.json');
  const [target] = template.do as Target[];
  assert.ok(target);
  const {onComplete: _, when: __, ...alone} = target;
  return {...template, id: 'one-job', do: alone, policy: {}};
}

/** With the shipped connector, or with one that polls soon. */
function project(url: string, firstPoll?: string): TestProject {
  const made = makeProject([]);
  made.write('templates/one-job/template.json', oneJob());
  const {feeds: _, ...connection} = made.json<Record<string, unknown>>('connections/uipath-prod.json');
  made.write('connections/uipath-prod.json', connection);
  made.point('uipath-prod', url);
  if (firstPoll === undefined) return made;
  const folder = 'connectors/uipath-orchestrator';
  cpSync(folder, join(made.dir, folder), {recursive: true});
  const connector = made.json<{jobs: {job: {poll: object}}}>(`${folder}/connector.json`);
  connector.jobs.job.poll = {first: firstPoll, every: firstPoll};
  made.write(`${folder}/connector.json`, connector);
  return made;
}

async function accept({library, engine, clock}: Runtime): Promise<string> {
  const template = library.template('one-job')?.manifest;
  assert.ok(template);
  const event = readEvent(library, template, {now: clock.now()});
  const {decisions, drafts} = match(event, library, clock.now());
  const [accepted] = await engine.accept({events: [{event: {...event, decisions}, drafts, windowMs: 60_000}]});
  assert.ok(accepted && drafts.length === 1, JSON.stringify(decisions));
  return accepted.uid;
}

describe('a webhook of the simulator', function () {
  this.timeout(15_000);
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  interface Opened {
    readonly sim: RunningSimulator;
    readonly runtime: Runtime;
    /** Starts a job and waits for the end of its run; how long that took. */
    go(): Promise<{readonly run: Run | undefined; readonly tookMs: number}>;
  }

  async function opened(settings: JsonObject, firstPoll?: string): Promise<Opened> {
    const sim = await startSimulator({
      connector: shipped<Connector>('connectors/uipath-orchestrator/connector.json'),
      simulator: shipped<Simulator>('connectors/uipath-orchestrator/simulator.json'),
      clock: systemClock,
      settings: {pendingFor: '200ms', runningFor: '200ms', ...settings},
    });
    open.push(sim.close);
    const {dir, remove} = project(sim.url, firstPoll);
    open.push(remove);
    const served = await serve(readConfig({project: dir, store: 'sqlite::memory:', port: 0}, {}), openLog('silent'));
    open.push(served.close);
    const {runtime, url} = served;
    const {clock, subscriptions: store, engine} = runtime;
    const feed = findSubscribed(runtime, 'uipath-prod', undefined);
    await subscribe(feed, `${url}/hooks/uipath-prod/webhooks`, {store, clock});
    return {
      sim,
      runtime,
      async go() {
        const begun = clock.now();
        const [run] = await followEvent(await accept(runtime), {engine, clock, timeoutMs: 10_000});
        return {run, tookMs: clock.now() - begun};
      },
    };
  }

  for (const [rule, form] of [
    [0, 'hex behind sha256='],
    [1, 'base64'],
  ] as const)
    it(`wakes the run that waits, signed in ${form}`, async () => {
      const {sim, go} = await opened({signatureRule: rule});
      const {run, tookMs} = await go();
      assert.equal(run?.state, 'succeeded', JSON.stringify(run?.error));
      assert.ok(tookMs < firstPollMs, `${tookMs} ms`);
      assert.equal(sim.requests.filter(({name}) => name === listOfJobs).length, 1);
      await sim.settled();
      const kinds = sim.deliveries.map(({type, status}) => `${type} ${status}`);
      assert.deepEqual(kinds, ['ping 202', 'job.completed 202']);
    });

  it('is taken once when it comes twice (problem 13)', async () => {
    const {sim, runtime, go} = await opened({webhookTimes: 2});
    assert.equal((await go()).run?.state, 'succeeded');
    await sim.settled();
    assert.equal(sim.deliveries.filter(({type, status}) => type === 'job.completed' && status === 202).length, 2);
    const {items} = await runtime.engine.events.list({}, {limit: 10});
    assert.equal(items.filter(({type}) => type === 'job.finished').length, 1);
  });

  it('is not needed: where it is lost, the job is polled (problem 13)', async () => {
    const {sim, go} = await opened({webhookTimes: 0}, '700ms');
    assert.equal((await go()).run?.state, 'succeeded');
    assert.deepEqual(sim.deliveries, []);
    assert.ok(sim.requests.some(({name}) => name === listOfJobs));
  });

  it('that is forged is refused and wakes nobody', async () => {
    const {sim, runtime} = await opened({});
    const [hook] = sim.state.collection('webhooks').rows();
    assert.ok(hook);
    sim.state.collection('webhooks').set(hook, {Secret: 'another key'});
    const ping = `/odata/Webhooks(${hook.item['Id']})/UiPath.Server.Configuration.OData.Ping`;
    await fetch(`${sim.url}${ping}`, {method: 'POST', headers: {authorization: 'Bearer any'}});
    await sim.settled();
    assert.deepEqual(
      sim.deliveries.map(({status}) => status),
      [202, 401],
    );
    assert.deepEqual((await runtime.engine.events.list({}, {limit: 10})).items, []);
  });
});
