/** Clients that people really use, from npm, work with the simulator as they do with Orchestrator. */
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {telemetryClient, UiPath} from '@uipath/uipath-typescript/core';
import {Jobs} from '@uipath/uipath-typescript/jobs';
import {Processes} from '@uipath/uipath-typescript/processes';
import {Queues} from '@uipath/uipath-typescript/queues';
import {folderHeader, type Orchestrator, orchestrator, triage} from '../../simulator/orchestrator.ts';

const require = createRequire(import.meta.url);
const args = '{"IncidentId":"INC1"}';

const states = ({sim}: Orchestrator): unknown[] =>
  sim.state
    .collection('jobs')
    .rows()
    .map(({item}) => item['State']);

const calls = ({sim}: Orchestrator): string[] => sim.requests.map(({method, path}) => `${method} ${path}`);

describe('@uipath/uipath-typescript 1.3.8', () => {
  interface Sdk extends Orchestrator {
    readonly processes: Processes;
    readonly jobsOf: Jobs;
    readonly queues: Queues;
  }
  // It would report its use to the vendor: tests reach nothing but this machine.
  before(() => Object.assign(telemetryClient, {isInitialized: true}));

  async function connect(): Promise<Sdk> {
    const running = await orchestrator();
    const sdk = new UiPath({baseUrl: running.sim.url, orgName: 'acme', tenantName: 'default', secret: 'any token'});
    await sdk.initialize();
    return {...running, processes: new Processes(sdk), jobsOf: new Jobs(sdk), queues: new Queues(sdk)};
  }
  const start = (processes: Processes) => {
    const options = {inputArguments: args, strategy: 'ModernJobsCount', jobsCount: 2, reference: 'ev-1'};
    return processes.start({processKey: triage, ...options} as Parameters<Processes['start']>[0], 2);
  };

  it('lists processes, in pages too, and finds one by its name in a folder by path', async () => {
    const {processes} = await connect();
    const all = await processes.getAll({folderId: 2});
    assert.equal(all.items.length, 4);
    const page = await processes.getAll({folderId: 2, pageSize: 3});
    assert.deepEqual([page.items.length, page.totalCount, page.hasNextPage], [3, 4, true]);
    const one = await processes.getByName("Ledger Import O'Hare", {folderPath: 'Shared'});
    assert.equal(one.id, 312804);
  });

  it('starts, reads and lists jobs', async () => {
    const {processes, jobsOf} = await connect();
    const started = await start(processes);
    assert.equal(started.length, 2);
    const [first] = started;
    const job = await jobsOf.getById(first?.key ?? '', 2);
    assert.deepEqual([job.state, job.inputArguments], ['Pending', args]);
    const pending = await jobsOf.getAll({folderId: 2, filter: "state eq 'Pending'"});
    assert.equal(pending.items.length, 2);
  });

  it('stops jobs by their keys and starts one again', async () => {
    const running = await connect();
    const {processes, jobsOf} = running;
    const started = await start(processes);
    await jobsOf.stop(
      started.map(({key}) => key),
      2,
      {strategy: 'Kill'} as Parameters<Jobs['stop']>[2],
    );
    assert.deepEqual(states(running), ['Stopped', 'Stopped']);
    const again = await jobsOf.restart(started[0]?.key ?? '', 2);
    assert.equal(again.state, 'Pending');
  });

  it('reads what a job gave', async () => {
    const {processes, jobsOf, clock} = await connect();
    const [job] = await start(processes);
    clock.advance(10_000);
    assert.deepEqual(await jobsOf.getOutput(job?.key ?? '', 2), {Comment: 'Triage finished.'});
  });

  it('resumes a job that waits', async () => {
    const running = await connect();
    running.sim.set({result: 'Suspended'});
    const [job] = await start(running.processes);
    running.clock.advance(10_000);
    await running.jobsOf.resume(job?.key ?? '', 2);
    assert.equal(states(running)[0], 'Resumed');
  });

  it('lists queues', async () => {
    const {queues} = await connect();
    const {items} = await queues.getAll({folderId: 2});
    assert.deepEqual(
      items.map(({name}) => name),
      ['Incidents', 'Loose'],
    );
  });

  it('is refused for an order by a name that Orchestrator does not have', async () => {
    const {processes, jobsOf} = await connect();
    await start(processes);
    await assert.rejects(jobsOf.getAll({folderId: 2, orderby: 'createdTime desc'}), /Invalid OData query options/);
  });

  it('is told of a folder that is not there, with the message of Orchestrator', async () => {
    const {processes} = await connect();
    await assert.rejects(processes.getAll({folderId: 99}), /Folder does not exist/);
  });
});

