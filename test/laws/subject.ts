/** What the laws need of an engine, and the events and transitions they are shown with. */
import assert from 'node:assert/strict';
import type {AcceptBatch, Engine, NewEvent, Step, WorkOptions} from '../../src/engine/engine.ts';
import {runKey} from '../../src/engine/key.ts';
import type {ClaimedRun, Draft, EventRecord, Run, RunState, Transition} from '../../src/engine/run.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {type Clock, elapsed} from '../../src/values/time.ts';

/** One store that outlives its engines. */
export interface Place {
  /** Several engines may be open on one place: workers of different processes. */
  open(clock: Clock, onFault?: (error: unknown) => void): Promise<Engine>;
  /** Resolves when its engines have done what they were going to do; without it a turn of the event loop is enough. */
  settled?(): Promise<void>;
  remove(): Promise<void>;
}

export type MakePlace = () => Promise<Place>;

let uids = 0;

export interface Arriving {
  readonly id?: string;
  readonly event?: Partial<EventRecord>;
  readonly draft?: Partial<Draft>;
  /** Number of runs; one by default. */
  readonly runs?: number;
  readonly windowMs?: number;
  readonly on?: 'accepted' | 'succeeded' | 'always';
}

/** An event of connection `desk` that starts runs of template `t`. */
export function arriving({
  id = `n${uids}`,
  event = {},
  draft = {},
  runs = 1,
  windowMs = 1000,
  on,
}: Arriving = {}): NewEvent {
  const record: EventRecord = {
    uid: `uid-${uids++}`,
    connection: 'desk',
    feed: 'hook',
    type: 'ticket.opened',
    id,
    time: '2027-01-15T08:00:00Z',
    data: {number: id},
    receivedAt: 1_800_000_000_000,
    state: 'accepted',
    decisions: [],
    deliveries: 1,
    bodyHash: 'one',
    conflicts: 0,
    ...event,
  };
  const drafts = Array.from({length: runs}, (_, i): Draft => {
    const target = runs === 1 ? 'do' : `do[${i}]`;
    return {
      id: runKey({template: 't', target, connection: record.connection, event: record.type, id}),
      state: 'queued',
      template: 't',
      templateVersion: '1.0.0',
      target,
      action: 'startJob',
      connection: 'robots',
      delivery: 'reconcile',
      priority: 0,
      wakeAt: 0,
      data: {log: []},
      ...draft,
    };
  });
  const decisions = drafts.map(({id: run, target}) => ({
    template: 't',
    target,
    outcome: 'run' as const,
    run,
    rows: [],
  }));
  return {event: {...record, decisions}, drafts, windowMs, ...(on && {on})};
}

/** Accepts one event and gives its uid and run ids. */
export async function take(
  engine: Engine,
  arrival: Arriving = {},
): Promise<{uid: string; duplicate: boolean; runs: readonly string[]; run: string}> {
  const [accepted] = await engine.accept({events: [arriving(arrival)]});
  assert.ok(accepted);
  return {...accepted, run: accepted.runs[0] ?? ''};
}

export function batch(...events: NewEvent[]): AcceptBatch {
  return {events};
}

type To = Partial<Omit<Transition, 'run' | 'fence'>> & {readonly to: RunState};

/** The transition of this run to a state; what is not said stays. */
export function moved(run: ClaimedRun, change: To): Transition {
  return {run: run.id, fence: run.fence, wakeAt: run.wakeAt, attempt: run.attempt, data: run.data, ...change};
}

/** Every run goes to the state. */
export function always(change: To): Step {
  return (runs) => runs.map(async (run) => moved(run, change));
}

export const succeed = always({to: 'succeeded'});

/** Runs stay under lease until the test lets each of them go. */
export interface Holding {
  readonly step: Step;
  readonly runs: ClaimedRun[];
  finish(id: string, change: To): void;
}

export function holding(): Holding {
  const runs: ClaimedRun[] = [];
  const waiting = new Map<string, (transition: Transition) => void>();
  return {
    runs,
    step: (claimed) =>
      claimed.map((run) => {
        runs.push(run);
        return new Promise<Transition>((resolve) => waiting.set(run.id, resolve));
      }),
    finish(id, change) {
      const run = runs.findLast((one) => one.id === id);
      assert.ok(run, `run ${id} is not under lease`);
      waiting.get(id)?.(moved(run, change));
    },
  };
}

/** Starts a tick; resolves when it has handed out what it claimed, or found nothing. */
export async function startTick(
  engine: Engine,
  {step}: Holding,
  options: WorkOptions,
): Promise<{readonly done: Promise<number>}> {
  let handedOut = (): void => undefined;
  const handing = new Promise<void>((resolve) => {
    handedOut = resolve;
  });
  const done = engine.tick((runs) => {
    handedOut();
    return step(runs);
  }, options);
  await Promise.race([handing, done]);
  return {done};
}

export const leaseMs = 10_000;

export function as(worker: string, limit = 10, onFault?: (error: unknown) => void): WorkOptions {
  return {worker, leaseMs, limit, ...(onFault && {onFault})};
}

/** Ids of the runs one tick hands out, in the order they come; each ends as it is told. */
export async function tickIds(engine: Engine, change: To = {to: 'succeeded'}, limit = 10): Promise<string[]> {
  const ids: string[] = [];
  await engine.tick(
    (runs) => {
      ids.push(...runs.map(({id}) => id));
      return always(change)(runs);
    },
    as('w', limit),
  );
  return ids;
}

export async function stateOf(engine: Engine, run: string): Promise<RunState | undefined> {
  return (await engine.runs.get(run))?.state;
}

export async function runOf(engine: Engine, id: string): Promise<Run> {
  const run = await engine.runs.get(id);
  assert.ok(run, `there is no run ${id}`);
  return run;
}

/** The Jobwire code something is refused with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof JobwireError ? error.jobwireCode : String(error);
  }
  return 'nothing was refused';
}

const longestWaitMs = 8000;

/** Until something is true, a turn of the event loop at a time; fails when it does not come. */
export async function until(isTrue: () => boolean | Promise<boolean>, what = 'what the test waits for'): Promise<void> {
  for (const started = elapsed(); elapsed() - started < longestWaitMs; await turnOver()) if (await isTrue()) return;
  assert.fail(`${what} does not come`);
}

export function turnOver(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
