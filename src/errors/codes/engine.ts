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
} as const satisfies Record<string, Row>;
