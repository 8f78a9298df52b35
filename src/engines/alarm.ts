/** One wake-up call at a time: the earliest that was asked for. */
import type {Clock} from '../values/time.ts';

export interface Alarm {
  /** Rings at this time or earlier. Infinity asks for nothing. */
  set(at: number): void;
  clear(): void;
}

/** Timers cannot wait longer than some 24 days. */
const longestMs = 3_600_000;

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let waitsFor = Number.POSITIVE_INFINITY;
  let waiting: AbortController | undefined;
  const clear = () => {
    waitsFor = Number.POSITIVE_INFINITY;
    waiting?.abort();
    waiting = undefined;
  };
  return {
    clear,
    set(at) {
      if (at >= waitsFor) return;
      clear();
      waitsFor = at;
      const mine = new AbortController();
      waiting = mine;
      const wait = Math.min(longestMs, Math.max(0, at - clock.now()));
      clock.sleep(wait, mine.signal).then(
        () => {
          if (waiting !== mine) return;
          waitsFor = Number.POSITIVE_INFINITY;
          ring();
        },
        () => undefined,
      );
    },
  };
}