describe('uipath-orchestrator 1.1.3', () => {
  interface Answer {
    readonly '@odata.count'?: number;
    readonly value: readonly Record<string, unknown>[];
  }
  type Callback = (error: Error | undefined, answer: Answer) => void;
  interface Client {
    readonly v2: {readonly odata: Readonly<Record<string, (...given: unknown[]) => void>>};
    get(path: string, query: object, done: Callback): void;
    post(path: string, body: object, done: Callback): void;
    switchOrganizationUnitId(id: number): void;
  }
  const Client = require('uipath-orchestrator') as {
    new (options: object): Client;
    odataHelper: {annotateStrings(content: object): object};
  };
  const called = (call: (done: Callback) => void) =>
    new Promise<Answer>((resolve, reject) => call((error, answer) => (error ? reject(error) : resolve(answer))));

  async function connect(faults: Record<string, number> = {}): Promise<Orchestrator & {client: Client}> {
    const running = await orchestrator({faults});
    const client = new Client({
      tenancyName: 'default',
      usernameOrEmailAddress: 'jobwire',
      password: 'word',
      hostname: '127.0.0.1',
      port: running.sim.port,
      isSecure: false,
    });
    client.switchOrganizationUnitId(2);
    return {...running, client};
  }
  const startInfo = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 1, InputArguments: args};
  const start = (client: Client) => called((done) => client.v2.odata['postStartJobs']?.({startInfo}, done));

  it('logs in, finds a process and starts it', async () => {
    const running = await connect();
    const {client} = running;
    const query = {$filter: "ProcessKey eq 'SupportTriage'"};
    const {value} = await called((done) => client.v2.odata['getReleases']?.(query, done));
    assert.deepEqual([value.length, value[0]?.['Key']], [1, triage]);
    assert.equal((await start(client)).value[0]?.['State'], 'Pending');
    assert.deepEqual(calls(running).slice(0, 2), ['POST /api/Account/Authenticate', 'GET /odata/Releases']);
  });

  it('reads one job, lists and stops', async () => {
    const running = await connect();
    const {client} = running;
    const [job = {}] = (await start(client)).value;
    const one = await called((done) => client.get(`/odata/Jobs(${job['Id']})`, {}, done));
    assert.equal((one as unknown as {Key: unknown}).Key, job['Key']);
    const list = await called((done) => client.get('/odata/Jobs', {$filter: "State eq 'Pending'", $top: 1}, done));
    assert.equal(list['@odata.count'], 1);
    const stop = `/odata/Jobs(${job['Id']})/UiPath.Server.Configuration.OData.StopJob`;
    await called((done) => client.post(stop, {strategy: 'Kill'}, done));
    assert.deepEqual(states(running), ['Stopped']);
  });

  it('adds a queue item whose text stays text', async () => {
    const running = await connect();
    const SpecificContent = Client.odataHelper.annotateStrings({when: '2026-01-12T08:15:30.000Z', n: 1});
    const itemData = {Name: 'Incidents', Priority: 'Normal', Reference: 'INC1', SpecificContent};
    await called((done) => running.client.v2.odata['postAddQueueItem']?.({itemData}, done));
    const [row] = running.sim.state.collection('queueItems').rows();
    assert.deepEqual(row?.item['SpecificContent'], {when: '2026-01-12T08:15:30.000Z', n: 1});
  });

  it('logs in again after a 401 and starts one job, not two', async () => {
    const running = await connect();
    await called((done) => running.client.get('/odata/Folders', {}, done));
    running.sim.arm('token-refused');
    await start(running.client);
    assert.deepEqual(states(running), ['Pending']);
    assert.equal(calls(running).filter((call) => call.endsWith('/Authenticate')).length, 2);
  });
});

