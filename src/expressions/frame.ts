/** The state of one evaluation: roots, names of `$each`, and what may still be spent. Must never outlive its value. */
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import {limits, type Scope, type Value} from './value.ts';

export function exhausted(): JobwireError {
  return fail('JW2108', {problem: `the value takes more than ${limits.units} evaluation units`});
}

/** A name made by `$each`, and those around it. */
export interface Local {
  readonly name: string;
  readonly value: Value;
  readonly outer: Local | undefined;
}

export class Frame {
  readonly scope: Scope;
  locals: Local | undefined = undefined;
  /** Why the last helper had no value to give; for the message if nobody takes absent for an answer. */
  why: string | undefined = undefined;
  /** Evaluation units left. Steps count down by themselves, for they know where they stand; see `exhausted`. */
  units: number = limits.units;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /** Errors: JW2108 when nothing is left. */
  spend(units: number): void {
    this.units -= units;
    if (this.units < 0) throw exhausted();
  }

  /** Pays for a text that was made. Errors: JW2108 when it is too long. */
  made(text: string): string {
    this.room(text.length);
    if (text.length >= 1024) this.spend(text.length >>> 10);
    return text;
  }

  /** Refuses a text before it is made. */
  room(length: number): void {
    if (length > limits.textLength) throw fail('JW2108', {problem: 'the text is longer than 1 MiB'});
  }

  /** A helper's answer when there is none. */
  absent(why: string): undefined {
    this.why = why;
    return undefined;
  }
}
