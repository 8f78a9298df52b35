/** A manifest value ready to be evaluated. Must never hold data. */
import {JobwireError} from '../errors/jobwire-error.ts';
import type {Sure} from './compile.ts';
import {locate} from './expression-error.ts';
import type {Frame} from './frame.ts';
import type {OMIT, Value} from './value.ts';

/** With a step, or static and then `value` itself. Of an expression string `value` is its source. */
export interface Prepared {
  readonly step: Sure | undefined;
  readonly value: Value;
}

export function constant(value: Value): Prepared {
  return {step: undefined, value};
}

export function dynamic(step: Sure): Prepared {
  return {step, value: null};
}

export function run({step, value}: Prepared, frame: Frame): Value | typeof OMIT {
  return step === undefined ? value : step(frame);
}

/** What a part yields, read as something; an error of reading says which expression gave the value. */
export function read<R>(part: Prepared, frame: Frame, as: (value: Value | typeof OMIT) => R): R {
  const value = run(part, frame);
  try {
    return as(value);
  } catch (error) {
    const isOurs = error instanceof JobwireError && part.step !== undefined && typeof part.value === 'string';
    throw isOurs ? locate(error, {source: part.value as string, offset: 0}) : error;
  }
}
