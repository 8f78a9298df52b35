/** Forgetting what is over and old, by hand or as time goes. Must never touch what goes on, is held, or keeps a second start out. */
import type {Clock} from '../values/time.ts';
import type {Ending, Engine, Purge, Purged} from './engine.ts';
import {readDuration} from './given-times.ts';

export type Forgotten = Omit<Purged, 'more'>;

/** Small transactions with room between them: whoever works the store meanwhile must not wait. */
export async function purgeAll(
  {engine, clock, signal}: {readonly engine: Engine; readonly clock: Clock; readonly signal?: AbortSignal},
  rule: Omit<Purge, 'limit'>,
): Promise<Forgotten> {
  const total = {events: 0, runs: 0, keys: 0};
  for (;;) {
    const {more, ...purged} = await engine.purge({...rule, limit: 500});
    total.events += purged.events;
    total.runs += purged.runs;
    total.keys += purged.keys;
    if (!more || signal?.aborted) return total;
    await clock.sleep(20);
  }
}

export interface Forgetting {
  /** Durations. */
  readonly olderThan: string;
  readonly keysOlderThan?: string | undefined;
}

/** JW7101 for what is no duration; `name` is how the caller calls a member. */
export function purgeRule(
  {olderThan, keysOlderThan}: Forgetting,
  now: number,
  name: (member: string) => string,
): Omit<Purge, 'limit'> {
  const before = now - readDuration(olderThan, name('olderThan'));
  if (keysOlderThan === undefined) return {before};
  return {before, keysBefore: now - readDuration(keysOlderThan, name('keysOlderThan'))};
}

export interface RetentionTools {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Milliseconds that events and runs are kept when they are over; keys stay as long again after their window. */
  readonly keepMs: number;
  readonly onForgotten: (forgotten: Forgotten) => void;
  readonly onFault: (error: unknown) => void;
}

const everyMs = 3_600_000;

/** Each hour, until stopped. Needs a clock whose sleep really waits. */
export function startRetention({engine, clock, keepMs, onForgotten, onFault}: RetentionTools): Ending {
  const ending = new AbortController();
  const {signal} = ending;
  const forget = async (): Promise<void> => {
    const before = clock.now() - keepMs;
    const forgotten = await purgeAll({engine, clock, signal}, {before, keysBefore: before});
    if (forgotten.events + forgotten.keys > 0) onForgotten(forgotten);
  };
  const loop = (async () => {
    while (!signal.aborted) {
      await forget().catch(onFault);
      // Ended waits are no faults.
      await clock.sleep(everyMs, signal).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}
