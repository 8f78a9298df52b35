/** What must not start a job does not, and says why: through the real engine, connector and simulator. */
import assert from 'node:assert/strict';
import {readConfig} from '../../src/config.ts';
import type {Run} from '../../src/engine/run.ts';
import {followEvent} from '../../src/follow.ts';
import type {Connection, Connector, Simulator, Target, Template} from '../../src/generated/types.ts';
import {type Served, serve} from '../../src/serve.ts';
import {type RunningSimulator, startSimulator} from '../../src/simulator/app.ts';
import {type Emitted, makeDelivery, postDelivery} from '../../src/simulator/emit.ts';
import {openLog} from '../../src/telemetry/log.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {systemClock} from '../../src/values/time.ts';
import {onTheRealWire} from '../http/wire.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';

const good = {IncidentId: 'INC0010001', Severity: 1};
const triage = {process: 'SupportTriage', strategy: 'ModernJobsCount', arguments: good};

interface Refused {
  readonly title: string;
  readonly input: JsonObject;
  readonly folder?: string | null;
  readonly fault?: string;
  readonly code: string;
  /** Also said: a name, a type, a choice. */
  readonly says: RegExp;
}

const refused: readonly Refused[] = [
  {
    title: 'an ambiguous release, listing the choices',
    input: {process: 'InvoicePosting', strategy: 'JobsCount', jobsCount: 1},
    folder: 'Default',
    code: 'uipath-release-ambiguous',
    says: /FinanceTest.*FinanceLive/,
  },
  {
    title: 'an unknown process',
    input: {...triage, process: 'SupportTriag'},
    code: 'uipath-release-not-found',
    says: /SupportTriag/,
  },
  {
    title: 'an unknown robot',
    input: {
      process: 'SupportTriage',
      environment: 'QuickstartDemo',
      strategy: 'Specific',
      robots: ['no-such-bot'],
      arguments: {IncidentId: 'INC1'},
    },
    folder: 'Default',
    code: 'uipath-robot-not-found',
    says: /no-such-bot/,
  },
  {title: 'a missing argument', input: {...triage, arguments: {IncidentId: 'INC1'}}, code: 'JW3111', says: /Severity/},
  {
    title: 'an unknown argument, with the nearest name',
    input: {...triage, arguments: {...good, Sumary: 'x'}},
    code: 'JW3110',
    says: /Sumary/,
  },
  {
    title: 'a mistyped argument',
    input: {...triage, arguments: {...good, Severity: 'high'}},
    code: 'JW3112',
    says: /Severity.*Int32|Int32.*Severity/,
  },
  {
    title: 'a folder that is not there',
    input: triage,
    folder: 'Nowhere',
    code: 'uipath-folder-not-found',
    says: /Nowhere/,
  },
  {
    title: 'credentials that the target refuses',
    input: triage,
    fault: 'token-refused',
    code: 'JW3012',
    says: /uipath-prod/,
  },
];

