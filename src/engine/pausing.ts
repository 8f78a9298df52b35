/** Templates that only fail are paused: looked at a moment after a run of theirs failed. Must never pause on runs from before it was switched on. */
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {Clock} from '../values/time.ts';
import type {Engine} from './engine.ts';
import type {Run} from './run.ts';
import type {Switches} from './switches.ts';

export interface PausingTools {
  readonly engine: Pick<Engine, 'runs'>;
  readonly switches: Switches;
  readonly clock: Clock;
  /** So many failed runs in a row; 0 pauses nothing. */
  readonly after: number;
  readonly onPaused: (error: JobwireError) => void;
  readonly onFault: (error: unknown) => void;
}

export interface Pausing {
  /** A run of the template failed, or is about to be stored as failed. */
  failed(template: string): void;
  stop(): Promise<void>;
}

/** The failure itself must be stored by then; many failures at once are one look. */
const delayMs = 1000;
const ended = ['succeeded', 'failed', 'canceled'] as const;

export function createPausing(tools: PausingTools): Pausing {
  const {clock, after, onFault} = tools;
  const ending = new AbortController();
  const looks = new Map<string, Promise<void>>();
  const look = async (template: string): Promise<void> => {
    try {
      await clock.sleep(delayMs, ending.signal);
      looks.delete(template);
      await pauseIfFailing(template, tools);
    } catch (error) {
      looks.delete(template);
      if (!ending.signal.aborted) onFault(error);
    }
  };
  return {
    failed(template) {
      if (after > 0 && !looks.has(template) && !ending.signal.aborted) looks.set(template, look(template));
    },
    async stop() {
      ending.abort();
      await Promise.all(looks.values());
    },
  };
}

export async function pauseIfFailing(template: string, tools: PausingTools): Promise<void> {
  const {engine, switches, after, onPaused} = tools;
  const known = await switches.get(template);
  if (known && known.state !== 'enabled') return;
  const count = Math.min(after, 1000);
  const {items} = await engine.runs.list({template, state: ended}, {limit: count});
  const [last] = items;
  if (!last || items.length < count || !items.every((run) => isFailureSince(run, known?.at ?? 0))) return;
  const problem = last.error?.detail ?? 'no reason is known';
  const error = fail('JW5009', {template, count, problem});
  await switches.put(template, {state: 'paused', by: 'Jobwire', error: error.issue()});
  onPaused(error);
}

function isFailureSince({state, updatedAt}: Run, since: number): boolean {
  return state === 'failed' && updatedAt >= since;
}
