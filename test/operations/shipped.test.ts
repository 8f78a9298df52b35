/** The hardest shipped connector, step by step: folder header, release lookup, typed arguments, start, settling, stopping. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import nock from 'nock';
import type {Action, Connection, Connector, JobKind} from '../../src/generated/types.ts';
import {prepareInput} from '../../src/operations/input.ts';
import {planProcedure} from '../../src/operations/planned.ts';
import {runProcedure, UnknownWrite} from '../../src/operations/procedure.ts';
import {settleOnce} from '../../src/operations/settle.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {type Bench, bench, canary, failureOf, onRecordedWire} from './bench.ts';

const path = new URL('../../connectors/uipath-orchestrator/connector.json', import.meta.url);
const connector = JSON.parse(readFileSync(path, 'utf8')) as Connector;
const host = 'https://orchestrator.example.com';
const start = connector.actions?.['startJob'] as Action;
const job = connector.jobs?.['job'] as JobKind;
const run = {id: 'jw-run', key: 'jw-run', now: '2026-01-12T08:15:30Z', delivery: 'reconcile', attempt: 1};
const startPath = '/odata/Jobs/UiPath.Server.Configuration.OData.StartJobs';

const onPremise: Partial<Connection> = {
  variant: 'on-premise',
  config: {url: host, tenant: 'default', username: 'svc', folder: 'Operations'},
};

function open(manifest = onPremise): Bench {
  return bench(connector, {manifest, secrets: {password: `${canary}-password`}});
}

/** What the folder of the connection costs before the first real call: once. */
function expectFolder(): void {
  nock(host)
    .post('/api/Account/Authenticate', {
      tenancyName: 'default',
      usernameOrEmailAddress: 'svc',
      password: `${canary}-password`,
    })
    .reply(200, {result: `${canary}-token`});
  nock(host, {badheaders: ['x-uipath-organizationunitid']})
    .get('/odata/Folders')
    .query({$filter: "FullyQualifiedName eq 'Operations'", $top: '2'})
    .reply(200, {value: [{Id: 12}]});
  nock(host).get('/odata/Users/UiPath.Server.Configuration.OData.GetCurrentUser').reply(200, {Id: 3});
  nock(host)
    .get('/odata/Folders/UiPath.Server.Configuration.OData.GetUsersForFolder(key=12,includeInherited=true)')
    .query({$filter: 'Id eq 3'})
    .reply(200, {value: [{Id: 3}]});
}

const inFolder = () =>
  nock(host, {reqheaders: {'x-uipath-organizationunitid': '12', authorization: `Bearer ${canary}-token`}});

const declared = JSON.stringify([
  {name: 'IncidentId', type: 'System.String, mscorlib', required: true, hasDefault: false},
  {name: 'Severity', type: 'System.Int32, mscorlib', required: false, hasDefault: false},
]);
const release = (
  Name: string,
  EnvironmentName: string | null = null,
  Key = '11111111-0000-4000-8000-000000000001',
) => ({
  Key,
  ProcessKey: 'SupportTriage',
  Name,
  EnvironmentName,
  Arguments: {Input: declared},
});
const releases = (...value: object[]) => inFolder().get('/odata/Releases').query(true).reply(200, {value});
const input = {
  process: 'SupportTriage',
  strategy: 'ModernJobsCount',
  jobsCount: 2,
  arguments: {IncidentId: 4711, Severity: '3'},
};

function startWith(stage: Bench, more: JsonObject = {}): Promise<Json | undefined> {
  const prepared = prepareInput(start, {...input, ...more}, stage.live);
  return runProcedure(start, {input: prepared, run}, {connection: stage.live, log: (line) => stage.lines.push(line)});
}

const startBody = {
  startInfo: {
    ReleaseKey: '11111111-0000-4000-8000-000000000001',
    Strategy: 'ModernJobsCount',
    Reference: 'jw-run',
    JobsCount: 2,
    InputArguments: '{"IncidentId":"4711","Severity":3}',
  },
};
const started = {
  value: [
    {Id: 1, Key: 'k-1', State: 'Pending'},
    {Id: 2, Key: 'k-2', State: 'Pending'},
  ],
};

