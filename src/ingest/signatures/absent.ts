/** Asking for something that may not be there. Must never hide another error. */
import {JobwireError} from '../../errors/jobwire-error.ts';

/** What `read` gives, or undefined when a path in it leads nowhere. */
export function absent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof JobwireError && error.jobwireCode === 'JW2101') return undefined;
    throw error;
  }
}
