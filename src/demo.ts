/** The whole path on this machine: simulators, a server, two signed deliveries, their jobs. Leaves nothing behind. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {readConfig} from './config.ts';
import type {EventRecord, Run} from './engine/run.ts';
import {fail} from './errors/jobwire-error.ts';
import {followEvent} from './follow.ts';
import type {StepRecord} from './operations/trace.ts';
import {createProject} from './project.ts';
import {readProject} from './read-project.ts';
import {type Served, serve} from './serve.ts';
import {startSimulator} from './simulator/app.ts';
import {feedOf, makeDelivery, postDelivery} from './simulator/emit.ts';
import {readSimulator} from './simulator/file.ts';
import {openLog} from './telemetry/log.ts';
import type {Json} from './values/json.ts';
import {packageRoot} from './values/package-root.ts';
import {elapsed, systemClock} from './values/time.ts';

/** What the demo sends: real shapes, changed only where a template asks for it. */
interface Script {
  readonly templates: readonly string[];
  readonly deliveries: readonly {
    readonly connection: string;
    readonly event: string;
    readonly set: Readonly<Record<string, Json>>;
  }[];
}

function readScript(): Script {
  return JSON.parse(readFileSync(join(packageRoot, 'starter', 'demo.json'), 'utf8')) as Script;
}

export interface DemoListener {
  ready(url: string, simulators: readonly {title: string; url: string}[]): void;
  received(event: EventRecord, answer: {status: number; ms: number}): void;
  line(run: Run, line: StepRecord): void;
  ended(runs: readonly Run[], ms: number): void;
}

export interface DemoResult {
  readonly events: readonly EventRecord[];
  readonly runs: readonly Run[];
  readonly ms: number;
}

/** JW9001 when a run does not succeed: the demo's own parts are all here. */
export async function runDemo(listener: DemoListener): Promise<DemoResult> {
  const began = elapsed();
  const script = readScript();
  const project = mkdtempSync(join(tmpdir(), 'jobwire-demo-'));
  const closing: (() => Promise<void>)[] = [];
  try {
    createProject(project, script.templates);
    const simulators = await startSimulators(project, closing);
    const config = readConfig({project, store: 'sqlite:./.jobwire/demo.db', port: 0}, {});
    const served = await serve(config, openLog('error'));
    closing.push(() => served.close());
    listener.ready(served.url, simulators);
    const sent: Sent[] = [];
    for (const delivery of script.deliveries) sent.push(await send(served, delivery));
    const runs: Run[] = [];
    for (const one of sent) runs.push(...(await follow(served, one, listener)));
    return {events: sent.map(({event}) => event), runs, ms: elapsed() - began};
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(project, {recursive: true, force: true});
  }
}

/** One simulator per connection that points to one, on a free port that is written into the connection file. */
async function startSimulators(
  project: string,
  closing: (() => Promise<void>)[],
): Promise<{title: string; url: string}[]> {
  const library = readProject(readConfig({project}, {}));
  const started: {title: string; url: string}[] = [];
  for (const file of readdirSync(join(project, 'connections')).filter((name) => name.endsWith('.json'))) {
    const path = join(project, 'connections', file);
    const text = readFileSync(path, 'utf8');
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    const unit = library.connection(file.replace(/\.json$/, ''));
    if (address === undefined || !unit) continue;
    const connector = library.connector(unit.manifest.connector);
    const running = await startSimulator({
      connector: connector.manifest,
      simulator: readSimulator(connector.dir),
      clock: systemClock,
    });
    closing.push(() => running.close());
    writeFileSync(path, text.replace(address, running.url));
    started.push({title: connector.manifest.title, url: running.url});
  }
  return started;
}

interface Sent {
  readonly event: EventRecord;
  readonly status: number;
  readonly ackMs: number;
}

async function send(
  {url, runtime}: Served,
  {connection, event: type, set}: Script['deliveries'][number],
): Promise<Sent> {
  const {library, engine, clock} = runtime;
  const connector = library.connector(library.connection(connection)?.manifest.connector ?? connection);
  const feed = feedOf(connector.manifest.feeds ?? {}, type) ?? '';
  const hook = await runtime.hook(connection, feed);
  if (!hook) throw fail('JW9001', {problem: `the demo has no hook for ${connection}`});
  const address = `${url}/hooks/${connection}/${feed}`;
  const delivery = makeDelivery(hook, {
    event: type,
    set: Object.entries(set),
    dir: connector.dir,
    url: address,
    now: clock.now(),
  });
  const began = elapsed();
  const {status, body} = await postDelivery(delivery);
  const ackMs = elapsed() - began;
  const event = (await engine.events.list({connection, type}, {limit: 1})).items[0];
  if (!event) throw fail('JW9001', {problem: `the delivery was answered ${status}: ${body}`});
  return {event, status, ackMs};
}

async function follow({runtime}: Served, sent: Sent, listener: DemoListener): Promise<readonly Run[]> {
  const {event} = sent;
  listener.received(event, {status: sent.status, ms: sent.ackMs});
  const onLine = (run: Run, line: StepRecord): void => listener.line(run, line);
  const runs = await followEvent(event.uid, {engine: runtime.engine, clock: runtime.clock, timeoutMs: 30_000, onLine});
  const end = Math.max(...runs.map(({updatedAt}) => updatedAt));
  listener.ended(runs, end - event.receivedAt);
  const bad = runs.find(({state}) => state !== 'succeeded');
  if (runs.length === 0 || bad)
    throw fail('JW9001', {problem: `${event.type}: ${bad?.error?.detail ?? bad?.state ?? 'no run was made'}`});
  return runs;
}
