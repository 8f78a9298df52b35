/** What a procedure did, step by step, already redacted: shown by `plan`, stored in the run's log. No behaviour. */
import type {Issue} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';

/** One line: a step, or one HTTP exchange inside it. `at` is milliseconds since 1970, `ms` how long it took. */
export interface StepRecord {
  readonly at: number;
  readonly step: string;
  /** A short sentence: `GET /odata/Releases answered 200`, `release SupportTriage`, `withheld POST …`. */
  readonly what: string;
  readonly ms?: number;
  readonly request?: Json;
  readonly response?: Json;
  readonly error?: Issue;
}

export type Log = (record: StepRecord) => void;
