/** Where a poll goes on: what is stored of it, how it is asked for, and which of two places is later. Pure; must never guess a time zone. */
import {fail} from '../errors/jobwire-error.ts';
import {type DateFormat, dateFormat} from '../expressions/dates.ts';
import {evaluate, OMIT, type Scope} from '../expressions/evaluate.ts';
import type {Poll} from '../generated/types.ts';
import {compareNumbers, isNumeric, numberOf} from '../operations/digits.ts';
import {type Json, type JsonObject, sameJson} from '../values/json.ts';
import {durationMs, iso, ms} from '../values/time.ts';
import {pathsIn} from './signatures/paths.ts';

export interface CursorRules {
  /** item: the greatest of all rows; response: what the last page says. */
  readonly over: 'item' | 'response';
  /** How a value is stored: times as ISO text in UTC, numbers with all their digits. Undefined for what cannot be one. */
  read(value: Json): Json | undefined;
  /** Negative, zero or positive. Tokens have no order: a different one is later. */
  compare(a: Json, b: Json): number;
  /** As the target wants it, times `overlap` earlier and as text. */
  write(stored: Json, overlapMs: number): Json;
  /** The stored form of `start`; undefined where only the target knows what is now. */
  start(now: number): Json | undefined;
}

type Cursor = NonNullable<Poll['cursor']>;
type Kind = NonNullable<Cursor['as']>;

/** JW2104 for a format or a start that cannot be read. */
export function cursorRules(cursor: Cursor): CursorRules {
  const {as = 'time', from, format = 'iso', start = 'now'} = cursor;
  const dates = dateFormat(format);
  if (!dates) throw fail('JW2104', {helper: 'cursor.format', problem: `${format} is no format of times`});
  const {read, write, compare} = kinds[as](dates);
  return {
    over: pathsIn(from).some(([root]) => root === 'response') ? 'response' : 'item',
    read,
    write,
    compare,
    start(now) {
      if (start === 'now') return as === 'time' ? iso(now) : undefined;
      const shift = /^([+-])(.+)$/.exec(start);
      const duration = durationMs(shift?.[2] ?? '');
      const moved = duration === undefined ? undefined : now + (shift?.[1] === '-' ? -duration : duration);
      const stored =
        read(moved === undefined ? start : dates.write(moved)) ?? (as === 'time' ? isoTime(start) : undefined);
      if (stored === undefined)
        throw fail('JW2104', {helper: 'cursor.start', problem: `${JSON.stringify(start)} is no ${as} of this cursor`});
      return stored;
    },
  };
}

type Form = Pick<CursorRules, 'read' | 'write' | 'compare'>;

const kinds: {readonly [K in Kind]: (dates: DateFormat) => Form} = {
  time: (dates) => ({
    read: (value) => (typeof value === 'string' || isNumeric(value) ? timeIn(dates, value) : undefined),
    write: (stored, overlapMs) => String(dates.write(Date.parse(String(stored)) - overlapMs)),
    compare: (a, b) => Date.parse(String(a)) - Date.parse(String(b)),
  }),
  number: () => ({
    read: (value) => (isNumeric(value) ? value : typeof value === 'string' ? numberOf(value) : undefined),
    write: (stored) => stored,
    compare: (a, b) => (isNumeric(a) && isNumeric(b) ? compareNumbers(a, b) : 0),
  }),
  text: () => ({
    read: (value) => (typeof value === 'string' && value !== '' ? value : isNumeric(value) ? String(value) : undefined),
    write: (stored) => stored,
    compare: (a, b) => (a === b ? 0 : String(a) < String(b) ? -1 : 1),
  }),
  token: () => ({
    read: (value) => (value === '' ? undefined : value),
    write: (stored) => stored,
    compare: (a, b) => (sameJson(a, b) ? 0 : 1),
  }),
};

function timeIn(dates: DateFormat, value: Exclude<Json, JsonObject | Json[] | boolean | null>): string | undefined {
  const time = dates.read(typeof value === 'string' ? value : Number(value));
  return time === undefined ? undefined : iso(time);
}

function isoTime(text: string): string | undefined {
  const time = dateFormat('iso')?.read(text);
  return time === undefined ? undefined : iso(time);
}

/** Root `cursor`; times are text in every format. `value` is missing where nothing is stored yet. */
export function cursorRoot({poll, rules, stored, now}: Asking): JsonObject {
  const {cursor, overlap = '0s', lag = '0s'} = poll;
  const end = now - ms(lag);
  const until = String(dateFormat(cursor?.format ?? 'iso')?.write(end) ?? iso(end));
  return {...(rules && stored !== undefined && {value: rules.write(stored, ms(overlap))}), until};
}

export interface Asking {
  readonly poll: Poll;
  readonly rules: CursorRules | undefined;
  readonly stored: Json | undefined;
  readonly now: number;
}

/** The value of one row, or of one answer; undefined when it has none that can be read. */
export function cursorAt({from}: Cursor, rules: CursorRules, scope: Scope): Json | undefined {
  const value = evaluate(from, scope);
  return value === OMIT || value === null || value instanceof Uint8Array ? undefined : rules.read(value);
}

export function later(rules: CursorRules, a: Json | undefined, b: Json | undefined): Json | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return rules.compare(b, a) > 0 ? b : a;
}

/**
 * A time cursor never goes beyond `lag` before now: rows that become visible late are read again, and one row from the future
 * does not hide all that follow. Never earlier than it was.
 */
export function bounded(asking: Asking, value: Json | undefined): Json | undefined {
  const {poll, rules, stored, now} = asking;
  if (!rules || value === undefined || (poll.cursor?.as ?? 'time') !== 'time') return value;
  const end = iso(now - ms(poll.lag ?? '0s'));
  return rules.compare(value, end) <= 0 ? value : later(rules, stored, end);
}
