/** The shipped connectors, opened as an operator would, work with their simulators: probes, actions, job verbs, settling. */
import assert from 'node:assert/strict';
import {createHolder} from '../../src/auth/held.ts';
import type {Connection} from '../../src/generated/types.ts';
import {type LiveConnection, openConnection} from '../../src/operations/connection.ts';
import {prepareInput} from '../../src/operations/input.ts';
import {runProcedure, UnknownWrite} from '../../src/operations/procedure.ts';
import {settleOnce} from '../../src/operations/settle.ts';
import type {SimulatorOptions} from '../../src/simulator/app.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {Redactor} from '../../src/values/secret.ts';
import {type Running, shipped, simulate} from './support.ts';

interface Connected extends Running {
  readonly connection: LiveConnection;
  act(action: string, input: JsonObject): Promise<Json | undefined>;
  verb(name: 'status' | 'stop' | 'output', roots: JsonObject): Promise<Json | undefined>;
}

type Access = Pick<Connection, 'variant' | 'config' | 'secrets'>;
const open: LiveConnection[] = [];
const run = {
  id: 'r1',
  key: 'jw-abcdefghijklmnopqrstuvwxyz',
  template: 't',
  target: 'x',
  delivery: 'reconcile',
  attempt: 1,
  now: '2026-01-12T08:15:30Z',
};

async function connectTo(
  id: string,
  access: (url: string) => Access,
  options: Partial<SimulatorOptions> = {},
): Promise<Connected> {
  const running = await simulate(shipped(id), {}, options);
  const {connector} = shipped(id);
  const manifest: Connection = {
    jobwire: '1',
    kind: 'connection',
    id: `${id}-test`,
    title: 'Test',
    connector: `${id}@^1`,
    ...access(running.sim.url),
    network: {allowPrivate: ['127.0.0.1']},
  } as Connection;
  const connection = openConnection({manifest, dir: '.'}, connector, {
    clock: running.clock,
    chance: () => 0,
    redactor: new Redactor(),
    tokens: createHolder<string>(running.clock),
    secret: (reference) => `secret of ${reference}`,
    readFile: () => '',
    sharedBudgets: new Map(),
  });
  open.push(connection);
  const roots = async () => ({run, connection: connection.config, prepared: await connection.prepared()});
  const [kind] = Object.values(connector.jobs ?? {});
  return {
    ...running,
    connection,
    async act(name, input) {
      const action = connector.actions?.[name];
      assert.ok(action, name);
      return runProcedure(action, {...(await roots()), input: prepareInput(action, input, connection)}, {connection});
    },
    async verb(name, more) {
      const procedure = kind?.[name];
      assert.ok(procedure, name);
      return runProcedure(procedure, {...(await roots()), input: {}, ...more}, {connection});
    },
  };
}

const suite = (url: string): Access => ({
  variant: 'automation-suite',
  config: {url, organization: 'acme', tenant: 'default', clientId: 'jobwire', folder: 'Shared'},
  secrets: {clientSecret: 'env:SECRET'},
});
const onPremise = (url: string): Access => ({
  variant: 'on-premise',
  config: {url, tenant: 'default', username: 'jobwire', folder: 'Shared'},
  secrets: {password: 'env:PASSWORD'},
});
const kubiya = (url: string): Access => ({variant: 'api', config: {url}, secrets: {apiKey: 'env:KEY'}});

const triage = {
  process: 'SupportTriage',
  strategy: 'ModernJobsCount',
  jobsCount: 2,
  arguments: {IncidentId: 'INC1', DateCreated: '2026-01-12T08:15:30Z', Severity: '1', Summary: `O'Hare "☃"`},
};
type Jobs = {jobs: {id: string}[]};

