/** The last requests a simulator saw. Must never hold headers, queries or bodies. */

export interface Entry {
  /** ISO time. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** The first operation or route at this address. */
  readonly name?: string;
  /** Absent when there was no answer. */
  readonly status?: number;
  readonly fault?: string;
  /** Why the simulator itself could not answer. */
  readonly problem?: string;
}

export class Journal {
  readonly #limit: number;
  readonly #entries: Entry[] = [];
  #next = 0;
  #total = 0;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  add(entry: Entry): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#limit;
    this.#total++;
  }

  /** All that were ever seen. */
  get total(): number {
    return this.#total;
  }

  /** Oldest first. */
  list(): Entry[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }
}
