/** Helpers over times. Must never know the present: it comes in as `run.now`. */
import {fail} from '../errors/jobwire-error.ts';
import {durationMs, iso} from '../values/time.ts';
import {type DateFormat, dateFormat, isWritable} from './dates.ts';
import type {Helper} from './helper.ts';

function requireFormat(text: string): DateFormat {
  const format = text.length <= 100 ? dateFormat(text) : undefined;
  if (format === undefined)
    throw fail('JW2104', {
      helper: 'date',
      problem: `the format is iso, unix, unix-ms, http, date or a pattern of yyyy MM dd HH mm ss SSS`,
    });
  return format;
}

function readTime(helper: string, value: string | number, name: string): number {
  const time = requireFormat(name).read(value);
  if (time === undefined) throw fail('JW2104', {helper, problem: `the value is not a time in the format ${name}`});
  return requireRange(helper, time);
}

function requireRange(helper: string, time: number): number {
  if (!isWritable(time)) throw fail('JW2104', {helper, problem: 'the time is outside the years 0000 to 9999'});
  return time;
}

/** "-10m" to milliseconds. */
function signedDuration(text: string): number {
  const [, sign, rest] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const length = durationMs(rest ?? '');
  if (length === undefined) throw fail('JW2104', {helper: 'shift', problem: 'the duration is written like -10m or 1d'});
  return sign === '-' ? -length : length;
}

export const dateHelpers = {
  date: {
    params: ['ordered', 'date-format', 'date-format'],
    optional: 1,
    result: 'any',
    signature: 'date(x, to, from?) x',
    summary:
      'a time in another format: iso, unix, unix-ms, http, date or a pattern of yyyy MM dd HH mm ss SSS; UTC; from iso',
    examples: [
      ["date '2026-01-12 08:15:30' 'iso' 'yyyy-MM-dd HH:mm:ss'", '2026-01-12T08:15:30Z'],
      ["date '2026-01-12T08:15:30Z' 'unix'", 1768205730],
      ["date 1768205730 'iso' 'unix'", '2026-01-12T08:15:30Z'],
      ["date '2026-01-12T09:15:30.25+01:00' 'iso'", '2026-01-12T08:15:30.250Z'],
      ["date '2026-01-12T08:15:30Z' 'http'", 'Mon, 12 Jan 2026 08:15:30 GMT'],
      ["date '2026-01-12T08:15:30Z' 'date'", '2026-01-12'],
      ["date 1768205730250 'yyyyMMddTHHmmssSSSZ' 'unix-ms'", '20260112T081530250Z'],
      ["date '2026-02-30' 'iso' 'date'", {code: 'JW2104'}],
      ["date '2026-01-12T08:15:30' 'iso'", {code: 'JW2104'}],
      ["date '2026-01-12T08:15:30Z' 'dd MMM'", {code: 'JW2008'}],
    ],
    call: ([value, to, from]) => {
      const time = readTime('date', typeof value === 'string' ? value : Number(value), (from ?? 'iso') as string);
      return requireFormat(to as string).write(time);
    },
  },
  shift: {
    params: ['text', 'duration'],
    result: 'text',
    signature: 'shift(t, t) t',
    summary: 'an ISO time moved by a signed duration',
    examples: [
      ["shift '2026-01-01T00:00:00Z' '-10m'", '2025-12-31T23:50:00Z'],
      ["shift run.now '1d'", '2026-01-13T08:15:30Z'],
      ["shift '2026-01-01' '1d'", {code: 'JW2104'}],
      ["shift run.now 'soon'", {code: 'JW2104'}],
    ],
    call: ([time, by]) =>
      iso(requireRange('shift', readTime('shift', time as string, 'iso') + signedDuration(by as string))),
  },
} satisfies Record<string, Helper>;
