/** Durations, moments and rates as people write them in a command or a request. */
import {fail} from '../errors/jobwire-error.ts';
import {durationMs} from '../values/time.ts';

/** Milliseconds of `30d`, `12h`, …; JW7101. */
export function readDuration(text: string, name: string): number {
  const value = durationMs(text);
  if (value === undefined) throw fail('JW7101', {problem: `${name} ${text}: write a duration such as 90s, 12h or 30d`});
  return value;
}

/** Milliseconds since 1970 of an ISO time, or of a duration before now; JW7101. */
export function readTime(text: string, name: string, now: number): number {
  const before = durationMs(text);
  const time = before === undefined ? Date.parse(text) : now - before;
  if (Number.isNaN(time) || (before === undefined && !/^\d{4}-\d\d-\d\d/.test(text)))
    throw fail('JW7101', {
      problem: `${name} ${text}: write a time such as 2026-01-12T08:00:00Z, or a duration such as 2h`,
    });
  return time;
}

/** Milliseconds between two of `10/s` or `30/m`; JW7101. */
export function readRate(text: string, name: string): number {
  const [, count, unit] = /^(\d{1,6})\/(s|m)$/.exec(text) ?? [];
  if (count === undefined || Number(count) === 0)
    throw fail('JW7101', {problem: `${name} ${text}: write a rate such as 10/s or 30/m`});
  return (unit === 's' ? 1000 : 60_000) / Number(count);
}
