/**
 * Events to started jobs per second: Jobwire beside scripts and Node-RED, in one run on one machine. Rounds alternate between all
 * subjects; medians and their ratios are printed. Single numbers of a shared machine mean little, and nothing fails for being slow.
 */
import {parseArgs} from 'node:util';
import {percentile, sendIncidents} from './load.ts';
import {openCluster} from './postgres.ts';
import {cpuMicros, killAll, start, stop} from './processes.ts';
import {type Measured, report} from './report.ts';
import {type Opened, type Subject, subjectsWith} from './subjects.ts';

const help = `npm run bench -- [EVENTS] [--rounds N] [--warm-up EVENTS] [--only NAME,NAME] [--skip NAME,NAME]
names: tuned, durable, naive, node-red (installed on demand), sqlite, postgres-1, postgres-2`;
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    rounds: {type: 'string', default: '3'},
    'warm-up': {type: 'string', default: '10000'},
    only: {type: 'string', default: ''},
    skip: {type: 'string', default: ''},
    help: {type: 'boolean', default: false},
  },
});
const events = Number(positionals[0] ?? 10_000);
const [rounds, warmUp] = [Number(values.rounds), Number(values['warm-up'])];
const concurrency = 32;

async function started(target: string): Promise<number> {
  return ((await (await fetch(`${target}/count`)).json()) as {started: number}).started;
}

interface Burst {
  readonly opened: Opened;
  readonly target: string;
  readonly from: number;
  readonly count: number;
}

/** Sends the events and waits until the target has started one job for each. */
async function burst({opened, target, from, count}: Burst): Promise<Measured> {
  const {urls, key, processes} = opened;
  const cpu = () => processes.reduce((sum, process) => sum + cpuMicros(process), 0);
  const [before, cpuBefore, began] = [await started(target), cpu(), performance.now()];
  const {times, refused} = await sendIncidents({urls, key, events: count, concurrency, from});
  if (refused > 0) throw new Error(`${refused} deliveries were refused`);
  for (let i = 0; (await started(target)) - before < count; i++) {
    if (i > 6000) throw new Error('not all jobs were started within two minutes');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    perSecond: count / ((performance.now() - began) / 1000),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    cpu: (cpu() - cpuBefore) / count,
  };
}

/** Fresh processes each time: what came before must not matter. The first events find a cold compiler on every side. */
async function measure(subject: Subject): Promise<Measured> {
  const process = await start(['bench/target.ts']);
  const target = `http://127.0.0.1:${process.line}`;
  const opened = await subject.open(target);
  if (warmUp > 0) await burst({opened, target, from: 0, count: warmUp});
  const measured = await burst({opened, target, from: warmUp, count: events});
  await opened.close();
  await stop(process);
  return measured;
}

function isWanted({name}: Subject): boolean {
  const [only, skip] = [values.only, values.skip].map((text) => text.split(',').filter(Boolean));
  return (only?.length ? only.includes(name) : true) && !skip?.includes(name);
}

async function main(): Promise<void> {
  const needsCluster = subjectsWith({database: async () => '', close: async () => undefined}).some(
    (subject) => subject.name.startsWith('postgres') && isWanted(subject),
  );
  const cluster = needsCluster ? await openCluster() : undefined;
  if (needsCluster && !cluster) console.log('PostgreSQL is skipped: there is none here');
  const subjects = subjectsWith(cluster).filter(isWanted);
  const results = new Map<string, Measured[]>(subjects.map(({name}) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const subject of subjects) {
        const measured = await measure(subject);
        results.get(subject.name)?.push(measured);
        console.error(`round ${round + 1}  ${subject.title}: ${measured.perSecond.toFixed(0)}/s`);
      }
  } finally {
    await cluster?.close();
  }
  console.log(`events ${events} after ${warmUp} to warm up, rounds ${rounds}, ${concurrency} senders, medians\n`);
  console.log(report(subjects, results));
}

if (values.help) console.log(help);
else await main().finally(killAll);
