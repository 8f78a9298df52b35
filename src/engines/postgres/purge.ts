/** Forgetting what is over and old. Must never touch what goes on, is held, or keeps a second start out. */
import type {Purge, Purged} from '../../engine/engine.ts';
import {isTerminal, type RunState} from '../../engine/run.ts';
import {prepared, type Row} from './database.ts';
import type {Unit} from './ledger.ts';

/** Events lie in order of arrival, so the first that is too young ends the walk. */
const oldEvents = prepared(
  `SELECT e.seq FROM events AS e
   WHERE e.seq < coalesce((SELECT seq FROM events WHERE received_at >= $1 ORDER BY seq LIMIT 1), 9223372036854775807)
     AND NOT EXISTS (
       SELECT FROM runs AS r WHERE r.event = e.seq AND (r.state NOT IN ('succeeded', 'failed', 'canceled') OR r.updated_at >= $1))
   ORDER BY e.seq LIMIT $2`,
);
/** An operator may start a run again at the same moment: looked at once more under lock. */
const lockRuns = prepared(
  'SELECT event, state, updated_at FROM runs WHERE event = ANY ($1::bigint[]) ORDER BY seq FOR UPDATE',
);
const dropRuns = prepared('DELETE FROM runs WHERE event = ANY ($1::bigint[])');
const dropEvents = prepared('DELETE FROM events WHERE seq = ANY ($1::bigint[])');
const dropKeys = prepared(
  `DELETE FROM identities WHERE expires_at < $1 AND key IN (
     SELECT i.key FROM identities AS i LEFT JOIN events AS e ON e.uid = i.uid
     WHERE i.expires_at < $1 AND e.seq IS NULL LIMIT $2)`,
);

export async function purge(unit: Unit, {before, keysBefore, limit}: Purge): Promise<Purged> {
  const found = (await unit.ask(oldEvents, [before, limit])).rows.map(({seq}) => Number(seq));
  const {rows} = await unit.ask(lockRuns, [found]);
  const goOn = new Set(rows.filter((run) => !isOver(run, before)).map(({event}) => Number(event)));
  const old = found.filter((seq) => !goOn.has(seq));
  const runs = rows.filter(({event}) => !goOn.has(Number(event)));
  await unit.ask(dropRuns, [old]);
  await unit.ask(dropEvents, [old]);
  for (const {state} of runs) unit.count(state as RunState, -1);
  unit.count('events', -old.length);
  const keys = keysBefore === undefined ? 0 : (await unit.ask(dropKeys, [keysBefore, limit])).count;
  return {events: old.length, runs: runs.length, keys, more: found.length === limit || keys === limit};
}

function isOver(run: Row, before: number): boolean {
  return isTerminal(run['state'] as RunState) && Number(run['updated_at']) < before;
}
