/** What an engine does until it is closed, and what it ends then. */
import type {Ending} from '../../engine/engine.ts';
import {fail} from '../../errors/jobwire-error.ts';

export interface Lifetime {
  /** Refused with JW7103 once the engine is closed, also while what is under way is being finished. */
  asked<A extends readonly unknown[], T>(act: (...args: A) => Promise<T>): (...args: A) => Promise<T>;
  /** Something that goes on: stopped when the engine is closed. JW7103 afterwards. */
  begun<A extends readonly unknown[], T extends Ending>(begin: (...args: A) => T): (...args: A) => T;
  close(): Promise<void>;
}

/** `finish` comes when everything that went on has stopped. */
export function createLifetime(finish: () => Promise<void>): Lifetime {
  const endings = new Set<Ending>();
  let closed: Promise<void> | undefined;
  const refuseClosed = (): void => {
    if (closed) throw fail('JW7103', {problem: 'the store is closed'});
  };
  const close = async (): Promise<void> => {
    await Promise.all([...endings].map((ending) => ending.stop()));
    await finish();
  };
  return {
    asked:
      (act) =>
      async (...args) => {
        refuseClosed();
        return act(...args);
      },
    begun:
      (begin) =>
      (...args) => {
        refuseClosed();
        const ending = begin(...args);
        endings.add(ending);
        return ending;
      },
    close() {
      closed ??= close();
      return closed;
    },
  };
}
