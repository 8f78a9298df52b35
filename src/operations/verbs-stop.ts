/** Stopping jobs: all of them or none. Must never ask a job to stop while another of the same request is not known. */
import {asJobwireError} from '../errors/jobwire-error.ts';
import type {JsonObject} from '../values/json.ts';
import {chunks, type JobTarget, kindOf, runVerb, verbOf} from './verbs.ts';
import {getJobs} from './verbs-get.ts';
import {inputSchema, prepareVerbInput} from './verbs-input.ts';
import type {JobRef} from './verbs-refs.ts';
import {isOver, type JobState} from './verbs-states.ts';

export interface StoppedJob {
  readonly ref: JobRef;
  /** As it was before. */
  readonly state: JobState;
  readonly raw?: string;
  /** False for a job that was over: nothing was sent for it. */
  readonly asked: boolean;
}

/**
 * First every job is read: one that is not known (JW3016) stops nothing. Then those that are not over are asked to stop, in chunks of
 * the verb's `batch`; a failure names the jobs that had been asked before it. Other errors: as runVerb.
 */
export async function stopJobs(
  target: JobTarget,
  refs: readonly JobRef[],
  given: JsonObject = {},
): Promise<StoppedJob[]> {
  const {connector} = target.connection;
  const kind = kindOf(connector.jobs, target.kind);
  const verb = verbOf(kind, 'stop', {kind: target.kind, connector: connector.id});
  const input = prepareVerbInput(inputSchema(verb, 'stop', connector), given);
  const jobs = await getJobs(target, refs, ', so none was stopped');
  const open = jobs.filter(({state}) => !isOver(state)).map(({ref}) => ref);
  const asked: JobRef[] = [];
  for (const part of chunks(open, verb.batch ?? 1)) {
    try {
      await runVerb({...target, verb: 'stop', jobs: part, input});
    } catch (thrown) {
      throw afterSome(thrown, asked);
    }
    asked.push(...part);
  }
  return jobs.map(({ref, state, raw}) => ({ref, state, ...(raw !== undefined && {raw}), asked: !isOver(state)}));
}

function afterSome(thrown: unknown, asked: readonly JobRef[]): unknown {
  if (asked.length === 0) return thrown;
  const error = asJobwireError(thrown);
  return error.with({detail: `${error.message}; already asked to stop: ${asked.map(({id}) => id).join(', ')}`});
}
