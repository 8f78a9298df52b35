/**
 * Events to started jobs per second: Jobwire with fsync beside a tuned script without durability, in one run on one machine.
 * Figures are ratios; single numbers of a shared machine mean little. `npm run bench -- 5000` sends 5,000 events to each.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createProject, packageRoot} from '../src/project.ts';
import {percentile, sendIncidents} from './load.ts';

const events = Number(process.argv[2] ?? 5000);
const rounds = 3;
const children: ChildProcess[] = [];

interface Measured {
  readonly perSecond: number;
  readonly ackMs: number;
}

/** Starts a script of ours and gives what its first line says. */
function start(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{child: ChildProcess; line: string}> {
  const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...env}});
  children.push(child);
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      const line = chunk.toString().split('\n')[0] ?? '';
      if (line !== '') resolve({child, line});
    };
    child.stdout?.once('data', read);
    child.stderr?.once('data', read);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.removeAllListeners('exit');
  child.once('exit', () => undefined);
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 6000))]);
  clearTimeout(timer);
}

async function started(target: string): Promise<number> {
  const answer = (await (await fetch(`${target}/count`)).json()) as {started: number};
  return answer.started;
}

/** Sends the events and waits until the target has started one job for each. */
async function measure(url: string, key: string, target: string): Promise<Measured> {
  const before = await started(target);
  const began = performance.now();
  const {times, refused} = await sendIncidents({url, key, events, concurrency: 32});
  if (refused > 0) throw new Error(`${refused} deliveries were refused`);
  for (let i = 0; (await started(target)) - before < events; i++) {
    if (i > 1200) throw new Error('not all jobs were started within a minute');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {perSecond: events / ((performance.now() - began) / 1000), ackMs: percentile(times, 0.99)};
}

async function measureTuned(): Promise<Measured> {
  const target = await start(['bench/target.ts']);
  const address = `http://127.0.0.1:${target.line}`;
  const tuned = await start(['bench/tuned.ts', address, 'bench-key']);
  const result = await measure(`http://127.0.0.1:${tuned.line}/`, 'bench-key', address);
  await Promise.all([stop(tuned.child), stop(target.child)]);
  return result;
}

async function measureJobwire(): Promise<Measured> {
  const project = mkdtempSync(join(tmpdir(), 'jobwire-bench-'));
  const target = await start(['bench/target.ts']);
  const address = `http://127.0.0.1:${target.line}`;
  const key = prepare(project, address);
  const served = await start(['bin/jobwire.js', 'serve', '--port', '0', '-C', project], {
    JOBWIRE_LOG_LEVEL: 'error',
    JOBWIRE_HOOK_RATE: '1000000',
  });
  const url = /http:\S+/.exec(served.line)?.[0] ?? '';
  const result = await measure(`${url}/hooks/servicenow-main/businessRule`, key, address);
  await Promise.all([stop(served.child), stop(target.child)]);
  rmSync(project, {recursive: true, force: true});
  return result;
}

/** The starter with the template's own lane and note taken out: both sides start one job per event and nothing else. */
function prepare(project: string, target: string): string {
  createProject(project, ['incident-to-triage']);
  mkdirSync(join(project, 'templates', 'bench'), {recursive: true});
  const shipped = JSON.parse(
    readFileSync(join(project, 'templates', 'incident-to-triage', 'template.json'), 'utf8'),
  ) as {
    do: {policy: object; onComplete?: object}[];
  };
  const [triage] = shipped.do;
  const {onComplete: _, ...target0} = triage as NonNullable<typeof triage>;
  writeFileSync(
    join(project, 'templates', 'bench', 'template.json'),
    JSON.stringify({
      ...shipped,
      id: 'bench',
      do: {...target0, policy: {delivery: 'reconcile', wait: false}},
      policy: {},
    }),
  );
  rmSync(join(project, 'templates', 'incident-to-triage'), {recursive: true});
  liftBudgets(project);
  const connection = join(project, 'connections', 'uipath-prod.json');
  writeFileSync(connection, readFileSync(connection, 'utf8').replace(/http:\/\/127\.0\.0\.1:\d+/, target));
  return readFileSync(join(project, 'connections', 'secrets', 'servicenow-signing-key'), 'utf8').trim();
}

/** The shipped connector keeps below what a tenant allows; the bench's target allows everything. */
function liftBudgets(project: string): void {
  const folder = join(project, 'connectors', 'uipath-orchestrator');
  cpSync(join(packageRoot, 'connectors', 'uipath-orchestrator'), folder, {recursive: true});
  const file = join(folder, 'connector.json');
  const connector = JSON.parse(readFileSync(file, 'utf8')) as {http: object};
  const budgets = {
    lists: {limit: 1_000_000, per: '1m', concurrency: 64},
    calls: {limit: 1_000_000, per: '1m', concurrency: 64},
  };
  writeFileSync(file, JSON.stringify({...connector, http: {...connector.http, budgets}}));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  const tuned: Measured[] = [];
  const jobwire: Measured[] = [];
  for (let i = 0; i < rounds; i++) {
    tuned.push(await measureTuned());
    jobwire.push(await measureJobwire());
  }
  const speed = (list: readonly Measured[]): number => median(list.map(({perSecond}) => perSecond));
  const ack = (list: readonly Measured[]): number => median(list.map(({ackMs}) => ackMs));
  console.log(`events per round ${events}, rounds ${rounds}, medians`);
  console.log(
    `tuned script, no durability   ${speed(tuned).toFixed(0)} events → jobs per second, p99 ack ${ack(tuned).toFixed(1)} ms`,
  );
  console.log(
    `Jobwire, SQLite with fsync    ${speed(jobwire).toFixed(0)} events → jobs per second, p99 ack ${ack(jobwire).toFixed(1)} ms`,
  );
  console.log(`ratio Jobwire / tuned         ${(speed(jobwire) / speed(tuned)).toFixed(2)}`);
} finally {
  for (const child of children) child.kill('SIGKILL');
}
