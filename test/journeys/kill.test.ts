/** A server is killed in the middle of a burst: what it acknowledged is started, once. */
import assert from 'node:assert/strict';
import {incident} from '../../bench/load.ts';
import {runKey} from '../../src/engine/key.ts';
import type {Connector, Simulator, Target, Template} from '../../src/generated/types.ts';
import {startSimulator} from '../../src/simulator/app.ts';
import {systemClock} from '../../src/values/time.ts';
import {endAll, type Running, startJobwire} from '../support/process.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';

const events = 500;
const killAfter = 120;

/** The shipped connector, but its settling waits are short enough for a test. */
function quickConnector(): Connector {
  const connector = shipped<Connector>('connectors/uipath-orchestrator/connector.json');
  const settle = connector.operations['startJobs']?.settle;
  assert.ok(settle);
  settle.delays = ['300ms', '500ms', '700ms'];
  connector.http = {
    ...connector.http,
    budgets: {lists: {limit: 10_000, per: '1m'}, calls: {limit: 100_000, per: '1m', concurrency: 64}},
  };
  return connector;
}

/** One start per incident, no lanes, no waiting for the job. */
function burstTemplate(): Template {
  const template = shipped<Template>('templates/incident-to-triage/template.json');
  const [target] = template.do as Target[];
  assert.ok(target);
  const {onComplete: _, ...alone} = target;
  return {
    ...template,
    id: 'burst',
    do: {...alone, id: 'triage', policy: {delivery: 'reconcile', wait: false}},
    policy: {},
  };
}

function expectedReference(n: number): string {
  const id = `${n.toString(16).padStart(32, '0')}:created`;
  return runKey({template: 'burst', target: 'triage', connection: 'servicenow-main', event: 'incident.created', id});
}

describe('a server killed with SIGKILL during a burst', () => {
  let project: TestProject;
  let simulator: Awaited<ReturnType<typeof startSimulator>>;

  before(async () => {
    project = makeProject([]);
    project.write('templates/burst/template.json', burstTemplate());
    project.write('connectors/uipath-orchestrator/connector.json', quickConnector());
    project.write(
      'connectors/uipath-orchestrator/samples/job.finished.json',
      shipped('connectors/uipath-orchestrator/samples/job.finished.json'),
    );
    simulator = await startSimulator({
      connector: quickConnector(),
      simulator: shipped<Simulator>('connectors/uipath-orchestrator/simulator.json'),
      clock: systemClock,
    });
    project.point('uipath-prod', simulator.url);
  });

  after(async () => {
    endAll();
    await simulator.close();
    project.remove();
  });

  it('D01, O09: starts exactly one job for every event it acknowledged, after a restart', async function () {
    this.timeout(90_000);
    const key = project.read('connections/secrets/servicenow-signing-key').trim();
    const env = {JOBWIRE_LEASE_MS: '2000', JOBWIRE_LOG_LEVEL: 'silent'};
    const serve = (): Promise<Running> => startJobwire(['serve', '--port', '0', '-C', project.dir], {env});
    let server = await serve();
    const acknowledged = new Set<number>();
    const pending = Array.from({length: events}, (_, n) => n);
    let killed = false;
    const restart = async (): Promise<void> => {
      killed = true;
      await server.stop('SIGKILL');
      server = await serve();
    };
    let restarting: Promise<void> | undefined;
    const lane = async (): Promise<void> => {
      for (let n = pending.shift(); n !== undefined; n = pending.shift()) {
        if (await send(server.url, n, key)) acknowledged.add(n);
        if (!killed && acknowledged.size >= killAfter) restarting = restart();
        await restarting;
      }
    };
    await Promise.all(Array.from({length: 16}, lane));
    assert.ok(killed);
    assert.ok(acknowledged.size >= events - 32, `only ${acknowledged.size} were acknowledged`);
    await settled(simulator.url, acknowledged);
    const counts = await countByReference(simulator.url);
    const wrong = [...acknowledged].filter((n) => counts.get(expectedReference(n)) !== 1);
    assert.deepEqual(wrong, [], 'acknowledged events without exactly one job');
    assert.deepEqual(
      [...counts].filter(([, count]) => count > 1),
      [],
      'references started more than once',
    );
    assert.equal(await server.stop(), 0);
  });
});

/** True when the server acknowledged; a broken connection is no acknowledgement. */
async function send(url: string, n: number, key: string): Promise<boolean> {
  const {body, headers} = incident(n, key);
  try {
    const answer = await fetch(`${url}/hooks/servicenow-main/businessRule`, {method: 'POST', headers, body});
    await answer.arrayBuffer();
    return answer.status === 202;
  } catch {
    return false;
  }
}

async function countByReference(url: string): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/_simulator/collections/jobs`);
  const {records: rows} = (await answer.json()) as {records: {Reference: string}[]};
  const counts = new Map<string, number>();
  for (const {Reference} of rows) counts.set(Reference, (counts.get(Reference) ?? 0) + 1);
  return counts;
}

/** Waits until every acknowledged event has a job and no more appear, at most a minute. */
async function settled(url: string, acknowledged: ReadonlySet<number>): Promise<void> {
  for (let i = 0, before = -1; i < 240; i++) {
    const counts = await countByReference(url);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (total === before && [...acknowledged].every((n) => counts.has(expectedReference(n)))) return;
    before = total;
    await systemClock.sleep(250);
  }
}
