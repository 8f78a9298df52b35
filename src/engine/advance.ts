/**
 * What becomes of a claimed run: a function from the run and the outside world to one transition. It never touches the store.
 *
 *   queued    a fresh start, or the second sending of a write that was settled as not executed
 *   starting  without intent: a worker died between intent and outcome; with intent: the next look at the target
 */
import {asJobwireError, type JobwireError} from '../errors/jobwire-error.ts';
import type {ClaimedRun, Transition} from './run.ts';
import {resend, settle, settleAfterCrash} from './settle.ts';
import {recover, start} from './start.ts';
import {moveRun, readTask, type Task, type Tools} from './task.ts';

export async function advance(run: ClaimedRun, tools: Tools): Promise<Transition> {
  const task = await readTask(run, tools).catch((error: unknown) => asJobwireError(error));
  if (task instanceof Error) return refuse(run, tools, task);
  return move(task);
}

function move(task: Task): Promise<Transition> {
  const {claimedFrom, data} = task.run;
  const {intent} = data;
  if (claimedFrom === 'queued') return intent?.resend ? resend(task, intent) : start(task);
  if (!intent) return recover(task);
  return intent.resend ? settleAfterCrash(task, intent) : settle(task, intent);
}

/** The run cannot even be read: its template, connection or event is gone. Nothing was sent unless it was starting. */
function refuse(run: ClaimedRun, tools: Tools, error: JobwireError): Transition {
  const to = run.claimedFrom === 'queued' ? 'failed' : 'held';
  const now = tools.clock.now();
  return moveRun(run, {to, change: {error: error.issue()}, lines: [{at: now, step: 'read', what: error.message}], now});
}
