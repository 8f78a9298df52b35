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

/** Times in the order in which they came, of which the oldest are forgotten: without moving all others each time. */
class Times {
  #kept: number[] = [];
  #from = 0;

  add(time: number): void {
    this.#kept.push(time);
  }

  /** Forgets those until `time`. */
  forget(time: number): void {
    while (this.#from < this.#kept.length && (this.#kept[this.#from] as number) <= time) this.#from++;
    if (this.#from <= 1000 || this.#from * 2 < this.#kept.length) return;
    this.#kept = this.#kept.slice(this.#from);
    this.#from = 0;
  }

  /** The `count`-th from the end; undefined when there are fewer. */
  last(count: number): number | undefined {
    const at = this.#kept.length - count;
    return at < this.#from ? undefined : this.#kept[at];
  }
}

/**
 * Counts the starts of the last `perMs` instead of filling a bucket: a full bucket plus its refill would let twice the limit
 * through in one stretch, which is what targets refuse.
 */
export function createBudget(rule: BudgetRule, clock: Clock): Budget {
  const concurrency = rule.concurrency ?? Number.POSITIVE_INFINITY;
  const queue = new Set<Waiter>();
  const starts = new Times();
  let active = 0;
  let pausedUntil = 0;
  const ceiling = {left: Number.POSITIVE_INFINITY, until: 0};
  let nap: AbortController | undefined;
  let serving = false;

  /** Until when a pause, or what the target says is left, keeps everybody. */
  const heldUntil = (now: number): number =>
    Math.max(pausedUntil, ceiling.until > now && ceiling.left <= 0 ? ceiling.until : 0);

  /** When the next start is allowed; not later than now when it is allowed at once. */
  const nextStart = (now: number): number => {
    starts.forget(now - rule.perMs);
    const before = starts.last(rule.limit);
    return Math.max(heldUntil(now), before === undefined ? 0 : before + rule.perMs);
  };

  /** Gives what ends it. */
  const start = (now: number): (() => void) => {
    starts.add(now);
    ceiling.left--;
    active++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      active--;
      if (queue.size > 0) void serve();
    };
  };

  /** The one loop that grants, so that order is kept; ends when nobody waits or all places are taken. */
  const serve = async (): Promise<void> => {
    if (serving) return;
    serving = true;
    for (let next = first(queue); next !== undefined && active < concurrency; next = first(queue)) {
      const now = clock.now();
      const waitMs = nextStart(now) - now;
      if (waitMs > 0) await sleep(waitMs);
      else {
        queue.delete(next);
        next.grant(start(now));
      }
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
      return start(now);
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
    observe({remaining, resetMs}) {
      if (!Number.isFinite(remaining) || !Number.isFinite(resetMs)) return;
      const now = clock.now();
      ceiling.left = ceiling.until > now ? Math.min(ceiling.left, remaining) : remaining;
      ceiling.until = now + resetMs;
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
