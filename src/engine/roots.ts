/** The roots `event`, `run` and `result` as expressions see them (language reference, section 2.4). */
import type {Json, JsonObject} from '../values/json.ts';
import {iso} from '../values/time.ts';
import type {ClaimedRun, EventRecord, Run} from './run.ts';

export function eventRoot(event: EventRecord): JsonObject {
  const {id, type, time, subject, connection, feed, data} = event;
  return {id, type, time, connection, feed, data, ...(subject !== undefined && {subject})};
}

type RunFacts = Pick<Run, 'id' | 'template' | 'target' | 'delivery' | 'attempt'>;

/** `now` is the time of this attempt: the only time an expression can see. */
export function runRoot({id, template, target, delivery, attempt}: RunFacts, now: number): JsonObject {
  return {id, key: id, template, target, delivery, attempt, now: iso(now)};
}

/**
 * When the attempt began that this run is still in. An attempt that is taken up again, after a crash or to settle its write, keeps
 * its time, so that the same parameters come out of the same expressions.
 */
export function attemptTime({claimedFrom, data, updatedAt}: ClaimedRun, now: number): number {
  if (data.intent) return data.intent.at;
  return claimedFrom === 'starting' ? updatedAt : now;
}

/** How a run ended, as follow-ups see it. */
export interface RunResult {
  readonly state: 'succeeded' | 'failed' | 'canceled' | 'unknown';
  readonly jobs: readonly JsonObject[];
  readonly output?: Json;
  readonly action?: Json;
  readonly error?: JsonObject;
}
