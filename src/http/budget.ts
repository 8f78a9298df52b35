/** How often and how many at once a target may be asked, in order of asking. Must never let a caller overtake another. */
import type {Clock} from '../values/time.ts';

/** At most `limit` requests in any stretch of `perMs`, and at most `concurrency` at the same time. */
export interface BudgetRule {
  readonly limit: number;
  readonly perMs: number;
  readonly concurrency?: number;
}

export interface Budget {
  /** Waits for one unit; call the result when the request has ended. Rejects with the signal's reason. */
  take(signal?: AbortSignal): Promise<() => void>;
  /** One unit when it is free now and nobody waits; undefined otherwise. */
  tryTake(): (() => void) | undefined;
  /** Nobody starts before that time (milliseconds since 1970). A shorter pause does not end a longer one. */
  pause(until: number): void;
  /** What the target says is left, and for how long (milliseconds from now). */
  observe(seen: {readonly remaining: number; readonly resetMs: number}): void;
  /** Milliseconds for which nobody will start: paused, or nothing left by what the target says. 0 when asking makes sense. */
  heldMs(): number;
}

interface Waiter {
  readonly grant: (release: () => void) => void;
}

/**
 * Counts the starts of the last `perMs` instead of filling a bucket: a full bucket plus its refill would let twice the limit
 * through in one stretch, which is what targets refuse.
 */
export function createBudget(rule: BudgetRule, clock: Clock): Budget {
  const concurrency = rule.concurrency ?? Number.POSITIVE_INFINITY;
  const queue = new Set<Waiter>();
  const starts: number[] = [];
  let active = 0;
  let pausedUntil = 0;
  let ceiling = {left: Number.POSITIVE_INFINITY, until: 0};
  let nap: AbortController | undefined;
  let serving = false;

  /** Until when a pause, or what the target says is left, keeps everybody. */
  const heldUntil = (now: number): number =>
    Math.max(pausedUntil, ceiling.until > now && ceiling.left <= 0 ? ceiling.until : 0);

  /** When the next start is allowed; not later than now when it is allowed at once. */
  const nextStart = (now: number): number => {
    while (starts.length > 0 && (starts[0] as number) <= now - rule.perMs) starts.shift();
    const byRate = starts.length < rule.limit ? 0 : (starts[starts.length - rule.limit] as number) + rule.perMs;
    return Math.max(heldUntil(now), byRate);
  };

  const start = (waiter: Waiter, now: number): void => {
    queue.delete(waiter);
    starts.push(now);
    ceiling = {...ceiling, left: ceiling.left - 1};
    active++;
    let released = false;
    waiter.grant(() => {
      if (released) return;
      released = true;
      active--;
      void serve();
    });
  };

  /** The one loop that grants, so that order is kept; ends when nobody waits or all places are taken. */
  const serve = async (): Promise<void> => {
    if (serving) return;
    serving = true;
    for (let next = first(queue); next !== undefined && active < concurrency; next = first(queue)) {
      const now = clock.now();
      const waitMs = nextStart(now) - now;
      if (waitMs <= 0) start(next, now);
      else await sleep(waitMs);
    }
    serving = false;
  };

  const sleep = async (waitMs: number): Promise<void> => {
    nap = new AbortController();
    // An ended nap means that nobody waits any more.
    await clock.sleep(waitMs, nap.signal).catch(() => undefined);
    nap = undefined;
  };

  return {
    take(signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          queue.delete(waiter);
          if (queue.size === 0) nap?.abort();
          reject(signal?.reason);
        };
        const waiter: Waiter = {
          grant(release) {
            signal?.removeEventListener('abort', leave);
            resolve(release);
          },
        };
        signal?.addEventListener('abort', leave, {once: true});
        queue.add(waiter);
        void serve();
      });
    },
    tryTake() {
      const now = clock.now();
      if (serving || queue.size > 0 || active >= concurrency || nextStart(now) > now) return undefined;
      let unit: (() => void) | undefined;
      const grant = (release: () => void) => {
        unit = release;
      };
      start({grant}, now);
      return unit;
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
    observe({remaining, resetMs}) {
      if (!Number.isFinite(remaining) || !Number.isFinite(resetMs)) return;
      const now = clock.now();
      const left = ceiling.until > now ? Math.min(ceiling.left, remaining) : remaining;
      ceiling = {left, until: now + resetMs};
    },
    heldMs() {
      const now = clock.now();
      return Math.max(0, heldUntil(now) - now);
    },
  };
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  return set.values().next().value;
}
