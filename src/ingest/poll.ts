/** One poll of one feed: ask, take what is new, store it together with the place to go on. Must never lose a row, nor read without end. */
import type {NewEvent} from '../engine/engine.ts';
import {asJobwireError, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluate} from '../expressions/evaluate.ts';
import {spanMs} from '../operations/outcome.ts';
import {PagesCut} from '../operations/paginate.ts';
import {attempt} from '../operations/response.ts';
import {readRows} from '../operations/rows.ts';
import {tracePoll} from '../telemetry/spans.ts';
import type {Json} from '../values/json.ts';
import {
  isNew,
  openReading,
  type Reading,
  type Row,
  stateAfterAll,
  stateAfterCut,
  stateAfterPage,
  stuckProblem,
  takePage,
} from './poll-reading.ts';
import {type PollState, readState} from './poll-state.ts';
import {arrive, keep, type PolledEvent, type PollSource, type PollTools} from './poll-store.ts';
import {beginTurn} from './poll-turn.ts';

export type {PolledEvent, PollSource, PollTools} from './poll-store.ts';

export interface Polled {
  /** Rows the target gave, and how many of them were read before. */
  readonly rows: number;
  readonly known: number;
  readonly events: readonly PolledEvent[];
  /** The cursor in its stored form. */
  readonly before?: Json;
  readonly after?: Json;
  /** 304: nothing was listed. */
  readonly unchanged: boolean;
  /** A first run that only found out where to begin. */
  readonly skipped: boolean;
  /** A maximum of pages or items was reached; the next poll goes on there. */
  readonly more: boolean;
  /** How long the target wants to be left alone. */
  readonly atLeastMs?: number;
  /** What kept the poll from being complete. What is in `events` is stored all the same. */
  readonly error?: JobwireError;
}

/** Never rejects: what goes wrong is part of the answer. */
export function pollOnce(source: PollSource, tools: PollTools): Promise<Polled> {
  return tracePoll({connection: source.connection.id, feed: source.feedName}, () => poll(source, tools));
}

async function poll(source: PollSource, tools: PollTools): Promise<Polled> {
  const stored = await readStored(source, tools);
  if (stored.error) return {...nothing, error: stored.error};
  const polled = await takeTurn(source, tools, {stored: stored.state, before: stored.state});
  if (!polled.error || !resets(source, polled.error)) return polled;
  const now = await readStored(source, tools);
  return takeTurn(source, tools, {stored: now.state, before: undefined});
}

const nothing = {rows: 0, known: 0, events: [], unchanged: false, skipped: false, more: false};

async function readStored(
  {connection, feedName}: PollSource,
  {engine}: PollTools,
): Promise<{readonly state?: PollState | undefined; readonly error?: JobwireError}> {
  try {
    return {state: readState(await engine.cursor(connection.id, feedName))};
  } catch (error) {
    return {error: asJobwireError(error)};
  }
}

/** The target has forgotten the cursor, so we do, too. */
function resets({feed}: PollSource, error: JobwireError): boolean {
  const codes = feed.poll?.reset?.codes ?? [];
  return codes.includes(error.code) || codes.includes(error.jobwireCode);
}

interface Begin {
  readonly stored: PollState | undefined;
  /** Where to go on; undefined begins at `start`. */
  readonly before: PollState | undefined;
}

async function takeTurn(source: PollSource, tools: PollTools, {stored, before}: Begin): Promise<Polled> {
  let reading: Reading | undefined;
  let error: JobwireError | undefined;
  try {
    reading = openReading(beginTurn(source, before, tools.clock.now()), stored);
    await readPages(reading, tools);
    error = await finish(reading, tools);
  } catch (thrown) {
    error = reading ? await salvage(reading, tools, thrown) : asJobwireError(thrown);
  }
  const after = await readStored(source, tools);
  return {...(reading ? reportOf(reading) : nothing), ...valuesOf(stored, after.state), ...(error && {error})};
}

function valuesOf(before: PollState | undefined, after: PollState | undefined): Pick<Polled, 'before' | 'after'> {
  return {
    ...(before?.value !== undefined && {before: before.value}),
    ...(after?.value !== undefined && {after: after.value}),
  };
}

