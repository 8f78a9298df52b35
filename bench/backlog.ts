/**
 * A long queue: how soon a server begins with it, and how much memory it takes while it works it off. `node bench/backlog.ts 100000`.
 * Ends with 1 when it begins later than two seconds, keeps more and more in its heap, takes more deliveries than its bound, or leaves something undone.
 */
import {readFileSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import {sendIncidents} from './load.ts';
import {cpuMicros, killAll, type Started, start, stop} from './processes.ts';
import {makeProject} from './project.ts';

const events = Number(process.argv[2] ?? 100_000);
const beyond = 1000;
const longestStartMs = 2000;
const mostGrowthMb = 50;

/** Resident memory of a process in megabytes. */
function memoryOf({child}: Started): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

async function started(target: string): Promise<number> {
  return ((await (await fetch(`${target}/count`)).json()) as {started: number}).started;
}

function serve(folder: string, role: string): Promise<Started> {
  const args = ['bin/jobwire.js', 'serve', '--port', '0', '-C', folder, '--role', role];
  const env = {JOBWIRE_LOG_LEVEL: 'error', JOBWIRE_HOOK_RATE: '1000000', JOBWIRE_QUEUE_LIMIT: String(events)};
  return start(args, env, /http:/);
}

interface Sample {
  readonly resident: number;
  /** In use at that moment: between two collections it rises, what stays is the least of some seconds. */
  readonly heap: number;
}

async function sample(server: Started): Promise<Sample> {
  const metrics = await (await fetch(`${/http:\S+/.exec(server.line)?.[0]}/metrics`)).text();
  const used = /^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1];
  return {resident: memoryOf(server), heap: Math.round(Number(used) / 1e6)};
}

/** The least of each tenth of the way. */
function tenths(values: readonly number[]): readonly number[] {
  const share = values.length / 10;
  return Array.from({length: 10}, (_, i) =>
    Math.min(...values.slice(Math.floor(i * share), Math.floor((i + 1) * share))),
  );
}

try {
  const target = await start(['bench/target.ts']);
  const address = `http://127.0.0.1:${target.line}`;
  const project = makeProject(address);
  const ingest = await serve(project.folder, 'ingest');
  const urls = [`${/http:\S+/.exec(ingest.line)?.[0]}/hooks/servicenow-main/businessRule`];
  const {times} = await sendIncidents({urls, key: project.key, events, concurrency: 32});
  const full = memoryOf(ingest);
  // The bound looks at the store once a second.
  await wait(1500);
  const over = await sendIncidents({urls, key: project.key, events: beyond, concurrency: 32, from: events});
  console.log(
    `${times.length} events queued; ${over.refused} of ${beyond} more refused with 503; the receiving process: ${full} MB, after the refusals ${memoryOf(ingest)} MB`,
  );
  await stop(ingest);

  const began = performance.now();
  const server = await serve(project.folder, 'all');
  const beganMs = Math.round(performance.now() - began);
  // On a machine that others use, the clock on the wall says little about a process.
  const busyMs = Math.round(cpuMicros(server) / 1000);
  const samples: Sample[] = [];
  for (let done = 0, before = -1, still = 0; done < times.length && still < 240; await wait(500)) {
    samples.push(await sample(server));
    done = await started(address);
    still = done === before ? still + 1 : 0;
    before = done;
  }
  const done = await started(address);
  const heaps = tenths(samples.map(({heap}) => heap));
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `listens after ${beganMs} ms (${busyMs} ms of CPU time); ${done} jobs started in ${seconds.toFixed(0)} s; in MB, least of each tenth of the way: resident ${tenths(samples.map(({resident}) => resident)).join(', ')}; heap in use ${heaps.join(', ')}`,
  );
  await stop(server);
  await stop(target);
  project.remove();
  const good =
    Math.min(beganMs, busyMs) < longestStartMs &&
    Math.max(...heaps.slice(5)) - Math.max(...heaps.slice(0, 5)) < mostGrowthMb &&
    over.refused === beyond &&
    done === times.length;
  process.exitCode = good ? 0 : 1;
} finally {
  killAll();
}
