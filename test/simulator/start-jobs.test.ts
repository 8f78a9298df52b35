/** What StartJobs of the Orchestrator simulator accepts and refuses (facts: published definitions and observed clients). */
import assert from 'node:assert/strict';
import {classicTriage, orchestrator, startPath, triage} from './orchestrator.ts';

const args = (value: unknown) => JSON.stringify(value);
const modern = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1, InputArguments: '{}'};
const classic = {ReleaseKey: classicTriage, Strategy: 'JobsCount', JobsCount: 1};
const noFolder = {authorization: 'Bearer any'};

interface Case {
  readonly name: string;
  readonly info: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, never>> | Record<string, unknown>;
  readonly status: number;
  readonly code?: number;
  readonly jobs?: number;
}

const encoded = (path: string) => Buffer.from(path, 'utf16le').toString('base64');
const shared = {'x-uipath-organizationunitid': '2'};

const accepted: readonly Case[] = [
  {name: 'one job', info: modern, status: 201, jobs: 1},
  {name: 'several jobs', info: {...modern, JobsCount: 3}, status: 201, jobs: 3},
  {
    name: 'camel case, as one client sends it',
    info: {releaseKey: triage, strategy: 'ModernJobsCount', jobsCount: 2, reference: 'ev-1', inputArguments: '{}'},
    status: 201,
    jobs: 2,
  },
  {
    name: 'a release name without strategy, as another client sends it',
    info: {ReleaseName: 'SupportTriage', InputArguments: '{}', Source: 'AgentService'},
    status: 201,
    jobs: 1,
  },
  {
    name: 'a folder by encoded path',
    info: modern,
    headers: {...noFolder, 'x-uipath-folderpath-encoded': encoded('Shared')},
    status: 201,
    jobs: 1,
  },
  {
    name: 'a folder by path',
    info: modern,
    headers: {...noFolder, 'x-uipath-folderpath': 'Shared'},
    status: 201,
    jobs: 1,
  },
  {
    name: 'a folder by key',
    info: modern,
    headers: {...noFolder, 'x-uipath-folderkey': '11111111-AAAA-4aaa-8aaa-000000000002'},
    status: 201,
    jobs: 1,
  },
  {
    name: 'the path before the id',
    info: modern,
    headers: {'x-uipath-organizationunitid': '3', 'x-uipath-folderpath': 'Shared'},
    status: 201,
    jobs: 1,
  },
  {
    name: 'a path that is not ASCII',
    info: {...modern, ReleaseKey: 'e5f6a7b8-2c3d-4e4f-9a5b-6c7d8e9f0a66'},
    headers: {'x-uipath-folderpath-encoded': encoded('Shared/Финансы')},
    status: 201,
    jobs: 1,
  },
  {name: 'a classic count without folder', info: {...classic, RobotIds: []}, headers: noFolder, status: 201, jobs: 1},
  {
    name: 'named robots',
    info: {...classic, Strategy: 'Specific', RobotIds: [4778, 4779], JobsCount: 0},
    headers: noFolder,
    status: 201,
    jobs: 2,
  },
  {
    name: 'all robots of the environment',
    info: {ReleaseKey: classicTriage, Strategy: 'All'},
    headers: noFolder,
    status: 201,
    jobs: 2,
  },
  {
    name: 'the deprecated count of robots',
    info: {ReleaseKey: classicTriage, Strategy: 'RobotCount', NoOfRobots: 2},
    headers: noFolder,
    status: 201,
    jobs: 2,
  },
  {
    name: '10000 characters of arguments',
    info: {...modern, InputArguments: args({a: 'x'.repeat(10_000 - 8)})},
    status: 201,
    jobs: 1,
  },
  {name: '128 characters of reference', info: {...modern, Reference: 'r'.repeat(128)}, status: 201, jobs: 1},
];

