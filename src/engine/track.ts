/** Following jobs: due runs of one connection and kind are read together; the status read alone decides. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {kindOf} from '../operations/verbs.ts';
import {isOver, pollDelay, stateOf} from '../operations/verbs-states.ts';
import type {Status} from '../operations/verbs-status.ts';
import {traceMove} from '../telemetry/spans.ts';
import {own} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {refuse} from './advance.ts';
import {correlate} from './correlate.ts';
import {hold} from './end.ts';
import {overdue} from './overdue.ts';
import type {ClaimedRun, TrackedJob, Transition} from './run.ts';
import {jobsOf} from './started.ts';
import {kindName, kindOfJob, type ReadJob, readStatuses} from './statuses.ts';
import {become, note, readTask, type Task, type Tools, warn} from './task.ts';
import {endTracked} from './tracked.ts';

/** The transition of each run, in order: one status call serves as many runs as the connector allows. */
export function track(runs: readonly ClaimedRun[], tools: Tools): Promise<Transition>[] {
  const ready = Promise.all(runs.map((run) => readTask(run, tools).catch(asJobwireError))).then((tasks) => ({
    tasks,
    statuses: readStatuses(tasks.filter((task): task is Task => !(task instanceof Error))),
  }));
  return runs.map((run, i) =>
    traceMove(run, async () => {
      const {tasks, statuses} = await ready;
      const task = tasks[i] as Task | JobwireError;
      if (task instanceof Error) return refuse(run, tools, task);
      try {
        return await trackOne(task, statuses);
      } catch (error) {
        return hold(task, asJobwireError(error));
      }
    }),
  );
}

async function trackOne(task: Task, statuses: ReadJob): Promise<Transition> {
  const {jobs, correlate: params} = task.run.data;
  if (!jobs && params) return correlate(task, params);
  let failure: JobwireError | undefined;
  const now: TrackedJob[] = [];
  for (const job of jobs ?? []) {
    try {
      now.push(isOver(job.state) ? job : update(task, job, await statuses(task, job)));
    } catch (thrown) {
      failure = asJobwireError(thrown);
      now.push(job);
    }
  }
  return failure ? afterFailedPoll(task, now, failure) : afterPoll(task, now);
}

function afterPoll(task: Task, jobs: readonly TrackedJob[]): Transition | Promise<Transition> {
  const before = task.run.data.jobs ?? [];
  const moved = jobs.some((job, i) => job.state !== before[i]?.state || job.ref.id !== before[i]?.ref.id);
  const polls = moved ? 1 : (task.run.data.polls ?? 0) + 1;
  const next = withData(task, {jobs, polls, failedPolls: 0});
  if (jobs.every(({state}) => isOver(state))) return endTracked(next);
  return overdue(next) ?? park(next, 0);
}

/** The job as it is now; a change is a line of the log. */
function update(task: Task, job: TrackedJob, status: Status | undefined): TrackedJob {
  const now = task.tools.clock.now();
  if (status?.follow) return followed(task, job, status.follow);
  const raw = status?.state;
  if (raw === undefined) return {...job, missingSince: job.missingSince ?? (job.raw === undefined ? job.since : now)};
  const known = stateOf(kindOfJob(task, job), raw);
  const state = known ?? 'unknown';
  if (known === undefined) {
    const unknown = fail('JW3201', {job: String(job.ref.id), state: raw});
    if (job.raw !== raw) note(task, 'track', unknown);
    warn(task, unknown.issue());
  }
  if (state !== job.state || raw !== job.raw) task.log({at: now, step: 'track', what: `job ${job.ref.id} is ${raw}`});
  const {missingSince: _, message: __, ...rest} = job;
  const {redactor} = task.connection;
  const {state: ___, follow: ____, progress: _____, message, output, ...news} = status ?? {};
  const shown = {
    ...(message !== undefined && {message: redactor.text(message)}),
    ...(output !== undefined && {output: redactor.json(output)}),
  };
  return {...rest, ...news, ...shown, state, raw, since: state === job.state ? job.since : now};
}

function followed(task: Task, job: TrackedJob, follow: NonNullable<Status['follow']>): TrackedJob {
  const now = task.tools.clock.now();
  const [ref] = jobsOf(own(follow, 'ref'));
  if (!ref) throw fail('JW1012', {problem: 'follow needs a ref'}, {outcome: 'fail'});
  const named = own(follow, 'kind');
  const kind = typeof named === 'string' ? named : kindName(task, job);
  kindOf(task.connector.jobs, kind);
  task.log({at: now, step: 'track', what: `job ${job.ref.id} goes on as ${kind} ${ref.id}`});
  return {ref, kind, state: 'pending', since: now};
}

/** A job that cannot be read is asked for again; after `tolerate` failures in a row a person looks (JW3002). */
function afterFailedPoll(
  task: Task,
  jobs: readonly TrackedJob[],
  error: JobwireError,
): Transition | Promise<Transition> {
  const kind = kindOf(task.connector.jobs, task.run.data.jobKind ?? '');
  // Told to come later is an answer.
  const failedPolls = (task.run.data.failedPolls ?? 0) + (error.jobwireCode === 'JW3003' ? 0 : 1);
  note(task, 'track', error);
  const next = withData(task, {jobs, polls: (task.run.data.polls ?? 0) + 1, failedPolls});
  const tolerate = kind.poll?.tolerate ?? 5;
  if (failedPolls > 0 && failedPolls >= tolerate) {
    const problem = `asked ${failedPolls} times: ${error.message}`;
    return hold(next, fail('JW3002', {request: 'the status of the job', problem}, {cause: error}));
  }
  return overdue(next) ?? park(next, Math.max(error.extra.afterMs ?? 0, ms(kind.poll?.cap ?? '2m')));
}

/** Until the next read: the earliest of the kinds of jobs that are not over. */
function park(task: Task, atLeastMs: number): Transition {
  const {jobs = [], polls = 0} = task.run.data;
  const open = jobs.filter(({state}) => !isOver(state));
  const waits = open.map((job) => pollDelay(kindOfJob(task, job), polls));
  return become(task, 'tracking', {wakeAt: task.tools.clock.now() + Math.max(atLeastMs, Math.min(...waits))});
}

function withData(task: Task, data: Partial<ClaimedRun['data']>): Task {
  return {...task, run: {...task.run, data: {...task.run.data, ...data}}};
}
