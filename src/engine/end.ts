/** How runs end or are held, and the follow-ups an end starts. */
import {asJobwireError, fail, type Issue, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluateTest} from '../expressions/evaluate.ts';
import type {Follow, Target} from '../generated/types.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {runKey} from './key.ts';
import {deliveryOf} from './policy.ts';
import type {RunResult} from './roots.ts';
import type {Draft, RunData, RunState, TrackedJob, Transition} from './run.ts';
import {become, note, type Task, warn} from './task.ts';

/** The outcome is unclear or needs a person: nothing more happens until someone decides. */
export function hold(task: Task, error: JobwireError, data: Partial<RunData> = {}): Transition {
  const held = error.extra.outcome === 'unknown' ? fail('JW5007', {problem: error.message}, {cause: error}) : error;
  return become(task, 'held', {error: held.issue(), data});
}

export interface Ending {
  readonly error?: JobwireError;
  readonly data?: Partial<RunData>;
}

/** The run is over; its follow-ups, which have none of their own, are enqueued in the same commit. */
export function end(task: Task, to: 'succeeded' | 'failed' | 'canceled', {error, data = {}}: Ending = {}): Transition {
  const issue = error?.issue();
  const follows = task.run.data.follows ? [] : ((task.target as Target).onComplete ?? []);
  const follow = follows.length === 0 ? [] : followUps(task, follows, resultOf(to, {...task.run.data, ...data}, issue));
  return become(task, to, {
    data,
    drop: ['intent', 'retries', 'correlate'],
    ...(issue && {error: issue}),
    ...(follow.length > 0 && {follow}),
  });
}

export function resultOf(state: RunState, data: Partial<RunData>, error: Issue | undefined): RunResult {
  const unfollowed = state === 'succeeded' && data.jobs?.some(({state: job}) => job === 'unknown');
  return {
    state: unfollowed ? 'unknown' : (state as RunResult['state']),
    jobs: (data.jobs ?? []).map(jobOf),
    ...(data.jobOutput !== undefined && {output: data.jobOutput}),
    ...(data.output !== undefined && {action: data.output}),
    ...(error && {error: {code: error.code, owner: error.owner, message: error.detail}}),
  };
}

function jobOf({ref, state, message}: TrackedJob): JsonObject {
  return {id: ref.id, state, ...(message !== undefined && {message})};
}

/** One that cannot be made is a warning of this run (JW5008). */
function followUps(task: Task, follows: readonly Follow[], result: RunResult): Draft[] {
  return follows.flatMap((follow, index) => {
    try {
      const scope = {...task.scope, result: result as unknown as Json};
      const wanted = follow.when === undefined || evaluateTest(follow.when, scope);
      return wanted ? [followDraft(task, {follow, index, result})] : [];
    } catch (error) {
      const problem = `${follow.action} on ${follow.connection}: ${asJobwireError(error).message}`;
      const failed = fail('JW5008', {problem}, {cause: error});
      note(task, 'onComplete', failed);
      warn(task, failed.issue());
      return [];
    }
  });
}

function followDraft(task: Task, {follow, index, result}: {follow: Follow; index: number; result: RunResult}): Draft {
  const {run, tools, event} = task;
  const {connector} = tools.connection(follow.connection);
  const {actions = {}} = connector;
  const action = Object.hasOwn(actions, follow.action) ? actions[follow.action] : undefined;
  if (!action) throw fail('JW1004', {what: 'action', name: follow.action});
  const target = `${run.target}#${index}`;
  const {startedWith} = task.learned;
  const {traceparent} = run.data;
  return {
    id: runKey({template: run.template, target, connection: event.connection, event: event.type, id: run.id}),
    state: 'queued',
    template: run.template,
    templateVersion: run.templateVersion,
    target,
    action: follow.action,
    connection: follow.connection,
    delivery: deliveryOf(connector, action, follow.delivery),
    priority: run.priority,
    wakeAt: tools.clock.now(),
    data: {
      ...(traceparent !== undefined && {traceparent}),
      log: [],
      follows: {run: run.id, index, result: result as unknown as Json},
      ...(startedWith && {startedWith: {template: startedWith.template}}),
    },
  };
}
