/** A clock that stands still until the test moves it, and whose sleepers really wait: for loops that would otherwise spin. */
import {setImmediate as turn} from 'node:timers/promises';
import type {Clock} from '../../src/values/time.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

export class SteppedClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
          resolve();
        },
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        reject(signal.reason);
      });
    });
  }

  /** How long the sleepers still wait, shortest first. */
  get waits(): number[] {
    return this.#sleepers.map(({at}) => at - this.#now).sort((a, b) => a - b);
  }

  /** Resolves when so many sleep: everything they did before is done. */
  async asleep(count = 1): Promise<void> {
    for (let turns = 0; this.#sleepers.length < count; turns++) {
      if (turns > 20_000) throw new Error(`only ${this.#sleepers.length} of ${count} sleep`);
      await turn();
    }
  }

  /** Moves time, wakes who is due, and waits until as many sleep as before. */
  async advance(ms: number): Promise<void> {
    const count = this.#sleepers.length;
    this.#now += ms;
    for (const sleeper of this.#sleepers.filter(({at}) => at <= this.#now)) sleeper.wake();
    await this.asleep(count);
  }
}
