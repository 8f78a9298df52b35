/** Everything that may be asked of the store in a transaction, and what it answers, as plain data: it crosses to the store's thread. */
import type {Accepted, CursorMove, Engine, NewEvent, Purge, Purged} from '../../engine/engine.ts';
import {type Draft, type EventRecord, isTerminal, type Run, type RunState, type Transition} from '../../engine/run.ts';
import type {Claim, Claimed} from './claim.ts';
import {contentOf, store} from './rows.ts';

/** What is not a column of its own is text already. */
export type EventRow = Omit<EventRecord, 'time' | 'subject' | 'data' | 'error' | 'decisions' | 'traceparent'> & {
  readonly content: string;
};

export type DraftRow = Omit<Draft, 'data' | 'error'> & {readonly data: string; readonly error: string | null};

export interface ArrivalRow extends Pick<NewEvent, 'windowMs' | 'on'> {
  readonly event: EventRow;
  readonly drafts: readonly DraftRow[];
}

export interface CursorRow extends Pick<CursorMove, 'connection' | 'feed'> {
  readonly value: string;
  readonly from?: string;
}

/** The run a change is for. `state` is the one in the table. */
export interface Held extends Pick<Run, 'id' | 'connection' | 'lane'> {
  readonly seq: number;
  readonly state: RunState;
}

export interface ChangeRow extends Pick<Transition, 'to' | 'wakeAt' | 'attempt'> {
  readonly error: string | null;
  readonly data: string;
  /** Jobs to be found by: those of a run that is followed. */
  readonly jobs: readonly {readonly kind: string; readonly id: string}[];
  readonly follow: readonly DraftRow[];
}

interface Kinds {
  accept: {
    asked: {readonly events: readonly ArrivalRow[]; readonly cursor?: CursorRow; readonly now: number};
    answer: Accepted[];
  };
  claim: {asked: Claim; answer: Claimed[]};
  /** JW5003 when the lease is lost. */
  commit: {
    asked: {readonly held: Held; readonly fence: number; readonly change: ChangeRow; readonly now: number};
    answer: undefined;
  };
  decide: {asked: Decision; answer: boolean};
  wake: {
    asked: {readonly connection: string; readonly kind: string; readonly id: string; readonly now: number};
    answer: boolean;
  };
  put: {asked: {readonly kind: string; readonly key: string; readonly value: string}; answer: undefined};
  drop: {asked: {readonly kind: string; readonly key: string}; answer: boolean};
  purge: {asked: Purge; answer: Purged};
}

export interface Decision {
  readonly run: string;
  readonly from: readonly RunState[];
  readonly change: ChangeRow;
  /** Only if the run was not written since. */
  readonly asOf?: number | undefined;
  readonly now: number;
}

export type Kind = keyof Kinds;
export type Asked<K extends Kind> = Kinds[K]['asked'];
export type Answer<K extends Kind> = Kinds[K]['answer'];
export type Perform = {readonly [K in Kind]: (asked: Asked<K>) => Answer<K>};

export interface Write<K extends Kind = Kind> {
  readonly kind: K;
  readonly asked: Asked<K>;
}

/** What a worker asks at the end of a transaction: its leases renewed, and as many runs as it has places. */
export interface Look extends Claim {
  readonly renew: readonly {readonly seq: number; readonly fence: number}[];
}

export interface Looked {
  readonly claimed: readonly Claimed[];
  /** Where fewer were due than asked for: when the next is. */
  readonly next?: number | undefined;
}

export interface Request {
  readonly writes: readonly Write[];
  readonly looks: readonly Look[];
}

export type Outcome = {readonly answer: unknown} | {readonly error: unknown};

export interface Reply {
  /** Of the first so many writes; the others were not begun. */
  readonly outcomes: readonly Outcome[];
  readonly looked: readonly Looked[];
  /** Why nobody could look. */
  readonly fault?: unknown;
}

/** One transaction. Durable when it answers. */
export type Transact = (request: Request) => Reply | Promise<Reply>;

export function arrivalRow({event, drafts, windowMs, on}: NewEvent): ArrivalRow {
  const {uid, connection, feed, type, id, receivedAt, state, deliveries, conflicts, bodyHash} = event;
  const columns = {uid, connection, feed, type, id, receivedAt, state, deliveries, conflicts, bodyHash};
  return {
    event: {...columns, content: contentOf(event)},
    drafts: drafts.map(draftRow),
    windowMs,
    ...(on && {on}),
  };
}

function draftRow(draft: Draft): DraftRow {
  return {...draft, data: store(draft.data), error: draft.error ? store(draft.error) : null};
}

export function cursorRow({connection, feed, value, from}: CursorMove): CursorRow {
  return {connection, feed, value: store(value), ...(from !== undefined && {from: store(from)})};
}

export function changeRow({
  to,
  wakeAt,
  attempt,
  data,
  error,
  follow = [],
}: Omit<Transition, 'run' | 'fence'>): ChangeRow {
  const jobs = to === 'tracking' ? (data.jobs ?? []) : [];
  return {
    to,
    wakeAt,
    attempt,
    error: error ? store(error) : null,
    data: store(data),
    jobs: jobs.flatMap(({ref, kind = data.jobKind, state}) =>
      kind === undefined || isTerminal(state as RunState) ? [] : [{kind, id: jobKey(ref.id)}],
    ),
    follow: follow.map(draftRow),
  };
}

/** Targets differ in how they print a GUID, so case does not matter. */
export function jobKey(id: Parameters<Engine['wake']>[0]['id']): string {
  return String(id).toLowerCase();
}
