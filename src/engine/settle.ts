/** Settling: asking the target whether a write of unclear outcome happened, before anything is sent again. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {execute} from '../operations/execute.ts';
import {settleOnce} from '../operations/settle.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {runAction} from './action.ts';
import {again} from './again.ts';
import {hold} from './end.ts';
import type {Transition, WriteIntent} from './run.ts';
import {afterFailure, endLate, isLate, settleDelays} from './start.ts';
import {started} from './started.ts';
import {become, note, type Task} from './task.ts';

/** Most sendings of one write: the first and, once it is settled as not (wholly) executed, one more. */
const mostSendings = 2;

/** One look at the target. */
export async function settle(task: Task, intent: WriteIntent): Promise<Transition> {
  const {operation, params} = intent;
  try {
    const verdict = await settleOnce({connection: task.connection, operation, params, log: task.log});
    if (verdict.kind === 'refused') return hold(task, unclear(`${intent.problem}; ${verdict.why}`));
    if (verdict.kind === 'done') return await finish(task, {...intent, value: verdict.output});
    return nextRound(task, intent) ?? decideToSend(task, intent, verdict);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'settle', error);
    const problem = `${intent.problem}; the target cannot be asked: ${error.message}`;
    // The same look again: a target that cannot answer uses up no round.
    return error.extra.outcome === 'retry'
      ? again(task, error, {stay: {intent}, problem})
      : hold(task, unclear(problem, error));
  }
}

function nextRound(task: Task, intent: WriteIntent): Transition | undefined {
  const delay = settleDelays(task, intent.operation)?.[intent.round + 1];
  if (delay === undefined) return undefined;
  return become(task, 'starting', {
    wakeAt: task.tools.clock.now() + delay,
    data: {intent: {...intent, round: intent.round + 1}},
    drop: ['retries'],
    ...(task.run.error && {error: task.run.error}),
  });
}

type NotDone = {readonly kind: 'none'} | {readonly kind: 'partial'; readonly found: Json; readonly rest?: JsonObject};

/** After the last look: nothing there means not executed; a part means only the rest is sent. The intent to resend is made durable first. */
function decideToSend(task: Task, intent: WriteIntent, verdict: NotDone): Transition {
  const send = verdict.kind === 'none' ? intent.params : verdict.rest;
  const part = verdict.kind === 'partial' ? '; a part of it is there' : '; it is not there';
  if (send === undefined || intent.sent >= mostSendings) return hold(task, unclear(`${intent.problem}${part}`));
  const next: WriteIntent = {...intent, resend: send, ...(verdict.kind === 'partial' && {found: verdict.found})};
  return become(task, 'queued', {
    data: {intent: next},
    drop: ['retries'],
    ...(task.run.error && {error: task.run.error}),
  });
}

/** Sends the write (or the missing part) once more. */
export async function resend(task: Task, intent: WriteIntent): Promise<Transition> {
  const {resend: params = intent.params, ...sent} = intent;
  if (intent.found === undefined && isLate(task)) return endLate(task);
  let value: Json;
  try {
    value = await execute({connection: task.connection, operation: intent.operation, params, log: task.log});
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'resend', error);
    if (error.extra.outcome === 'unknown') return settleAgain(task, {...intent, problem: error.message});
    return intent.found === undefined ? afterFailure(task, error) : restRefused(task, intent, error);
  }
  return finish(task, {...sent, value: joined(intent.found, value)});
}

/** A part is there and the rest was not taken: what becomes of the part is for a person, never `failed`. */
function restRefused(task: Task, intent: WriteIntent, error: JobwireError): Transition {
  const problem = `a part was started, the rest was not: ${error.message}`;
  return error.extra.outcome === 'retry'
    ? again(task, error, {to: 'queued', stay: {intent}, problem})
    : hold(task, unclear(problem, error));
}

/** A worker died while it was sending again: settle once more with the first parameters. */
export async function settleAfterCrash(task: Task, intent: WriteIntent): Promise<Transition> {
  return settleAgain(task, {...intent, problem: 'Jobwire stopped while it was sending again'});
}

function settleAgain(task: Task, intent: WriteIntent): Transition {
  const wait = settleDelays(task, intent.operation)?.[0] ?? 0;
  const {resend: _, found: __, ...first} = intent;
  return become(task, 'starting', {
    wakeAt: task.tools.clock.now() + wait,
    data: {intent: {...first, round: 0, sent: intent.sent + 1}},
    drop: ['retries'],
    error: unclear(intent.problem).issue(),
  });
}

/** The write is known to have happened, with this value: goes on with the steps after it. */
export async function finish(task: Task, intent: WriteIntent): Promise<Transition> {
  const {step, steps, value = null} = intent;
  try {
    const after =
      step === undefined || steps === undefined ? {unsafe: async () => value} : {from: {step, steps, value}};
    return await started(task, await runAction(task, after));
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'resume', error);
    const problem = `the write succeeded, but then: ${error.message}`;
    const stay = {intent};
    return error.extra.outcome === 'retry'
      ? again(task, error, {stay, problem})
      : hold(task, unclear(problem, error), stay);
  }
}

function joined(found: Json | undefined, more: Json): Json {
  return Array.isArray(found) && Array.isArray(more) ? [...found, ...more] : more;
}

function unclear(problem: string, cause?: JobwireError): JobwireError {
  return fail('JW5007', {problem}, {...(cause && {cause})});
}
