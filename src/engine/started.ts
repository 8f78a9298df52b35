/** The action is done: follow its jobs, look for them, or end. */
import {fail} from '../errors/jobwire-error.ts';
import {kindOf} from '../operations/verbs.ts';
import {isOver, pollDelay, stateOf} from '../operations/verbs-states.ts';
import {ExactNumber, isObject, type Json, own} from '../values/json.ts';
import {ms} from '../values/time.ts';
import type {Done} from './action.ts';
import {end} from './end.ts';
import type {JobRef, RunData, TrackedJob, Transition} from './run.ts';
import {become, type Task} from './task.ts';
import {endTracked} from './tracked.ts';

export async function started(task: Task, {output, correlate}: Done): Promise<Transition> {
  const kind = task.action.starts;
  const shown = output === undefined ? {} : {output: task.connection.redactor.json(output)};
  if (kind === undefined) return end(task, 'succeeded', {data: shown});
  if (correlate && own(output, 'jobs') === undefined) return lookForJobs(task, {...shown, jobKind: kind, correlate});
  if (task.policy.wait === false && task.action.correlate && own(output, 'jobs') === undefined)
    return end(task, 'succeeded', {data: {...shown, jobKind: kind, jobs: []}});
  return follow(task, jobsOf(own(output, 'jobs')), {...shown, jobKind: kind});
}

/** The vendor gave no id: parked until the lookup is asked for the first time. */
function lookForJobs(task: Task, data: Partial<RunData>): Transition {
  const now = task.tools.clock.now();
  const every = ms(task.action.correlate?.every ?? '5s');
  return become(task, 'tracking', {
    wakeAt: now + every,
    data: {...data, polls: 0, failedPolls: 0, trackingSince: now},
    drop: ['intent', 'retries'],
  });
}

/** Parked until the first status read. A job that came back finished is not polled; nobody waits with `wait: false`. */
export async function follow(task: Task, refs: readonly JobRef[], more: Partial<RunData>): Promise<Transition> {
  const name = more.jobKind ?? '';
  const kind = kindOf(task.connector.jobs, name);
  const now = task.tools.clock.now();
  const jobs = refs.map((ref): TrackedJob => {
    const {state: raw, output} = ref;
    const state = typeof raw === 'string' ? (stateOf(kind, raw) ?? 'unknown') : 'pending';
    const isEnd = isOver(state) && output !== undefined;
    return {
      ref: isEnd ? withoutEnd(ref) : ref,
      state,
      since: now,
      ...(typeof raw === 'string' && {raw}),
      ...(isEnd && {output: task.connection.redactor.json(output)}),
    };
  });
  for (const {ref, raw, state} of jobs) task.log({at: now, step: 'track', what: `job ${ref.id} is ${raw ?? state}`});
  const data = {...more, jobs, polls: 0, failedPolls: 0, trackingSince: now};
  const over = jobs.every(({state}) => isOver(state));
  if (task.policy.wait === false && !over) return end(task, 'succeeded', {data: {...data, jobs: jobs.map(unfollowed)}});
  const parked = become(task, 'tracking', {
    wakeAt: now + pollDelay(kind, 0),
    data,
    drop: ['intent', 'retries', 'correlate'],
  });
  return over ? endTracked({...task, run: {...task.run, data: {...parked.data, log: task.run.data.log}}}) : parked;
}

function withoutEnd({state: _, output: __, ...ref}: JobRef): JobRef {
  return ref;
}

/** How a job ends that nobody waits for. */
export function unfollowed(job: TrackedJob): TrackedJob {
  return isOver(job.state) ? job : {...job, state: 'unknown'};
}

/** One reference or a list of them; JW1012 for anything else. */
export function jobsOf(value: Json | undefined): JobRef[] {
  if (value === undefined)
    throw fail('JW1012', {problem: 'the output of the action has no list jobs'}, {outcome: 'fail'});
  return (Array.isArray(value) ? value : [value]).map((job) => {
    const id = isObject(job) ? own(job, 'id') : job;
    if (typeof id === 'string' || typeof id === 'number' || id instanceof ExactNumber)
      return isObject(job) ? {...job, id} : {id};
    throw fail('JW1012', {problem: 'a job reference needs an id, text or a whole number'}, {outcome: 'fail'});
  });
}
