/** What a connector says about its jobs: their kinds, states and how often they are asked for. No behaviour beyond reading it. */
import {fail} from '../errors/jobwire-error.ts';
import type {JobKind} from '../generated/types.ts';
import type {Task} from './task.ts';

export {keyOf} from '../operations/verbs-refs.ts';
export {isOver, pollDelay, stateOf} from '../operations/verbs-states.ts';

export function kindOf(task: Pick<Task, 'connector'>, name: string): JobKind {
  const {jobs = {}} = task.connector;
  const kind = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (!kind) throw fail('JW1004', {what: 'job kind', name}, {outcome: 'fail'});
  return kind;
}
