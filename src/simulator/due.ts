/** Things that are due at a time, earliest first. Must never look at a clock: the caller says what time it is. */

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly act: (at: number) => void;
}

/** A binary heap; entries of one moment keep the order in which they came. */
export class DueList {
  readonly #heap: Entry[] = [];
  #order = 0;

  add(at: number, act: (at: number) => void): void {
    this.#heap.push({at, order: this.#order++, act});
    this.#rise(this.#heap.length - 1);
  }

  /** Time of what is due first. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Does everything due at `now`, also what becomes due meanwhile. Each act is told its own time. */
  run(now: number): void {
    for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
      this.#drop();
      first.act(first.at);
    }
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #drop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(start: number): void {
    for (let i = start; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfEarlier(i, parent)) return;
      i = parent;
    }
  }

  #sink(start: number): void {
    for (let i = start; ; ) {
      const left = 2 * i + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, i)) return;
      i = child;
    }
  }

  #swapIfEarlier(i: number, j: number): boolean {
    if (!this.#isEarlier(i, j)) return false;
    const a = this.#heap[i] as Entry;
    this.#heap[i] = this.#heap[j] as Entry;
    this.#heap[j] = a;
    return true;
  }

  #isEarlier(i: number, j: number): boolean {
    const a = this.#heap[i];
    const b = this.#heap[j];
    return a !== undefined && b !== undefined && (a.at - b.at || a.order - b.order) < 0;
  }
}
