/** What is settled before a poll asks: from where, with which parameters, and whether its rows are to be skipped. No I/O. */
import {fail} from '../errors/jobwire-error.ts';
import type {Poll} from '../generated/types.ts';
import type {Validators} from '../operations/call.ts';
import {evaluateEach} from '../operations/lookup.ts';
import {type Json, type JsonObject, stringifyJson} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {type CursorRules, cursorRoot, cursorRules} from './poll-cursor.ts';
import {markOf, type PollState, type Resume} from './poll-state.ts';
import type {PollSource} from './poll-store.ts';

export interface Turn {
  readonly source: PollSource;
  readonly poll: Poll;
  readonly rules: CursorRules | undefined;
  /** As it was stored when the turn began. */
  readonly before: PollState | undefined;
  /** Where the turn begins: `before`, or `start` for a first run and after a reset. */
  readonly state: PollState;
  readonly resume: Resume | undefined;
  readonly now: number;
  /** Root `cursor`. */
  readonly root: JsonObject;
  /** The stored form of what is asked for: rows before it were read long ago. */
  readonly asked: Json | undefined;
  readonly params: JsonObject;
  /** Rows only show where to begin. */
  readonly skip: boolean;
  readonly validators: Validators | undefined;
  /** Of the request: validators of another one say nothing about this. */
  readonly requestMark: string;
}

/** Errors: JW1013 for a feed that is no poll, JW2xxx of its expressions. */
export function beginTurn(source: PollSource, before: PollState | undefined, now: number): Turn {
  const {feed, feedName, connection} = source;
  const {poll} = feed;
  if (!poll) throw fail('JW1013', {problem: `feed ${feedName} is not a poll`});
  const rules = poll.cursor && cursorRules(poll.cursor);
  const state = before ?? firstState(rules, now);
  const resume = before?.resume;
  const stored = resume ? resume.asked : state.value;
  const root = cursorRoot({poll, rules, stored, now});
  const params = evaluateEach(poll.with, {cursor: root, connection: connection.config});
  const requestMark = markOf(poll.call, stringifyJson(params), stringifyJson(connection.config));
  const known = state.validators;
  return {
    source,
    poll,
    rules,
    before,
    state,
    resume,
    now,
    root,
    asked: askedFor({poll, rules, stored}),
    params,
    skip: before ? before.skip === true : skipsFirst(poll, state),
    validators: poll.conditional && !resume && known?.of === requestMark ? known : undefined,
    requestMark,
  };
}

function firstState(rules: CursorRules | undefined, now: number): PollState {
  const value = rules?.start(now);
  return value === undefined ? {} : {value};
}

/** Without a cursor the first list is what was there before us; with one that begins now, only the target can tell where that is. */
function skipsFirst(poll: Poll, state: PollState): boolean {
  if (!poll.cursor) return (poll.firstRun ?? 'skip') === 'skip';
  return state.value === undefined && (poll.cursor.start ?? 'now') === 'now';
}

/** What was written, read back: a format may be coarser than what is stored. */
export function askedFor({
  poll,
  rules,
  stored,
}: Pick<Turn, 'poll' | 'rules'> & {stored: Json | undefined}): Json | undefined {
  if (!rules || stored === undefined || rules.over === 'response') return undefined;
  const written = rules.write(stored, ms(poll.overlap ?? '0s'));
  return rules.read(written) ?? stored;
}
