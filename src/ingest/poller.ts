/** Polls every feed that is needed, each at its own pace, until stopped. Must never poll one feed twice at once, nor without a wait between. */
import type {Engine} from '../engine/engine.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {LiveConnection} from '../operations/connection.ts';
import {type Json, own} from '../values/json.ts';
import type {Chance, Clock} from '../values/time.ts';
import {type Polled, type PollTools, pollOnce} from './poll.ts';
import {type PollPlan, pollPlans, waitAfter} from './poll-schedule.ts';

export interface PollerTools extends PollTools {
  readonly engine: Engine;
  connection(id: string): LiveConnection;
  readonly chance: Chance;
  /** Rejects while too many runs wait: then nothing is fetched, and the cursor stays. */
  readonly mayTake?: () => Promise<void> | undefined;
  /** Told of each poll that failed, and of what is not a poll's own fault. */
  readonly onFault: (error: unknown) => void;
  readonly onPolled?: (plan: PollPlan, polled: Polled) => void;
}

export interface Poller {
  /** Ends waits at once and polls between two pages; resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** Needs a clock whose sleep really waits. */
export function startPoller(tools: PollerTools): Poller {
  const ending = new AbortController();
  const {signal} = ending;
  const loops = pollPlans(tools.library).map((plan) => pollForever(plan, {...tools, signal}));
  return {
    async stop() {
      ending.abort();
      await Promise.all(loops);
    },
  };
}

type LoopTools = PollerTools & {readonly signal: AbortSignal};

async function pollForever(plan: PollPlan, tools: LoopTools): Promise<void> {
  const {clock, signal} = tools;
  let pace = await guarded(tools, () => readPace(plan, tools), undefined);
  while (await rest(clock, nextAt(plan, pace, tools), signal)) {
    const broken = {at: clock.now(), failures: (pace?.failures ?? 0) + 1, restMs: 0};
    pace = await guarded(tools, () => turn(plan, pace, tools), broken);
  }
}

/** Whatever goes wrong is told, and the loop goes on with a wait. */
async function guarded<T>({onFault}: LoopTools, act: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await act();
  } catch (error) {
    onFault(error);
    return otherwise;
  }
}

/** A timer of the machine holds no more than 24 days, and what is longer would not wait at all. */
const longestSleepMs = 86_400_000;

/** False when the wait was ended. */
async function rest(clock: Clock, until: number, signal: AbortSignal): Promise<boolean> {
  try {
    for (let waitMs = until - clock.now(); waitMs > 0 && !signal.aborted; waitMs = until - clock.now())
      await clock.sleep(Math.min(waitMs, longestSleepMs), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}

/** The last poll: kept, so that a restart neither hurries a target that asked for rest nor forgets failures. */
interface Pace {
  readonly at: number;
  /** Polls that failed, one after another. */
  readonly failures: number;
  /** What the target asked for. */
  readonly restMs: number;
}

/** Worked out anew from what the files say now; at once for a feed that was never polled. */
function nextAt(plan: PollPlan, pace: Pace | undefined, {clock, chance}: LoopTools): number {
  if (!pace) return clock.now();
  const {at, failures, restMs} = pace;
  return Math.min(at, clock.now()) + waitAfter(plan, {atLeastMs: restMs}, {failures, chance});
}

const kind = 'poll';
const keyOf = ({connection, feed}: PollPlan): string => `${connection}/${feed}`;

async function readPace(plan: PollPlan, {engine}: LoopTools): Promise<Pace | undefined> {
  const kept = await engine.documents.get(kind, keyOf(plan));
  const [at, failures, restMs] = ['at', 'failures', 'restMs'].map((name) => own(kept, name));
  const isPace = typeof at === 'number' && typeof failures === 'number' && typeof restMs === 'number';
  return isPace ? {at, failures, restMs} : undefined;
}

async function turn(plan: PollPlan, last: Pace | undefined, tools: LoopTools): Promise<Pace> {
  const {clock, engine, signal} = tools;
  const idle = {at: clock.now(), failures: 0, restMs: 0};
  if (plan.forJobs && !(await followsJobs(plan, tools))) return idle;
  if (!plan.forJobs && !(await hasRoom(tools))) return idle;
  const polled = await poll(plan, tools);
  const {error, atLeastMs = 0} = polled;
  const failures = error ? (last?.failures ?? 0) + 1 : 0;
  const pace = {at: clock.now(), failures, restMs: Math.max(atLeastMs, error?.extra.afterMs ?? 0)};
  if (signal.aborted) return pace;
  tools.onPolled?.(plan, polled);
  if (error) tools.onFault(error.with({detail: `poll ${keyOf(plan)}: ${error.message}`}));
  await engine.documents.put(kind, keyOf(plan), {...pace, ...(error && {error: error.issue() as unknown as Json})});
  return pace;
}

async function hasRoom({mayTake}: LoopTools): Promise<boolean> {
  try {
    await mayTake?.();
    return true;
  } catch {
    return false;
  }
}

async function followsJobs({connection}: PollPlan, {engine}: LoopTools): Promise<boolean> {
  const {items} = await engine.runs.list({connection, state: ['tracking']}, {limit: 1});
  return items.length > 0;
}

async function poll({connection: id, feed: feedName}: PollPlan, tools: LoopTools): Promise<Polled> {
  const connection = tools.connection(id);
  const feed = connection.connector.feeds?.[feedName];
  if (!feed) throw fail('JW1004', {what: 'feed', name: feedName});
  return pollOnce({connection, feedName, feed}, tools);
}
