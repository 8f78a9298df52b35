/** Forgetting what is over and old. Works inside the caller's transaction; must never touch what goes on, is held, or keeps a second start out. */
import type {Purge, Purged} from '../../engine/engine.ts';
import {isTerminal, type RunState} from '../../engine/run.ts';
import type {Counts} from './counts.ts';
import type {Database} from './database.ts';
import {text} from './rows.ts';

export function createPurge(db: Database, counts: Counts): (rule: Purge) => Purged {
  const inOrder = db.prepare('SELECT seq, received_at FROM events ORDER BY seq');
  const runsOf = db.prepare('SELECT state, updated_at FROM runs WHERE event = ?');
  const dropRuns = db.prepare('DELETE FROM runs WHERE event = ?');
  const dropEvent = db.prepare('DELETE FROM events WHERE seq = ?');
  const dropKeys = db.prepare(
    `DELETE FROM identities WHERE (id, type, connection) IN (
       SELECT i.id, i.type, i.connection FROM identities AS i LEFT JOIN events AS e ON e.uid = i.uid
       WHERE i.expires_at < ? AND e.seq IS NULL LIMIT ?)`,
  );

  /** Events lie in order of arrival, so the first that is too young ends the walk. */
  const oldEvents = ({before, limit}: Purge): {readonly seq: number; readonly states: readonly RunState[]}[] => {
    const found = [];
    for (const event of inOrder.iterate()) {
      if (Number(event['received_at']) >= before || found.length === limit) break;
      const seq = Number(event['seq']);
      const runs = runsOf.all(seq);
      const over = runs.every(
        (run) => isTerminal(text(run['state']) as RunState) && Number(run['updated_at']) < before,
      );
      if (over) found.push({seq, states: runs.map((run) => text(run['state']) as RunState)});
    }
    return found;
  };

  return (rule) => {
    const old = oldEvents(rule);
    for (const {seq, states} of old) {
      dropRuns.run(seq);
      dropEvent.run(seq);
      for (const state of states) counts.add(state, -1);
    }
    counts.add('events', -old.length);
    const {keysBefore, limit} = rule;
    const keys = keysBefore === undefined ? 0 : Number(dropKeys.run(keysBefore, limit).changes);
    const runs = old.reduce((sum, {states}) => sum + states.length, 0);
    return {events: old.length, runs, keys, more: old.length === limit || keys === limit};
  };
}
