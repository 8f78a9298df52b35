/** What holds for very many runs, on every engine (rows D08, D09): asked of a place by the tests beside this file. */
import assert from 'node:assert/strict';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import type {Engine, Step} from '../../src/engine/engine.ts';
import {retryPlan} from '../../src/engine/policy.ts';
import type {ClaimedRun} from '../../src/engine/run.ts';
import {elapsed, systemClock} from '../../src/values/time.ts';
import {ManualClock} from '../laws/manual-clock.ts';
import {arriving, moved, type Place, succeed, turnOver} from '../laws/subject.ts';

const leaseMs = 600_000;

async function fill(engine: Engine, count: number, wakeAt: number): Promise<void> {
  for (let i = 0; i < count; i += 500)
    await engine.accept({events: Array.from({length: 500}, () => arriving({draft: {wakeAt}}))});
}

async function untilQuiet(isTrue: () => boolean, mostMs = 90_000): Promise<void> {
  for (const began = elapsed(); !isTrue(); await turnOver())
    if (elapsed() - began > mostMs) assert.fail('what the test waits for does not come');
}

/** Every run is told to come later; the test sees how many are tried at once, and when each comes again. */
function refusing(clock: ManualClock): {step: Step; most(): number; tried(): readonly ClaimedRun[]; wakes: number[]} {
  const plan = retryPlan({});
  const tried: ClaimedRun[] = [];
  const wakes: number[] = [];
  let now = 0;
  let most = 0;
  let seed = 1;
  const chance = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const one = async (run: ClaimedRun) => {
    most = Math.max(most, ++now);
    tried.push(run);
    await turnOver();
    now--;
    const wakeAt = clock.now() + plan.waitMs(run.attempt, chance);
    wakes.push(wakeAt);
    return moved(run, {to: 'queued', wakeAt});
  };
  return {step: (runs) => runs.map(one), most: () => most, tried: () => tried, wakes};
}

const runs = 10_000;
const limit = 64;

export async function retriesDueAtOnce(place: Place): Promise<void> {
  const clock = new ManualClock();
  const faults: unknown[] = [];
  const engine = await place.open(clock, (fault) => faults.push(fault));
  const due = clock.now() + 1000;
  await fill(engine, runs, due);
  const {step, most, tried, wakes} = refusing(clock);
  const worker = engine.work(step, {worker: 'w', leaseMs, limit});
  await turnOver();
  clock.advance(1000);
  await untilQuiet(() => wakes.length === runs);
  await worker.stop();
  assert.ok(most() <= limit, `${most()} at once`);
  assert.equal(new Set(tried().map(({id}) => id)).size, runs, 'each was tried once');
  // Full jitter over the first wait of 30 s: no second of it gets more than twice its share.
  const seconds = new Map<number, number>();
  for (const at of wakes)
    seconds.set(Math.floor((at - clock.now()) / 1000), (seconds.get(Math.floor((at - clock.now()) / 1000)) ?? 0) + 1);
  assert.ok(Math.max(...seconds.keys()) <= 30 && seconds.size >= 30, `${seconds.size} seconds`);
  assert.ok(Math.max(...seconds.values()) < (2 * runs) / 30, `${Math.max(...seconds.values())} in one second`);
  assert.deepEqual(faults, []);
  await engine.close();
}

/** A queue as after a long outage: the first runs are claimed soon, and the heap does not grow with what is worked off. */
export async function backlog(place: Place, count: number): Promise<void> {
  const first = await place.open(systemClock);
  await fill(first, count, 0);
  await first.close();
  const began = elapsed();
  const engine = await place.open(systemClock);
  let claimedMs = 0;
  let done = 0;
  const worker = engine.work(
    (claimed) => {
      claimedMs ||= elapsed() - began;
      done += claimed.length;
      return succeed(claimed);
    },
    {worker: 'w', leaseMs, limit},
  );
  const heaps: number[] = [];
  for (let next = count / 10; next <= count; next += count / 10) {
    await untilQuiet(() => done >= next);
    heaps.push(heldBytes());
  }
  await worker.stop();
  const {runs: counts} = await engine.stats();
  assert.deepEqual([counts.queued, counts.succeeded], [0, count]);
  assert.ok(claimedMs < 2000, `the first run was claimed after ${claimedMs} ms`);
  const growth = (Math.min(...heaps.slice(5)) - Math.min(...heaps.slice(0, 5))) / 1e6;
  assert.ok(growth < 40, `the heap grew by ${growth.toFixed(0)} MB`);
  await engine.close();
}

/** What is held, without what only waits to be collected: in a process that has grown large, that waits for long. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
