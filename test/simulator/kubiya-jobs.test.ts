/** Jobs of the simulated Kubiya through the real connector: what one action does, the next one sees. */
import assert from 'node:assert/strict';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {openProject, type Project} from '../../src/index.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {openWorkshop, type Workshop} from '../commands/jobs-line.ts';

const agent = {entityType: 'agent', entityId: '6f1d2c3b-4a59-4e68-8f77-000000000001'};
const report = {name: 'Weekly Report', trigger: 'manual', ...agent, prompt: 'Report on {{week}}'};

describe('jobs of the simulated Kubiya', function () {
  this.timeout(20_000);
  let shop: Workshop;
  let project: Project;
  beforeEach(async () => {
    shop = await openWorkshop();
    project = await openProject(shop.project.dir);
  });
  afterEach(async () => {
    await project.close();
    await shop.close();
  });

  const act = async (action: string, input: JsonObject): Promise<JsonObject> => {
    const {output, jobs} = await project.startAction('kubiya-main', action, input);
    return (output as JsonObject | undefined) ?? {jobs: jobs as unknown as Json};
  };
  const refusal = async (action: string, input: JsonObject): Promise<string> => {
    const error = await act(action, input).then(
      () => assert.fail(`${action} was not refused`),
      (problem: unknown) => problem,
    );
    assert.ok(error instanceof JobwireError, String(error));
    return error.code;
  };
  const names = async (input: JsonObject = {}): Promise<unknown[]> =>
    ((await act('listJobs', input))['jobs'] as JsonObject[]).map(({name}) => name);

  it('are created, read, changed, switched, triggered and deleted', async () => {
    const made = await act('createJob', report);
    assert.match(String(made['id']), /^job_/);
    assert.equal((await names())[0], 'Weekly Report');
    assert.equal((await act('updateJob', {job: 'Weekly Report', name: 'Report'}))['id'], made['id']);
    assert.equal((await act('disableJob', {job: 'Report'}))['status'], 'disabled');
    assert.deepEqual(await names({enabled: false}), ['Report', 'Old Report']);
    assert.equal(await refusal('triggerJob', {job: 'Report', parameters: {week: '3'}}), 'kubiya-disabled');
    assert.equal((await act('enableJob', {job: 'Report'}))['enabled'], true);
    await act('triggerJob', {jobId: made['id'] as string, parameters: {week: '3'}, configOverride: {model: 'small'}});
    const [execution] = shop.agents.state.collection('executions').rows();
    assert.partialDeepStrictEqual(execution?.item, {execution_metadata: {config_override: {model: 'small'}}});
    assert.deepEqual(await act('deleteJob', {job: 'Report'}), {deleted: true});
    assert.deepEqual(await act('deleteJob', {jobId: made['id'] as string}), {deleted: false});
    assert.equal(await refusal('getJob', {jobId: made['id'] as string}), 'kubiya-not-found');
  });

  it('of cron have a schedule, which a wrong expression does not get', async () => {
    const cron = {...report, trigger: 'cron', schedule: '0 2 * * *'};
    assert.equal(await refusal('createJob', {...cron, schedule: 'daily'}), 'kubiya-invalid');
    assert.equal((await act('createJob', cron))['schedule'], '0 2 * * *');
    assert.deepEqual(await names({trigger: 'cron'}), ['Weekly Report']);
    assert.equal(await refusal('updateJob', {job: 'Weekly Report', schedule: '* *'}), 'kubiya-invalid');
  });

  it('have a webhook address, and no secret is shown', async () => {
    const made = await act('createJob', {...report, trigger: 'webhook'});
    assert.match(String(made['webhookUrl']), /\/api\/v1\/jobs\/webhook\/[\w-]+$/);
    assert.doesNotMatch(JSON.stringify(made), /secret/);
  });

  it('are not created twice under one name', async () => {
    await act('createJob', report);
    assert.equal(await refusal('createJob', report), 'kubiya-job-exists');
  });
});
