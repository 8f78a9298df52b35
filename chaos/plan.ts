/** When servers are killed and what goes wrong at the target, decided by a seed alone. Pure. */
import {type Point, points} from './points.ts';

/** A number in [0, 1), the same sequence for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Kill {
  /** The server ends itself there, the given time it passes it; without it at a moment of the clock. */
  readonly point?: Point;
  readonly pass: number;
  /** At the latest then, counted from when it listens. */
  readonly afterMs: number;
  /** Counted from its start instead: while it begins. */
  readonly early: boolean;
}

const longestLifeMs = 5000;
const longestRandomMs = 2000;
const longestBeginMs = 1000;
/** Of the kills by the clock, so many come while the server begins. */
const early = 0.2;
/** Points a server passes many times in a short life. */
const often = /^(accept|ack|start):/;

/** Half of the kills at named points, each in turn, the other half at any moment, also while the server begins. */
export function planKills(count: number, seed: number): readonly Kill[] {
  const random = dice(seed);
  const named = shuffled(points, random);
  return Array.from({length: count}, (_, i): Kill => {
    if (i % 2 === 1) {
      const begins = random() < early;
      return {pass: 1, afterMs: Math.round(random() * (begins ? longestBeginMs : longestRandomMs)), early: begins};
    }
    const point = named[(i / 2) % named.length] as Point;
    return {point, pass: often.test(point) ? 1 + Math.floor(random() * 4) : 1, afterMs: longestLifeMs, early: false};
  });
}

export const faults = [
  'executed, no answer',
  'reset before',
  'executed, reset',
  'executed, truncated',
  'slow',
  '429',
  '503',
  'executed, 503',
] as const;

export type Fault = (typeof faults)[number];

/** What happens to the next request, in turn of their arrival. */
export function planFaults(share: number, seed: number): () => Fault | undefined {
  const random = dice(seed ^ 0x5f356495);
  return () => (random() < share ? faults[Math.floor(random() * faults.length)] : undefined);
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}
