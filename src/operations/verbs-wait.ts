/** Waiting for jobs, as the engine does but for a person or a program that stays. Must never write. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {isObject, own} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {type JobTarget, kindOf} from './verbs.ts';
import {findJobs, type Job} from './verbs-get.ts';
import type {JobRef} from './verbs-refs.ts';
import {isOver, pollDelay} from './verbs-states.ts';

export interface WaitOptions {
  /** Milliseconds to wait at most; without it, `poll.timeout` of the job kind (24 h unless it says otherwise). */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between two looks; without it, as `poll` of the job kind says. */
  readonly everyMs?: number | undefined;
  /** Told of each job when it is first seen and when its state changes. */
  readonly onChange?: ((job: Job) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Watched {
  readonly kind: string;
  readonly ref: JobRef;
  readonly job?: Job;
  /** Since when the target does not know it; a job that was never seen counts from the beginning. */
  readonly missingSince?: number;
}

/**
 * The jobs when all are over, in order, whatever became of them: reaching an end is not success. A job that goes on as another is
 * followed. Errors: JW3205 not over in time, JW3203 not known (after `poll.missing`), JW3002 when `poll.tolerate` reads in a row
 * failed, and at once what no later read can mend.
 */
export async function waitForJobs(
  target: JobTarget,
  refs: readonly JobRef[],
  options: WaitOptions = {},
): Promise<Job[]> {
  const {connection, kind: name} = target;
  const kind = kindOf(connection.connector.jobs, name);
  const {clock} = connection;
  const began = clock.now();
  const {tolerate = 5, timeout = '24h'} = kind.poll ?? {};
  const end = began + (options.timeoutMs ?? ms(timeout));
  let watched: Watched[] = refs.map((ref) => ({kind: name, ref}));
  for (let looks = 0, failures = 0; ; looks++) {
    let waitMs = options.everyMs ?? pollDelay(kind, looks);
    try {
      watched = await look(target, watched, {began, ...options});
      failures = 0;
    } catch (thrown) {
      const error = asJobwireError(thrown);
      failures += error.jobwireCode === 'JW3003' ? 0 : 1;
      if (error.extra.outcome !== 'retry') throw error;
      if (failures >= tolerate) throw tooOften(error, failures);
      waitMs = Math.max(waitMs, error.extra.afterMs ?? 0);
    }
    const jobs = watched.map(({job}) => job).filter((job) => job !== undefined);
    if (jobs.length === refs.length && jobs.every(({state}) => isOver(state))) return jobs;
    if (clock.now() >= end) throw notInTime(watched, clock.now() - began);
    await clock.sleep(Math.min(waitMs, Math.max(0, end - clock.now())), options.signal);
  }
}

interface Looking extends WaitOptions {
  readonly began: number;
}

/** One look at those that are not over yet. */
async function look(target: JobTarget, watched: readonly Watched[], looking: Looking): Promise<Watched[]> {
  const next = new Map<Watched, Watched>();
  for (const kind of new Set(watched.map((one) => one.kind))) {
    const open = watched.filter((one) => one.kind === kind && !(one.job && isOver(one.job.state)));
    const found = await findJobs(
      {...target, kind},
      open.map(({ref}) => ref),
    );
    for (const [i, one] of open.entries()) next.set(one, seen(target, one, {job: found[i], looking}));
  }
  return watched.map((one) => next.get(one) ?? one);
}

function seen(target: JobTarget, before: Watched, {job, looking}: {job: Job | undefined; looking: Looking}): Watched {
  const {connection} = target;
  if (job === undefined) {
    const {missing = '1m'} = kindOf(connection.connector.jobs, before.kind).poll ?? {};
    const now = connection.clock.now();
    const missingSince = before.missingSince ?? (before.job === undefined ? looking.began : now);
    if (now - missingSince >= ms(missing))
      throw fail('JW3203', {job: String(before.ref.id), time: missing}, {outcome: 'fail'});
    return {...before, missingSince};
  }
  if (job.follow) return followed(before, job);
  if (job.raw !== before.job?.raw) looking.onChange?.(job);
  return {kind: before.kind, ref: before.ref, job};
}

function followed({kind}: Watched, {follow}: Job): Watched {
  const ref = own(follow, 'ref');
  const named = own(follow, 'kind');
  if (!isObject(ref) || own(ref, 'id') === undefined)
    throw fail('JW1012', {problem: 'follow needs a ref'}, {outcome: 'fail'});
  return {kind: typeof named === 'string' ? named : kind, ref: ref as JobRef};
}

function tooOften(error: JobwireError, times: number): JobwireError {
  const problem = `asked ${times} times: ${error.message}`;
  return fail('JW3002', {request: 'the status of the job', problem}, {cause: error, outcome: 'retry'});
}

function notInTime(watched: readonly Watched[], afterMs: number): JobwireError {
  const open = watched.filter(({job}) => !(job && isOver(job.state)));
  const [one] = open;
  const many = open.length > 1 ? ` and ${open.length - 1} more` : '';
  return fail(
    'JW3205',
    {job: `${one?.ref.id ?? ''}${many}`, time: `${Math.round(afterMs / 1000)} s`},
    {outcome: 'fail'},
  );
}
