/** Gathers what is asked of the store while a transaction is written: it goes into the next one, all with one fsync. */
import {fail} from '../../errors/jobwire-error.ts';
import {soon} from '../../values/time.ts';
import {notUsable} from './database.ts';
import type {Answer, Asked, Kind, Look, Looked, Reply, Transact, Write} from './writes.ts';

/** Looks at the end of each transaction. */
export interface Tail {
  /** Nothing where it has nothing to ask. Answered by one of the others. */
  look(): Look | undefined;
  landed(looked: Looked): void;
  /** The tail comes again with the next transaction or after `poke`. */
  failed(error: unknown): void;
}

export interface GroupCommit {
  /** Resolves when it is durable. `sent` is called as it goes on its way, before the looks of the same transaction are asked for. */
  submit<K extends Kind>(kind: K, asked: Asked<K>, sent?: () => void): Promise<Answer<K>>;
  /** Gives a function that takes the tail off again. */
  addTail(tail: Tail): () => void;
  /** A transaction soon, also without writes: for tails. */
  poke(): void;
  /** Commits what waits; whatever comes later is refused (JW7103). */
  close(): Promise<void>;
  isClosed(): boolean;
}

interface Waiting {
  readonly write: Write;
  readonly sent: (() => void) | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One transaction takes no more than this. */
const mostWrites = 512;

interface Asking {
  readonly tail: Tail;
  readonly look: Look;
}

export function createGroupCommit(transact: Transact): GroupCommit {
  const tails = new Set<Tail>();
  let queue: Waiting[] = [];
  let state: 'resting' | 'scheduled' | 'writing' = 'resting';
  let again = false;
  let closing: (() => void) | undefined;

  const schedule = () => {
    if (state === 'resting') {
      state = 'scheduled';
      soon(() => void turn());
    } else if (state === 'writing') again = true;
  };
  const turn = async () => {
    state = 'writing';
    again = false;
    await write();
    state = 'resting';
    if (queue.length > 0 || (again && !closing)) schedule();
    else closing?.();
  };
  const write = async () => {
    const batch = queue.slice(0, mostWrites);
    for (const {sent} of batch) sent?.();
    const asking = looksOf(tails);
    if (batch.length === 0 && asking.length === 0) return;
    let reply: Reply;
    try {
      reply = await transact({writes: batch.map((waiting) => waiting.write), looks: asking.map(({look}) => look)});
    } catch (error) {
      const reason = notUsable(error);
      reply = {outcomes: batch.map(() => ({error: reason})), looked: [], fault: reason};
    }
    queue = queue.slice(reply.outcomes.length);
    settle(batch, reply);
    tell(asking, reply);
  };

  return {
    submit: <K extends Kind>(kind: K, asked: Asked<K>, sent?: () => void) =>
      new Promise<Answer<K>>((resolve, reject) => {
        if (closing) return reject(fail('JW7103', {problem: 'the store is closed'}));
        queue.push({write: {kind, asked}, sent, resolve: resolve as (answer: unknown) => void, reject});
        schedule();
      }),
    addTail(tail) {
      tails.add(tail);
      schedule();
      return () => tails.delete(tail);
    },
    poke: schedule,
    close: () =>
      new Promise((resolve) => {
        closing = resolve;
        schedule();
      }),
    isClosed: () => closing !== undefined,
  };
}

function looksOf(tails: Iterable<Tail>): Asking[] {
  const asking: Asking[] = [];
  for (const tail of tails) {
    const look = tail.look();
    if (look) asking.push({tail, look});
  }
  return asking;
}

function settle(batch: readonly Waiting[], {outcomes}: Reply): void {
  for (const [i, outcome] of outcomes.entries())
    if ('error' in outcome) batch[i]?.reject(outcome.error);
    else batch[i]?.resolve(outcome.answer);
}

function tell(asking: readonly Asking[], {looked, fault}: Reply): void {
  for (const [i, {tail}] of asking.entries()) {
    const seen = looked[i];
    if (seen) tail.landed(seen);
    else tail.failed(fault);
  }
}
