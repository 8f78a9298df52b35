/** What has become of jobs, in Jobwire's words. Must never take a job the target does not know for one that is over. */
import {fail, type Issue} from '../errors/jobwire-error.ts';
import type {JobKind} from '../generated/types.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {chunks, type JobTarget, kindOf} from './verbs.ts';
import {type JobRef, keyOf} from './verbs-refs.ts';
import {type JobState, stateOf} from './verbs-states.ts';
import {readStatus, type Status} from './verbs-status.ts';

export interface Job {
  readonly ref: JobRef;
  readonly state: JobState;
  /** The target's own word. */
  readonly raw?: string;
  readonly message?: string;
  readonly progress?: Json;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Where the status already gives it; otherwise ask for the output. */
  readonly output?: Json;
  /** It goes on as another job: its reference, and its kind where that changes. */
  readonly follow?: JsonObject;
  /** JW3201: the target's word is not in the table of the job kind. */
  readonly warning?: Issue;
}

/** In the order of the references; undefined for a job the target does not know. Errors: those of the read. */
export async function findJobs(target: JobTarget, refs: readonly JobRef[]): Promise<(Job | undefined)[]> {
  const {connection, log} = target;
  const kind = kindOf(connection.connector.jobs, target.kind);
  const found = new Map<string, Status>();
  for (const part of chunks(refs, kind.status.batch ?? 1))
    for (const [key, status] of await readStatus({connection, kind, log}, part)) found.set(key, status);
  return refs.map((ref) => {
    const status = found.get(keyOf(ref.id));
    return status && jobOf(kind, ref, status);
  });
}

/** Errors: JW3016 naming every job the target does not know; those of the read. */
export async function getJobs(target: JobTarget, refs: readonly JobRef[], consequence = ''): Promise<Job[]> {
  const jobs = await findJobs(target, refs);
  const missing = refs.filter((_, i) => jobs[i] === undefined);
  if (missing.length > 0) throw notFound(target, missing, consequence);
  return jobs.filter((job) => job !== undefined);
}

function notFound({connection}: JobTarget, refs: readonly JobRef[], consequence: string): Error {
  const ids = refs.map(({id}) => id).join(', ');
  const what = refs.length === 1 ? `there is no job ${ids}` : `there are no jobs ${ids}`;
  return fail(
    'JW3016',
    {},
    {
      detail: `${what} behind connection ${connection.id}${consequence}`,
      hint: 'check the ids, and the folder or project that the connection looks into',
      outcome: 'fail',
    },
  );
}

/** A status without a state is a job that is not there; one that goes on as another job is not over, whatever its last word. */
function jobOf(kind: JobKind, ref: JobRef, {state: raw, ...rest}: Status): Job | undefined {
  if (rest.follow) return {ref, state: 'pending', ...(raw !== undefined && {raw}), ...rest};
  if (raw === undefined) return undefined;
  const state = stateOf(kind, raw);
  const job = {ref, state: state ?? 'unknown', raw, ...rest};
  if (state !== undefined) return job;
  return {...job, warning: fail('JW3201', {job: String(ref.id), state: raw}).issue()};
}
