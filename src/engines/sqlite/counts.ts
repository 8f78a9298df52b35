/** How many events there are and how many runs in each state, kept up to date by one statement per state and transaction. */
import {type RunState, runStates} from '../../engine/run.ts';
import type {Database} from './database.ts';

type Name = 'events' | RunState;

export interface Counts {
  add(name: Name, by: number): void;
  /** What has gathered, to be undone with the write that raised it. */
  mark(): unknown;
  reset(mark: unknown): void;
  /** Writes what has gathered; inside the transaction, at its end. */
  flush(): void;
  read(): Readonly<Record<Name, number>>;
}

export function createCounts(db: Database): Counts {
  const update = db.prepare('UPDATE counts SET n = n + ? WHERE name = ?');
  const select = db.prepare('SELECT name, n FROM counts');
  let gathered = new Map<Name, number>();
  return {
    add(name, by) {
      gathered.set(name, (gathered.get(name) ?? 0) + by);
    },
    mark: () => new Map(gathered),
    reset(mark) {
      gathered = mark as Map<Name, number>;
    },
    flush() {
      for (const [name, by] of gathered) if (by !== 0) update.run(by, name);
      gathered = new Map();
    },
    read() {
      const counts: Record<Name, number> = {
        events: 0,
        ...Object.fromEntries(runStates.map((state) => [state, 0])),
      } as never;
      for (const {name, n} of select.all()) counts[name as Name] = Number(n);
      return counts;
    },
  };
}
