/** One look at a schedule: the times that came become events, and what was decided moves on with them. Must never fire a time twice. */
import type {Engine} from '../engine/engine.ts';
import type {OnSchedule, Template} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {type Json, own} from '../values/json.ts';
import {type Clock, iso} from '../values/time.ts';
import {ownEvent} from './own-event.ts';
import {dueTimes, nextTime, type Schedule} from './schedule-times.ts';

export interface ScheduleTools {
  readonly engine: Pick<Engine, 'accept' | 'cursor'>;
  readonly library: Library;
  readonly clock: Clock;
}

export type ScheduledTemplate = Template & {readonly on: OnSchedule};

export interface Fired {
  readonly scheduledFor: string;
  readonly uid: string;
  /** Another process, or this one before its clock was set back, fired it already. */
  readonly duplicate: boolean;
  readonly runs: readonly string[];
}

export interface Turn {
  readonly fired: readonly Fired[];
  /** The next time; undefined when there is none. */
  readonly next: number | undefined;
  /** There are more times to make up for: come again at once. */
  readonly more: boolean;
}

export function scheduledTemplates(library: Library): ScheduledTemplate[] {
  return [...library.templates.values()].flatMap(({manifest}) =>
    'schedule' in manifest.on ? [manifest as ScheduledTemplate] : [],
  );
}

/** No feed of a connection can be called this. */
const feed = '@schedule';

/** Errors: JW7103. Nothing is lost then: the same times come with the next look. */
export async function runSchedule(template: ScheduledTemplate, tools: ScheduleTools): Promise<Turn> {
  const {
    id,
    on: {schedule},
  } = template;
  const {engine, clock} = tools;
  const now = clock.now();
  const from = (await engine.cursor(id, feed)) ?? null;
  const after = decidedUntil(from, schedule);
  const move = (at: number) => ({connection: id, feed, value: cursorOf(at, schedule), from});
  // A clock that was set back comes to times again that were fired: they are known by their identity, and new ones are not missed.
  if (after === undefined || after > now) {
    await engine.accept({events: [], cursor: move(now)});
    return {fired: [], next: nextTime(schedule, now), more: false};
  }
  const {fire, decided, more} = dueTimes(schedule, after, now);
  const fired = decided === undefined ? [] : await accept(fire, {template, tools, now, cursor: move(decided)});
  return {fired, next: nextTime(schedule, now), more};
}

interface Firing {
  readonly template: ScheduledTemplate;
  readonly tools: ScheduleTools;
  readonly now: number;
  readonly cursor: {readonly connection: string; readonly feed: string; readonly value: Json; readonly from: Json};
}

async function accept(times: readonly number[], {template, tools, now, cursor}: Firing): Promise<Fired[]> {
  const {engine, library} = tools;
  const events = times.map((time) => {
    const data = {scheduledFor: iso(time)};
    const happening = {feed: 'schedule', connection: template.id, type: 'schedule', id: iso(time), time, data} as const;
    return ownEvent(happening, template.id, {library, now});
  });
  const accepted = await engine.accept({events, cursor});
  return accepted.map((one, i) => ({scheduledFor: iso(times[i] as number), ...one}));
}

/** Undefined when nothing was decided yet by this rule: it begins now, and what another rule would have meant was not missed. */
function decidedUntil(cursor: Json, {cron, timezone}: Schedule): number | undefined {
  if (own(cursor, 'cron') !== cron || own(cursor, 'timezone') !== timezone) return undefined;
  const at = Date.parse(String(own(cursor, 'at')));
  return Number.isNaN(at) ? undefined : at;
}

function cursorOf(at: number, {cron, timezone}: Schedule): Json {
  return {at: iso(at), cron, timezone};
}
