/** `jobwire plan --validate`: Orchestrator is asked whether the jobs would run, and nothing is started. */
import assert from 'node:assert/strict';
import {readConfig} from '../../../src/config.ts';
import type {Connector, Simulator} from '../../../src/generated/types.ts';
import {planEvent} from '../../../src/plan.ts';
import {openRuntime} from '../../../src/runtime.ts';
import {readEvent} from '../../../src/sample.ts';
import {type RunningSimulator, startSimulator} from '../../../src/simulator/app.ts';
import type {JsonObject} from '../../../src/values/json.ts';
import {systemClock} from '../../../src/values/time.ts';
import {endAll, jobwire} from '../../support/process.ts';
import {makeProject, shipped, type TestProject} from '../../support/project.ts';

const open: {sim: RunningSimulator; project: TestProject}[] = [];

async function simulated(settings: JsonObject = {}, change?: (simulator: Simulator) => void) {
  const simulator = shipped<Simulator>('connectors/uipath-orchestrator/simulator.json');
  change?.(simulator);
  const connector = shipped<Connector>('connectors/uipath-orchestrator/connector.json');
  const sim = await startSimulator({connector, simulator, clock: systemClock, settings});
  const project = makeProject(['incident-to-triage']);
  open.push({sim, project});
  project.point('uipath-prod', sim.url);
  return {sim, project};
}

async function planned(validate: boolean, ...given: Parameters<typeof simulated>) {
  const {sim, project} = await simulated(...given);
  const runtime = await openRuntime(readConfig({project: project.dir, store: 'sqlite::memory:'}, {}));
  try {
    const {library, clock, tools} = runtime;
    const template = library.template('incident-to-triage')?.manifest;
    assert.ok(template);
    const event = readEvent(library, template, {now: clock.now()});
    const {targets} = await planEvent(event, template.id, {...tools, validate});
    return {sim, target: targets[0]};
  } finally {
    await runtime.close();
  }
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
    const {sim, project} = await simulated();
    const {code, stdout} = await jobwire(['plan', 'incident-to-triage', '--validate'], {cwd: project.dir});
    assert.equal(code, 0, stdout);
    assert.match(stdout, /withheld POST .*StartJobs/);
    assert.match(stdout, /validated: the target would accept it/);
    assert.deepEqual(asked(sim).slice(-1), ['validateJob']);
    assert.equal(sim.state.collection('jobs').size, 0);
  });

  it('fails with what Orchestrator says against it', async () => {
    const {target} = await planned(true, {noRuntime: true, licensed: false});
    const problems = [
      'There are no runtimes of this type in the folder. TemplateNoRuntime',
      'There is no licence left. TemplateNoLicense',
    ];
    assert.deepEqual(target?.preflight, {valid: false, problems});
    assert.deepEqual([target?.error?.code, target?.error?.owner], ['JW3114', 'operator']);
    assert.equal(target?.error?.detail, problems.join('; '));
  });

  it('says so where an older Orchestrator cannot be asked', async () => {
    const {target} = await planned(true, {}, (simulator) => {
      const {validateJob} = simulator.operations ?? {};
      assert.ok(validateJob);
      validateJob.reject = [{when: true, status: 404, body: {message: 'No HTTP resource was found.', errorCode: 0}}];
    });
    assert.equal(target?.error, undefined);
    assert.deepEqual(target?.preflight, {problems: [], note: 'this Orchestrator cannot validate jobs'});
  });

  it('asks nothing without the flag', async () => {
    const {target, sim} = await planned(false);
    assert.ok(target && !('preflight' in target));
    assert.ok(!asked(sim).includes('validateJob'));
  });

  it('does not ask about a write that the plan did not come to', async () => {
    const {target, sim} = await planned(true, {}, (simulator) => {
      (simulator.collections['releases'] as unknown[]).length = 0;
    });
    assert.equal(target?.error?.code, 'uipath-release-not-found');
    assert.ok(!asked(sim).includes('validateJob'));
  });
});
