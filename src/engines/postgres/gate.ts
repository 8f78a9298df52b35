/** Something that has to succeed once before anything else, tried again while it fails. Must never be done twice at once. */
import {elapsed} from '../../values/time.ts';

/** A failure is given again for this long, so that a crowd of callers does not become a crowd of attempts. */
const failedForMs = 500;

export function createGate(open: () => Promise<void>): () => Promise<void> {
  let opening: Promise<void> | undefined;
  let openAgainAt = Number.POSITIVE_INFINITY;
  return () => {
    if (!opening || elapsed() >= openAgainAt) {
      openAgainAt = Number.POSITIVE_INFINITY;
      opening = open();
      opening.catch(() => {
        openAgainAt = elapsed() + failedForMs;
      });
    }
    return opening;
  };
}
