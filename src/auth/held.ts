/** Tokens in memory: obtained once while all callers wait, renewed when they age, dropped when refused. Must never store or log one. */
import {createHash} from 'node:crypto';
import type {Clock} from '../values/time.ts';

/** Something obtained, usable until `freshUntil` (milliseconds since 1970). */
export interface Held<T> {
  readonly value: T;
  readonly freshUntil: number;
}

export interface Holder<T> {
  /** The held thing, or what `obtain` gives; one call of `obtain` serves everybody who asks meanwhile, also when it fails. */
  get(key: string, obtain: () => Promise<Held<T>>): Promise<Held<T>>;
  /** The held thing, where it is fresh. */
  ready(key: string): Held<T> | undefined;
  /** Forgets this one; a newer one under the same key stays. */
  drop(key: string, held: Held<T>): void;
}

export function createHolder<T>(clock: Clock): Holder<T> {
  const ready = new Map<string, Held<T>>();
  const flights = new Map<string, Promise<Held<T>>>();

  const fly = async (key: string, obtain: () => Promise<Held<T>>): Promise<Held<T>> => {
    try {
      // In a microtask: a synchronous throw would end this flight before it is listed, and the failed one would stay.
      const held = await Promise.resolve().then(obtain);
      for (const [old, {freshUntil}] of ready) if (freshUntil <= clock.now()) ready.delete(old);
      ready.set(key, held);
      return held;
    } finally {
      flights.delete(key);
    }
  };

  const readyNow = (key: string): Held<T> | undefined => {
    const held = ready.get(key);
    return held !== undefined && held.freshUntil > clock.now() ? held : undefined;
  };

  return {
    ready: readyNow,
    get(key, obtain) {
      const held = readyNow(key);
      if (held !== undefined) return Promise.resolve(held);
      const flight = flights.get(key) ?? fly(key, obtain);
      flights.set(key, flight);
      return flight;
    },
    drop(key, held) {
      if (ready.get(key) === held) ready.delete(key);
    },
  };
}

/** One key for everything that decides what a token may do: whose it is, who gives it, and the secrets that ask for it. */
export function holdingKey(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * When to renew: `skewMs` before the end. A token that lives hardly longer than the skew is used for half its life,
 * otherwise every request would fetch one.
 */
export function freshUntil(now: number, lifetimeMs: number, skewMs: number): number {
  return now + lifetimeMs - Math.min(skewMs, lifetimeMs / 2);
}
