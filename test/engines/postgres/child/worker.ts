/** A worker as a process of its own: says what it starts, ends runs at once or when it is told. See processes.test.ts. */
import {createInterface} from 'node:readline';
import type {Transition} from '../../../../src/engine/run.ts';
import {openEngine} from '../../../../src/engines/index.ts';
import {JobwireError} from '../../../../src/errors/jobwire-error.ts';
import {systemClock} from '../../../../src/values/time.ts';
import {moved} from '../../../laws/subject.ts';

const [url, name, leaseMs, mode] = process.argv.slice(2);
if (url === undefined || name === undefined) throw new Error('usage: worker URL NAME LEASE_MS at-once|told');
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const onFault = (error: unknown): void =>
  void say(`fault ${error instanceof JobwireError ? error.jobwireCode : String(error)}`);

const engine = await openEngine(url, {clock: systemClock, dir: '/', onFault});
const waiting = new Map<string, () => void>();
const worker = engine.work(
  (runs) =>
    runs.map((run) => {
      say(`start ${run.id} ${run.claimedFrom} ${run.attempt}`);
      const over = moved(run, {to: 'succeeded', data: {log: [], output: name}});
      if (mode === 'at-once') return Promise.resolve(over);
      return new Promise<Transition>((resolve) => waiting.set(run.id, () => resolve(over)));
    }),
  {worker: name, leaseMs: Number(leaseMs), limit: 8},
);
say('ready');
for await (const line of createInterface({input: process.stdin})) {
  const [word, run = ''] = line.split(' ');
  if (word === 'finish') waiting.get(run)?.();
  if (word === 'stop') break;
}
await worker.stop();
await engine.close();
say('stopped');
process.exit(0);
