/** Jobs that are missing, stuck or too slow: who waits no longer, and what is done then. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {runVerb} from '../operations/verbs.ts';
import {isOver} from '../operations/verbs-states.ts';
import {ms} from '../values/time.ts';
import {end, hold} from './end.ts';
import type {JobRef, StopWanted, TrackedJob, Transition} from './run.ts';
import {unfollowed} from './started.ts';
import {kindName, kindOfJob} from './statuses.ts';
import {become, note, type Task, warn} from './task.ts';
import {stateOfAll} from './tracked.ts';

/** The transition for jobs that nobody waits for any longer; undefined while there is time. */
export function overdue(task: Task): Transition | Promise<Transition> | undefined {
  const open = (task.run.data.jobs ?? []).filter(({state}) => !isOver(state));
  const {stopWanted, stopAskedAt} = task.run.data;
  if (stopWanted && stopAskedAt === undefined) return stopForPerson(task, open, stopWanted);
  for (const job of open) {
    const problem = missing(task, job) ?? stuck(task, job);
    if (problem) return hold(task, problem);
  }
  const waited = waitingTime(task);
  const {wait} = task.policy;
  // A wait of the template comes before the limit of the connector: the template says what is to be done then.
  if (typeof wait === 'object' && waited >= ms(wait.timeout ?? '24h') && stopAskedAt === undefined)
    return afterWait(task, open);
  const tooSlow = open.find((job) => waited >= ms(timeoutOf(task, job)));
  if (!tooSlow) return undefined;
  return hold(task, fail('JW3205', {job: String(tooSlow.ref.id), time: timeoutOf(task, tooSlow)}));
}

function waitingTime({run, tools}: Task): number {
  const now = tools.clock.now();
  return now - (run.data.trackingSince ?? now);
}

function timeoutOf(task: Task, job: TrackedJob): string {
  return kindOfJob(task, job).poll?.timeout ?? '24h';
}

function missing(task: Task, job: TrackedJob) {
  const {missing: time = '1m'} = kindOfJob(task, job).poll ?? {};
  const {missingSince} = job;
  if (missingSince === undefined || task.tools.clock.now() - missingSince < ms(time)) return undefined;
  return fail('JW3203', {job: String(job.ref.id), time});
}

function stuck(task: Task, job: TrackedJob) {
  const limits: Partial<Record<string, string>> = kindOfJob(task, job).poll?.stuck ?? {};
  const time = limits[job.state];
  if (time === undefined || task.tools.clock.now() - job.since < ms(time)) return undefined;
  return fail('JW3204', {job: String(job.ref.id), state: job.state, time});
}

/** `leave` ends the run without knowing how the jobs end, `fail` says so, `stop` asks the target and waits for the jobs to end. */
async function afterWait(task: Task, open: readonly TrackedJob[]): Promise<Transition> {
  const {wait} = task.policy;
  const {timeout = '24h', onTimeout = 'leave'} = typeof wait === 'object' ? wait : {};
  const error = fail('JW5005', {timeout});
  if (onTimeout === 'fail') return end(task, 'failed', {error});
  if (onTimeout === 'stop') return stopLate(task, open, error);
  const jobs = task.run.data.jobs ?? [];
  const ended = stateOfAll(jobs.filter(({state}) => isOver(state)));
  warn(task, error.issue());
  return end(task, ended === 'failed' ? 'failed' : 'succeeded', {data: {jobs: jobs.map(unfollowed)}});
}

async function stopLate(task: Task, open: readonly TrackedJob[], late: JobwireError): Promise<Transition> {
  warn(task, late.issue());
  return stop(task, open, {
    because: late.message,
    refused(error) {
      const detail = `${late.message}, and it cannot be stopped: ${error.message}`;
      return end(task, 'failed', {error: late.with({detail, cause: error})});
    },
  });
}

/** The target decides how the jobs end. One that will not stop is followed as before, and the person finds the reason as a warning. */
function stopForPerson(task: Task, open: readonly TrackedJob[], {by}: StopWanted): Promise<Transition> {
  return stop(task, open, {
    because: `${by} wants it`,
    refused(error) {
      warn(task, error.issue());
      return become(task, 'tracking', {wakeAt: task.tools.clock.now() + 5000, drop: ['stopWanted']});
    },
  });
}

interface Stopping {
  readonly because: string;
  /** What becomes of the run when the target will not. */
  refused(error: JobwireError): Transition;
}

async function stop(task: Task, open: readonly TrackedJob[], {because, refused}: Stopping): Promise<Transition> {
  const now = task.tools.clock.now();
  try {
    const {connection, log} = task;
    for (const [kind, jobs] of byKind(task, open)) await runVerb({connection, log, kind, verb: 'stop', jobs});
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'stop', error);
    // Stopping twice stops no more than once: an unclear outcome is asked for again like one that may pass.
    if (error.extra.outcome === 'retry' || error.extra.outcome === 'unknown')
      return become(task, 'tracking', {wakeAt: now + Math.max(error.extra.afterMs ?? 0, 60_000)});
    return refused(error);
  }
  task.log({at: now, step: 'stop', what: `${because}: asked to stop`});
  return become(task, 'tracking', {wakeAt: now + 5000, data: {stopAskedAt: now, polls: 0}});
}

function byKind(task: Task, jobs: readonly TrackedJob[]): ReadonlyMap<string, JobRef[]> {
  const kinds = new Map<string, JobRef[]>();
  for (const job of jobs) {
    const name = kindName(task, job);
    kinds.set(name, [...(kinds.get(name) ?? []), job.ref]);
  }
  return kinds;
}
