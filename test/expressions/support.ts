/** What the tests of expressions share: one way to expect a coded error. */
import assert from 'node:assert/strict';
import {JobwireError} from '../../src/errors/jobwire-error.ts';

/** Asserts that `act` is refused with a code, and gives the error. */
export function refused(act: () => unknown, code: string): JobwireError {
  let result: unknown;
  try {
    result = act();
  } catch (error) {
    assert.ok(error instanceof JobwireError, `not a coded error: ${error instanceof Error ? error.stack : error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  throw new assert.AssertionError({message: `expected ${code}, got ${String(JSON.stringify(result)).slice(0, 200)}`});
}