describe('starting jobs with the shipped connector', () => {
  onRecordedWire();

  it('resolves folder and release, sends typed arguments, and needs one request per further event', async () => {
    const stage = open();
    expectFolder();
    releases(release('SupportTriage'));
    inFolder().post(startPath, startBody).times(3).reply(201, started);
    for (let i = 0; i < 3; i++)
      assert.deepEqual(await startWith(stage), {
        release: 'SupportTriage',
        jobs: [
          {id: 'k-1', number: 1},
          {id: 'k-2', number: 2},
        ],
      });
    assert.ok(stage.lines.some(({what}) => what === 'IncidentId 4711 → "4711", Severity "3" → 3'));
    assert.doesNotMatch(JSON.stringify(stage.lines), /canary/);
  });

  it('never guesses between two releases', async () => {
    const stage = open();
    expectFolder();
    releases(release('Triage_Prod', 'Prod'), release('Triage_Dev', 'Dev', '11111111-0000-4000-8000-000000000002'));
    const error = await failureOf(startWith(stage));
    assert.deepEqual(
      [error.code, error.owner, error.extra.choices],
      [
        'uipath-release-ambiguous',
        'operator',
        [
          {environment: 'Prod', release: 'Triage_Prod', releaseKey: '11111111-0000-4000-8000-000000000001'},
          {environment: 'Dev', release: 'Triage_Dev', releaseKey: '11111111-0000-4000-8000-000000000002'},
        ],
      ],
    );
  });

  it('a wrong environment lists the real ones', async () => {
    const stage = open();
    expectFolder();
    releases(release('Triage_Prod', 'Prod'));
    const error = await failureOf(startWith(stage, {environment: 'Test'}));
    assert.deepEqual(
      [error.code, error.extra.choices],
      [
        'uipath-release-not-found',
        [{environment: 'Prod', release: 'Triage_Prod', releaseKey: '11111111-0000-4000-8000-000000000001'}],
      ],
    );
  });

  it('wrong arguments are reported before anything is started', async () => {
    const stage = open();
    expectFolder();
    releases(release('SupportTriage'));
    const error = await failureOf(startWith(stage, {arguments: {IncidntId: 'x', Severity: 'high'}}));
    assert.deepEqual([error.code, error.extra.outcome, error.extra.suggestions], ['JW3110', 'fail', ['IncidentId']]);
    assert.match(error.message, /Severity.*IncidentId/s);
  });

  it('a release that is gone is looked up anew and started', async () => {
    const stage = open();
    expectFolder();
    releases(release('SupportTriage'));
    inFolder().post(startPath).reply(201, started);
    await startWith(stage);
    inFolder().post(startPath).reply(404, {message: 'x', errorCode: 1002});
    releases(release('SupportTriage', null, '11111111-0000-4000-8000-000000000009'));
    inFolder()
      .post(startPath, (body) => body.startInfo.ReleaseKey.endsWith('9'))
      .reply(201, started);
    assert.ok(await startWith(stage));
  });

  it('an answer that is lost is settled by the reference, in part or whole', async () => {
    const stage = open();
    expectFolder();
    releases(release('SupportTriage'));
    inFolder().post(startPath).reply(504, {});
    const error = await failureOf(startWith(stage));
    assert.ok(error instanceof UnknownWrite);
    const {operation, params} = error.write;
    const look = () => settleOnce({connection: stage.live, operation, params});
    const found = (...value: object[]) =>
      inFolder().get('/odata/Jobs').query({$filter: "Reference eq 'jw-run'", $top: '1000'}).reply(200, {value});
    found();
    assert.deepEqual(await look(), {kind: 'none'});
    const [one, two] = started.value;
    found(one as object);
    const partial = await look();
    assert.deepEqual(partial.kind === 'partial' && partial.rest, {startInfo: {...startBody.startInfo, JobsCount: 1}});
    found(one as object, two as object);
    const done = await look();
    assert.equal(done.kind, 'done');
    const from = {step: error.write.step, steps: error.write.steps, value: started.value};
    const prepared = prepareInput(start, input, stage.live);
    const output = await runProcedure(start, {input: prepared, run}, {connection: stage.live, from});
    assert.deepEqual(output, {
      release: 'SupportTriage',
      jobs: [
        {id: 'k-1', number: 1},
        {id: 'k-2', number: 2},
      ],
    });
  });

  it('a plan makes the lookups and shows the start', async () => {
    const stage = open();
    expectFolder();
    releases(release('SupportTriage'));
    const prepared = prepareInput(start, input, stage.live);
    const planned = await planProcedure(
      start,
      {input: prepared, run},
      {connection: stage.live, log: (line) => stage.lines.push(line)},
    );
    assert.equal(planned.kind, 'done');
    const withheld = stage.lines.find(({what}) => what.startsWith('withheld'));
    const shown = withheld?.request as {url: string; body: Json; headers: JsonObject} | undefined;
    assert.deepEqual(
      [shown?.url, shown?.body, shown?.headers['x-uipath-organizationunitid']],
      [`${host}${startPath}`, startBody, '12'],
    );
    assert.doesNotMatch(JSON.stringify(stage.lines), /canary/);
  });

  it('stopping two jobs of which one is unknown stops none', async () => {
    const stage = open();
    expectFolder();
    inFolder()
      .get('/odata/Jobs')
      .query(true)
      .reply(200, {value: [{Id: 1, Key: 'ee9327fd-237d-419e-86ef-9946b34461e3', State: 'Running'}]});
    assert.ok(job.stop);
    const jobs = ['ee9327fd-237d-419e-86ef-9946b34461e3', 'ee9327fd-237d-419e-86ef-9946b34461e4'].map((id) => ({id}));
    const error = await failureOf(runProcedure(job.stop, {jobs, input: {force: true}}, {connection: stage.live}));
    assert.equal(error.code, 'uipath-job-not-found');
  });
});
