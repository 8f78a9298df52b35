/** Block JW5xxx of the catalogue: engine. Rows only. */
import type {Row} from './row.ts';

export const engineCodes = {
  JW5001: [
    'criterion cannot be evaluated',
    'author',
    '{row}: {problem}',
    'correct the criterion, or say absent no-match',
  ],
  JW5002: [
    'deadline passed',
    'operator',
    'the run was not started within {deadline}',
    'start it by hand if it still matters',
  ],
  JW5003: ['lease lost', 'jobwire', 'run {run} was taken over by another worker', 'nothing; the other worker goes on'],
  JW5004: [
    'retries used up',
    'target',
    '{attempts} attempts: {problem}',
    'mend the cause, then jobwire runs retry {run}',
  ],
  JW5005: ['wait timed out', 'target', 'the job was not finished within {timeout}', 'look at the target'],
  JW5007: [
    'outcome unknown, run held',
    'target',
    'the start may have happened: {problem}',
    'look at the target, then decide: start again, adopt the job or give up',
  ],
  JW5008: ['follow-up failed', 'operator', '{problem}', 'the run itself is not changed; see the follow-up run'],
  JW5009: [
    'template paused',
    'operator',
    'template {template} failed {count} times in a row: {problem}',
    'mend the cause, then jobwire templates enable {template}',
  ],
  JW5010: [
    'template switched off',
    'operator',
    'template {template} is {state}',
    'jobwire templates enable {template}',
    'error',
    409,
  ],
  JW5011: [
    'not possible in this state',
    'operator',
    'run {run} is {state}: {problem}',
    'look at the run anew',
    'error',
    409,
  ],
  JW5012: [
    'target does not answer, run parked',
    'target',
    'connection {connection} does not answer; it is asked again from time to time, and the run waits until it does',
    'look at the target; the run goes on by itself',
    'warning',
  ],
  JW5013: ['canceled by a person', 'operator', 'canceled by {by}', 'jobwire runs retry {run} starts it again'],
} as const satisfies Record<string, Row>;
