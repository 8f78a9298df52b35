/** Finding the jobs of a start whose answer named none: the action's lookup is repeated until it finds something. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {find} from '../operations/lookup.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {hold} from './end.ts';
import type {RunData, Transition} from './run.ts';
import {follow, jobsOf} from './started.ts';
import {become, note, type Task} from './task.ts';

export async function correlate(task: Task, params: JsonObject): Promise<Transition> {
  const {connection, action, run} = task;
  const rule = action.correlate;
  if (!rule) throw fail('JW1004', {what: 'correlate of action', name: run.action});
  try {
    const {value} = await find({connection, lookup: rule.lookup, params});
    return isNothing(value) ? later(task) : await follow(task, jobsOf(value), kept(run.data));
  } catch (thrown) {
    const error = asJobwireError(thrown);
    if (error.jobwireCode === 'JW3101') return later(task);
    note(task, 'correlate', error);
    return error.extra.outcome === 'retry' ? later(task, error) : hold(task, error);
  }
}

function isNothing(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function kept({output, jobKind}: RunData): Partial<RunData> {
  return {...(output !== undefined && {output}), ...(jobKind !== undefined && {jobKind})};
}

function later(task: Task, error?: JobwireError): Transition {
  const {every = '5s', within = '2m'} = task.action.correlate ?? {};
  const now = task.tools.clock.now();
  const {trackingSince = now} = task.run.data;
  if (now - trackingSince >= ms(within))
    return hold(task, fail('JW3203', {job: `of run ${task.run.id}`, time: within}, {...(error && {cause: error})}));
  return become(task, 'tracking', {wakeAt: now + Math.max(error?.extra.afterMs ?? 0, ms(every))});
}
