/** What a connector says about its jobs: their kinds, states and how often they are asked for. No behaviour beyond reading it. */
import {fail} from '../errors/jobwire-error.ts';
import type {JobKind} from '../generated/types.ts';
import {ms} from '../values/time.ts';
import type {JobRef, JobState} from './run.ts';
import type {Task} from './task.ts';

export function kindOf(task: Pick<Task, 'connector'>, name: string): JobKind {
  const {jobs = {}} = task.connector;
  const kind = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (!kind) throw fail('JW1004', {what: 'job kind', name}, {outcome: 'fail'});
  return kind;
}

/** The table's word for a raw state, ignoring case; undefined when neither it nor `*` is listed. */
export function stateOf(kind: JobKind, raw: string): JobState | undefined {
  const entry = Object.entries(kind.states).find(([name]) => name.toLowerCase() === raw.toLowerCase());
  return entry?.[1] ?? (Object.hasOwn(kind.states, '*') ? kind.states['*'] : undefined);
}

export function isOver(state: JobState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}

/** First, then growing by `factor` up to `cap`. */
export function pollDelay(kind: JobKind, polls: number): number {
  const {first = '2s', every = '10s', factor = 1.5, cap = '2m'} = kind.poll ?? {};
  return polls === 0 ? ms(first) : Math.min(ms(cap), ms(every) * factor ** Math.min(polls - 1, 50));
}

/** Ids compare as text without regard to case: targets differ in how they print a GUID. */
export function keyOf(id: JobRef['id']): string {
  return String(id).toLowerCase();
}