describe('a start that is refused', function () {
  this.timeout(60_000);
  onTheRealWire();
  let project: TestProject;
  let simulator: RunningSimulator;

  before(async () => {
    simulator = await startSimulator({
      connector: shipped<Connector>('connectors/uipath-orchestrator/connector.json'),
      simulator: shipped<Simulator>('connectors/uipath-orchestrator/simulator.json'),
      clock: systemClock,
    });
    project = makeProject(['incident-to-triage']);
    project.point('uipath-prod', simulator.url);
  });
  after(async () => {
    await simulator.close();
    project.remove();
  });

  for (const {title, input, folder, fault, code, says} of refused)
    it(`starts nothing for ${title}`, async () => {
      configure(project, {input, folder});
      if (fault) simulator.arm(fault, 10);
      const served = await start(project);
      try {
        const [run] = await deliver(served);
        assert.equal(run?.state, 'failed');
        assert.equal(run.error?.code, code);
        assert.match(JSON.stringify(run.error), says);
        assert.equal(await jobCount(simulator.url), 0);
      } finally {
        if (fault) simulator.arm(fault, 0);
        await served.close();
      }
    });

  it('starts nothing for a wrong signature', async () => {
    configure(project, {input: triage});
    const served = await start(project);
    try {
      const answer = await post(served, {badSignature: true});
      assert.equal(answer.status, 401);
      assert.match(answer.body, /JW4001/);
      assert.equal(
        (await served.runtime.engine.events.list({}, {limit: 10})).items.filter(({state}) => state === 'accepted')
          .length,
        refused.length,
      );
      assert.equal(await jobCount(simulator.url), 0);
    } finally {
      await served.close();
    }
  });

  it('starts one job for a delivery that comes twice', async () => {
    configure(project, {input: triage});
    const served = await start(project);
    try {
      const delivery = await makeOne(served, {});
      const answers = [await postDelivery(delivery), await postDelivery(delivery)];
      assert.deepEqual(
        answers.map(({status}) => status),
        [202, 202],
      );
      const [event] = (await served.runtime.engine.events.list({}, {limit: 1})).items;
      assert.equal(event?.deliveries, 2);
      const [run] = await follow(served, event?.uid ?? '');
      assert.equal(run?.state, 'succeeded');
      assert.equal(await jobCount(simulator.url), 1);
    } finally {
      await served.close();
    }
  });

  it('fetches a new token when the old one has expired, and starts one job', async () => {
    configure(project, {input: triage});
    const served = await start(project);
    try {
      const before = await jobCount(simulator.url);
      await deliver(served);
      await fetch(`${simulator.url}/_simulator/tokens/expire`, {method: 'POST'});
      const [run] = await deliver(served);
      assert.equal(run?.state, 'succeeded');
      assert.equal(await jobCount(simulator.url), before + 2);
    } finally {
      await served.close();
    }
  });
});

function configure(
  project: TestProject,
  {input, folder}: {input: JsonObject; folder?: string | null | undefined},
): void {
  const template = shipped<Template>('templates/incident-to-triage/template.json');
  const [target] = template.do as Target[];
  assert.ok(target);
  const {onComplete: _, when: __, ...alone} = target;
  project.write('templates/incident-to-triage/template.json', {
    ...template,
    do: {...alone, id: 'triage', input, policy: {delivery: 'reconcile', wait: false, retry: {limit: 0}}},
    policy: {},
  });
  const connection = project.json<Connection & Record<string, unknown>>('connections/uipath-prod.json');
  project.write('connections/uipath-prod.json', {
    ...connection,
    config: {...connection.config, folder: folder ?? 'Shared'},
  });
}

function start(project: TestProject): Promise<Served> {
  return serve(readConfig({project: project.dir, port: 0}, {}), openLog('silent'));
}

async function makeOne(
  {url, runtime}: Served,
  options: {badSignature?: boolean; set?: [string, Json][]},
): Promise<Emitted> {
  const hook = await runtime.hook('servicenow-main', 'businessRule');
  assert.ok(hook);
  const {dir} = runtime.library.connector('servicenow');
  return makeDelivery(hook, {
    event: 'incident.created',
    dir,
    url: `${url}/hooks/servicenow-main/businessRule`,
    now: systemClock.now(),
    ...options,
  });
}

async function post(served: Served, options: {badSignature?: boolean}): Promise<{status: number; body: string}> {
  return postDelivery(await makeOne(served, options));
}

async function deliver(served: Served): Promise<readonly Run[]> {
  const {status, body} = await post(served, {});
  assert.equal(status, 202, body);
  const [event] = (await served.runtime.engine.events.list({}, {limit: 1})).items;
  return follow(served, event?.uid ?? '');
}

function follow({runtime}: Served, event: string): Promise<readonly Run[]> {
  return followEvent(event, {engine: runtime.engine, clock: systemClock, timeoutMs: 20_000});
}

async function jobCount(url: string): Promise<number> {
  const answer = (await (await fetch(`${url}/_simulator`)).json()) as {collections: {jobs: number}};
  return answer.collections.jobs;
}
