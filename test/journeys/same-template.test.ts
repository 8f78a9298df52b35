/** One template, two targets: an incident starts a robot or an agent, and only connector, connection, action and input differ. */
import assert from 'node:assert/strict';
import {readConfig} from '../../src/config.ts';
import type {Run} from '../../src/engine/run.ts';
import {followEvent} from '../../src/follow.ts';
import type {Connector, Simulator, Target, Template} from '../../src/generated/types.ts';
import {type Served, serve} from '../../src/serve.ts';
import {type RunningSimulator, startSimulator} from '../../src/simulator/app.ts';
import {makeDelivery, postDelivery} from '../../src/simulator/emit.ts';
import type {Item} from '../../src/simulator/state.ts';
import {openLog} from '../../src/telemetry/log.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {systemClock} from '../../src/values/time.ts';
import {onTheRealWire} from '../http/wire.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';

const file = 'templates/incident-to-triage/template.json';
/** All that a person changes to choose another target. */
type Choice = Pick<Target, 'connector' | 'connection' | 'action' | 'input'>;

const targets: readonly {
  readonly title: string;
  readonly choice: Choice;
  /** What the target keeps of the job. */
  readonly collection: string;
  readonly told: (job: Item) => unknown;
  readonly expected: unknown;
}[] = [
  {
    title: 'a robot of an Orchestrator',
    choice: {
      connector: 'uipath-orchestrator@^1',
      connection: 'uipath-prod',
      action: 'startJob',
      input: {
        process: 'SupportTriage',
        strategy: 'ModernJobsCount',
        arguments: {IncidentId: '{{event.data.number}}', Severity: '{{event.data.priority}}'},
      },
    },
    collection: 'jobs',
    told: ({InputArguments}) => JSON.parse(String(InputArguments)),
    expected: {IncidentId: 'INC0010001', Severity: 1},
  },
  {
    title: 'an agent of Kubiya',
    choice: {
      connector: 'kubiya@^1',
      connection: 'kubiya-main',
      action: 'triggerJob',
      input: {
        job: 'Network diagnosis',
        parameters: {incident: '{{event.data.number}}', summary: 'Priority {{event.data.priority}}'},
      },
    },
    collection: 'executions',
    told: ({execution_metadata}) => (execution_metadata as JsonObject)['parameters'],
    expected: {incident: 'INC0010001', summary: 'Priority 1'},
  },
];

describe('the same template', function () {
  this.timeout(60_000);
  onTheRealWire();
  let project: TestProject;
  const simulators = new Map<string, RunningSimulator>();

  before(async () => {
    project = makeProject(['incident-to-triage']);
    const robots = await simulate('uipath-orchestrator');
    const agents = await simulate('kubiya');
    simulators.set('uipath-prod', robots).set('kubiya-main', agents);
    project.point('uipath-prod', robots.url);
    project.write('connections/kubiya-main.json', {
      ...project.json<Record<string, unknown>>('connections/kubiya-main.json'),
      config: {url: agents.url},
      network: {allowPrivate: ['127.0.0.1']},
    });
  });
  after(async () => {
    await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
    project.remove();
  });

  for (const {title, choice, collection, told, expected} of targets)
    it(`starts ${title} and follows it to its end`, async () => {
      project.write(file, withTarget(choice));
      const served = await serve(readConfig({project: project.dir, port: 0}, {}), openLog('silent'));
      try {
        const runs = await deliver(served);
        assert.equal(runs.length, 1);
        const [run] = runs;
        assert.equal(run?.state, 'succeeded', JSON.stringify(run?.error));
        assert.equal(run.data.jobs?.length, 1);
        const [job] = run.data.jobs ?? [];
        assert.equal(job?.state, 'succeeded');
        const kept = keptOf(simulators.get(choice.connection), collection);
        assert.equal(kept.length, 1);
        assert.deepEqual(told(kept[0] ?? {}), expected);
      } finally {
        await served.close();
      }
    });

  it('differs in nothing but the target', () => {
    const [robot, agent] = targets.map(({choice}) => withTarget(choice));
    const differing = (a: object, b: object): string[] =>
      Object.keys({...a, ...b}).filter(
        (key) => JSON.stringify((a as JsonObject)[key]) !== JSON.stringify((b as JsonObject)[key]),
      );
    assert.deepEqual(differing(robot ?? {}, agent ?? {}), ['do']);
    assert.deepEqual(differing(robot?.do as Target, agent?.do as Target), [
      'connector',
      'connection',
      'action',
      'input',
    ]);
  });
});

/** The shipped template with one target; criteria, trigger and policy stay as they are. */
function withTarget(choice: Choice): Template {
  const template = shipped<Template>(file);
  const [target] = template.do as Target[];
  assert.ok(target);
  const {policy: _, when: __, onComplete: ___, ...plain} = target;
  return {...template, do: {...plain, ...choice}};
}

async function simulate(id: string): Promise<RunningSimulator> {
  return startSimulator({
    connector: shipped<Connector>(`connectors/${id}/connector.json`),
    simulator: shipped<Simulator>(`connectors/${id}/simulator.json`),
    clock: systemClock,
    settings: {pendingFor: '0s', runningFor: '0s'},
  });
}

/** One signed incident, and the runs it made, when they have ended. */
async function deliver({url, runtime}: Served): Promise<readonly Run[]> {
  const hook = await runtime.hook('servicenow-main', 'businessRule');
  assert.ok(hook);
  const {dir} = runtime.library.connector('servicenow');
  const delivery = await makeDelivery(hook, {
    event: 'incident.created',
    dir,
    url: `${url}/hooks/servicenow-main/businessRule`,
    now: systemClock.now(),
  });
  const {status, body} = await postDelivery(delivery);
  assert.equal(status, 202, body);
  const [event] = (await runtime.engine.events.list({}, {limit: 1})).items;
  return followEvent(event?.uid ?? '', {engine: runtime.engine, clock: systemClock, timeoutMs: 40_000});
}

function keptOf(simulator: RunningSimulator | undefined, collection: string): Item[] {
  return [...(simulator?.state.collection(collection).rows() ?? [])].map(({item}) => item);
}
