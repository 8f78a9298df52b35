/** What a file is checked against: the other units, and which of them have faults of their own. Data only. */
import type {Library} from './library.ts';

export interface Neighbours {
  readonly library: Library;
  /** Connectors without errors; only against these is more than a name checked. */
  readonly sound: ReadonlySet<string>;
  /** Ids of files that could not be loaded. Their own issues say why; that they are missing is not said again elsewhere. */
  readonly unreadable: {readonly connectors: ReadonlySet<string>; readonly connections: ReadonlySet<string>};
}
