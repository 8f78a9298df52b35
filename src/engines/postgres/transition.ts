/** What becomes of runs: commits of claimed runs, decisions of operators, hints. Must never write over a run another worker has. */
import type {Decided, Engine} from '../../engine/engine.ts';
import {isTerminal, type RunData, type RunState, type Transition} from '../../engine/run.ts';
import type {Leased} from './claim.ts';
import {prepared, type Row} from './database.ts';
import {insertRuns, type NewRun} from './insert.ts';
import {lockLanes, reopenLanes} from './lanes.ts';
import type {Unit} from './ledger.ts';
import {jobOf, keep, type Lane, laneKey, laneOf, records, store} from './rows.ts';

export interface Commit {
  readonly slot: Leased;
  readonly transition: Transition;
}

/** A run that was moved, and everything that follows from it depends on. */
interface Moved {
  readonly seq: number;
  readonly event: number;
  readonly from: RunState;
  readonly connection: string;
  readonly lane: Lane | undefined;
  readonly change: Decided;
}

const moves = prepared(
  `UPDATE runs AS r SET
     state = m.state,
     wake_at = CASE WHEN r.hinted AND m.state = 'tracking' THEN least(m.wake_at, $2) ELSE m.wake_at END,
     due_at = CASE WHEN m.claimable THEN CASE WHEN r.hinted AND m.state = 'tracking' THEN least(m.wake_at, $2) ELSE m.wake_at END END,
     attempt = m.attempt, error = m.error, data = m.data, updated_at = $2, fence = r.fence + 1, hinted = false, worker = NULL,
     claim = m.claim
   FROM json_to_recordset($1::json) AS m (at int, seq bigint, fence bigint, state text, wake_at bigint, claimable boolean,
     attempt int, error text, data text, claim text, leased boolean)
   WHERE r.seq = m.seq AND r.fence = m.fence AND (m.leased OR r.worker IS NULL OR r.due_at <= $2)
   RETURNING m.at, r.event, r.due_at`,
);
/** A commit leaves the token of its claim behind, and every other move another one: the fence went one further, by us. */
const landed = prepared(
  `SELECT m.at FROM json_to_recordset($1::json) AS m (at int, seq bigint, fence bigint, claim text)
   JOIN runs AS r ON r.seq = m.seq AND r.fence = m.fence + 1 AND r.claim = m.claim AND r.worker IS NULL`,
);

/** For each whether it was committed; false where the lease is lost. */
export async function commitAll(unit: Unit, commits: readonly Commit[]): Promise<readonly boolean[]> {
  const lanes = commits.flatMap(({slot, transition}) =>
    lanesOfMove(slot.claimed.state, slot.claimed.lane, transition.to),
  );
  if (lanes.length > 0) await lockLanes(unit, lanes.map(laneKey));
  const sent = commits.map(({slot: {seq, token, claimed}, transition}, at) => ({
    ...toRecord(transition, claimed.lane),
    at,
    seq,
    fence: transition.fence,
    claim: token,
    leased: true,
  }));
  const {rows} = await unit.ask(moves, [records(sent), unit.now]);
  const moved = rows.map((row): Moved => {
    const {slot, transition} = commits[Number(row['at'])] as Commit;
    const {state, connection, lane} = slot.claimed;
    return {seq: slot.seq, event: Number(row['event']), from: state, connection, lane, change: transition};
  });
  noteDue(unit, rows);
  await settle(unit, moved);
  const committed = new Set(rows.map(({at}) => Number(at)));
  const others = sent.filter(({at}) => !committed.has(at)).map(({at, seq, fence, claim}) => ({at, seq, fence, claim}));
  if (others.length > 0) for (const {at} of (await unit.ask(landed, [records(others)])).rows) committed.add(Number(at));
  return commits.map((_, at) => committed.has(at));
}

const byId = prepared('SELECT seq, state, fence, connection, lane, updated_at FROM runs WHERE id = $1');

