/** What one process at a time may do on this store: held as a lock of a session, free again when its process dies or hangs. */
import type {Ending} from '../../engine/engine.ts';
import type {Clock} from '../../values/time.ts';
import type {Database} from './database.ts';
import {keepConnected} from './keep-connected.ts';
import {lockOf} from './migrate.ts';

/** How often it is asked whether the duty is free, and whether the connection that holds it still stands. */
const askMs = 3000;
/** The server takes the duty from a process that does not even ask any more (PostgreSQL 14 and later). */
const silentMs = 20_000;

/** Begins as soon as no other process does it; ends what was begun when the connection is lost, and stands by again. */
export function standBy(
  {db, clock, onFault}: {db: Database; clock: Clock; onFault: (error: unknown) => void},
  duty: string,
  begin: () => Ending,
): Ending {
  const lock = lockOf(db.address, `duty ${duty}`);
  let begun: Ending | undefined;
  return keepConnected(
    db,
    clock,
    async (client, signal) => {
      await client.query(
        `SELECT set_config('idle_session_timeout', '${silentMs}', false) WHERE current_setting('server_version_num')::int >= 140000`,
      );
      while (!signal.aborted) {
        const {rows} = await client.query<{held: boolean}>(
          begun ? 'SELECT true AS held' : 'SELECT pg_try_advisory_lock($1::bigint) AS held',
          begun ? [] : [lock],
        );
        if (rows[0]?.held && !signal.aborted) begun ??= begin();
        await clock.sleep(askMs, signal).catch(() => undefined);
      }
    },
    async () => {
      const ending = begun;
      begun = undefined;
      await ending?.stop().catch(onFault);
    },
  );
}
