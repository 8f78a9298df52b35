/** Wakes a simulator when something is due, so that it tells its receivers also while nobody asks. Must never run on a clock that stands still. */
import type {Clock} from '../values/time.ts';
import type {DueList} from './due.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #due: DueList;
  #set: {readonly at: number; readonly stop: AbortController} | undefined;

  constructor(clock: Clock, due: DueList) {
    this.#clock = clock;
    this.#due = due;
  }

  /** For what is due next; called whenever that may have changed. */
  set(): void {
    const next = this.#due.nextAt;
    if (next === undefined || (this.#set !== undefined && this.#set.at <= next)) return;
    this.clear();
    const stop = new AbortController();
    this.#set = {at: next, stop};
    this.#clock.sleep(Math.max(0, next - this.#clock.now()), stop.signal).then(
      () => this.#ring(),
      () => undefined,
    );
  }

  clear(): void {
    this.#set?.stop.abort();
    this.#set = undefined;
  }

  #ring(): void {
    this.#set = undefined;
    this.#due.run(this.#clock.now());
    this.set();
  }
}
