/** Events, runs and transitions as values: the words the engine, the engines and the server share. No behaviour. */
import type {Issue} from '../errors/jobwire-error.ts';
import type {StepRecord} from '../operations/trace.ts';
import type {JobRef} from '../operations/verbs-refs.ts';
import type {JobState} from '../operations/verbs-states.ts';
import type {Traceparent} from '../telemetry/traceparent.ts';
import type {Json, JsonObject} from '../values/json.ts';

/** queued ► starting ► tracking ► succeeded | failed | canceled; held waits for a person. */
export const runStates = ['queued', 'starting', 'tracking', 'held', 'succeeded', 'failed', 'canceled'] as const;
export type RunState = (typeof runStates)[number];

export const terminalStates = ['succeeded', 'failed', 'canceled'] as const satisfies RunState[];

export function isTerminal(state: RunState): boolean {
  return (terminalStates as readonly RunState[]).includes(state);
}

/** What happens after an unclear outcome of the unsafe write (language reference, section 8.3). */
export type DeliveryMode = 'reconcile' | 'at-most-once' | 'at-least-once' | 'queue';

/** One event of a connection. Identity is (connection, type, id); `uid` is ours. Times are milliseconds. */
export interface EventRecord {
  readonly uid: string;
  readonly connection: string;
  readonly feed: string;
  readonly type: string;
  readonly id: string;
  readonly time: string;
  readonly subject?: string;
  readonly data: Json;
  readonly receivedAt: number;
  /** `dead`: the mapping failed or the data does not fit; kept with its error. `ignored`: a type the feed does not emit. */
  readonly state: 'accepted' | 'ignored' | 'dead';
  readonly error?: Issue;
  /** What every template of this event decided, so that `why` needs nothing but the store. */
  readonly decisions: readonly Decision[];
  /** How often it was delivered; further deliveries inside the dedupe window are counted, not stored. */
  readonly deliveries: number;
  /** sha-256 of the raw item, to notice the same id with another body. */
  readonly bodyHash: string;
  readonly conflicts: number;
  /** The sender's trace, or one of ours (W3C); absent in what was stored before there were traces. */
  readonly traceparent?: Traceparent;
}

export interface Decision {
  readonly template: string;
  readonly target: string;
  readonly outcome: 'run' | 'skipped' | 'fault';
  readonly run?: string;
  /** `criteria[0]`, `when` … the row that decided. */
  readonly because?: string;
  readonly rows: readonly CriterionResult[];
  readonly error?: Issue;
}

export interface CriterionResult {
  readonly row: string;
  readonly label: string;
  readonly value?: Json;
  readonly held: boolean;
}

/** What accept needs to create a run. */
export interface Draft {
  /** run.key of the language, without restart (`runKey`): the same for every attempt. */
  readonly id: string;
  /** `failed` for a criterion that could not be evaluated: a run that ends visibly without starting anything. */
  readonly state: 'queued' | 'failed';
  readonly template: string;
  readonly templateVersion: string;
  readonly target: string;
  readonly action: string;
  /** Target connection. */
  readonly connection: string;
  readonly delivery: DeliveryMode;
  readonly priority: number;
  readonly wakeAt: number;
  readonly deadlineAt?: number;
  /** Runs of one lane share a concurrency limit; an ordered lane runs one at a time in arrival order. */
  readonly lane?: {readonly key: string; readonly limit: number; readonly ordered: boolean};
  readonly error?: Issue;
  readonly data: RunData;
}

export type {JobRef, JobState};

export interface TrackedJob {
  readonly ref: JobRef;
  /** Job kind, where it is not the run's: a job that went on as another kind (`follow`). */
  readonly kind?: string;
  readonly state: JobState;
  /** The target's own word; absent until the job was seen once. */
  readonly raw?: string;
  /** Since when the state is what it is. */
  readonly since: number;
  /** Since when the target does not know the job. */
  readonly missingSince?: number;
  readonly message?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Where the status, or the start itself, already gave it. */
  readonly output?: Json;
}

