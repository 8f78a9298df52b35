/** One sentence about what is wrong with a package or its signature, and the next step. Must never decide what follows from it. */
import {fail, type Issue, type Place} from '../errors/jobwire-error.ts';

/** JW6002: names which file, signature or key it is about; `next` is what the operator does now. */
export function untrusted(problem: string, next: string, at?: Place): Issue {
  return fail('JW6002', {problem}, {hint: next, ...(at && {at})}).issue();
}