describe('a connector with its simulator', () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });

  for (const [name, access] of [
    ['automation-suite', suite],
    ['on-premise', onPremise],
  ] as const)
    it(`starts jobs by ${name}, follows them, and reads what came out`, async () => {
      const {act, verb, clock, connection} = await connectTo('uipath-orchestrator', access);
      await runProcedure(
        connection.part.probe,
        {connection: connection.config, prepared: await connection.prepared()},
        {connection},
      );
      const {jobs} = (await act('startJob', triage)) as Jobs;
      assert.equal(jobs.length, 2);
      const states = async () => ((await verb('status', {jobs})) as {state: string}[]).map(({state}) => state);
      assert.deepEqual(await states(), ['Pending', 'Pending']);
      clock.advance(3000);
      assert.deepEqual(await states(), ['Successful', 'Successful']);
      assert.deepEqual(await verb('output', {job: jobs[0] ?? null}), {Comment: 'Triage finished.'});
    });

  it('sends arguments exactly as the process declares them', async () => {
    const {act, sim} = await connectTo('uipath-orchestrator', suite);
    await act('startJob', triage);
    const [row] = sim.state.collection('jobs').rows();
    const sent = JSON.parse(String(row?.item['InputArguments']));
    assert.deepEqual([sent.Severity, sent.Summary, row?.item['Reference']], [1, `O'Hare "☃"`, run.key]);
  });

  it('finds jobs by their reference when the answer was lost', async () => {
    const {act, connection, sim} = await connectTo('uipath-orchestrator', suite, {faults: {'lost-answer': 1}});
    const error = await act('startJob', triage).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UnknownWrite, String(error));
    const settled = await settleOnce({connection, operation: error.write.operation, params: error.write.params});
    assert.equal(settled.kind, 'done');
    assert.equal(sim.state.collection('jobs').size, 2);
  });

  it('finds a part of the jobs when only a part was created', async () => {
    const {act, connection} = await connectTo('uipath-orchestrator', suite, {faults: {'created-in-part': 1}});
    const error = await act('startJob', triage).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UnknownWrite, String(error));
    const settled = await settleOnce({connection, operation: error.write.operation, params: error.write.params});
    assert.ok(settled.kind === 'partial', settled.kind);
    const {JobsCount} = (settled.rest?.['startInfo'] ?? {}) as JsonObject;
    assert.equal(JobsCount, 1);
  });

  it('lists the environments of a process that was published twice', async () => {
    const {act} = await connectTo('uipath-orchestrator', (url) => {
      const {config, ...access} = onPremise(url);
      const {folder: _folder, ...classic} = config;
      return {...access, config: classic};
    });
    await assert.rejects(
      act('startJob', {process: 'InvoicePosting', strategy: 'JobsCount', arguments: {}}),
      (error: {code: string; extra: {choices: unknown}}) => {
        assert.equal(error.code, 'uipath-release-ambiguous');
        assert.match(JSON.stringify(error.extra.choices), /FinanceTest.*FinanceLive/);
        return true;
      },
    );
  });

  it('starts on named robots of a classic environment', async () => {
    const {act, sim} = await connectTo('uipath-orchestrator', (url) => {
      const {config, ...access} = onPremise(url);
      const {folder: _folder, ...classic} = config;
      return {...access, config: classic};
    });
    await act('startJob', {
      process: 'SupportTriage',
      strategy: 'Specific',
      robots: ['triage-bot-2'],
      arguments: {IncidentId: 'INC1'},
    });
    const robots = sim.state
      .collection('jobs')
      .rows()
      .map(({item}) => (item['Robot'] as JsonObject)['Name']);
    assert.deepEqual(robots, ['Triage-Bot-2']);
  });

  it('renews a token that has expired', async () => {
    const {act, clock, sim} = await connectTo('uipath-orchestrator', suite, {settings: {tokenLifetime: '5m'}});
    await act('startJob', triage);
    clock.advance(600_000);
    await act('startJob', triage);
    assert.equal(sim.requests.filter(({path}) => path.endsWith('/connect/token')).length, 2);
  });

  it('stops a job', async () => {
    const {act, verb, clock} = await connectTo('uipath-orchestrator', suite);
    const {jobs} = (await act('startJob', triage)) as Jobs;
    clock.advance(1000);
    await verb('stop', {jobs, input: {force: true}});
    clock.advance(1000);
    const found = (await verb('status', {jobs})) as {state: string}[];
    assert.deepEqual(
      found.map(({state}) => state),
      ['Stopped', 'Stopped'],
    );
  });

  it('adds a queue item once, and takes the refusal of the second for success', async () => {
    const {act, sim} = await connectTo('uipath-orchestrator', suite);
    const add = async () =>
      (
        (await act('addQueueItem', {
          queue: 'Incidents',
          reference: 'INC1',
          content: {when: '2026-01-12T08:15:30Z'},
        })) as JsonObject
      )['duplicate'];
    assert.deepEqual([await add(), await add()], [false, true]);
    assert.equal(sim.state.collection('queueItems').size, 1);
  });

  it('triggers an agent job by name and follows it', async () => {
    const {act, verb, clock} = await connectTo('kubiya', kubiya);
    const {jobs} = (await act('triggerJob', {
      job: 'Network diagnosis',
      parameters: {incident: 'INC1', summary: 'VPN'},
    })) as Jobs;
    clock.advance(3000);
    assert.equal(((await verb('status', {job: jobs[0] ?? null})) as JsonObject)['state'], 'completed');
    assert.equal(await verb('output', {job: jobs[0] ?? null}), 'Diagnosis finished.');
  });

  it('writes a work note', async () => {
    const {act, sim} = await connectTo('servicenow', (url) => ({
      variant: 'basic-url',
      config: {url, username: 'jobwire'},
      secrets: {password: 'env:PASSWORD', signingKey: 'env:KEY'},
    }));
    assert.deepEqual(await act('addWorkNote', {sysId: '9d385017c611228701d22104cc95c371', note: 'done'}), {
      number: 'INC0010001',
    });
    assert.equal(sim.state.collection('workNotes').size, 1);
  });
});