/** The unsafe write whose outcome is being settled: everything needed to ask again without repeating earlier steps. */
export interface WriteIntent {
  /** Index of the step in the procedure; without it and `steps` the reads before the write are done again. */
  readonly step?: number;
  readonly operation: string;
  readonly params: JsonObject;
  /** Results of earlier steps, redacted as their operations declare. */
  readonly steps?: JsonObject;
  /** Time of the attempt that sent the write: it stays `run.now` of every later step. */
  readonly at: number;
  /** Next delay of settle.delays to wait for. */
  readonly round: number;
  /** How often the write was sent. */
  readonly sent: number;
  /** The write is known to have happened, with this result; only the steps after it are left. */
  readonly value?: Json;
  /** Set while the write is about to be sent again: what to send, all of it or only the missing part. */
  readonly resend?: JsonObject;
  /** Items already found while only the rest is being started. */
  readonly found?: Json;
  readonly problem: string;
}

export interface StopWanted {
  readonly at: number;
  readonly by: string;
}

/** Digests of the manifests a run started with (`Versions`). */
export interface StartedWith {
  readonly template: string;
  /** Absent for a follow-up that has not started yet. */
  readonly connector?: string;
}

/** What the engine stores for a run besides its columns; replaced as a whole by each transition. */
export interface RunData {
  /** Of the event. */
  readonly traceparent?: Traceparent;
  /** Input of the action as it may be shown. */
  readonly input?: Json;
  readonly intent?: WriteIntent;
  /** From the start on, whatever is upgraded meanwhile. */
  readonly startedWith?: StartedWith;
  readonly output?: Json;
  readonly jobs?: readonly TrackedJob[];
  readonly jobKind?: string;
  readonly jobOutput?: Json;
  /** How often what may not end the run failed in a row: asking before settling, the steps after the write. */
  readonly retries?: number;
  readonly polls?: number;
  readonly failedPolls?: number;
  readonly trackingSince?: number;
  /** The action gave no job ids: parameters of the lookup that is repeated until it finds the jobs. */
  readonly correlate?: JsonObject;
  /** When the jobs were asked to stop. */
  readonly stopAskedAt?: number;
  /** A person wants the jobs stopped; the engine asks the target with its next look. */
  readonly stopWanted?: StopWanted;
  /** A person started the run again: attempts count from here, and the deadline no longer holds. */
  readonly again?: {readonly at: number; readonly by: string; readonly attempt: number};
  /** The run that this one starts once more, with a key of its own. */
  readonly restarts?: string;
  /** Ids of the runs that start this one once more. */
  readonly restartedAs?: readonly string[];
  readonly warnings?: readonly Issue[];
  /** At most 200 lines: the oldest go first. */
  readonly log: readonly StepRecord[];
  /** For follow-up runs: the run they follow and its result. */
  readonly follows?: {readonly run: string; readonly index: number; readonly result: Json};
}

export interface Run {
  readonly id: string;
  readonly event: string;
  readonly template: string;
  readonly templateVersion: string;
  readonly target: string;
  readonly action: string;
  readonly connection: string;
  readonly delivery: DeliveryMode;
  readonly state: RunState;
  /** Start attempts: the claim of a queued run raises it. */
  readonly attempt: number;
  readonly priority: number;
  readonly wakeAt: number;
  readonly deadlineAt?: number;
  readonly lane?: Draft['lane'];
  readonly error?: Issue;
  readonly createdAt: number;
  /** When the state last changed; for a run in `starting`, when the attempt began. */
  readonly updatedAt: number;
  readonly data: RunData;
}

/** A run under lease. Only a transition with this fence is committed. */
export interface ClaimedRun extends Run {
  readonly fence: number;
  /** State it was claimed from. `starting` without `data.intent` means: a worker died between intent and outcome. */
  readonly claimedFrom: 'queued' | 'starting' | 'tracking';
}

/** What is to become of a claimed run. The only thing a step returns; the engine alone writes it. */
export interface Transition {
  readonly run: string;
  readonly fence: number;
  readonly to: RunState;
  readonly wakeAt: number;
  readonly attempt: number;
  readonly data: RunData;
  readonly error?: Issue;
  /** Follow-up runs, enqueued in the same commit. */
  readonly follow?: readonly Draft[];
}
