/** What every engine is opened with. */
import type {Clock} from '../values/time.ts';

export interface EngineOptions {
  readonly clock: Clock;
  /** Folder a relative path starts from. */
  readonly dir: string;
  /** Told of faults nobody waits for: lost leases, a disk that is full while claiming. */
  readonly onFault?: (error: unknown) => void;
  /** Opens although a server cannot be reached at the moment: what is asked of it is refused (JW7103) until it answers. */
  readonly patient?: boolean;
}
