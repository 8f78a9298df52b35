/** Questions to the store: single events and runs, pages, counts. Must never change anything. */
import type {EventFilter, Page, PageOptions, RunFilter, Stats} from '../../engine/engine.ts';
import {type EventRecord, type Run, type RunState, runStates} from '../../engine/run.ts';
import type {Json} from '../../values/json.ts';
import {elapsed} from '../../values/time.ts';
import {readCursor, rowsOfPage, toPage} from '../pages.ts';
import type {Counts} from './counts.ts';
import type {Database} from './database.ts';
import {type Row, readStored, runColumns, runSource, toEvent, toRun} from './rows.ts';

export interface Reads {
  readonly runs: {
    get(id: string): Run | undefined;
    list(filter: RunFilter, page: PageOptions): Page<Run>;
    count(filter: RunFilter): Readonly<Record<RunState, number>>;
  };
  readonly events: {
    get(id: string): EventRecord | undefined;
    list(filter: EventFilter, page: PageOptions): Page<EventRecord>;
  };
  cursor(connection: string, feed: string): Json | undefined;
  stats(now: number): Stats;
}

export function createReads(db: Database, counts: Counts): Reads {
  const runById = db.prepare(`SELECT ${runColumns} FROM ${runSource} WHERE r.id = ?`);
  const eventByUid = db.prepare('SELECT * FROM events WHERE uid = ?');
  const eventsById = db.prepare(
    `SELECT e.* FROM identities AS i JOIN events AS e ON e.uid = i.uid WHERE i.id = ? LIMIT 2`,
  );
  const cursor = db.prepare('SELECT value FROM cursors WHERE connection = ? AND feed = ?');
  return {
    runs: {
      get: (id) => optional(runById.get(id), toRun),
      list: (filter, page) => listRuns(db, filter, page),
      count: (filter) => countRuns(db, filter),
    },
    events: {
      get(id) {
        const found = eventByUid.get(id);
        if (found) return toEvent(found);
        const [one, another] = eventsById.all(id);
        return one && !another ? toEvent(one) : undefined;
      },
      list: (filter, page) => listEvents(db, filter, page),
    },
    cursor: (connection, feed) => optional(cursor.get(connection, feed), ({value}) => readStored<Json>(value)),
    stats: createStats(db, counts),
  };
}

function optional<T>(row: Row | undefined, read: (row: Row) => T): T | undefined {
  return row && read(row);
}

interface Condition {
  readonly sql: string;
  readonly value: string | number;
}

function runConditions(filter: RunFilter): Condition[] {
  return [
    ...(filter.template === undefined ? [] : [{sql: 'r.template = ?', value: filter.template}]),
    ...(filter.connection === undefined ? [] : [{sql: 'r.connection = ?', value: filter.connection}]),
    ...(filter.event === undefined
      ? []
      : [{sql: 'r.event = (SELECT seq FROM events WHERE uid = ?)', value: filter.event}]),
  ];
}

function listRuns(db: Database, filter: RunFilter, page: PageOptions): Page<Run> {
  const conditions = runConditions(filter);
  const states = (filter.state ?? []).map((state) => ({sql: 'r.state = ?', value: state}));
  const select = {columns: runColumns, from: runSource, seq: 'r.seq'};
  return toPage(pageRows(db, {select, conditions, states}, page), page, toRun);
}

function countRuns(db: Database, filter: RunFilter): Readonly<Record<RunState, number>> {
  const conditions = runConditions(filter);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({sql}) => sql).join(' AND ')}`;
  const rows = db
    .prepare(`SELECT r.state, count(*) AS n FROM runs AS r ${where} GROUP BY r.state`)
    .all(...conditions.map(({value}) => value));
  const counted = new Map(rows.map(({state, n}) => [state, Number(n)]));
  const wanted = (state: RunState): boolean => !filter.state?.length || filter.state.includes(state);
  return Object.fromEntries(runStates.map((state) => [state, wanted(state) ? (counted.get(state) ?? 0) : 0])) as Record<
    RunState,
    number
  >;
}

function listEvents(db: Database, filter: EventFilter, page: PageOptions): Page<EventRecord> {
  const conditions: Condition[] = [
    ...(filter.connection === undefined ? [] : [{sql: 'connection = ?', value: filter.connection}]),
    ...(filter.type === undefined ? [] : [{sql: 'type = ?', value: filter.type}]),
  ];
  // Said twice, so that the index of the few that were refused is used.
  const only = (state: string) => (state === 'accepted' ? 'state = ?' : "state <> 'accepted' AND state = ?");
  const states = (filter.state ?? []).map((state) => ({sql: only(state), value: state}));
  const select = {columns: '*', from: 'events', seq: 'seq'};
  return toPage(pageRows(db, {select, conditions, states}, page), page, toEvent);
}

interface Query {
  readonly select: {readonly columns: string; readonly from: string; readonly seq: string};
  readonly conditions: readonly Condition[];
  /** Asked one by one: each can then walk its index backwards and stop at the limit. */
  readonly states: readonly Condition[];
}

/** One row more than asked for, newest first: the extra one says that there is a next page. */
function pageRows(db: Database, {select, conditions, states}: Query, page: PageOptions): Row[] {
  const older: Condition[] =
    page.after === undefined ? [] : [{sql: `${select.seq} < ?`, value: readCursor(page.after)}];
  const most = rowsOfPage(page);
  const ask = (wanted: readonly Condition[]): Row[] => {
    const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(({sql}) => sql).join(' AND ')}`;
    const sql = `SELECT ${select.columns} FROM ${select.from} ${where} ORDER BY ${select.seq} DESC LIMIT ?`;
    return db.prepare(sql).all(...wanted.map(({value}) => value), most);
  };
  const shared = [...conditions, ...older];
  if (states.length === 0) return ask(shared);
  const rows = states.flatMap((state) => ask([state, ...shared]));
  return rows.sort((a, b) => Number(b['seq']) - Number(a['seq'])).slice(0, most);
}

/** Up to this many unfinished runs the due ones are counted anew for each question. */
const countedAnew = 5000;
const countedForMs = 250;

/** Runs by state are counters; counting what is due walks an index, so a long queue is counted a few times a second only. */
function createStats(db: Database, counts: Counts): Reads['stats'] {
  const dueRuns = db.prepare('SELECT count(*) AS n, min(due_at) AS at FROM runs WHERE due_at <= ?');
  const dueInLanes = db.prepare(
    `SELECT count(*) AS n, min(wake_at) AS at FROM runs INDEXED BY runs_waiting_in_lane
     WHERE lane IS NOT NULL AND state = 'queued' AND wake_at <= ?`,
  );
  let counted: {readonly due: number; readonly oldest: number | undefined; readonly at: number} | undefined;
  const countDue = (now: number) => {
    const rows = [dueRuns.get(now), dueInLanes.get(now)];
    const times = rows.map((row) => row?.['at']).filter((at) => typeof at === 'number');
    const due = rows.reduce((sum, row) => sum + Number(row?.['n']), 0);
    return {due, oldest: times.length === 0 ? undefined : Math.min(...times), at: elapsed()};
  };
  return (now) => {
    const {events, ...runs} = counts.read();
    const unfinished = runs.queued + runs.starting + runs.tracking;
    if (!counted || unfinished <= countedAnew || elapsed() - counted.at > countedForMs) counted = countDue(now);
    const {due, oldest} = counted;
    return {events, runs, due, ...(oldest !== undefined && {oldestDue: oldest})};
  };
}
