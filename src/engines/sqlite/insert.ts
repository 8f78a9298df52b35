/** New events and runs into the tables. Works inside the caller's transaction. */
import type {Counts} from './counts.ts';
import type {Database} from './database.ts';
import type {Lanes} from './lanes.ts';
import type {DraftRow, EventRow} from './writes.ts';

export interface Inserts {
  /** Sequence number of the event. */
  event(event: EventRow): number;
  /** False when a run with this id exists: nothing is made then. */
  run(draft: DraftRow, event: number, now: number): boolean;
}

export function createInserts(db: Database, {counts, lanes}: {counts: Counts; lanes: Lanes}): Inserts {
  const insertEvent = db.prepare(
    `INSERT INTO events (uid, connection, feed, type, id, received_at, state, deliveries, conflicts, body_hash, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertRun = db.prepare(
    `INSERT INTO runs (id, event, template, template_version, target, action, connection, delivery, state, attempt, priority,
       wake_at, due_at, deadline_at, lane, lane_limit, lane_ordered, fence, hinted, created_at, updated_at, error, data)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  return {
    event(event) {
      const {uid, connection, feed, type, id, receivedAt, state, deliveries, conflicts, bodyHash, content} = event;
      const row = [uid, connection, feed, type, id, receivedAt, state, deliveries, conflicts, bodyHash, content];
      counts.add('events', 1);
      return Number(insertEvent.run(...row).lastInsertRowid);
    },
    run(draft, event, now) {
      const {id, template, templateVersion, target, action, connection, delivery, state, priority, wakeAt, lane} =
        draft;
      const dueAt = state === 'queued' && !lane ? wakeAt : null;
      const {changes} = insertRun.run(
        ...[id, event, template, templateVersion, target, action, connection, delivery, state, priority],
        ...[
          wakeAt,
          dueAt,
          draft.deadlineAt ?? null,
          lane?.key ?? null,
          lane?.limit ?? null,
          lane ? Number(lane.ordered) : null,
        ],
        ...[now, now, draft.error, draft.data],
      );
      if (changes === 0) return false;
      counts.add(state, 1);
      if (lane && state === 'queued') {
        lanes.open(lane);
        lanes.refresh(lane.key);
      }
      return true;
    },
  };
}
