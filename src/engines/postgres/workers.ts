/** Which workers live: each says so every few seconds. For people to see; who may commit is decided by leases alone. */
import type {LiveWorker} from '../../engine/engine.ts';
import {prepared, type Session} from './database.ts';

export const beatMs = 5000;
/** Longer than a few beats that a busy server delays. */
const liveMs = 30_000;
const forgottenMs = 86_400_000;

const say = prepared(
  `INSERT INTO workers (name, started_at, seen_at, runs) VALUES ($1, $2, $3, $4)
   ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, runs = excluded.runs
   RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS server`,
);
const forget = prepared('DELETE FROM workers WHERE seen_at < $1');
const leave = prepared('DELETE FROM workers WHERE name = $1');
const list = prepared(
  'SELECT name, started_at, seen_at, runs FROM workers WHERE seen_at > $1 ORDER BY started_at, name',
);

/** Gives the time of the server's clock. */
export async function beat(session: Session, {name, since, seenAt, runs}: LiveWorker): Promise<number> {
  const {rows} = await session.ask(say, [name, since, seenAt, runs]);
  if (since === seenAt) await session.ask(forget, [seenAt - forgottenMs]);
  return Number(rows[0]?.['server']);
}

export async function signOff(session: Session, name: string): Promise<void> {
  await session.ask(leave, [name]);
}

export async function liveWorkers(session: Session, now: number): Promise<readonly LiveWorker[]> {
  const {rows} = await session.ask(list, [now - liveMs]);
  return rows.map(({name, started_at, seen_at, runs}) => ({
    name: String(name),
    since: Number(started_at),
    seenAt: Number(seen_at),
    runs: Number(runs),
  }));
}
