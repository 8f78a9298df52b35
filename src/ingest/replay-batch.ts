/** Many events once more, at a pace: which ones, and one after the other. Must never start again what did not ask for it. */
import type {Engine, Page, PageOptions} from '../engine/engine.ts';
import {readTime} from '../engine/given-times.ts';
import type {RunState} from '../engine/run.ts';
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {type Replayed, type ReplayTools, replay} from './replay.ts';

export interface Selection {
  /** Events of runs in these states: only the targets of those runs are replayed. */
  readonly state?: readonly RunState[];
  readonly template?: string | undefined;
  /** Target connection of the runs; for dead letters the connection they came from. */
  readonly connection?: string | undefined;
  /** Events that could not be mapped, instead of runs. */
  readonly dead?: boolean;
  /** Created, or received, in this stretch (milliseconds since 1970). */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

/** A selection as it is asked for: times as people write them. */
export interface Meant {
  readonly state?: readonly RunState[] | undefined;
  readonly dead?: boolean | undefined;
  readonly template?: string | undefined;
  readonly connection?: string | undefined;
  /** ISO, or a duration before now. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
}

/** Runs that may be run once more: the others go on, or wait for a person. */
export const replayable = ['succeeded', 'failed', 'canceled'] as const satisfies RunState[];

/** JW7101 when it says too little or too much, or a time is none; `name` is how the caller calls a member. */
export function readSelection(meant: Meant, now: number, name: (member: string) => string): Selection {
  const {state, dead, template, connection, since, until, limit} = meant;
  if (!dead && !state?.length)
    throw fail('JW7101', {problem: `say which runs are meant with ${name('state')} or ${name('dead')}`});
  for (const [member, given] of Object.entries({state, template}))
    if (dead && given !== undefined)
      throw fail('JW7101', {problem: `${name(member)} is about runs, ${name('dead')} about events that have none`});
  return {
    ...{dead: dead === true, template, connection, limit},
    ...(state && {state}),
    ...(since !== undefined && {since: readTime(since, name('since'), now)}),
    ...(until !== undefined && {until: readTime(until, name('until'), now)}),
  };
}

export interface Selected {
  readonly event: string;
  /** The targets to replay; all of them unless it is given. */
  readonly targets?: readonly string[];
}

/** Oldest first; an event once, however many of its runs are meant. */
export async function selectEvents(
  {runs, events}: Pick<Engine, 'runs' | 'events'>,
  selection: Selection,
): Promise<Selected[]> {
  const {template, connection, state, dead, limit} = selection;
  const of = connection === undefined ? {} : {connection};
  const found = new Map<string, Set<string>>();
  if (dead) {
    const pages = within(
      (page) => events.list({...of, state: ['dead']}, page),
      ({receivedAt}) => receivedAt,
      selection,
    );
    for await (const {uid} of pages) if (found.size < limit) found.set(uid, new Set());
  } else {
    const filter = {...of, ...(template !== undefined && {template}), ...(state && {state})};
    const pages = within(
      (page) => runs.list(filter, page),
      ({createdAt}) => createdAt,
      selection,
    );
    for await (const run of pages) {
      // A follow-up comes again with the run it follows.
      if (run.data.follows) continue;
      if (!found.has(run.event) && found.size === limit) break;
      found.set(run.event, (found.get(run.event) ?? new Set()).add(targetName(run)));
    }
  }
  return [...found].map(([event, targets]) => ({event, ...(!dead && {targets: [...targets]})})).reverse();
}

export function targetName({template, target}: {readonly template: string; readonly target: string}): string {
  return `${template}/${target}`;
}

/** Page by page, newest first, until the stretch is over. */
async function* within<T>(
  list: (page: PageOptions) => Promise<Page<T>>,
  timeOf: (item: T) => number,
  {since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY}: Selection,
): AsyncGenerator<T> {
  for (let after: string | undefined; ; ) {
    const {items, next} = await list({limit: 500, ...(after !== undefined && {after})});
    for (const item of items) {
      if (timeOf(item) < since) return;
      if (timeOf(item) < until) yield item;
    }
    if (next === undefined) return;
    after = next;
  }
}

export interface Outcome {
  readonly of: string;
  readonly replayed?: Replayed;
  readonly error?: JobwireError;
}

export interface Pace {
  readonly by: string;
  /** Between two events. */
  readonly waitMs: number;
  readonly onEach?: (outcome: Outcome) => void | Promise<void>;
  /** Ends it between two events. */
  readonly signal?: AbortSignal;
}

export interface BatchTools extends ReplayTools {
  readonly engine: Pick<Engine, 'accept' | 'runs' | 'events'>;
}

/** One that cannot be replayed does not keep the others from it. */
export async function replayAll(
  selected: readonly Selected[],
  tools: BatchTools,
  {by, waitMs, onEach, signal}: Pace,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [i, one] of selected.entries()) {
    // An ended wait is no fault.
    if (i > 0) await tools.clock.sleep(waitMs, signal).catch(() => undefined);
    if (signal?.aborted) break;
    const outcome = await replayOne(one, tools, by);
    await onEach?.(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function replayOne({event: of, targets}: Selected, tools: BatchTools, by: string): Promise<Outcome> {
  try {
    const event = await tools.engine.events.get(of);
    if (!event) return {of, replayed: {runs: [], decisions: []}};
    const only = targets && ((one: {template: string; target: string}) => targets.includes(targetName(one)));
    return {of, replayed: await replay({event, by, only}, tools)};
  } catch (error) {
    return {of, error: asJobwireError(error)};
  }
}
