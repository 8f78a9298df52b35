/** After a restore the store knows less than its targets: what waits for its start may have been started already. Must never start anything. */
import type {Clock} from '../values/time.ts';
import type {Engine} from './engine.ts';
import type {ClaimedRun, DeliveryMode, Run} from './run.ts';
import {moveRun} from './task.ts';

/** Where a second start is refused by the target, or accepted by the template, there is nothing to find out. */
const harmless: ReadonlySet<DeliveryMode> = new Set(['queue', 'at-least-once']);

export interface Doubted {
  /** From now on their start is of unclear outcome: looked up, or held for a person, by their delivery mode. */
  readonly unclear: readonly string[];
  /** Start as ever, because a second start does no harm. */
  readonly left: readonly string[];
  /** Moved while they were looked at: a worker has them, or a person decided. */
  readonly moved: readonly string[];
}

export interface Restored {
  readonly engine: Pick<Engine, 'runs' | 'decide'>;
  readonly clock: Clock;
  /** For the log of the runs. */
  readonly by: string;
  /** Says what would be done, and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** Every queued run as if a worker had died while it was starting it: whoever claims it next looks before it sends. */
export async function doubtQueued(restored: Restored): Promise<Doubted> {
  const doubted = {unclear: [] as string[], left: [] as string[], moved: [] as string[]};
  for await (const run of queuedRuns(restored.engine)) {
    if (harmless.has(run.delivery)) doubted.left.push(run.id);
    else (restored.dryRun || (await doubt(run, restored)) ? doubted.unclear : doubted.moved).push(run.id);
  }
  return doubted;
}

async function* queuedRuns({runs}: Pick<Engine, 'runs'>): AsyncGenerator<Run> {
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<Engine['runs']['list']>> = await runs.list(
      {state: ['queued']},
      {limit: 500, ...(after !== undefined && {after})},
    );
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

/** At least one attempt: the one that is taken to have been made. */
async function doubt(run: Run, {engine, clock, by}: Restored): Promise<boolean> {
  const now = clock.now();
  const line = {at: now, step: 'operator', what: `${by}: restored from a backup, it may have been started since`};
  const claimed: ClaimedRun = {...run, attempt: Math.max(1, run.attempt), fence: 0, claimedFrom: 'queued'};
  const change = run.error ? {error: run.error} : {};
  const {run: _, fence: __, ...to} = moveRun(claimed, {to: 'starting', change, lines: [line], now});
  return engine.decide(run.id, ['queued'], to, run.updatedAt);
}
