/** Questions to the store: single events and runs, pages, counts. Must never change anything. */
import type {Engine, EventFilter, PageOptions, RunFilter, Stats} from '../../engine/engine.ts';
import {type RunState, runStates} from '../../engine/run.ts';
import type {Json} from '../../values/json.ts';
import {elapsed} from '../../values/time.ts';
import {readCursor, rowsOfPage, toPage} from '../pages.ts';
import {type Database, prepared, type Row, type Session} from './database.ts';
import {countsOf} from './ledger.ts';
import {keep, readStored, runColumns, runSource, toEvent, toRun} from './rows.ts';
import {liveWorkers} from './workers.ts';

const runById = prepared(`SELECT ${runColumns} FROM ${runSource} WHERE r.id = $1`);
const eventByUid = prepared('SELECT * FROM events WHERE uid = $1');
const eventsById = prepared(
  'SELECT e.* FROM identities AS i JOIN events AS e ON e.uid = i.uid WHERE i.id = $1 LIMIT 2',
);
const cursorOf = prepared('SELECT value FROM cursors WHERE connection = $1 AND feed = $2');

export function createReads(db: Database, now: () => number): Pick<Engine, 'runs' | 'events' | 'cursor' | 'stats'> {
  const first = async (...question: Parameters<Session['ask']>): Promise<Row | undefined> =>
    (await db.ask(...question)).rows[0];
  const countDue = createDueCount(db);
  return {
    runs: {
      async get(id) {
        const row = await first(runById, [keep(id)]);
        return row && toRun(row);
      },
      list: async (filter, page) => toPage(await pageRows(db, queryRuns(filter), page), page, toRun),
      count: (filter) => countRuns(db, filter),
    },
    events: {
      async get(id) {
        const found = await first(eventByUid, [keep(id)]);
        if (found) return toEvent(found);
        const [one, another] = (await db.ask(eventsById, [keep(id)])).rows;
        return one && !another ? toEvent(one) : undefined;
      },
      list: async (filter, page) => toPage(await pageRows(db, queryEvents(filter), page), page, toEvent),
    },
    async cursor(connection, feed) {
      const row = await first(cursorOf, [connection, feed]);
      return row && readStored<Json>(row['value']);
    },
    async stats() {
      const counts = await countsOf(db);
      const runs = Object.fromEntries(runStates.map((state) => [state, counts.get(state) ?? 0])) as Stats['runs'];
      const {due, oldest} = await countDue(now(), runs.queued + runs.starting + runs.tracking);
      const workers = await liveWorkers(db, now());
      return {
        events: counts.get('events') ?? 0,
        runs,
        due,
        ...(oldest !== undefined && {oldestDue: oldest}),
        ...(workers.length > 0 && {workers}),
      };
    },
  };
}

interface Condition {
  /** With `?` for the value. */
  readonly sql: string;
  readonly value: string | number;
}

interface Query {
  readonly columns: string;
  readonly from: string;
  readonly table: string;
  readonly conditions: readonly Condition[];
  /** Asked one by one: each can then walk its index backwards and stop at the limit. */
  readonly states: readonly string[] | undefined;
}

function queryRuns({template, connection, event, state}: RunFilter): Query {
  const conditions: Condition[] = [
    ...(template === undefined ? [] : [{sql: 'r.template = ?', value: keep(template)}]),
    ...(connection === undefined ? [] : [{sql: 'r.connection = ?', value: keep(connection)}]),
    ...(event === undefined ? [] : [{sql: 'r.event = (SELECT seq FROM events WHERE uid = ?)', value: keep(event)}]),
  ];
  return {columns: runColumns, from: runSource, table: 'r', conditions, states: state?.length ? state : undefined};
}

