/** `jobwire plan --validate`: Orchestrator is asked whether the jobs would run, and nothing is started. */
import assert from 'node:assert/strict';
import type {Connector, Simulator} from '../../../src/generated/types.ts';
import {type RunningSimulator, startSimulator} from '../../../src/simulator/app.ts';
import type {JsonObject} from '../../../src/values/json.ts';
import {systemClock} from '../../../src/values/time.ts';
import {endAll, jobwire} from '../../support/process.ts';
import {makeProject, shipped, type TestProject} from '../../support/project.ts';

const open: {sim: RunningSimulator; project: TestProject}[] = [];

async function planned(flags: readonly string[], settings: JsonObject = {}, change?: (simulator: Simulator) => void) {
  const simulator = shipped<Simulator>('connectors/uipath-orchestrator/simulator.json');
  change?.(simulator);
  const sim = await startSimulator({
    connector: shipped<Connector>('connectors/uipath-orchestrator/connector.json'),
    simulator,
    clock: systemClock,
    settings,
  });
  const project = makeProject(['incident-to-triage']);
  open.push({sim, project});
  project.point('uipath-prod', sim.url);
  const answer = await jobwire(['plan', 'incident-to-triage', ...flags], {cwd: project.dir});
  return {...answer, sim};
}

const asked = ({requests}: RunningSimulator): string[] =>
  requests.filter(({method}) => method === 'POST').map(({name, path}) => name ?? path);

describe('jobwire plan --validate', function () {
  this.timeout(30_000);
  afterEach(async () => {
    endAll();
    for (const {sim, project} of open.splice(0)) {
      await sim.close();
      project.remove();
    }
  });

  it('asks Orchestrator and says that it would accept the start', async () => {
    const {code, stdout, sim} = await planned(['--validate']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /withheld POST .*StartJobs/);
    assert.match(stdout, /validated: the target would accept it/);
    assert.deepEqual(asked(sim).slice(-1), ['validateJob']);
    assert.equal(sim.state.collection('jobs').size, 0);
  });

  it('fails with what Orchestrator says against it', async () => {
    const {code, stdout} = await planned(['--validate', '--json'], {noRuntime: true, licensed: false});
    assert.equal(code, 1);
    const {data} = JSON.parse(stdout) as {data: {targets: {preflight: JsonObject; error: JsonObject}[]}};
    assert.deepEqual(data.targets[0]?.preflight, {
      valid: false,
      problems: [
        'There are no runtimes of this type in the folder. TemplateNoRuntime',
        'There is no licence left. TemplateNoLicense',
      ],
    });
    assert.deepEqual([data.targets[0]?.error['code'], data.targets[0]?.error['owner']], ['JW3114', 'operator']);
  });

  it('says so where an older Orchestrator cannot be asked', async () => {
    const {code, stdout} = await planned(['--validate'], {}, (simulator) => {
      const {validateJob} = simulator.operations ?? {};
      assert.ok(validateJob);
      validateJob.reject = [{when: true, status: 404, body: {message: 'No HTTP resource was found.', errorCode: 0}}];
    });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /this Orchestrator cannot validate jobs/);
  });

  it('asks nothing without the flag', async () => {
    const {stdout, sim} = await planned([]);
    assert.doesNotMatch(stdout, /validated/);
    assert.ok(!asked(sim).includes('validateJob'));
  });
});
