/** Watches the clock for all schedules of a project, until stopped. Must never trust a long wait: a wall clock can be moved. */
import type {Clock} from '../values/time.ts';
import {type Fired, runSchedule, type ScheduledTemplate, type ScheduleTools, scheduledTemplates} from './schedule.ts';

export interface SchedulerTools extends ScheduleTools {
  readonly onFault: (error: unknown) => void;
  readonly onFired?: (template: string, fired: readonly Fired[]) => void;
}

export interface Scheduler {
  /** Ends waits at once; resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** Needs a clock whose sleep really waits. */
export function startScheduler(tools: SchedulerTools): Scheduler {
  const ending = new AbortController();
  const {signal} = ending;
  const loops = scheduledTemplates(tools.library).map((template) => watch(template, tools, signal));
  return {
    async stop() {
      ending.abort();
      await Promise.all(loops);
    },
  };
}

/** After a fault of the store. */
const pauseMs = 5000;

async function watch(template: ScheduledTemplate, tools: SchedulerTools, signal: AbortSignal): Promise<void> {
  const {clock, onFault, onFired} = tools;
  while (!signal.aborted) {
    try {
      const {fired, next, more} = await runSchedule(template, tools);
      if (fired.length > 0) onFired?.(template.id, fired);
      if (next === undefined && !more) return;
      if (!more) await rest(clock, next ?? clock.now(), signal);
    } catch (error) {
      onFault(error);
      await rest(clock, clock.now() + pauseMs, signal);
    }
  }
}

/** The clock is looked at this often. */
const glanceMs = 30_000;

/** Until that time, or until the clock was set back: then there may be another next time. */
async function rest(clock: Clock, until: number, signal: AbortSignal): Promise<void> {
  let before = clock.now();
  for (let now = before; now < until && now >= before && !signal.aborted; now = clock.now()) {
    before = now;
    // Ended waits are no faults.
    await clock.sleep(Math.min(glanceMs, until - now), signal).catch(() => undefined);
  }
}