export async function decideRun(
  unit: Unit,
  id: string,
  {from, change, asOf}: {from: readonly RunState[]; change: Decided; asOf: number | undefined},
): Promise<boolean> {
  const [row] = (await unit.ask(byId, [keep(id)])).rows;
  if (!row || !from.includes(row['state'] as RunState)) return false;
  if (asOf !== undefined && row['updated_at'] !== asOf) return false;
  const lane = laneOf(row);
  if (lane) await reopenLanes(unit, [lane]);
  if (lane) unit.touch(laneKey(lane));
  const sent = {...toRecord(change, lane), at: 0, seq: row['seq'], fence: row['fence'], leased: false};
  const {rows} = await unit.ask(moves, [records([sent]), unit.now]);
  const [moved] = rows;
  if (!moved) return false;
  noteDue(unit, rows);
  const [seq, event, connection] = [Number(row['seq']), Number(moved['event']), String(row['connection'])];
  await settle(unit, [{seq, event, connection, from: row['state'] as RunState, lane, change}]);
  return true;
}

const hint = prepared(
  `UPDATE runs AS r SET hinted = (r.worker IS NOT NULL), wake_at = least(r.wake_at, $2),
     due_at = CASE WHEN r.worker IS NULL THEN least(r.due_at, $2) ELSE r.due_at END
   FROM jobs AS j WHERE j.key = $1 AND r.seq = j.run AND r.state = 'tracking'`,
);

export async function wakeRuns(unit: Unit, {connection, kind, id}: Parameters<Engine['wake']>[0]): Promise<boolean> {
  const {count} = await unit.ask(hint, [jobOf(connection, kind, id), unit.now]);
  if (count > 0) unit.due(unit.now);
  return count > 0;
}

function toRecord({to, wakeAt, attempt, error, data}: Decided, lane: Lane | undefined): object {
  return {
    state: to,
    wake_at: wakeAt,
    claimable: isActive(to) && !(to === 'queued' && lane !== undefined),
    attempt,
    error: error && store(error),
    data: store(data),
  };
}

function noteDue(unit: Unit, rows: readonly Row[]): void {
  for (const {due_at} of rows) if (typeof due_at === 'number') unit.due(due_at);
}

/** Everything that follows from the moves besides the rows themselves. */
async function settle(unit: Unit, moved: readonly Moved[]): Promise<void> {
  for (const {from, change, lane} of moved) {
    unit.count(from, -1);
    unit.count(change.to, 1);
    for (const one of lanesOfMove(from, lane, change.to)) unit.touch(laneKey(one));
  }
  await indexJobs(unit, moved);
  const follow = moved.flatMap(({event, change}) => (change.follow ?? []).map((draft): NewRun => ({draft, event})));
  await insertRuns(unit, follow);
}

/** The lane a move changes: a run that is read again and again leaves it as it is. */
function lanesOfMove(from: RunState, lane: Lane | undefined, to: RunState): readonly Lane[] {
  return lane === undefined || (isInFlight(from) && isInFlight(to)) ? [] : [lane];
}

const addJobs = prepared(
  `INSERT INTO jobs (key, run) SELECT key, run FROM json_to_recordset($1::json) AS x (key text, run bigint) ORDER BY key, run
   ON CONFLICT DO NOTHING`,
);
const dropJobs = prepared('DELETE FROM jobs WHERE run = ANY ($1::bigint[])');

async function indexJobs(unit: Unit, moved: readonly Moved[]): Promise<void> {
  const over = moved.filter(({from, change}) => from === 'tracking' && change.to !== 'tracking').map(({seq}) => seq);
  if (over.length > 0) await unit.ask(dropJobs, [over]);
  const followed = moved.flatMap(({seq, connection, change: {to, data}}) =>
    to === 'tracking' ? openJobs(connection, data).map((key) => ({key, run: seq})) : [],
  );
  if (followed.length > 0) await unit.ask(addJobs, [records(followed)]);
}

function openJobs(connection: string, {jobs = [], jobKind}: RunData): readonly string[] {
  return jobs.flatMap(({ref, kind = jobKind, state}) =>
    kind === undefined || isTerminal(state as RunState) ? [] : [jobOf(connection, kind, ref.id)],
  );
}

function isActive(state: RunState): boolean {
  return state !== 'held' && !isTerminal(state);
}

function isInFlight(state: RunState): boolean {
  return state === 'starting' || state === 'tracking';
}
