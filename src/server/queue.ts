/** How many runs wait, as far as the last look tells: asked per delivery, read from the store at most once a second. */
import type {Engine} from '../engine/engine.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Clock} from '../values/time.ts';

export interface QueueBound {
  /** JW7104 when new runs would have to wait behind too many others. Only the first look at the store is waited for. */
  check(): Promise<void> | undefined;
  /** Counts runs created since the last look. */
  add(runs: number): void;
}

const freshMs = 1000;

export function createQueueBound({engine, limit, clock}: {engine: Engine; limit: number; clock: Clock}): QueueBound {
  let depth = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    try {
      depth = (await engine.stats()).runs.queued;
    } catch {
      // A store that cannot count refuses the delivery itself; the bound need not.
    } finally {
      readAt = clock.now();
      reading = undefined;
    }
  };
  const refuse = (): undefined => {
    if (depth >= limit) throw fail('JW7104', {depth, limit});
  };
  return {
    check() {
      if (clock.now() - readAt >= freshMs) reading ??= read();
      return readAt === Number.NEGATIVE_INFINITY && reading ? reading.then(refuse) : refuse();
    },
    add(runs) {
      depth += runs;
    },
  };
}
