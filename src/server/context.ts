/** What the routes share. No behaviour. */
import type {Engine} from '../engine/engine.ts';
import type {Operations} from '../engine/operate.ts';
import type {Switches} from '../engine/switches.ts';
import type {Confirm} from '../ingest/handshake.ts';
import type {Hook} from '../ingest/hook.ts';
import type {Library} from '../manifest/library.ts';
import type {LiveConnection} from '../operations/connection.ts';
import type {Metrics} from '../telemetry/metrics.ts';
import type {Redactor} from '../values/secret.ts';
import type {Clock} from '../values/time.ts';
import type {Limits} from './limits.ts';

/** One line of the log: a short sentence and facts, without secrets. */
export type ServerLog = (level: 'debug' | 'warn' | 'error', what: string, facts: object) => void;

/** What people may do through the API. */
export interface OperatorDesk {
  readonly operations: Operations;
  readonly switches: Switches;
  connection(id: string): LiveConnection;
}

export interface ServerContext {
  /** The webhook feed a path means; without a feed, the only one of the connection. */
  hook(connection: string, feed: string | undefined): Hook | undefined | Promise<Hook | undefined>;
  readonly engine: Engine;
  readonly library: Library;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly config: {
    readonly apiToken?: string | undefined;
    /** Most runs that may wait before deliveries get 503. */
    readonly queueLimit: number;
  };
  isReady(): Promise<boolean>;
  /** Without it the API only reads. */
  readonly desk?: OperatorDesk;
  readonly metrics?: Metrics;
  readonly confirm?: Confirm;
  readonly log?: ServerLog;
  readonly limits: Limits;
}
