/** Watches runs until they end, telling each new line of their logs. Only for commands: a server never waits for a run. */
import type {Engine} from './engine/engine.ts';
import {isTerminal, type Run} from './engine/run.ts';
import type {StepRecord} from './operations/trace.ts';
import type {Clock} from './values/time.ts';

export interface Watch {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onLine?: (run: Run, line: StepRecord) => void;
}

/** Resolves with the runs of an event, follow-ups included, when none can go on by itself; or as they are at the time-out. */
export async function followEvent(event: string, {engine, clock, timeoutMs, onLine}: Watch): Promise<readonly Run[]> {
  const told = new Map<string, number>();
  const end = clock.now() + timeoutMs;
  for (;;) {
    const runs = [...(await engine.runs.list({event}, {limit: 100})).items].reverse();
    for (const run of runs) {
      for (const line of run.data.log.slice(told.get(run.id) ?? 0)) onLine?.(run, line);
      told.set(run.id, run.data.log.length);
    }
    if (runs.every(({state}) => isTerminal(state) || state === 'held') || clock.now() >= end) return runs;
    await clock.sleep(50);
  }
}
