/** Tells one coded error from another. */
import type {Code} from '../../errors/catalog.ts';
import {JobwireError} from '../../errors/jobwire-error.ts';

export function isJobwireError(error: unknown, code: Code): error is JobwireError {
  return error instanceof JobwireError && error.jobwireCode === code;
}
