/** A webhook of the simulator wakes a run that waits for its job: long before the first poll, in both forms of the signature. */
import assert from 'node:assert/strict';
import {readConfig} from '../../../src/config.ts';
import {followEvent} from '../../../src/follow.ts';
import type {Connector, Simulator, Target, Template} from '../../../src/generated/types.ts';
import {match} from '../../../src/ingest/match.ts';
import {subscribe} from '../../../src/ingest/subscription.ts';
import type {Runtime} from '../../../src/runtime.ts';
import {readEvent} from '../../../src/sample.ts';
import {type Served, serve} from '../../../src/serve.ts';
import {type RunningSimulator, startSimulator} from '../../../src/simulator/app.ts';
import {findSubscribed} from '../../../src/subscriptions.ts';
import {openLog} from '../../../src/telemetry/log.ts';
import {systemClock} from '../../../src/values/time.ts';
import {makeProject, shipped, type TestProject} from '../../support/project.ts';

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

function project(url: string): TestProject {
  const made = makeProject([]);
  made.write('templates/one-job/template.json', oneJob());
  const {feeds: _, ...connection} = made.json<Record<string, unknown>>('connections/uipath-prod.json');
  made.write('connections/uipath-prod.json', connection);
  made.point('uipath-prod', url);
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

  async function opened(signatureRule: number): Promise<{sim: RunningSimulator; served: Served}> {
    const sim = await startSimulator({
      connector: shipped<Connector>('connectors/uipath-orchestrator/connector.json'),
      simulator: shipped<Simulator>('connectors/uipath-orchestrator/simulator.json'),
      clock: systemClock,
      settings: {pendingFor: '200ms', runningFor: '200ms', signatureRule},
    });
    open.push(sim.close);
    const {dir, remove} = project(sim.url);
    open.push(remove);
    const config = readConfig({project: dir, store: 'sqlite::memory:', port: 0}, {});
    const served = await serve(config, openLog('silent'));
    open.push(served.close);
    return {sim, served};
  }

  for (const [rule, form] of [
    [0, 'hex behind sha256='],
    [1, 'base64'],
  ] as const)
    it(`wakes the run that waits, signed in ${form}`, async () => {
      const {sim, served} = await opened(rule);
      const {runtime, url} = served;
      const feed = findSubscribed(runtime, 'uipath-prod', undefined);
      const {clock, subscriptions: store, engine} = runtime;
      await subscribe(feed, `${url}/hooks/uipath-prod/webhooks`, {store, clock});
      const begun = clock.now();
      const runs = await followEvent(await accept(runtime), {
        engine,
        clock,
        timeoutMs: 10_000,
        onLine: () => undefined,
      });
      const [run] = runs;
      assert.equal(run?.state, 'succeeded', JSON.stringify(run?.error));
      assert.ok(clock.now() - begun < firstPollMs, `${clock.now() - begun} ms`);
      assert.equal(sim.requests.filter(({name}) => name === 'listJobs' || name === 'jobsByReference').length, 1);
      await sim.settled();
      const kinds = sim.deliveries.map(({type, status}) => `${type} ${status}`);
      assert.deepEqual(kinds, ['ping 202', 'job.completed 202']);
    });
});
