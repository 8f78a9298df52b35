/** Word of work between processes (LISTEN, NOTIFY), so that nobody has to ask in vain. A word may be lost: it only saves waiting. */
import type pg from 'pg';
import {type Clock, randomId} from '../../values/time.ts';
import {type Database, prepared} from './database.ts';
import {keepConnected} from './keep-connected.ts';

export interface Signals {
  /** Tells the workers of this and of other processes that something is due. */
  tell(at: number): void;
  /** Hears when something is due. Connects when the first one listens. */
  listen(heard: (at: number) => void): () => void;
  /** Stops listening; what was to be told is told first. */
  close(): Promise<void>;
}

/** Outside the transaction it speaks of: NOTIFY makes every COMMIT that carries it wait for every other one. */
const notify = prepared('SELECT pg_notify($1, $2)');

export interface SignalOptions {
  readonly clock: Clock;
  /** What is due later than this is seen in time anyway. */
  readonly horizonMs: number;
}

export function createSignals(db: Database, {clock, horizonMs}: SignalOptions): Signals {
  const channel = `jobwire_${db.address.schema}`;
  const origin = randomId();
  const listeners = new Set<(at: number) => void>();
  let pending = Number.POSITIVE_INFINITY;
  let telling: Promise<void> | undefined;
  let connected: {stop(): Promise<void>} | undefined;

  const hear = (at: number): void => {
    for (const heard of listeners) heard(at);
  };
  const tellOthers = async (): Promise<void> => {
    while (pending !== Number.POSITIVE_INFINITY) {
      const at = pending;
      pending = Number.POSITIVE_INFINITY;
      await db.ask(notify, [channel, `${at} ${origin}`]).catch(() => undefined);
    }
    telling = undefined;
  };
  const begin = async (client: pg.Client): Promise<void> => {
    client.on('notification', ({payload = ''}) => {
      const [at, from] = payload.split(' ');
      if (from !== origin) hear(Number(at) || 0);
    });
    await client.query(`LISTEN "${channel}"`);
    // Whatever was said while nobody listened.
    hear(0);
  };
  return {
    tell(at) {
      hear(at);
      if (at > clock.now() + horizonMs) return;
      pending = Math.min(pending, at);
      telling ??= tellOthers();
    },
    listen(heard) {
      listeners.add(heard);
      connected ??= keepConnected(db, clock, begin);
      return () => listeners.delete(heard);
    },
    async close() {
      await connected?.stop();
      await telling;
    },
  };
}