describe('uipath-orchestrator-api-node 0.8.3', () => {
  interface Job {
    readonly Id: number;
    readonly State: string;
    readonly Release?: {readonly ProcessKey: string};
  }
  interface Client {
    organizationUnitId: number;
    authenticate(): Promise<{readonly result: string}>;
    readonly release: {findAll(query?: object): Promise<readonly {readonly Name: string}[]>};
    readonly job: {
      startJobs(process: string, robots: readonly string[], count?: number): Promise<{readonly value: readonly Job[]}>;
      find(id: number): Promise<Job>;
      findAllEx(query: object): Promise<readonly Job[]>;
      stopJob(id: number, kill?: boolean): Promise<unknown>;
    };
    readonly queueItem: {create(item: object): Promise<{readonly Status: string}>};
  }

  async function connect(folder = 1): Promise<Orchestrator & {client: Client}> {
    process.env['NODE_CONFIG'] ??= '{}';
    process.env['SUPPRESS_NO_CONFIG_WARNING'] ??= '1';
    const {OrchestratorApi} = require('uipath-orchestrator-api-node') as {
      OrchestratorApi: new (config: object) => Client;
    };
    const running = await orchestrator({}, folder === 2 ? folderHeader : {});
    const userinfo = {tenancyName: 'default', usernameOrEmailAddress: 'jobwire', password: 'word'};
    const client = new OrchestratorApi({userinfo, serverinfo: {servername: running.sim.url}});
    assert.ok((await client.authenticate()).result);
    client.organizationUnitId = folder;
    return {...running, client};
  }

  it('logs in and lists processes', async () => {
    const {client} = await connect();
    const names = (await client.release.findAll()).map(({Name}) => Name);
    assert.ok(names.includes('SupportTriage_QuickstartDemo'), names.join());
  });

  it('starts on a robot by name and on any robots by count', async () => {
    const {client, sim} = await connect();
    const named = await client.job.startJobs('SupportTriage', ['Triage-Bot-2']);
    const counted = await client.job.startJobs('SupportTriage', [], 2);
    assert.deepEqual([named.value.length, counted.value.length], [1, 2]);
    const [row] = sim.state.collection('jobs').rows();
    const {Name} = (row?.item['Robot'] ?? {}) as {Name?: string};
    assert.equal(Name, 'Triage-Bot-2');
  });

  it('reads, lists with what is expanded, and stops with numbers for strategies', async () => {
    const running = await connect();
    const {client} = running;
    const [job] = (await client.job.startJobs('SupportTriage', [], 2)).value;
    assert.ok(job);
    assert.equal((await client.job.find(job.Id)).State, 'Pending');
    const [listed] = await client.job.findAllEx({});
    assert.equal(listed?.Release?.ProcessKey, 'SupportTriage');
    running.clock.advance(1000);
    await client.job.stopJob(job.Id);
    await client.job.stopJob(job.Id + 1, true);
    assert.deepEqual(states(running), ['Stopping', 'Terminating']);
  });

  it('adds a queue item', async () => {
    const {client} = await connect(2);
    const item = {itemData: {Name: 'Incidents', Priority: 'High', Reference: 'INC9', SpecificContent: {a: 'b'}}};
    assert.equal((await client.queueItem.create(item)).Status, 'New');
  });
});
