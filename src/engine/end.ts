/** How runs end or are held, and the follow-ups an end starts. */
import {asJobwireError, fail, type Issue, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluateTest} from '../expressions/evaluate.ts';
import type {Follow, Target} from '../generated/types.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {runKey} from './key.ts';
import {deliveryOf} from './policy.ts';
import type {RunResult} from './roots.ts';
import type {Draft, RunData, RunState, TrackedJob, Transition} from './run.ts';
import {become, type Task} from './task.ts';

/** The outcome is unclear or needs a person: nothing more happens until someone decides. */
export function hold(task: Task, error: JobwireError): Transition {
  const held = error.extra.outcome === 'unknown' ? fail('JW5007', {problem: error.message}, {cause: error}) : error;
  return become(task, 'held', {error: held.issue()});
}

export interface Ending {
  readonly error?: JobwireError;
  readonly data?: Partial<RunData>;
}

/** The run is over; its follow-ups are enqueued in the same commit. */
export function end(task: Task, to: 'succeeded' | 'failed' | 'canceled', {error, data = {}}: Ending = {}): Transition {
  const issue = error?.issue();
  const result = resultOf(to, {...task.run.data, ...data}, issue);
  const {drafts, problems} = followUps(task, result);
  const warnings = [...(task.run.data.warnings ?? []), ...(data.warnings ?? []), ...problems];
  return become(task, to, {
    data: {...data, ...(warnings.length > 0 && {warnings})},
    drop: ['intent'],
    ...(issue && {error: issue}),
    ...(drafts.length > 0 && {follow: drafts}),
  });
}

export function endSucceeded(task: Task, data: Partial<RunData>): Transition {
  return end(task, 'succeeded', {data});
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

function followUps(task: Task, result: RunResult): {drafts: Draft[]; problems: Issue[]} {
  const follows = task.run.data.follows ? [] : ((task.target as Target).onComplete ?? []);
  const drafts: Draft[] = [];
  const problems: Issue[] = [];
  follows.forEach((follow, index) => {
    try {
      const scope = {...task.scope, result: result as unknown as Json};
      if (follow.when === undefined || evaluateTest(follow.when, scope))
        drafts.push(followDraft(task, {follow, index, result}));
    } catch (error) {
      problems.push(fail('JW5008', {problem: asJobwireError(error).message}).issue());
    }
  });
  return {drafts, problems};
}

function followDraft(task: Task, {follow, index, result}: {follow: Follow; index: number; result: RunResult}): Draft {
  const {run, tools, event} = task;
  const {connector} = tools.connection(follow.connection);
  const action = connector.actions?.[follow.action];
  if (!action) throw fail('JW1004', {what: 'action', name: follow.action});
  const target = `${run.target}#${index}`;
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
    data: {log: [], follows: {run: run.id, index, result: result as unknown as Json}},
  };
}
