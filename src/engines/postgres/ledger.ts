/** What a transaction has to bring in step before it commits, and what others must hear afterwards. */
import type {RunState} from '../../engine/run.ts';
import {type Database, prepared, type Session} from './database.ts';
import {refreshLanes} from './lanes.ts';

export type Counted = 'events' | RunState;

/** One transaction: its statements and its notes. */
export interface Unit extends Session {
  readonly now: number;
  count(name: Counted, by: number): void;
  /** Something queued or in flight in this lane changed; its lock is held. */
  touch(lane: string): void;
  /** Something may be claimed from this time on. */
  due(at: number): void;
}

export type Transact = <T>(act: (unit: Unit) => Promise<T>) => Promise<T>;

/** As many rows of one name as may be written at the same time without waiting. */
const parts = 32;

const addCounts = prepared(
  `INSERT INTO counts (name, part, n) SELECT name, pg_backend_pid() % ${parts}, n
   FROM json_to_recordset($1::json) AS x (name text, n bigint) ORDER BY name
   ON CONFLICT (name, part) DO UPDATE SET n = counts.n + excluded.n`,
);

/** `onDue` hears, after COMMIT, when the earliest of what the transaction left is due. */
export function createTransact(db: Database, now: () => number, onDue: (at: number) => void): Transact {
  return async (act) => {
    let earliest = Number.POSITIVE_INFINITY;
    const result = await db.transact(async (session) => {
      earliest = Number.POSITIVE_INFINITY;
      const counts = new Map<Counted, number>();
      const lanes = new Set<string>();
      const unit: Unit = {
        ...session,
        now: now(),
        count: (name, by) => void counts.set(name, (counts.get(name) ?? 0) + by),
        touch: (lane) => void lanes.add(lane),
        due: (at) => {
          earliest = Math.min(earliest, at);
        },
      };
      const done = await act(unit);
      if (lanes.size > 0) unit.due((await refreshLanes(session, [...lanes])) ?? Number.POSITIVE_INFINITY);
      const changed = [...counts].filter(([, n]) => n !== 0).map(([name, n]) => ({name, n}));
      if (changed.length > 0) await session.ask(addCounts, [JSON.stringify(changed)]);
      return done;
    });
    if (earliest !== Number.POSITIVE_INFINITY) onDue(earliest);
    return result;
  };
}

const readCounts = prepared('SELECT name, sum(n)::bigint AS n FROM counts GROUP BY name');

export async function countsOf(session: Session): Promise<ReadonlyMap<Counted, number>> {
  const {rows} = await session.ask(readCounts);
  return new Map(rows.map(({name, n}) => [name as Counted, Number(n)]));
}
