/**
 * The engine port: durable events and runs, claimed in batches under lease. Laws (every engine passes test/laws/engine-laws.ts):
 *
 * accept   all or nothing; durable when it resolves; a cursor moves only together with its events, and where the batch says
 *          what it was read as (`from`), only if it still is that: the events are stored anyway.
 *          Identity is (connection, type, id). A second arrival inside the window creates nothing, is counted and gives the
 *          first event and its runs; another body is counted as a conflict. Let through again: after the window; with `on:
 *          succeeded` when the first event had runs and all of them failed; an accepted event after one that was ignored or
 *          dead; with `on: always` whatever became of the first. The runs of an identity that was accepted before get keys with a restart number, so no key is used twice.
 * work     never two live leases on one run; only runs with wakeAt <= now; by priority (higher first), then longest due (wakeAt,
 *          or the end of a lapsed lease), then order of arrival. When more lanes have work than runs are asked for, those that
 *          waited longest come first.
 *          The claim of a queued run durably moves it to `starting` and raises `attempt`; a run claimed in `starting` keeps
 *          both, and its `updatedAt`. The step sees a run only when its claim is durable.
 *          A transition with a lost lease is refused (fence, JW5003 to onFault); a lapsed lease makes the run claimable again;
 *          `work` renews the leases of the runs it works, `tick` does not.
 *          Follow-up runs are stored in the same commit; one whose id exists is not made again.
 * lanes    At most `limit` runs of a lane are in flight. In flight is `starting` and `tracking`: a job that is being followed
 *          uses up the limit, a run that waits for its next attempt does not. The limit is the one of the draft accepted last.
 *          An ordered lane runs one at a time in order of arrival: the next one starts when the former has ended or is held, not
 *          while it waits for another attempt. A held run frees its lane; started again, it is first in it again.
 * wake     makes a tracking run due at once, also when it comes while the run is being read; an unknown job is no error.
 * decide   changes only a run no live lease holds; a worker that still has it can no longer commit. With `asOf` only a run that
 *          was not written since.
 * alone    of several processes that would do something, one does it; another begins when that one ends or dies.
 * purge    removes runs that are over and events all of whose runs are, both from before a time; nothing that still goes on or
 *          is held. Identities stay, so that a late second arrival is a duplicate and no key is used twice, until they are given up
 *          by a time of their own.
 * list     newest first; pages are stable under writes.
 * documents  durable when put or delete resolves; a put replaces; kinds do not see each other; a list is ordered by key.
 * close    drains; reopening shows every committed fact.
 * A full disk refuses what is new (JW7103); what was stored stays readable, and the engine goes on when there is space.
 */
import type {Json} from '../values/json.ts';
import type {ClaimedRun, Draft, EventRecord, JobRef, Run, RunState, Transition} from './run.ts';

export interface NewEvent {
  readonly event: EventRecord;
  readonly drafts: readonly Draft[];
  /** Milliseconds during which a second arrival of the same identity is a duplicate. */
  readonly windowMs: number;
  /** `succeeded`: an identity whose runs all failed is let through again; `always`: a replay. Without it `accepted`. */
  readonly on?: 'accepted' | 'succeeded' | 'always';
}

export interface AcceptBatch {
  readonly events: readonly NewEvent[];
  readonly cursor?: CursorMove;
}

export interface CursorMove {
  readonly connection: string;
  readonly feed: string;
  readonly value: Json;
  /** What the cursor was when the poll began, null for none: two polls of one feed cannot move it back. */
  readonly from?: Json;
}

export interface Accepted {
  /** uid of the stored event: the first one's when this is a duplicate. */
  readonly uid: string;
  readonly duplicate: boolean;
  /** Ids of its runs: the first event's when this is a duplicate. */
  readonly runs: readonly string[];
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

export interface Worker extends Ending {
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
  /** Who works this store, from an engine that several processes may work; without those that were silent for half a minute. */
  readonly workers?: readonly LiveWorker[];
}

export interface LiveWorker {
  readonly name: string;
  readonly since: number;
  readonly seenAt: number;
  /** Runs under its lease when it was last seen. */
  readonly runs: number;
}

/** Something that goes on until it is stopped. */
export interface Ending {
  stop(): Promise<void>;
}

export interface Purge {
  /** Milliseconds since 1970: events received before it, where the last of their runs was over before it. */
  readonly before: number;
  /** Identities whose window was over before this time go, too, once their event is gone; without it all stay. */
  readonly keysBefore?: number;
  /** Most events, and most identities, of one call: a long transaction keeps others waiting. */
  readonly limit: number;
}

export interface Purged {
  readonly events: number;
  readonly runs: number;
  readonly keys: number;
  /** The limit was reached: there may be more. */
  readonly more: boolean;
}

/** Small facts that must survive the process: one value per kind and key. */
export interface Documents {
  get(kind: string, key: string): Promise<Json | undefined>;
  put(kind: string, key: string, value: Json): Promise<void>;
  /** False when there was none. */
  delete(kind: string, key: string): Promise<boolean>;
  list(kind: string): Promise<readonly {readonly key: string; readonly value: Json}[]>;
}

/** What an operator's decision makes of a run. */
export type Decided = Omit<Transition, 'run' | 'fence'>;

export interface Engine {
  accept(batch: AcceptBatch): Promise<readonly Accepted[]>;
  /** Claims and works until stopped. Needs a clock whose sleep really waits. JW7103 from an engine that only one process may work. */
  work(step: Step, options: WorkOptions): Worker;
  /** Claims what is due once, works it, resolves with the number of runs when all are committed. Tests own the time. */
  tick(step: Step, options: WorkOptions): Promise<number>;
  wake(job: {readonly connection: string; readonly kind: string; readonly id: JobRef['id']}): Promise<boolean>;
  /**
   * Moves a run that no live lease holds from one of `from` to `to`, an operator's decision. False when it was not there, or was
   * written after `asOf` (its `updatedAt`).
   */
  decide(run: string, from: readonly RunState[], change: Decided, asOf?: number): Promise<boolean>;
  /**
   * What only one process at a time may do on this store, for example polling: `begin` is called when this one may, what it gave is
   * stopped when it may no longer, and so again until it is stopped.
   */
  alone(duty: string, begin: () => Ending): Ending;
  cursor(connection: string, feed: string): Promise<Json | undefined>;
  readonly runs: {
    get(id: string): Promise<Run | undefined>;
    list(filter: RunFilter, page: PageOptions): Promise<Page<Run>>;
    /** How many there are in each state. */
    count(filter: RunFilter): Promise<Readonly<Record<RunState, number>>>;
  };
  readonly events: {
    /** By uid, or by the sender's id when only one event has it. */
    get(id: string): Promise<EventRecord | undefined>;
    list(filter: EventFilter, page: PageOptions): Promise<Page<EventRecord>>;
  };
  readonly documents: Documents;
  stats(): Promise<Stats>;
  purge(rule: Purge): Promise<Purged>;
  close(): Promise<void>;
}
