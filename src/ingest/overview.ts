/** Templates as their operator sees them: on or off, what starts them, when next, and how their runs went. Must never change anything. */
import type {Engine, PageOptions} from '../engine/engine.ts';
import {isTerminal, type Run, type RunState} from '../engine/run.ts';
import type {Switch, SwitchState} from '../engine/switches.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Template} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {iso} from '../values/time.ts';
import {nextTime} from './schedule-times.ts';

export interface TemplateView {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly on: 'event' | 'schedule' | 'manual';
  /** `incident.created of servicenow-main`, `0 6 * * 1-5 Europe/Vienna`. */
  readonly source: string;
  readonly state: SwitchState;
  readonly since?: string;
  readonly by?: string;
  /** Why it was paused. */
  readonly error?: Issue;
  /** The next time of a schedule. */
  readonly next?: string;
}

export function viewTemplates(library: Library, switches: ReadonlyMap<string, Switch>, now: number): TemplateView[] {
  return [...library.templates.values()]
    .map(({manifest}) => viewTemplate(manifest, switches.get(manifest.id), now))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function viewTemplate(template: Template, found: Switch | undefined, now: number): TemplateView {
  const {id, version, title, on} = template;
  const next = 'schedule' in on ? nextTime(on.schedule, now) : undefined;
  return {
    id,
    version,
    title,
    ...sourceOf(on),
    state: found?.state ?? 'enabled',
    ...(found && {since: iso(found.at), by: found.by}),
    ...(found?.error && {error: found.error}),
    ...(next !== undefined && {next: iso(next)}),
  };
}

function sourceOf(on: Template['on']): Pick<TemplateView, 'on' | 'source'> {
  if ('event' in on) return {on: 'event', source: `${on.event} of ${on.connection}`};
  if ('manual' in on) return {on: 'manual', source: 'by hand'};
  return {on: 'schedule', source: `${on.schedule.cron} ${on.schedule.timezone}`};
}

export interface HistoryRow {
  readonly id: string;
  readonly event: string;
  readonly target: string;
  readonly state: RunState;
  readonly createdAt: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly attempts: number;
  readonly error?: {readonly code: string; readonly message: string};
}

export interface History {
  readonly template: string;
  /** Of all runs that are stored; purged ones are not counted. */
  readonly total: number;
  readonly counts: Readonly<Record<RunState, number>>;
  readonly runs: readonly HistoryRow[];
  readonly next?: string;
}

/** Newest first. A template that is gone still has a history. */
export async function readHistory(engine: Pick<Engine, 'runs'>, template: string, page: PageOptions): Promise<History> {
  const [counts, {items, next}] = await Promise.all([
    engine.runs.count({template}),
    engine.runs.list({template}, page),
  ]);
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return {template, total, counts, runs: items.map(historyRow), ...(next !== undefined && {next})};
}

function historyRow({id, event, target, state, createdAt, updatedAt, attempt, error}: Run): HistoryRow {
  const over = isTerminal(state);
  return {
    id,
    event,
    target,
    state,
    createdAt: iso(createdAt),
    ...(over && {endedAt: iso(updatedAt), durationMs: updatedAt - createdAt}),
    attempts: attempt,
    ...(error && state !== 'succeeded' && {error: {code: error.code, message: error.detail}}),
  };
}
