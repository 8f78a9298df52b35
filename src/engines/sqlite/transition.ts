/** What becomes of runs: commits of claimed runs, decisions of operators, hints. Works inside the caller's transaction. */
import {isTerminal, type RunState} from '../../engine/run.ts';
import {fail} from '../../errors/jobwire-error.ts';
import type {Counts} from './counts.ts';
import type {Database} from './database.ts';
import type {Inserts} from './insert.ts';
import type {Lane, Lanes} from './lanes.ts';
import {laneOf, type Row, text} from './rows.ts';
import type {ChangeRow, Perform} from './writes.ts';

export type Transitions = Pick<Perform, 'commit' | 'decide' | 'wake'>;

interface Moved {
  readonly seq: number;
  readonly from: RunState;
  readonly connection: string;
  readonly lane: Lane | undefined;
  readonly change: ChangeRow;
  readonly now: number;
}

export function createTransitions(
  db: Database,
  {counts, lanes, inserts}: {counts: Counts; lanes: Lanes; inserts: Inserts},
): Transitions {
  const update = db.prepare(
    `UPDATE runs SET state = ?1, due_at = CASE WHEN ?2 THEN CASE WHEN hinted AND ?1 = 'tracking' THEN min(?3, ?4) ELSE ?3 END END,
       wake_at = CASE WHEN hinted AND ?1 = 'tracking' THEN min(?3, ?4) ELSE ?3 END, attempt = ?5, error = ?6,
       updated_at = ?4, fence = fence + 1, hinted = 0, worker = NULL
     WHERE seq = ?7 AND fence = ?8`,
  );
  const setContent = db.prepare(
    'INSERT INTO run_contents (run, data) VALUES (?, ?) ON CONFLICT (run) DO UPDATE SET data = excluded.data',
  );
  const select = db.prepare(
    `SELECT seq, state, fence, connection, lane, lane_limit, lane_ordered, worker, due_at, updated_at FROM runs WHERE id = ?`,
  );
  const eventOf = db.prepare('SELECT event FROM runs WHERE seq = ?');
  const addJob = db.prepare('INSERT INTO jobs (connection, kind, id, run) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const dropJobs = db.prepare('DELETE FROM jobs WHERE run = ?');
  const runsOfJob = db.prepare(
    `SELECT r.seq FROM jobs AS j JOIN runs AS r ON r.seq = j.run
     WHERE j.connection = ? AND j.kind = ? AND j.id = ? AND r.state = 'tracking'`,
  );
  const hint = db.prepare(
    `UPDATE runs SET hinted = (worker IS NOT NULL), wake_at = min(wake_at, ?1),
       due_at = CASE WHEN worker IS NULL THEN min(due_at, ?1) ELSE due_at END WHERE seq = ?2`,
  );

  const write = ({seq, lane, change, now}: Moved, fence: number): boolean => {
    const {to, wakeAt, attempt, error, data} = change;
    const claimable = isActive(to) && !(to === 'queued' && lane !== undefined);
    const {changes} = update.run(to, claimable ? 1 : 0, wakeAt, now, attempt, error, seq, fence);
    if (changes === 0) return false;
    setContent.run(seq, data);
    return true;
  };

  /** Everything that follows from the move besides the row itself. */
  const settle = (moved: Moved) => {
    const {seq, from, lane, change, now} = moved;
    if (from !== change.to) {
      counts.add(from, -1);
      counts.add(change.to, 1);
    }
    if (change.to === 'tracking') indexJobs(moved);
    else if (from === 'tracking') dropJobs.run(seq);
    if (lane !== undefined) {
      if (!isActive(from) && isActive(change.to)) lanes.reopen(lane);
      lanes.refresh(lane.key);
    }
    if (change.follow.length === 0) return;
    const event = Number(eventOf.get(seq)?.['event']);
    for (const draft of change.follow) inserts.run(draft, event, now);
  };

  const indexJobs = ({seq, connection, change: {jobs}}: Moved) => {
    for (const {kind, id} of jobs) addJob.run(connection, kind, id, seq);
  };

  return {
    commit({held: {seq, id, state, connection, lane}, fence, change, now}) {
      const moved = {seq, from: state, connection, lane, change, now};
      if (!write(moved, fence)) throw fail('JW5003', {run: id});
      settle(moved);
    },
    decide({run: id, from, change, asOf, now}) {
      const row = select.get(id);
      if (!row || !from.includes(row['state'] as RunState) || isLeased(row, now)) return false;
      if (asOf !== undefined && row['updated_at'] !== asOf) return false;
      const moved = {...placeOf(row), change, now};
      write(moved, Number(row['fence']));
      settle(moved);
      return true;
    },
    wake({connection, kind, id, now}) {
      const rows = runsOfJob.all(connection, kind, id);
      for (const row of rows) hint.run(now, row['seq'] ?? null);
      return rows.length > 0;
    },
  };
}

function placeOf(row: Row): Pick<Moved, 'seq' | 'from' | 'connection' | 'lane'> {
  return {
    seq: Number(row['seq']),
    from: text(row['state']) as RunState,
    connection: text(row['connection']),
    lane: laneOf(row),
  };
}

function isActive(state: RunState): boolean {
  return state !== 'held' && !isTerminal(state);
}

function isLeased(row: Row, now: number): boolean {
  return row['worker'] !== null && Number(row['due_at']) > now;
}
