/** A case as it lies beside its connector or template, and what running it gives. No behaviour. */
import type {Issue, Place} from '../errors/jobwire-error.ts';
import type {Case, Connector, Template} from '../generated/types.ts';
import type {Unit} from '../manifest/library.ts';
import type {Json} from '../values/json.ts';

/** Whom a case is about: the unit whose folder it lies in. */
export type CaseOwner =
  | {readonly kind: 'connector'; readonly unit: Unit<Connector>}
  | {readonly kind: 'template'; readonly unit: Unit<Template>};

export interface CaseUnit {
  /** Absolute path. */
  readonly file: string;
  readonly owner: CaseOwner;
  readonly manifest: Case;
  locate(pointer: string): Place;
}

/** A file that is no case: what is wrong with it. */
export interface BrokenCase {
  readonly file: string;
  readonly owner: CaseOwner;
  readonly issues: readonly Issue[];
}

export interface CaseResult {
  readonly file: string;
  readonly title: string;
  readonly ok: boolean;
  readonly problems: readonly Issue[];
  /** How long it took on the machine's clock, in milliseconds. */
  readonly ms: number;
}

/** What can be expected of one run, call or delivery. */
export interface Observed {
  readonly outcome: 'succeeded' | 'failed' | 'skipped' | 'unknown';
  /** The row that decided, where nothing was run. */
  readonly because?: string;
  readonly output?: Json;
  readonly jobs?: readonly Json[];
  readonly error?: Issue;
  /** Codes, each once. */
  readonly warnings: readonly string[];
  /** Requests of write operations that were sent. */
  readonly writes: number;
  /** Follow-ups that did not succeed; a case has to expect them (JW5008). */
  readonly failedFollows?: readonly Issue[];
}

/** What came of a case as a whole. */
export interface Outcome extends Partial<Observed> {
  readonly events?: readonly Json[];
  readonly ack?: {readonly status: number; readonly contentType?: string; readonly body: Json};
  readonly cursor?: Json;
  readonly targets?: ReadonlyMap<string, Observed>;
}
