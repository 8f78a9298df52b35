/** The end of tracking: what all jobs together mean, their output, and what to do when they take too long. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {JobKind, JobVerb} from '../generated/types.ts';
import {runProcedure} from '../operations/procedure.ts';
import type {Json} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {end, hold} from './end.ts';
import type {TrackedJob, Transition} from './run.ts';
import {become, note, type Task} from './task.ts';

/** Every job is over: reads the output, then ends the run. */
export async function endTracked(task: Task, kind: JobKind): Promise<Transition> {
  const jobs = task.run.data.jobs ?? [];
  const output = kind.output ? await readOutputs(task, kind.output) : undefined;
  if (output instanceof Error) return retryOutput(task, output);
  const data = {...task.run.data, ...(output !== undefined && {jobOutput: output})};
  const state = stateOfAll(jobs);
  if (state === 'succeeded') return end(task, 'succeeded', {data});
  const failed = jobs.find((job) => job.state === state);
  const detail = `job ${failed?.ref.id} ended as ${failed?.raw ?? state}${failed?.message ? `: ${failed.message}` : ''}`;
  return end(task, state, {
    data,
    error: fail('JW3004', {}, {detail, hint: 'see the job in the target', authorCode: `job-${state}`}),
  });
}

/** Failed if any failed, else canceled, else succeeded. */
export function stateOfAll(jobs: readonly TrackedJob[]): 'succeeded' | 'failed' | 'canceled' {
  const states = jobs.map(({state}) => state);
  return states.includes('failed') ? 'failed' : states.includes('canceled') ? 'canceled' : 'succeeded';
}

/** The output of one job, or a list for several; an error that may pass is retried a few times, any other is only noted. */
async function readOutputs(task: Task, verb: JobVerb): Promise<Json | JobwireError | undefined> {
  const jobs = task.run.data.jobs ?? [];
  const outputs: Json[] = [];
  for (const {ref, state} of jobs) {
    if (state !== 'succeeded') {
      outputs.push(null);
      continue;
    }
    try {
      outputs.push(
        ((await runProcedure(verb, {job: ref}, {connection: task.connection, log: task.log})) ?? null) as Json,
      );
    } catch (thrown) {
      const error = asJobwireError(thrown);
      if (error.extra.outcome === 'retry' && (task.run.data.failedPolls ?? 0) < 5) return error;
      note(task, 'output', error);
      outputs.push(null);
    }
  }
  return jobs.length === 1 ? outputs[0] : outputs;
}

function retryOutput(task: Task, error: JobwireError): Transition {
  note(task, 'output', error);
  const failedPolls = (task.run.data.failedPolls ?? 0) + 1;
  return become(task, 'tracking', {
    wakeAt: task.tools.clock.now() + Math.max(error.extra.afterMs ?? 0, 5000 * failedPolls),
    data: {...task.run.data, failedPolls},
  });
}

/** The transition for jobs that are missing, stuck or too slow; undefined while there is still time. */
export function overdue(task: Task, kind: JobKind): Transition | undefined {
  const now = task.tools.clock.now();
  const {jobs = [], trackingSince = now, stateSince = now} = task.run.data;
  const job = String(jobs[0]?.ref.id);
  const {missing = '1m', timeout = '24h', stuck = {}} = kind.poll ?? {};
  if (jobs.some(({raw}) => raw === undefined) && now - trackingSince > ms(missing))
    return hold(task, fail('JW3203', {job, time: missing}));
  for (const [state, limit] of Object.entries(stuck))
    if (limit !== undefined && jobs.some((one) => one.state === state) && now - stateSince > ms(limit))
      return hold(task, fail('JW3204', {job, state, time: limit}));
  const wait = task.policy.wait;
  const waitFor = typeof wait === 'object' ? wait.timeout : undefined;
  if (waitFor !== undefined && now - trackingSince > ms(waitFor)) return afterWait(task, waitFor);
  return now - trackingSince > ms(timeout) ? hold(task, fail('JW3205', {job, time: timeout})) : undefined;
}

/** `leave` ends the run without knowing how the job ends; `fail` says so. */
function afterWait(task: Task, timeout: string): Transition {
  const {wait} = task.policy;
  const error = fail('JW5005', {timeout});
  if (typeof wait === 'object' && wait.onTimeout !== undefined && wait.onTimeout !== 'leave')
    return end(task, 'failed', {error});
  return end(task, 'succeeded', {
    data: {warnings: [error.issue()], jobs: (task.run.data.jobs ?? []).map((job) => ({...job, state: 'unknown'}))},
  });
}
