/** The end of tracking: what all jobs together mean, and their output. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {hasVerb, runVerb} from '../operations/verbs.ts';
import type {Json} from '../values/json.ts';
import {end} from './end.ts';
import type {TrackedJob, Transition} from './run.ts';
import {kindName} from './statuses.ts';
import {become, note, type Task} from './task.ts';

/** Every job is over: reads the output, then ends the run. */
export async function endTracked(task: Task): Promise<Transition> {
  const jobs = task.run.data.jobs ?? [];
  const output = await readOutputs(task, jobs);
  if (output instanceof Error) return readLater(task, output);
  const data = {...task.run.data, ...(output !== undefined && {jobOutput: output})};
  const state = stateOfAll(jobs);
  if (state === 'succeeded') return end(task, 'succeeded', {data});
  return end(task, state, {
    data,
    error: jobError(
      state,
      jobs.find((job) => job.state === state),
    ),
  });
}

function jobError(state: 'failed' | 'canceled', job: TrackedJob | undefined): JobwireError {
  const detail = `job ${job?.ref.id} ended as ${job?.raw ?? state}${job?.message ? `: ${job.message}` : ''}`;
  return fail('JW3004', {}, {detail, hint: 'see the job in the target', authorCode: `job-${state}`});
}

/** Failed if any failed, else canceled, else succeeded. */
export function stateOfAll(jobs: readonly TrackedJob[]): 'succeeded' | 'failed' | 'canceled' {
  const states = jobs.map(({state}) => state);
  return states.includes('failed') ? 'failed' : states.includes('canceled') ? 'canceled' : 'succeeded';
}

/** How often an output is asked for before the run ends without it. */
const mostReads = 5;

/** The output of one job, or a list for several; undefined when no job has one. An error that may pass comes back as a value. */
async function readOutputs(task: Task, jobs: readonly TrackedJob[]): Promise<Json | JobwireError | undefined> {
  const outputs: (Json | undefined)[] = [];
  for (const job of jobs) {
    try {
      outputs.push(job.output ?? (await readOutput(task, job)));
    } catch (thrown) {
      const error = asJobwireError(thrown);
      if (error.extra.outcome === 'retry' && (task.run.data.failedPolls ?? 0) < mostReads) return error;
      note(task, 'output', error);
      outputs.push(undefined);
    }
  }
  if (outputs.every((output) => output === undefined)) return undefined;
  const shown = outputs.map((output) => task.connection.redactor.json(output ?? null));
  return shown.length === 1 ? shown[0] : shown;
}

/** Bytes are not stored: they are there to be downloaded. */
async function readOutput(task: Task, job: TrackedJob): Promise<Json | undefined> {
  const {connection, log, tools} = task;
  const target = {connection, log, kind: kindName(task, job)};
  if (job.state !== 'succeeded' || !hasVerb(target, 'output')) return undefined;
  const [answer] = await runVerb({...target, verb: 'output', jobs: [job.ref]});
  const output: unknown = answer?.output;
  if (!(output instanceof Uint8Array)) return output as Json | undefined;
  log({
    at: tools.clock.now(),
    step: 'output',
    what: `the output of job ${job.ref.id} is a file of ${output.length} bytes`,
  });
  return undefined;
}

function readLater(task: Task, error: JobwireError): Transition {
  note(task, 'output', error);
  const failedPolls = (task.run.data.failedPolls ?? 0) + 1;
  return become(task, 'tracking', {
    wakeAt: task.tools.clock.now() + Math.max(error.extra.afterMs ?? 0, 5000 * failedPolls),
    data: {...task.run.data, failedPolls},
  });
}
