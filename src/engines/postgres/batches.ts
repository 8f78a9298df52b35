/** Many calls, one transaction: what comes while one is under way shares the next. Must never let one call spoil another. */
import {JobwireError} from '../../errors/jobwire-error.ts';
import {soon} from '../../values/time.ts';

export interface Batches<T, R> {
  submit(item: T): Promise<R>;
  /** Resolves when nothing waits and nothing is under way. */
  drained(): Promise<void>;
}

export interface BatchOptions<T, R> {
  /** Most of one transaction, by weight; an item that weighs more goes alone. */
  readonly most: number;
  /** One by default. */
  weigh?(item: T): number;
  /** Transactions under way at once. */
  readonly width: number;
  /** One answer per item, in order; all or nothing. */
  run(items: readonly T[]): Promise<readonly R[]>;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatches<T, R>({most, weigh = () => 1, width, run}: BatchOptions<T, R>): Batches<T, R> {
  const queue: Waiting<T, R>[] = [];
  let underWay = 0;
  let scheduled = false;
  const idle: (() => void)[] = [];

  const sizeOfNext = (): number => {
    let weight = 0;
    const end = queue.findIndex(({item}, i) => {
      weight += weigh(item);
      return i > 0 && weight > most;
    });
    return end === -1 ? queue.length : end;
  };
  const schedule = (): void => {
    if (scheduled || underWay >= width || queue.length === 0) return;
    scheduled = true;
    soon(() => {
      scheduled = false;
      const batch = queue.splice(0, sizeOfNext());
      underWay++;
      void serve(batch).finally(() => {
        underWay--;
        schedule();
        if (underWay === 0 && queue.length === 0) for (const resolve of idle.splice(0)) resolve();
      });
      schedule();
    });
  };

  const serve = async (batch: readonly Waiting<T, R>[]): Promise<void> => {
    try {
      const results = await run(batch.map(({item}) => item));
      for (const [i, {resolve}] of batch.entries()) resolve(results[i] as R);
    } catch (error) {
      // A store that cannot be used is nobody's fault; otherwise each is done by itself, and only the bad one fails.
      if (batch.length === 1 || error instanceof JobwireError) for (const {reject} of batch) reject(error);
      else for (const one of batch) await serve([one]);
    }
  };

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        queue.push({item, resolve, reject});
        schedule();
      }),
    drained: () =>
      underWay === 0 && queue.length === 0 && !scheduled
        ? Promise.resolve()
        : new Promise((resolve) => idle.push(resolve)),
  };
}
