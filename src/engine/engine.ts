/**
 * The engine port: durable events and runs, claimed in batches under lease. Laws (every engine passes test/laws/engine.ts):
 *
 * accept   all or nothing; durable when it resolves; a known identity inside its window creates nothing and returns the first
 *          event; a cursor moves only together with its events.
 * work     never two live leases on one run; only runs with wakeAt <= now; by priority (higher first), then oldest wakeAt, then
 *          oldest first; lane limits and lane order are honoured; claiming a queued run moves it durably to `starting`; a
 *          transition with a lost lease is refused (fence); a lapsed lease makes the run claimable again.
 * wake     makes a tracking run due at once; an unknown job is no error.
 * list     pages are stable under writes.
 * close    drains; reopening shows every committed fact.
 */
import type {Json} from '../values/json.ts';
import type {ClaimedRun, Draft, EventRecord, JobRef, Run, RunState, Transition} from './run.ts';

export interface NewEvent {
  readonly event: EventRecord;
  readonly drafts: readonly Draft[];
  /** Milliseconds during which a second arrival of the same identity is a duplicate. */
  readonly windowMs: number;
}

export interface AcceptBatch {
  readonly events: readonly NewEvent[];
  readonly cursor?: {readonly connection: string; readonly feed: string; readonly value: Json};
}

export interface Accepted {
  /** uid of the stored event: the first one's when this is a duplicate. */
  readonly uid: string;
  readonly duplicate: boolean;
}

/** Gives one promise per run, in order; each is committed as it resolves. A rejection leaves the lease to lapse. */
export type Step = (runs: readonly ClaimedRun[]) => readonly Promise<Transition>[];

export interface WorkOptions {
  /** Names the lease holder, for example host:pid:random. */
  readonly worker: string;
  readonly leaseMs: number;
  /** Most runs under lease at once. */
  readonly limit: number;
  /** Told of a step that rejected or a commit that was refused. */
  readonly onFault?: (error: unknown) => void;
}

export interface Worker {
  /** Stops claiming, waits until the runs under lease are committed. */
  stop(): Promise<void>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; give it back as `after` for the next page. */
  readonly next?: string;
}

export interface RunFilter {
  readonly state?: readonly RunState[];
  readonly template?: string;
  readonly connection?: string;
  readonly event?: string;
}

export interface EventFilter {
  readonly connection?: string;
  readonly type?: string;
  readonly state?: readonly EventRecord['state'][];
}

/** Newest first. `limit` 1 to 1000. */
export interface PageOptions {
  readonly limit: number;
  readonly after?: string;
}

export interface Stats {
  readonly events: number;
  readonly runs: Readonly<Record<RunState, number>>;
  /** Runs that are due and not claimed, and since when the oldest has been due (milliseconds since 1970). */
  readonly due: number;
  readonly oldestDue?: number;
}

export interface Engine {
  accept(batch: AcceptBatch): Promise<readonly Accepted[]>;
  /** Claims and works until stopped. */
  work(step: Step, options: WorkOptions): Worker;
  /** Claims what is due once, works it, resolves with the number of runs when all are committed. Tests own the time. */
  tick(step: Step, options: WorkOptions): Promise<number>;
  wake(job: {readonly connection: string; readonly kind: string; readonly id: JobRef['id']}): Promise<boolean>;
  /** Moves a run that no live lease holds from one of `from` to `to` (operator decisions). False when it was not there. */
  decide(run: string, from: readonly RunState[], change: Omit<Transition, 'run' | 'fence'>): Promise<boolean>;
  cursor(connection: string, feed: string): Promise<Json | undefined>;
  readonly runs: {
    get(id: string): Promise<Run | undefined>;
    list(filter: RunFilter, page: PageOptions): Promise<Page<Run>>;
  };
  readonly events: {
    /** By uid, or by the sender's id when only one event has it. */
    get(id: string): Promise<EventRecord | undefined>;
    list(filter: EventFilter, page: PageOptions): Promise<Page<EventRecord>>;
  };
  stats(): Promise<Stats>;
  close(): Promise<void>;
}
