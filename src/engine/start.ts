/** Starting: prepare (lookups, coercion), send the one unsafe write, and decide by what came back. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {execute} from '../operations/execute.ts';
import {UnknownWrite, type UnsafeCall} from '../operations/procedure.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {runAction} from './action.ts';
import {again, lastProblem} from './again.ts';
import {end, hold} from './end.ts';
import {unsafeWrite} from './policy.ts';
import type {Transition, WriteIntent} from './run.ts';
import {started} from './started.ts';
import {become, note, type Task} from './task.ts';

/** A fresh start. The claim that brought us here is the durable intent. */
export async function start(task: Task): Promise<Transition> {
  if (isLate(task)) return endLate(task);
  let written: Written | undefined;
  try {
    const done = await runAction(task, {
      unsafe: async (call) => {
        const value = await execute({connection: task.connection, ...call, log: task.log});
        written = {...call, value};
        return value;
      },
    });
    return await started(task, done);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'start', error);
    return written ? afterWrite(task, written, error) : afterFailure(task, error);
  }
}

interface Written extends UnsafeCall {
  readonly value: Json;
}

/** The write succeeded, a step after it did not: that step is tried again, the write never. */
function afterWrite(task: Task, written: Written, error: JobwireError): Transition {
  const problem = `the write succeeded, but then: ${error.message}`;
  const intent: WriteIntent = {...written, at: attemptedAt(task), round: 0, sent: 1, problem};
  return error.extra.outcome === 'retry'
    ? again(task, error, {stay: {intent}, problem})
    : hold(task, fail('JW5007', {problem}, {cause: error}), {intent});
}

/** A worker died while starting: the write may have been sent. What cannot be doubled is simply done again. */
export async function recover(task: Task): Promise<Transition> {
  const {delivery} = task.run;
  const crash = fail(
    'JW3009',
    {request: 'the start', problem: 'Jobwire stopped while it was starting'},
    {outcome: 'unknown'},
  );
  note(task, 'recover', crash);
  if (isRepeatable(task)) return again(task, crash);
  return delivery === 'at-most-once' ? hold(task, crash) : prepareToSettle(task, crash);
}

/** A repeat does no harm: there is no unsafe write, the target refuses a second one, or duplicates were accepted. */
function isRepeatable({run, connector, action}: Task): boolean {
  const resends = run.delivery === 'at-least-once' || run.delivery === 'queue';
  return resends || unsafeWrite(connector, action) === undefined;
}

/** The reads are done again to find out what the write was; instead of sending it, its outcome is called unknown. */
async function prepareToSettle(task: Task, crash: JobwireError): Promise<Transition> {
  try {
    return await started(task, await runAction(task, {unsafe: () => Promise.reject(crash)}));
  } catch (thrown) {
    const error = asJobwireError(thrown);
    if (error instanceof UnknownWrite) return afterUnknown(task, error);
    note(task, 'recover', error);
    const problem = `${crash.message}; asking what was started fails: ${error.message}`;
    return error.extra.outcome === 'retry'
      ? again(task, error, {stay: {}, problem})
      : hold(task, fail('JW5007', {problem}, {cause: error}));
  }
}

/** What an error of the start means for the run. Only an error that proves nothing was executed leads to another start. */
export function afterFailure(task: Task, error: JobwireError): Transition {
  if (error instanceof UnknownWrite) return afterUnknown(task, error);
  if (error.extra.outcome === 'unknown' || error.jobwireCode === 'JW9001') return hold(task, error);
  return error.extra.outcome === 'retry' ? again(task, error) : end(task, 'failed', {error});
}

function afterUnknown(task: Task, error: UnknownWrite): Transition {
  const {delivery} = task.run;
  if (delivery === 'at-least-once' || delivery === 'queue') return again(task, error);
  const delays = settleDelays(task, error.write.operation);
  if (delivery === 'at-most-once' || !delays) return hold(task, error);
  const intent: WriteIntent = {...error.write, at: attemptedAt(task), round: 0, sent: 1, problem: error.message};
  return become(task, 'starting', {
    wakeAt: task.tools.clock.now() + (delays[0] ?? 0),
    data: {intent},
    drop: ['retries'],
    error: error.issue(),
  });
}

function attemptedAt({scope}: Task): number {
  return Date.parse(String((scope['run'] as JsonObject)['now']));
}

/** Milliseconds before each look at the target, or undefined when the operation cannot be settled. */
export function settleDelays(task: Task, operation: string): readonly number[] | undefined {
  const settle = task.connector.operations[operation]?.settle;
  return settle && (settle.delays ?? ['5s', '15s', '60s']).map(ms);
}

/** The deadline is for starting: what was sent in time is followed to its end, and a person who starts it again knows the time. */
export function isLate({run, tools}: Pick<Task, 'run' | 'tools'>): boolean {
  return run.deadlineAt !== undefined && run.data.again === undefined && tools.clock.now() > run.deadlineAt;
}

export function endLate(task: Task): Transition {
  const error = fail('JW5002', {deadline: task.policy.deadline ?? 'its deadline'});
  return end(task, 'failed', {error: error.with({detail: `${error.message}${lastProblem(task)}`})});
}
