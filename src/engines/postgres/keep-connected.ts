/** A connection that is made again whenever it is lost, for what lives in a session: listening, and locks. */
import type pg from 'pg';
import {type Clock, chance} from '../../values/time.ts';
import type {Database} from './database.ts';

const shortestPauseMs = 500;
const longestPauseMs = 15_000;

/** `begin` gets each new connection; `lost` is called when it has ended. Faults of the store are told by whoever asks it for something. */
export function keepConnected(
  db: Database,
  clock: Clock,
  begin: (client: pg.Client, signal: AbortSignal) => Promise<void>,
  lost: () => Promise<void> | void = () => undefined,
): {stop(): Promise<void>} {
  const ending = new AbortController();
  const {signal} = ending;
  let current: pg.Client | undefined;

  /** Resolves when the connection is of no use any more, or nobody needs it. */
  const live = async (client: pg.Client): Promise<void> => {
    current = client;
    const ended = new Promise<void>((resolve) => {
      client.once('end', () => resolve());
      signal.addEventListener('abort', () => resolve(), {once: true});
    });
    try {
      await begin(client, signal);
      await ended;
    } finally {
      current = undefined;
      await lost();
      await client.end().catch(() => undefined);
    }
  };
  const loop = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const client = await db.connectApart({patient: false});
        failures = 0;
        if (signal.aborted) return void (await client.end().catch(() => undefined));
        await live(client);
      } catch {
        // Tried again below.
      }
      if (signal.aborted) return;
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures, 10));
      await clock.sleep(pauseMs * (0.5 + chance() / 2), signal).catch(() => undefined);
    }
  };
  const looping = loop();
  return {
    async stop() {
      ending.abort();
      await current?.end().catch(() => undefined);
      await looping;
    },
  };
}
