/** Faults on real sockets: what the client sees, and whether the jobs were started. */
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect} from 'node:net';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {type Orchestrator, orchestrator, triage} from './orchestrator.ts';
import {shipped, simulate} from './support.ts';

const info = {ReleaseKey: triage, Strategy: 'ModernJobsCount', JobsCount: 3, InputArguments: '{}'};
const started = ({sim}: Orchestrator) => sim.state.collection('jobs').size;

/** Network code of a failed call, deep in its causes. */
function codeOf(error: unknown): string {
  let link = error as {code?: string; cause?: unknown; name?: string} | undefined;
  while (link?.cause) link = link.cause as typeof link;
  return link?.code ?? link?.name ?? '';
}

describe('faults', () => {
  const broken: readonly [fault: string, jobs: number][] = [
    ['lost-answer', 3],
    ['lost-request', 0],
    ['late', 0],
  ];
  for (const [fault, jobs] of broken)
    it(`${fault}: the connection breaks, ${jobs} jobs are to be seen, and the next call is well`, async () => {
      const running = await orchestrator();
      running.sim.arm(fault);
      await assert.rejects(running.startJobs(info), (error) => /ECONNRESET|UND_ERR_SOCKET|EPIPE/.test(codeOf(error)));
      assert.equal(started(running), jobs);
      assert.equal((await running.startJobs(info)).status, 201);
    });

  it('late: the jobs come to light after 30 s', async () => {
    const running = await orchestrator({faults: {late: 1}});
    await assert.rejects(running.startJobs({...info, Reference: 'jw-1'}));
    running.clock.advance(30_000);
    assert.equal((await running.jobs("Reference eq 'jw-1'")).body.value.length, 3);
  });

  for (const [fault, jobs] of [
    ['executed-no-answer', 3],
    ['no-answer', 0],
  ] as const)
    it(`${fault}: no answer comes, ${jobs} jobs are started`, async () => {
      const running = await orchestrator({faults: {[fault]: 1}});
      const patience = new AbortController();
      const waiting = running.startJobs(info, {signal: patience.signal});
      while (running.sim.requests.length === 0) await new Promise((done) => setImmediate(done));
      patience.abort();
      await assert.rejects(waiting, {name: 'AbortError'});
      assert.equal(started(running), jobs);
    });

  it('cut-answer: 201 with JSON that ends in the middle, the jobs are started', async () => {
    const running = await orchestrator({faults: {'cut-answer': 1}});
    const {status, text, body, headers} = await running.startJobs(info);
    assert.deepEqual([status, body, started(running)], [201, undefined, 3]);
    assert.match(text, /^\{"@odata.context"/);
    assert.match(headers.get('content-type') ?? '', /json/);
  });

  const statuses: readonly [
    fault: string,
    status: number,
    jobs: number,
    header: readonly [string, string] | undefined,
  ][] = [
    ['too-many', 429, 0, ['retry-after', '1']],
    ['token-refused', 401, 0, undefined],
    ['gateway-error', 503, 0, ['content-type', 'text/html']],
    ['gateway-timeout', 504, 3, undefined],
    ['server-error', 500, 0, undefined],
    ['created-in-part', 500, 1, undefined],
    ['forbidden', 403, 0, undefined],
  ];
  for (const [fault, status, jobs, header] of statuses)
    it(`${fault}: ${status}, ${jobs} jobs are started, once`, async () => {
      const running = await orchestrator({faults: {[fault]: 1}});
      const answer = await running.startJobs(info);
      assert.equal(answer.status, status);
      if (header) assert.equal(answer.headers.get(header[0]), header[1]);
      assert.equal(started(running), jobs);
      assert.equal((await running.startJobs(info)).status, 201);
    });

  it('a fault after acceptance waits for a request that is accepted', async () => {
    const running = await orchestrator({faults: {'lost-answer': 1}});
    assert.equal((await running.startJobs({...info, ReleaseKey: 'nope'})).status, 404);
    await assert.rejects(running.startJobs(info));
    assert.equal(started(running), 3);
  });

  it('is met as often as it was armed for, and never when disarmed', async () => {
    const running = await orchestrator();
    running.sim.arm('too-many', 2);
    const status = async () => (await running.jobs('')).status;
    assert.deepEqual([await status(), await status(), await status()], [429, 429, 200]);
    running.sim.arm('too-many', 5);
    running.sim.arm('too-many', 0);
    assert.equal(await status(), 200);
  });

  it('leaves other operations alone', async () => {
    const running = await orchestrator({faults: {'server-error': 1}});
    assert.equal((await running.jobs('')).status, 200);
  });

  it('token-page: a page with status 200 instead of a token', async () => {
    const running = await orchestrator({faults: {'token-page': 1}});
    const body = new URLSearchParams({grant_type: 'client_credentials', client_id: 'a', client_secret: 'b'});
    const answer = await running.call('POST', '/identity_/connect/token', {body});
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'text/html']);
  });

  it('refused: nothing listens until it is disarmed', async () => {
    const {connector, simulator} = shipped('uipath-orchestrator');
    const {down, ...faults} = simulator.faults ?? {};
    const {for: _time, ...closed} = down ?? {};
    const running = await orchestrator({
      connector,
      simulator: {...simulator, faults: {...faults, closed: closed as never}},
    });
    assert.equal((await running.call('POST', '/_simulator/faults/closed')).status, 200);
    await assert.rejects(running.jobs(''), (error) => codeOf(error) === 'ECONNREFUSED');
    running.sim.arm('closed', 0);
    const socket = connect(running.sim.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    assert.equal((await running.jobs('')).status, 200);
  });

  it('can be closed while nothing listens', async () => {
    const {connector, simulator} = shipped('github');
    const faults = {closed: {operation: '*', fault: 'refused' as const}};
    const {sim} = await simulate({connector, simulator: {...simulator, faults}}, {}, {faults: {closed: 1}});
    await sim.close();
  });

  it('refuses the name of a fault that is not there, with the nearest', async () => {
    const {sim} = await orchestrator();
    assert.throws(
      () => sim.arm('lost-anwser'),
      (error) => error instanceof JobwireError && error.extra.suggestions?.[0] === 'lost-answer',
    );
  });
});
