/** Starting: prepare (lookups, coercion), send the one unsafe write, and decide by what came back. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {execute} from '../operations/execute.ts';
import {prepareInput} from '../operations/input.ts';
import {runProcedure, UnknownWrite, type UnsafeCall} from '../operations/procedure.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {end, endSucceeded, hold} from './end.ts';
import {retryPlan, unsafeWrite} from './policy.ts';
import type {JobRef, Transition, WriteIntent} from './run.ts';
import {become, inputOf, note, type Task} from './task.ts';
import {beginTracking} from './track.ts';

/** A fresh start. The claim that brought us here is the durable intent. */
export async function start(task: Task): Promise<Transition> {
  const {deadlineAt} = task.run;
  if (deadlineAt !== undefined && task.tools.clock.now() > deadlineAt)
    return end(task, 'failed', {error: fail('JW5002', {deadline: task.policy.deadline ?? ''})});
  return attempt(task, (call) => execute({connection: task.connection, ...call, log: task.log}));
}

/** A worker died while starting: the write may have been sent. What cannot be doubled is simply done again. */
export function recover(task: Task): Promise<Transition> {
  const {delivery} = task.run;
  const repeatable =
    delivery === 'at-least-once' || delivery === 'queue' || unsafeWrite(task.connector, task.action) === undefined;
  if (repeatable) return start(task);
  const crash = fail(
    'JW3009',
    {request: 'the start', problem: 'Jobwire stopped while it was starting'},
    {outcome: 'unknown'},
  );
  if (delivery === 'at-most-once') return Promise.resolve(hold(task, crash));
  return attempt(task, () => Promise.reject(crash));
}

/** Runs the action; `send` is asked for the unsafe write. */
async function attempt(task: Task, send: (call: UnsafeCall) => Promise<Json>): Promise<Transition> {
  let written = false;
  try {
    const input = prepareInput(task.action, inputOf(task), task.connection);
    const output = await runProcedure(
      task.action,
      {...task.scope, input},
      {
        connection: task.connection,
        log: task.log,
        unsafe: async (call) => {
          const value = await send(call);
          written = true;
          return value;
        },
      },
    );
    return await started(task, output);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'start', error);
    return written ? hold(task, error) : afterFailure(task, error);
  }
}

/** What an error of the start means for the run. Only an error that proves nothing was executed leads to another start. */
export function afterFailure(task: Task, error: JobwireError): Transition {
  if (error instanceof UnknownWrite) return afterUnknown(task, error);
  if (error.extra.outcome === 'retry') return again(task, error);
  if (error.jobwireCode === 'JW9001') return hold(task, error);
  return end(task, 'failed', {error});
}

function afterUnknown(task: Task, error: UnknownWrite): Transition {
  const {delivery} = task.run;
  if (delivery === 'at-least-once' || delivery === 'queue') return again(task, error);
  const delays = settleDelays(task, error.write.operation);
  if (delivery === 'at-most-once' || !delays) return hold(task, error);
  const intent: WriteIntent = {...error.write, round: 0, sent: 1, problem: error.message};
  return become(task, 'starting', {
    wakeAt: task.tools.clock.now() + (delays[0] ?? 0),
    data: {intent},
    error: error.issue(),
  });
}

/** Milliseconds before each look at the target, or undefined when the operation cannot be settled. */
export function settleDelays(task: Task, operation: string): readonly number[] | undefined {
  const settle = task.connector.operations[operation]?.settle;
  return settle && (settle.delays ?? ['5s', '15s', '60s']).map(ms);
}

/** Another attempt later. A run that may already have been sent stays in `starting`, so that it is settled and never just resent. */
export function again(task: Task, error: JobwireError): Transition {
  const {run, tools, policy} = task;
  const plan = retryPlan(policy);
  if (run.attempt > plan.limit)
    return end(task, 'failed', {
      error: fail('JW5004', {attempts: run.attempt, problem: error.message, run: run.id}, {cause: error}),
    });
  const wait = Math.max(error.extra.afterMs ?? 0, plan.waitMs(run.attempt, tools.chance));
  const recovering = run.claimedFrom === 'starting' && run.delivery !== 'at-least-once' && run.delivery !== 'queue';
  return become(task, recovering ? 'starting' : 'queued', {wakeAt: tools.clock.now() + wait, error: error.issue()});
}

/** The action is done: follow its jobs, or end. */
export async function started(task: Task, output: Json | undefined): Promise<Transition> {
  const kind = task.action.starts;
  const jobs = kind === undefined ? undefined : jobsOf(output);
  if (kind !== undefined && jobs && task.policy.wait !== false)
    return beginTracking(task, {kind, jobs, output: output ?? null});
  return endSucceeded(task, {
    ...(output !== undefined && {output}),
    ...(kind !== undefined && jobs && {jobKind: kind, jobs: jobs.map((ref) => ({ref, state: 'unknown' as const}))}),
  });
}

function jobsOf(output: Json | undefined): JobRef[] {
  const jobs = isObject(output) ? output['jobs'] : undefined;
  if (!Array.isArray(jobs)) throw fail('JW1012', {problem: 'the output of the action has no list jobs'});
  return jobs.map((job) => {
    const id = isObject(job) ? job['id'] : undefined;
    if (typeof id !== 'string' && typeof id !== 'number')
      throw fail('JW1012', {problem: 'a job reference needs an id'});
    return {...(job as JsonObject), id};
  });
}
