/**
 * What becomes of a claimed run: a function from the run and the outside world to one transition. It never touches the store.
 *
 *   queued    a fresh start, or the second sending of a write that was settled as not executed
 *   starting  without intent: a worker died between intent and outcome; with intent: the next look at the target, or the steps
 *             after a write that is known to have happened
 */
import {asJobwireError, type JobwireError} from '../errors/jobwire-error.ts';
import type {ClaimedRun, Transition} from './run.ts';
import {finish, resend, settle, settleAfterCrash} from './settle.ts';
import {recover, start} from './start.ts';
import {moveRun, readTask, type Task, type Tools} from './task.ts';

/** Rejects only while the store cannot be read (JW7103): the lease lapses and the run is claimed again. */
export async function advance(run: ClaimedRun, tools: Tools): Promise<Transition> {
  const task = await readTask(run, tools).catch(asJobwireError);
  return task instanceof Error ? refuse(run, tools, task) : move(task);
}

function move(task: Task): Promise<Transition> {
  const {claimedFrom, data} = task.run;
  const {intent} = data;
  if (claimedFrom === 'queued') return intent?.resend ? resend(task, intent) : start(task);
  if (!intent) return recover(task);
  if (intent.value !== undefined) return finish(task, intent);
  return intent.resend ? settleAfterCrash(task, intent) : settle(task, intent);
}

/** The run cannot even be read: its template, connection or event is gone. Nothing was sent unless it was starting. */
export function refuse(run: ClaimedRun, tools: Tools, error: JobwireError): Transition {
  if (error.jobwireCode === 'JW7103') throw error;
  const to = run.claimedFrom === 'queued' && !run.data.intent ? 'failed' : 'held';
  const now = tools.clock.now();
  return moveRun(run, {to, change: {error: error.issue()}, lines: [{at: now, step: 'read', what: error.message}], now});
}
