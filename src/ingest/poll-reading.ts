/** What a poll has read so far, and the state it leaves. Decides; must never ask the target or write to the store. */
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {Validators} from '../operations/call.ts';
import type {PagePosition} from '../operations/request.ts';
import {attempt} from '../operations/response.ts';
import type {RowsPage} from '../operations/rows.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import {bounded, cursorAt, later} from './poll-cursor.ts';
import type {PollState} from './poll-state.ts';
import type {PolledEvent} from './poll-store.ts';
import {askedFor, type Turn} from './poll-turn.ts';
import {pathsIn} from './signatures/paths.ts';

export interface Row {
  readonly item: Json;
  /** Its cursor; missing where the row has none that can be read. */
  readonly value: Json | undefined;
}

export interface Reading {
  readonly turn: Turn;
  /** As it was stored when the poll began, and as it is by now. */
  readonly initial: PollState | undefined;
  stored: PollState | undefined;
  /** Rows that wait for the last page. */
  held: Row[];
  /** The latest cursor of all rows, or that of the last page. */
  highest: Json | undefined;
  /** Rows of this reading by their marks. */
  readonly marks: Map<string, Json | undefined>;
  readonly events: PolledEvent[];
  pages: number;
  rows: number;
  /** Rows before the place that was asked for. */
  old: number;
  /** Rows that were not looked at, because another page or the poll before had them. */
  known: number;
  /** Rows that the poll before did not have. */
  fresh: number;
  first?: RowsPage;
  last?: RowsPage;
  unchanged: boolean;
  cut?: PagePosition;
}

export function openReading(turn: Turn, stored: PollState | undefined): Reading {
  return {
    turn,
    initial: stored,
    stored,
    held: [],
    highest: turn.resume?.highest,
    marks: new Map(turn.resume?.seen.map((mark) => [mark, undefined])),
    events: [],
    pages: 0,
    rows: 0,
    old: 0,
    known: 0,
    fresh: 0,
    unchanged: false,
  };
}

/** The rows of a page that count; `stop` where a list that runs backwards has reached what was asked for. */
export function takePage(reading: Reading, page: RowsPage): {readonly rows: Row[]; readonly stop: boolean} {
  const {turn} = reading;
  refuseRepeat(reading, page);
  reading.pages++;
  reading.first ??= page;
  reading.last = page;
  reading.unchanged = page.unchanged === true;
  if (turn.rules?.over === 'response') reading.highest = valueIn(turn, {...page.scope, response: page.response});
  const rows: Row[] = [];
  for (const item of page.value) {
    reading.rows++;
    const value = turn.rules?.over === 'item' ? valueIn(turn, {item}) : undefined;
    const place = comparedToAsked(turn, value);
    if (turn.poll.order === 'desc' && place <= 0) return {rows, stop: true};
    if (place < 0) reading.old++;
    else rows.push({item, value});
    if (place >= 0 && turn.rules?.over === 'item') reading.highest = later(turn.rules, reading.highest, value);
  }
  return {rows, stop: turn.poll.order === 'desc' && turn.skip};
}

/** JW3017: a target that does not know how to page gives the same page for ever. */
function refuseRepeat({last}: Reading, {value}: RowsPage): void {
  if (last === undefined || value.length === 0 || last.value.length !== value.length) return;
  if (stringifyJson(last.value) === stringifyJson(value))
    throw fail('JW3017', {page: `with ${value.length} rows`}, {outcome: 'fail'});
}

function comparedToAsked({rules, asked}: Turn, value: Json | undefined): number {
  return rules && asked !== undefined && value !== undefined ? rules.compare(value, asked) : 1;
}

/** A row without a readable cursor is still a row. */
function valueIn({poll, rules, source, root}: Turn, more: object): Json | undefined {
  const {cursor} = poll;
  if (!cursor || !rules) return undefined;
  return (
    attempt(() => cursorAt(cursor, rules, {connection: source.connection.config, cursor: root, ...more}) ?? null) ??
    undefined
  );
}

/** Whether a row has to be looked at: not when another page, or the poll before this one, had it. */
export function isNew(reading: Reading, mark: string, value: Json | undefined): boolean {
  const {turn, marks} = reading;
  const twice = marks.has(mark);
  const before = seenBefore(turn).has(mark);
  marks.set(mark, value);
  if (!twice && !before) reading.fresh++;
  // Where a failed id is let through again, only the engine knows whether it failed.
  const known = twice || (before && turn.source.feed.dedupe?.on !== 'succeeded');
  if (known) reading.known++;
  return !known;
}

