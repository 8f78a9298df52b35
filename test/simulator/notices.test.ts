/** What a simulator tells the receivers that were registered with it: what, to whom, signed how, and when it does not. */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {createServer, type IncomingHttpHeaders, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {SimulatorOptions} from '../../src/simulator/app.ts';
import {ns, type Orchestrator, orchestrator, triage} from './orchestrator.ts';

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: events of many shapes
  readonly body: any;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A receiver on this machine that keeps what it is told. */
async function receiver(status = 202): Promise<{url: string; told: Told[]}> {
  const told: Told[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    told.push({headers: request.headers, text, body: JSON.parse(text)});
    response.writeHead(status).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, told};
}

const info = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 2, InputArguments: '{"IncidentId":"INC1"}'};

interface Scene extends Orchestrator {
  readonly told: Told[];
  readonly webhook: number;
  /** Types of what was told, without the ping at the beginning. */
  types(): string[];
  /** Time passes and everything that leaves meanwhile arrives. */
  pass(ms: number): Promise<void>;
}

async function scene(
  more: object = {},
  {status, ...options}: Partial<SimulatorOptions> & {status?: number} = {},
): Promise<Scene> {
  const {url, told} = await receiver(status);
  const running = await orchestrator(options);
  const {body} = await running.call('POST', '/odata/Webhooks', {
    json: {Name: 'jobwire', Url: url, Enabled: true, Secret: 'key', SubscribeToAllEvents: true, Events: [], ...more},
  });
  await running.sim.settled();
  return {
    ...running,
    told,
    webhook: body.Id,
    types: () => told.slice(1).map((one) => one.body.Type),
    async pass(ms) {
      running.clock.advance(ms);
      await running.sim.settled();
    },
  };
}

describe('notices of a simulator', () => {
  it('tell the life of jobs: one list when they are made, one notice per job after that', async () => {
    const {startJobs, pass, told, types} = await scene();
    const {body} = await startJobs(info);
    for (let i = 0; i < 4; i++) await pass(1000);
    assert.deepEqual(types(), ['job.created', 'job.started', 'job.started', 'job.completed', 'job.completed']);
    const [, created, , , completed] = told;
    assert.deepEqual(
      created?.body.Jobs.map((job: {Key: string}) => job.Key),
      body.value.map((job: {Key: string}) => job.Key),
    );
    assert.deepEqual(created?.body.Jobs[0].InputArguments, {IncidentId: 'INC1'});
    assert.equal(created?.body.Jobs[0].BatchExecutionKey, body.value[0].BatchExecutionKey);
    assert.deepEqual(completed?.body.Job.OutputArguments, {Comment: 'Triage finished.'});
    assert.equal(new Set(told.map((one) => one.body.EventId)).size, told.length);
  });

  it('hold stopped jobs in a list, also when a request stopped them', async () => {
    const {startJobs, call, pass, told, types} = await scene();
    const {body} = await startJobs({...info, JobsCount: 1});
    await call('POST', `/odata/Jobs/${ns}.StopJobs`, {json: {jobIds: [body.value[0].Id], strategy: 'Kill'}});
    await pass(0);
    assert.deepEqual(types(), ['job.created', 'job.stopped']);
    assert.equal(told.at(-1)?.body.Jobs[0].Key, body.value[0].Key);
  });

  it('tell of a wait and its end', async () => {
    const {startJobs, call, pass, types, jobs} = await scene({}, {settings: {result: 'Suspended'}});
    await startJobs({...info, JobsCount: 1});
    for (let i = 0; i < 4; i++) await pass(1000);
    const {body} = await jobs("State eq 'Suspended'");
    await call('POST', `/odata/Jobs/${ns}.ResumeJob`, {json: {jobKey: body.value[0].Key}});
    await pass(0);
    assert.deepEqual(types(), ['job.created', 'job.started', 'job.suspended', 'job.resumed']);
  });

  for (const [rule, form] of [
    [1, (mac: Buffer) => mac.toString('base64')],
    [0, (mac: Buffer) => `sha256=${mac.toString('hex')}`],
  ] as const)
    it(`are signed over their bytes, ${rule === 1 ? 'in base64' : 'in hex behind sha256='}`, async () => {
      const {told} = await scene({}, {settings: {signatureRule: rule}});
      const [ping] = told;
      assert.equal(ping?.body.Type, 'ping');
      assert.equal(ping?.headers['x-uipath-signature'], form(createHmac('sha256', 'key').update(ping.text).digest()));
    });

  it('are not signed without a secret', async () => {
    const {told} = await scene({Secret: null});
    assert.equal(told[0]?.headers['x-uipath-signature'], undefined);
  });

  it('go to those who asked for them', async () => {
    const {startJobs, pass, types} = await scene({
      SubscribeToAllEvents: false,
      Events: [{EventType: 'job.completed'}],
    });
    await startJobs(info);
    for (let i = 0; i < 4; i++) await pass(1000);
    assert.deepEqual(types(), ['job.completed', 'job.completed']);
  });

  it('do not go to who is switched off or gone', async () => {
    const off = await scene({Enabled: false});
    await off.startJobs(info);
    await off.pass(0);
    assert.deepEqual(off.types(), []);
    const gone = await scene();
    await gone.call('DELETE', `/odata/Webhooks(${gone.webhook})`);
    await gone.startJobs(info);
    await gone.pass(0);
    assert.deepEqual(gone.types(), []);
  });

  it("stop for an hour after one that was not taken, and do not show this to the vendor's clients", async () => {
    const {startJobs, call, pass, types, webhook, sim} = await scene({}, {status: 500});
    await startJobs(info);
    await pass(0);
    assert.deepEqual(types(), [], 'the ping failed, so nothing else leaves');
    await pass(3_600_001);
    await startJobs(info);
    await pass(0);
    assert.ok(types().includes('job.created'));
    assert.deepEqual([...new Set(sim.deliveries.map(({status}) => status))], [500]);
    const {body} = await call('GET', `/odata/Webhooks(${webhook})`);
    assert.ok(!('SilentUntil' in body));
  });

  it('are lost, repeated or late where the settings say so', async () => {
    const {startJobs, pass, types, sim} = await scene();
    sim.set({webhookTimes: 0});
    await startJobs(info);
    await pass(0);
    assert.deepEqual(types(), []);
    sim.set({webhookTimes: 2, webhookAfter: '30s'});
    await startJobs(info);
    await pass(100);
    assert.deepEqual(types(), []);
    await pass(30_000);
    assert.deepEqual(types().slice(0, 2), ['job.created', 'job.created']);
  });

  it('are sent once more as a ping on request', async () => {
    const {call, webhook, sim, told} = await scene();
    assert.equal((await call('POST', `/odata/Webhooks(${webhook})/${ns}.Ping`)).status, 202);
    await sim.settled();
    assert.deepEqual(
      told.map(({body}) => body.Type),
      ['ping', 'ping'],
    );
  });

  it('never leave this machine', async () => {
    const {sim} = await scene({Url: 'https://jobwire.example.com/hooks'});
    assert.deepEqual(
      sim.deliveries.map(({type, status, problem}) => [type, status, problem]),
      [['ping', undefined, 'only addresses of this machine are told']],
    );
  });

  it('are listed at the control address', async () => {
    const {call, told} = await scene();
    const {body} = await call('GET', '/_simulator/deliveries');
    assert.deepEqual([body.deliveries.length, body.deliveries[0].status, told.length], [1, 202, 1]);
  });
});
