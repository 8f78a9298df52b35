/** A clock that moves when the test says so: a sleep waits until then. */
import type {Clock} from '../../src/values/time.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  constructor(start = 1_800_000_000_000) {
    this.#now = start;
  }
  now(): number {
    return this.#now;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = {at: this.#now + ms, wake: resolve};
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal.reason);
      });
    });
  }
  /** How many wait, so that a test can see that nobody polls. */
  get sleeping(): number {
    return this.#sleepers.length;
  }
  advance(ms: number): void {
    this.#now += ms;
    const awake = this.#sleepers.filter(({at}) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({at}) => at > this.#now);
    for (const {wake} of awake) wake();
  }
}