const seenSets = new WeakMap<Turn, ReadonlySet<string>>();

function seenBefore(turn: Turn): ReadonlySet<string> {
  const known = seenSets.get(turn) ?? new Set(turn.before?.seen);
  seenSets.set(turn, known);
  return known;
}

/** After a page of a list in ascending order: everything up to here is stored. Without a cursor nothing can be said before the end. */
export function stateAfterPage(reading: Reading): PollState | undefined {
  const {turn, marks} = reading;
  if (!turn.rules || turn.skip) return reading.stored;
  return {...reached(reading), seen: [...new Set([...(turn.before?.seen ?? []), ...marks.keys()])]};
}

/** After the last page. */
export function stateAfterAll(reading: Reading): PollState {
  const {turn} = reading;
  const state = reached(reading);
  const validators = validatorsOf(reading);
  const stuck = stuckAfter(reading, state.value);
  return {
    ...state,
    seen: mayComeAgain(reading, state.value),
    ...(validators && {validators: {...validators, of: turn.requestMark}}),
    ...(stuck > 0 && {stuck}),
  };
}

/** After a maximum: the next poll goes on there, unless the cursor already says where that is. */
export function stateAfterCut(reading: Reading, position: PagePosition): PollState {
  const {turn, highest, marks} = reading;
  const {value} = turn.state;
  if (turn.poll.order === 'asc' && hasMoved(turn, reached(reading).value)) return stateAfterPage(reading) ?? {};
  const asked = turn.resume ? turn.resume.asked : value;
  return {
    ...(value !== undefined && {value}),
    ...(turn.before?.seen && {seen: turn.before.seen}),
    ...(turn.state.stuck !== undefined && {stuck: turn.state.stuck}),
    resume: {
      position,
      ...(asked !== undefined && {asked}),
      ...(highest !== undefined && {highest}),
      seen: [...marks.keys()],
    },
    ...(turn.skip && {skip: true as const}),
  };
}

function reached({turn, highest}: Reading): PollState {
  const {rules, state, poll, now} = turn;
  const stored = state.value;
  if (!rules) return {};
  const value = bounded({poll, rules, stored, now}, later(rules, stored, highest));
  return value === undefined ? {} : {value};
}

function mayComeAgain({turn, marks}: Reading, value: Json | undefined): string[] {
  const {rules, poll} = turn;
  if (rules?.over === 'response') return [];
  const asked = askedFor({poll, rules, stored: value});
  return [...marks]
    .filter(([, at]) => !rules || asked === undefined || at === undefined || rules.compare(at, asked) >= 0)
    .map(([mark]) => mark);
}

/** Of the first page: it speaks for the whole list only where that is one page, or where what is new stands in front. */
function validatorsOf({turn, first, pages}: Reading): Validators | undefined {
  const {conditional, order} = turn.poll;
  if (conditional === undefined || turn.resume || (pages > 1 && order !== 'desc')) return undefined;
  const text = first?.response?.headers[conditional];
  if (text === undefined) return undefined;
  return conditional === 'etag' ? {etag: text} : {lastModified: text};
}

function hasMoved({rules, state}: Turn, value: Json | undefined): boolean {
  if (!rules || value === undefined) return false;
  return state.value === undefined || rules.compare(value, state.value) > 0;
}

/**
 * Polls without a later cursor although rows came that were not read before, or only rows from before the place that was asked
 * for: then the target does not look at it, or the cursor is read from the wrong field. Rows that are listed again say nothing.
 */
function stuckAfter(reading: Reading, value: Json | undefined): number {
  const {turn, rows, old, fresh} = reading;
  const {stuck = 0} = turn.state;
  if (!turn.rules || turn.skip || rows === 0) return stuck;
  if (hasMoved(turn, value)) return 0;
  const strange = turn.rules.over === 'response' || fresh > 0 || (old === rows && asksByCursor(turn));
  return strange ? stuck + 1 : stuck;
}

function asksByCursor({poll}: Turn): boolean {
  return pathsIn(poll.with).some(([root, name]) => root === 'cursor' && name === 'value');
}

const mostStuck = 3;

export function stuckProblem({stuck = 0}: PollState): JobwireError | undefined {
  return stuck >= mostStuck ? fail('JW4010', {}, {outcome: 'fail'}) : undefined;
}
