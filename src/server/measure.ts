/** Counts what comes in and what becomes of it, for the metrics. Must never change either. */
import type {Accepted, Engine, NewEvent} from '../engine/engine.ts';
import {type ClaimedRun, isTerminal, type Transition} from '../engine/run.ts';
import type {Metrics, StartOutcome} from '../telemetry/metrics.ts';

export interface Watch {
  readonly metrics: Metrics;
  /** Told of a template whose run failed before it could begin. */
  readonly failed: (template: string) => void;
}

/** The same engine, whose arrivals are counted when they are stored. */
export function countArrivals(engine: Engine, {metrics, failed}: Watch): Engine {
  return {
    ...engine,
    async accept(batch) {
      const accepted = await engine.accept(batch);
      batch.events.forEach((arrival, i) => {
        countArrival(arrival, accepted[i], metrics);
        for (const {state, template} of arrival.drafts) if (state === 'failed') failed(template);
      });
      return accepted;
    },
  };
}

function countArrival({event}: NewEvent, accepted: Accepted | undefined, metrics: Metrics): void {
  metrics.event(event.connection, accepted?.duplicate ? 'duplicate' : event.state);
}

/** Told just before the move is stored; one that is refused then (a lost lease) was counted all the same. */
export function countMove(metrics: Metrics, run: ClaimedRun, transition: Transition): void {
  const outcome = startOutcome(run, transition);
  if (outcome) metrics.startAttempt(outcome);
  if (isUnclear(run, transition)) metrics.ambiguous();
  if (isTerminal(transition.to) || transition.to === 'held') metrics.ended(transition.to);
}

/** What came of a start; undefined when none was made. */
export function startOutcome({claimedFrom}: ClaimedRun, {to, data, error}: Transition): StartOutcome | undefined {
  if (claimedFrom !== 'queued' || error?.jobwireCode === 'JW5012') return undefined;
  if (to === 'tracking' || to === 'succeeded' || data.intent?.value !== undefined) return 'started';
  if (error?.jobwireCode === 'JW3009' || to === 'starting' || to === 'held') return 'unclear';
  return to === 'queued' ? 'retry' : 'refused';
}

/** Once per start: when its outcome is missed, or when its worker is found to have died. */
function isUnclear(run: ClaimedRun, transition: Transition): boolean {
  if (run.claimedFrom === 'starting') return run.data.intent === undefined;
  return startOutcome(run, transition) === 'unclear';
}
