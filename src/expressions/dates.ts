/** Times in the formats manifests may name; strict, always UTC. Must never ask for the present time or a locale. */
import {iso} from '../values/time.ts';

/** Reads milliseconds since 1970, or undefined for what is not in the format; writes a number or a text. */
export interface DateFormat {
  read(value: string | number): number | undefined;
  write(time: number): string | number;
}

const earliest = Date.parse('0000-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether the year of a moment has four digits. */
export function isWritable(time: number): boolean {
  return time >= earliest && time <= latest;
}

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

/** Undefined for a day or an hour that does not exist. */
function moment({year, month, day, hour, minute, second, ms}: Parts): number | undefined {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day > 28 && day > daysOf(year, month)) return undefined;
  if (year > 99) return Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, ms);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** RFC 3339: with an offset or Z; of a longer fraction the first three digits count. */
const isoGrammar = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

function readIso(value: string | number): number | undefined {
  const match = typeof value === 'string' ? isoGrammar.exec(value) : null;
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const local = moment({
    year,
    month,
    day,
    hour,
    minute,
    second,
    ms: Number((match[7] ?? '').padEnd(3, '0').slice(0, 3)),
  });
  const [hours, minutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (local === undefined || hours > 23 || minutes > 59) return undefined;
  const offset = (hours * 60 + minutes) * 60_000;
  return match[8] === '-' ? local + offset : local - offset;
}

const numeral = /^-?\d{1,20}(?:\.\d{1,9})?$/;

function readUnix(value: string | number, unitMs: number): number | undefined {
  if (typeof value === 'string' && !numeral.test(value)) return undefined;
  return Math.floor(Number(value) * unitMs);
}

const httpGrammar = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** IMF-fixdate (RFC 9110, 5.6.7); the weekday must be right. */
function readHttp(value: string | number): number | undefined {
  const match = typeof value === 'string' ? httpGrammar.exec(value) : null;
  if (!match) return undefined;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((i) => Number(match[i])) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const time = moment({year, month: months.indexOf(match[2] ?? '') + 1, day, hour, minute, second, ms: 0});
  return time !== undefined && new Date(time).toUTCString() === value ? time : undefined;
}

type Field = keyof Parts;
const tokens: Readonly<Record<string, Field>> = {
  yyyy: 'year',
  MM: 'month',
  dd: 'day',
  HH: 'hour',
  mm: 'minute',
  ss: 'second',
  SSS: 'ms',
};

/** Between the tokens stand signs and blanks, and the letters T and Z for themselves. */
const pieces = /yyyy|MM|dd|HH|mm|ss|SSS|[^A-Za-z]|[TZ]/y;

function patternFormat(pattern: string): DateFormat | undefined {
  const found: string[] = [];
  pieces.lastIndex = 0;
  while (pieces.lastIndex < pattern.length) {
    const piece = pieces.exec(pattern)?.[0];
    if (piece === undefined) return undefined;
    found.push(piece);
  }
  const fields = found.filter((piece) => Object.hasOwn(tokens, piece));
  if (fields.length === 0 || new Set(fields).size < fields.length) return undefined;
  const needed = ['yyyy', 'MM', 'dd'].every((token) => fields.includes(token));
  const steps = found.map((piece) => ({piece, field: Object.hasOwn(tokens, piece) ? tokens[piece] : undefined}));
  return {
    read: (value) => (needed && typeof value === 'string' ? readPattern(steps, value) : undefined),
    write: (time) => writePattern(steps, new Date(time)),
  };
}

/** A token with its field, or a sign that stands for itself. */
interface Piece {
  readonly piece: string;
  readonly field: Field | undefined;
}

function readPattern(steps: readonly Piece[], text: string): number | undefined {
  const parts: {-readonly [F in Field]: number} = {year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, ms: 0};
  let at = 0;
  for (const {piece, field} of steps) {
    const end = at + piece.length;
    if (field === undefined) {
      if (!text.startsWith(piece, at)) return undefined;
    } else {
      const number = digitsOf(text, at, end);
      if (number < 0) return undefined;
      parts[field] = number;
    }
    at = end;
  }
  return at === text.length ? moment(parts) : undefined;
}

/** The number that stands there, or -1. */
function digitsOf(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

const fieldOf: {readonly [F in Field]: (date: Date) => number} = {
  year: (date) => date.getUTCFullYear(),
  month: (date) => date.getUTCMonth() + 1,
  day: (date) => date.getUTCDate(),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  second: (date) => date.getUTCSeconds(),
  ms: (date) => date.getUTCMilliseconds(),
};

function writePattern(steps: readonly Piece[], date: Date): string {
  return steps
    .map(({piece, field}) => (field === undefined ? piece : String(fieldOf[field](date)).padStart(piece.length, '0')))
    .join('');
}

const named: Readonly<Record<string, DateFormat>> = {
  iso: {read: readIso, write: iso},
  unix: {read: (value) => readUnix(value, 1000), write: (time) => Math.floor(time / 1000)},
  'unix-ms': {read: (value) => readUnix(value, 1), write: (time) => time},
  http: {read: readHttp, write: (time) => new Date(time).toUTCString()},
  date: patternFormat('yyyy-MM-dd') as DateFormat,
};

const known = new Map<string, DateFormat>(Object.entries(named));
const most = 200;

/** The format of a name or pattern; undefined when it is neither. */
export function dateFormat(text: string): DateFormat | undefined {
  const format = known.get(text);
  if (format !== undefined) return format;
  const fresh = patternFormat(text);
  if (fresh !== undefined && known.size < most) known.set(text, fresh);
  return fresh;
}
