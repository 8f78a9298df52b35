/** What a job kind says about its states and how often they are asked for. Must never ask a target. */
import type {JobKind, JobStateWord} from '../generated/types.ts';
import {ms} from '../values/time.ts';

export type JobState = JobStateWord;

/** The table's word for a raw state, ignoring case; undefined when neither it nor `*` is listed. */
export function stateOf(kind: JobKind, raw: string): JobState | undefined {
  const entry = Object.entries(kind.states).find(([name]) => name.toLowerCase() === raw.toLowerCase());
  return entry?.[1] ?? (Object.hasOwn(kind.states, '*') ? kind.states['*'] : undefined);
}

export function isOver(state: JobState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}

/** Milliseconds before read number `polls`: first, then growing by `factor` up to `cap`. */
export function pollDelay(kind: JobKind, polls: number): number {
  const {first = '2s', every = '10s', factor = 1.5, cap = '2m'} = kind.poll ?? {};
  return polls === 0 ? ms(first) : Math.min(ms(cap), ms(every) * factor ** Math.min(polls - 1, 50));
}
