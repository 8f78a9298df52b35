/** Settling: asking the target whether a write of unclear outcome happened, before anything is sent again. */
import {asJobwireError, type JobwireError} from '../errors/jobwire-error.ts';
import {execute} from '../operations/execute.ts';
import {prepareInput} from '../operations/input.ts';
import {runProcedure} from '../operations/procedure.ts';
import {settleOnce} from '../operations/settle.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {hold} from './end.ts';
import type {Transition, WriteIntent} from './run.ts';
import {afterFailure, settleDelays, started} from './start.ts';
import {become, inputOf, note, type Task} from './task.ts';

/** Most sendings of one write: the first and, once it is settled as not (wholly) executed, one more. */
const mostSendings = 2;

/** One look at the target. */
export async function settle(task: Task, intent: WriteIntent): Promise<Transition> {
  try {
    const verdict = await settleOnce({
      connection: task.connection,
      operation: intent.operation,
      params: intent.params,
      log: task.log,
    });
    if (verdict.kind === 'refused') return hold(task, unclear(intent, verdict.why));
    if (verdict.kind === 'done') return await resume(task, intent, verdict.output);
    const later = nextRound(task, intent);
    if (later) return later;
    return decideToSend(task, intent, verdict);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'settle', error);
    return error.extra.outcome === 'retry' ? lookLater(task, intent, error) : hold(task, error);
  }
}

function nextRound(task: Task, intent: WriteIntent): Transition | undefined {
  const delay = settleDelays(task, intent.operation)?.[intent.round + 1];
  if (delay === undefined) return undefined;
  return become(task, 'starting', {
    wakeAt: task.tools.clock.now() + delay,
    data: {intent: {...intent, round: intent.round + 1}},
  });
}

type NotDone = {readonly kind: 'none'} | {readonly kind: 'partial'; readonly found: Json; readonly rest?: JsonObject};

/** After the last look: nothing there means not executed; a part means only the rest is sent. The intent to resend is made durable first. */
function decideToSend(task: Task, intent: WriteIntent, verdict: NotDone): Transition {
  const send = verdict.kind === 'none' ? intent.params : verdict.rest;
  if (send === undefined || intent.sent >= mostSendings) return hold(task, unclear(intent, intent.problem));
  const next: WriteIntent = {...intent, resend: send, ...(verdict.kind === 'partial' && {found: verdict.found})};
  return become(task, 'queued', {data: {intent: next}});
}

/** The target cannot be asked just now: the same look again, without using up a round. */
function lookLater(task: Task, intent: WriteIntent, error: JobwireError): Transition {
  const delays = settleDelays(task, intent.operation) ?? [];
  const wait = Math.max(error.extra.afterMs ?? 0, delays.at(-1) ?? 60_000);
  return become(task, 'starting', {wakeAt: task.tools.clock.now() + wait, data: {intent}, error: error.issue()});
}

/** Sends the write (or the missing part) once more. */
export async function resend(task: Task, intent: WriteIntent): Promise<Transition> {
  const {resend: params = intent.params, ...rest} = intent;
  try {
    const value = await execute({connection: task.connection, operation: intent.operation, params, log: task.log});
    return await resume(task, rest, joined(intent.found, value as Json));
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'resend', error);
    if (error.extra.outcome === 'unknown') return settleAgain(task, {...rest, problem: error.message});
    return error.extra.outcome === 'retry'
      ? become(task, 'queued', {wakeAt: task.tools.clock.now() + 30_000})
      : afterFailure(task, error);
  }
}

/** A worker died while it was sending again: settle once more with the first parameters. */
export function settleAfterCrash(task: Task, intent: WriteIntent): Promise<Transition> {
  const {resend: _, ...rest} = intent;
  return Promise.resolve(settleAgain(task, {...rest, problem: 'Jobwire stopped while it was sending again'}));
}

function settleAgain(task: Task, intent: Omit<WriteIntent, 'resend' | 'found'>): Transition {
  const {step, operation, params, steps, problem, sent} = intent;
  const wait = settleDelays(task, operation)?.[0] ?? 0;
  const next: WriteIntent = {step, operation, params, steps, problem, round: 0, sent: sent + 1};
  return become(task, 'starting', {wakeAt: task.tools.clock.now() + wait, data: {intent: next}});
}

/** The write is known to have happened: goes on with the steps after it. */
async function resume(task: Task, intent: Omit<WriteIntent, 'resend'>, value: Json): Promise<Transition> {
  try {
    const input = prepareInput(task.action, inputOf(task), task.connection);
    const output = await runProcedure(
      task.action,
      {...task.scope, input},
      {
        connection: task.connection,
        log: task.log,
        from: {step: intent.step, steps: intent.steps, value},
      },
    );
    const next = await started(task, output);
    const {intent: _, ...data} = next.data;
    return {...next, data};
  } catch (thrown) {
    const error = asJobwireError(thrown);
    note(task, 'resume', error);
    return hold(task, error);
  }
}

function joined(found: Json | undefined, more: Json): Json {
  return Array.isArray(found) && Array.isArray(more) ? [...found, ...more] : more;
}

function unclear(intent: WriteIntent, problem: string): JobwireError {
  return asJobwireError(Object.assign(new Error(problem), {intent: intent.operation}));
}
