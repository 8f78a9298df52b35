/** Trying again later, and what happens when that was done often enough. */
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import {end, hold} from './end.ts';
import {retryPlan} from './policy.ts';
import type {RunData, Transition} from './run.ts';
import {become, type Task} from './task.ts';

export interface Staying {
  /** The write may have been sent, at least in part: with this data the run goes on where it was and is never started anew. */
  readonly stay: Partial<RunData>;
  /** `queued` where a sending of the missing part comes next. */
  readonly to?: 'starting' | 'queued';
  /** For the person who decides when trying was in vain. */
  readonly problem: string;
}

/** Another attempt after the wait of the policy, or the longer one the target asked for. Used up: failed, or held while it stays. */
export function again(task: Task, error: JobwireError, staying?: Staying): Transition {
  const {run, tools, policy} = task;
  const plan = retryPlan(policy);
  const attempts = staying ? (run.data.retries ?? 0) + 1 : run.attempt - (run.data.again?.attempt ?? 0);
  if (attempts > plan.limit) return giveUp(task, error, {attempts, staying});
  const wakeAt =
    tools.clock.now() + Math.max(error.extra.afterMs ?? 0, plan.waitMs(Math.max(1, attempts), tools.chance));
  const issue = error.issue();
  return staying
    ? become(task, staying.to ?? 'starting', {wakeAt, data: {...staying.stay, retries: attempts}, error: issue})
    : become(task, 'queued', {wakeAt, error: issue});
}

interface Vain {
  readonly attempts: number;
  readonly staying: Staying | undefined;
}

function giveUp(task: Task, error: JobwireError, {attempts, staying}: Vain): Transition {
  if (staying) return hold(task, fail('JW5007', {problem: staying.problem}, {cause: error}), staying.stay);
  const usedUp = fail('JW5004', {attempts, problem: error.message, run: task.run.id}, {cause: error});
  return end(task, 'failed', {error: usedUp});
}

/** `; before that: …` for an error that ends a run which had failed before. */
export function lastProblem({run}: Task): string {
  return run.error ? `; before that: ${run.error.detail}` : '';
}