const refused: readonly Case[] = [
  {name: 'no startInfo', info: undefined, status: 400, code: 1000},
  {name: 'a startInfo that is a text', info: 'x', status: 400, code: 1000},
  {name: 'no release', info: {Strategy: 'ModernJobsCount', JobsCount: 1}, status: 404, code: 1002},
  {
    name: 'an unknown release',
    info: {...modern, ReleaseKey: '00000000-0000-4000-8000-000000000000'},
    status: 404,
    code: 1002,
  },
  {
    name: 'a release of another folder',
    info: {...modern, ReleaseKey: 'd4e5f6a7-1b2c-4d3e-8f4a-5b6c7d8e9f55'},
    status: 404,
    code: 1002,
  },
  {name: 'a modern release without folder', info: modern, headers: noFolder, status: 400, code: 1101},
  {
    name: 'a folder that is not there',
    info: modern,
    headers: {'x-uipath-organizationunitid': '99'},
    status: 400,
    code: 1100,
  },
  {name: 'a folder the user may not enter', info: modern, settings: {folderAccess: false}, status: 400, code: 1100},
  {name: 'arguments as an object', info: {...modern, InputArguments: {IncidentId: 'INC1'}}, status: 400, code: 1000},
  {
    name: 'arguments that are no JSON',
    info: {...modern, InputArguments: "{'IncidentId': 'INC1'}"},
    status: 400,
    code: 1000,
  },
  {name: 'arguments that are no object', info: {...modern, InputArguments: '["INC1"]'}, status: 400, code: 1000},
  {
    name: '10001 characters of arguments',
    info: {...modern, InputArguments: args({a: 'x'.repeat(10_000 - 7)})},
    status: 400,
    code: 1000,
  },
  {name: '129 characters of reference', info: {...modern, Reference: 'r'.repeat(129)}, status: 400, code: 1000},
  {name: 'an unknown strategy', info: {...modern, Strategy: 'Some'}, status: 400, code: 1000},
  {name: 'a count of none', info: {...modern, JobsCount: 0}, status: 400, code: 1000},
  {
    name: 'a strategy without its count',
    info: {ReleaseKey: triage, Strategy: 'ModernJobsCount'},
    status: 400,
    code: 1000,
  },
  {name: 'a count that is a text', info: {...modern, JobsCount: '2'}, status: 400, code: 1000},
  {name: 'a classic strategy in a modern folder', info: {...modern, Strategy: 'JobsCount'}, status: 400, code: 2815},
  {
    name: 'a modern strategy in a classic folder',
    info: {...classic, Strategy: 'ModernJobsCount'},
    headers: noFolder,
    status: 400,
    code: 2816,
  },
  {
    name: 'Specific without robots',
    info: {ReleaseKey: classicTriage, Strategy: 'Specific'},
    headers: noFolder,
    status: 400,
    code: 1000,
  },
  {
    name: 'a robot of another environment',
    info: {ReleaseKey: classicTriage, Strategy: 'Specific', RobotIds: [4780]},
    headers: noFolder,
    status: 409,
    code: 1671,
  },
  {
    name: 'robots with a count strategy',
    info: {...classic, RobotIds: [4778]},
    headers: noFolder,
    status: 400,
    code: 1000,
  },
  {
    name: 'NoOfRobots with Specific',
    info: {ReleaseKey: classicTriage, Strategy: 'Specific', RobotIds: [4778], NoOfRobots: 1},
    headers: noFolder,
    status: 400,
    code: 1000,
  },
  {
    name: 'both kinds of priority',
    info: {...modern, JobPriority: 'High', SpecificPriorityValue: 5},
    status: 400,
    code: 1009,
  },
  {
    name: 'an attachment that is not there',
    info: {...modern, InputArguments: undefined, InputFile: '00000000-0000-4000-8000-000000000000'},
    status: 404,
    code: 1002,
  },
  {name: 'no machine', info: modern, settings: {noRuntime: true}, status: 409, code: 2818},
];

describe('StartJobs in the simulator', () => {
  for (const {name, info, headers, jobs} of accepted)
    it(`accepts ${name}`, async () => {
      const {startJobs, sim} = await orchestrator({}, headers ?? shared);
      const answer = await startJobs(info as object);
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.body.value.length, jobs);
      assert.equal(sim.state.collection('jobs').size, jobs);
      assert.deepEqual([...new Set(answer.body.value.map((job: {State: string}) => job.State))], ['Pending']);
      assert.equal(new Set(answer.body.value.map((job: {BatchExecutionKey: string}) => job.BatchExecutionKey)).size, 1);
      assert.equal(new Set(answer.body.value.map((job: {Key: string}) => job.Key)).size, jobs);
    });

  for (const {name, info, headers, settings, status, code} of refused)
    it(`refuses ${name}`, async () => {
      const {startJobs, sim} = await orchestrator({settings: (settings ?? {}) as never}, headers ?? shared);
      const answer = await startJobs(info as object);
      assert.deepEqual([answer.status, answer.body?.errorCode], [status, code], answer.text);
      assert.equal(typeof answer.body.message, 'string');
      assert.match(answer.body.traceId, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      assert.equal(sim.state.collection('jobs').size, 0);
    });

  it('refuses a body that is no JSON', async () => {
    const {call} = await orchestrator();
    const answer = await call('POST', startPath, {body: '{', headers: {'content-type': 'application/json'}});
    assert.deepEqual([answer.status, answer.body.errorCode], [400, 1000]);
  });

  it('refuses a second pending job for the same robots', async () => {
    const {startJobs} = await orchestrator({}, noFolder);
    const info = {ReleaseKey: classicTriage, Strategy: 'Specific', RobotIds: [4778]};
    assert.equal((await startJobs(info)).status, 201);
    const second = await startJobs(info);
    assert.deepEqual([second.status, second.body.errorCode], [409, 1670]);
  });

  it('starts twice what is sent twice', async () => {
    const {startJobs, jobs} = await orchestrator();
    await startJobs({...modern, Reference: 'jw-1'});
    await startJobs({...modern, Reference: 'jw-1'});
    assert.equal((await jobs("Reference eq 'jw-1'")).body.value.length, 2);
  });

  it('does not repeat the arguments in its answer, but keeps them', async () => {
    const {startJobs, call} = await orchestrator();
    const text = args({IncidentId: `O'Hare "☃"`, n: 1});
    const {body} = await startJobs({...modern, InputArguments: text});
    assert.equal(body.value[0].InputArguments, null);
    const kept = await call('GET', `/odata/Jobs(${body.value[0].Id})`);
    assert.equal(kept.body.InputArguments, text);
  });
});