/** Without a filter from the counters: counting rows of a state is as much work as there are rows. */
async function countRuns(session: Session, filter: RunFilter): Promise<Readonly<Record<RunState, number>>> {
  const {conditions} = queryRuns(filter);
  const counted = conditions.length === 0 ? await countsOf(session) : await countRows(session, conditions);
  const wanted = (state: RunState): boolean => !filter.state?.length || filter.state.includes(state);
  return Object.fromEntries(
    runStates.map((state) => [state, wanted(state) ? (counted.get(state) ?? 0) : 0]),
  ) as Stats['runs'];
}

async function countRows(session: Session, conditions: readonly Condition[]): Promise<ReadonlyMap<string, number>> {
  const where = conditions.map(({sql}, i) => sql.replace('?', `$${i + 1}`)).join(' AND ');
  const text = `SELECT r.state, count(*) AS n FROM runs AS r WHERE ${where} GROUP BY r.state`;
  const {rows} = await session.ask(
    {name: '', text},
    conditions.map(({value}) => value),
  );
  return new Map(rows.map(({state, n}) => [String(state), Number(n)]));
}

function queryEvents({connection, type, state}: EventFilter): Query {
  const conditions: Condition[] = [
    ...(connection === undefined ? [] : [{sql: 'e.connection = ?', value: keep(connection)}]),
    ...(type === undefined ? [] : [{sql: 'md5(e.type) = md5(?)', value: keep(type)}]),
  ];
  return {columns: 'e.*', from: 'events AS e', table: 'e', conditions, states: state?.length ? state : undefined};
}

/** One row more than asked for, newest first: the extra one says that there is a next page. */
async function pageRows(session: Session, query: Query, page: PageOptions): Promise<readonly Row[]> {
  const {columns, from, table, conditions, states} = query;
  const values: unknown[] = [rowsOfPage(page)];
  const bind = ({sql, value}: Condition): string => sql.replace('?', `$${values.push(value)}`);
  const older = page.after === undefined ? [] : [{sql: `${table}.seq < ?`, value: readCursor(page.after)}];
  const wanted = [...conditions, ...older].map(bind);
  const select = (all: readonly string[]): string =>
    `SELECT ${columns} FROM ${from} ${all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`} ORDER BY ${table}.seq DESC LIMIT $1`;
  if (!states) return (await session.ask({name: '', text: select(wanted)}, values)).rows;
  const each = [...new Set(states)].map((state) => {
    // Said twice, so that the index of the few that were refused is used.
    const refused = table === 'e' && state !== 'accepted' ? [`e.state <> 'accepted'`] : [];
    return `(${select([...wanted, ...refused, bind({sql: `${table}.state = ?`, value: state})])})`;
  });
  const text = `SELECT * FROM (${each.join(' UNION ALL ')}) AS found ORDER BY seq DESC LIMIT $1`;
  return (await session.ask({name: '', text}, values)).rows;
}

/** Up to this many unfinished runs the due ones are counted anew for each question. */
const countedAnew = 5000;
const countedForMs = 1000;

const dueRuns = prepared(
  `SELECT sum(n)::bigint AS n, min(at) AS at FROM (
     SELECT count(*) AS n, min(due_at) AS at FROM runs WHERE due_at <= $1
     UNION ALL
     SELECT count(*), min(wake_at) FROM runs WHERE lane_of IS NOT NULL AND state = 'queued' AND wake_at <= $1) AS due`,
);

/** Counting what is due walks an index, so a long queue is counted once a second only. */
function createDueCount(
  session: Session,
): (now: number, unfinished: number) => Promise<{readonly due: number; readonly oldest: number | undefined}> {
  let counted: {readonly due: number; readonly oldest: number | undefined; readonly at: number} | undefined;
  return async (now, unfinished) => {
    if (counted && unfinished > countedAnew && elapsed() - counted.at <= countedForMs) return counted;
    const [row] = (await session.ask(dueRuns, [now])).rows;
    const at = row?.['at'];
    counted = {due: Number(row?.['n'] ?? 0), oldest: typeof at === 'number' ? at : undefined, at: elapsed()};
    return counted;
  };
}