async function readPages(reading: Reading, tools: PollTools): Promise<void> {
  const {turn} = reading;
  const {source, params, poll, validators, resume} = turn;
  const asked = {
    connection: source.connection,
    operation: poll.call,
    params,
    validators,
    log: tools.log,
    step: source.feedName,
  };
  try {
    for await (const page of readRows(asked, resume?.position)) {
      const {rows, stop} = takePage(reading, page);
      if (poll.order === 'asc') await storePage(reading, tools, rows);
      else reading.held.push(...rows);
      if (stop || page.unchanged) return;
      tools.signal?.throwIfAborted();
    }
  } catch (error) {
    if (!(error instanceof PagesCut) || reading.pages === 0) throw error;
    reading.cut = error.next;
  }
}

/** A page that brings nothing leaves the state to the last one, so that a quiet poll writes nothing. */
async function storePage(reading: Reading, tools: PollTools, rows: readonly Row[]): Promise<void> {
  const events = arrivals(reading, tools, rows);
  const to = stateAfterPage(reading);
  if (events.length > 0 || to?.value !== reading.stored?.value) await store(reading, tools, {events, to});
}

/** Everything there is was read, or as much as may be read at once. */
async function finish(reading: Reading, tools: PollTools): Promise<JobwireError | undefined> {
  if (reading.unchanged) return undefined;
  const events = takeHeld(reading, tools);
  const to = reading.cut ? stateAfterCut(reading, reading.cut) : stateAfterAll(reading);
  await store(reading, tools, {events, to});
  return stuckProblem(to);
}

/** Oldest first, as far as the target says so. */
function takeHeld(reading: Reading, tools: PollTools): NewEvent[] {
  const rows = reading.turn.poll.order === 'desc' ? reading.held.toReversed() : reading.held;
  reading.held = [];
  return arrivals(reading, tools, rows);
}

/** The events of rows that were not read before; none in a first run that only finds out where to begin. */
function arrivals(reading: Reading, tools: PollTools, rows: readonly Row[]): NewEvent[] {
  const {turn} = reading;
  return rows.flatMap(({item, value}) => {
    const {mark, event} = arrive(item, turn.source, tools);
    return isNew(reading, mark, value) && !turn.skip ? [event] : [];
  });
}

interface Storing {
  readonly events: readonly NewEvent[];
  readonly to: PollState | undefined;
}

async function store(reading: Reading, tools: PollTools, {events, to}: Storing): Promise<void> {
  const {turn, stored} = reading;
  reading.events.push(...(await keep({source: turn.source, tools, events, from: stored, to})));
  reading.stored = to;
}

/**
 * A poll that broke off: what was read is stored and will be found to be duplicates, the cursor stays. A first run keeps where it
 * began, so that nothing is missed until it succeeds; a list that cannot be gone on with is begun anew.
 */
async function salvage(reading: Reading, tools: PollTools, thrown: unknown): Promise<JobwireError | undefined> {
  const {turn, initial, stored} = reading;
  const stopped = tools.signal?.aborted === true;
  const error = asJobwireError(thrown);
  const {resume, ...restarted} = turn.state;
  const begun = turn.before === undefined && turn.state.value !== undefined && stored === initial;
  const refused = resume !== undefined && error.extra.outcome === 'fail' && !stopped;
  try {
    await store(reading, tools, {events: takeHeld(reading, tools), to: begun || refused ? restarted : stored});
  } catch {
    // The store is what failed, or fails too: nothing moved, and the first error says more.
  }
  return stopped ? undefined : error;
}

function reportOf(reading: Reading): Omit<Polled, 'before' | 'after' | 'error'> {
  const {turn, rows, known, old, events, unchanged, cut, last} = reading;
  const {poll, source, root} = turn;
  const wish =
    poll.atLeast === undefined || last === undefined
      ? undefined
      : attempt(() =>
          evaluate(poll.atLeast, {
            ...last.scope,
            response: last.response,
            connection: source.connection.config,
            cursor: root,
          }),
        );
  const atLeastMs = spanMs(wish);
  return {
    rows,
    known: known + old,
    events,
    unchanged,
    skipped: turn.skip,
    more: cut !== undefined,
    ...(atLeastMs !== undefined && {atLeastMs}),
  };
}
