/** Which times a schedule means, and which of them are to be made up for. Pure; the only door to croner. Must never ask what time it is. */
import {Cron} from 'croner';
import type {OnSchedule} from '../generated/types.ts';

export type Schedule = OnSchedule['schedule'];

const rules = new WeakMap<Schedule, Cron>();

/**
 * Fixed times run once a day, whatever the clocks of the zone do: one that is skipped runs at the next valid minute, one that comes
 * twice runs the first time. A rule with `*` or a step in minute or hour keeps its pace: it is no time of day.
 */
function ruleOf(schedule: Schedule): Cron {
  const known = rules.get(schedule);
  if (known) return known;
  const {cron, timezone} = schedule;
  const rule = new Cron(cron, {mode: '5-part', timezone, fixedTimeRule: 'no-wildcard', paused: true});
  rules.set(schedule, rule);
  return rule;
}

/** The first time after `after` (milliseconds since 1970); undefined when there is none. */
export function nextTime(schedule: Schedule, after: number): number | undefined {
  return ruleOf(schedule).nextRun(new Date(after))?.getTime();
}

/** The times after `after` up to and with `until`, at most `most` of them. */
export function timesBetween(schedule: Schedule, {after, until, most}: Stretch): number[] {
  const times: number[] = [];
  for (let time = nextTime(schedule, after); time !== undefined && time <= until; time = nextTime(schedule, time)) {
    times.push(time);
    if (times.length === most) break;
  }
  return times;
}

export interface Stretch {
  readonly after: number;
  readonly until: number;
  readonly most: number;
}

export interface Due {
  /** Times to run for, oldest first. */
  readonly fire: readonly number[];
  /** Up to here everything is decided; undefined when no time came. */
  readonly decided?: number;
  /** There are more to make up for. */
  readonly more: boolean;
}

/** A time that is past for no longer than this was met: the process just starts, or the machine is busy. */
const punctualMs = 60_000;
const mostAtOnce = 100;

/** What is to be run at `now` when everything up to `after` was decided before. */
export function dueTimes(schedule: Schedule, after: number, now: number): Due {
  const {catchUp = 'one'} = schedule;
  if (catchUp === 'all') {
    const fire = timesBetween(schedule, {after, until: now, most: mostAtOnce});
    const last = fire.at(-1);
    return {fire, more: fire.length === mostAtOnce, ...(last !== undefined && {decided: last})};
  }
  const last = latestTime(schedule, after, now);
  if (last === undefined) return {fire: [], more: false};
  return {fire: catchUp === 'none' && now - last > punctualMs ? [] : [last], decided: last, more: false};
}

const firstSpanMs = 3_600_000;

/** Looks back further and further, so that years of missed minutes are not walked through. */
function latestTime(schedule: Schedule, after: number, until: number): number | undefined {
  for (let span = firstSpanMs; ; span *= 2) {
    const from = Math.max(after, until - span);
    const found = timesBetween(schedule, {after: from, until, most: Number.POSITIVE_INFINITY}).at(-1);
    if (found !== undefined || from === after) return found;
  }
}
