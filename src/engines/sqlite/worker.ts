/** The work loop: claims as places become free, lets the step work, commits. Must never ask the store in vain while nothing changes. */
import type {Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {createAlarm} from '../alarm.ts';
import {workSlots} from '../leased.ts';
import {committingOf, readSlots, type Slot, type WorkTools} from './leased.ts';
import type {Looked} from './writes.ts';

/** Another process may add work without telling us: it is seen after this time at the latest. */
const longestSleepMs = 5000;
/** Before claiming is tried again after a fault of the store. */
const pauseMs = 1000;

/** Claims ride at the end of each transaction: what was accepted or freed in it is claimed by it, with one fsync for all. */
export function startWorker(tools: WorkTools, step: Step, options: WorkOptions): Worker {
  const {clock, commits} = tools;
  const {worker, leaseMs, limit, onFault = tools.onFault} = options;
  const committing = committingOf(tools);
  const slots = new Set<Slot>();
  const alarm = createAlarm(clock, commits.poke);
  let renewAt = 0;
  let pausedUntil = 0;
  let lookedAt: number | undefined;
  let drained: (() => void) | undefined;

  const freePlaces = (now: number): number => {
    if (drained || now < pausedUntil) return 0;
    let free = limit;
    for (const {leaving} of slots) if (!leaving) free--;
    return free;
  };
  /** Renewals come before any claim: a worker that was stopped for a while must not take its own runs for a dead one's. */
  const renewals = (now: number) => {
    if (slots.size === 0 || now < renewAt) return [];
    renewAt = now + leaseMs / 3;
    return [...slots].filter(({leaving}) => !leaving).map(({held: {seq}, claimed: {fence}}) => ({seq, fence}));
  };
  const look = () => {
    const now = clock.now();
    const renew = renewals(now);
    const free = freePlaces(now);
    if (free === 0 && renew.length === 0) return keepAwake(now);
    lookedAt = now;
    return {worker, now, until: now + leaseMs, limit: free, renew};
  };
  const keepAwake = (now: number): undefined => {
    if (slots.size > 0) alarm.set(renewAt);
    if (!drained) alarm.set(now + longestSleepMs);
  };
  const landed = ({claimed, next}: Looked) => {
    const now = lookedAt ?? clock.now();
    lookedAt = undefined;
    if (slots.size === 0) renewAt = now + leaseMs / 3;
    const taken = readSlots(claimed, onFault);
    for (const slot of taken) slots.add(slot);
    workSlots(committing, taken, {step, leaseMs, onFault}).forEach((worked, i) => {
      void worked.then(() => leave(taken[i] as Slot));
    });
    keepAwake(now);
    if (!drained && next !== undefined) wakeFor(next, now);
    endWhenEmpty();
  };
  const wakeFor = (next: number, asked: number) => {
    if (next > asked && next <= clock.now()) commits.poke();
    else alarm.set(Math.max(asked + 1, next));
  };
  const leave = (slot: Slot) => {
    slots.delete(slot);
    if (!slot.leaving) commits.poke();
    endWhenEmpty();
  };
  const endWhenEmpty = () => {
    if (slots.size === 0 && lookedAt === undefined) drained?.();
  };
  const removeTail = commits.addTail({
    look,
    landed,
    failed(error) {
      lookedAt = undefined;
      renewAt = 0;
      pausedUntil = clock.now() + pauseMs;
      alarm.set(pausedUntil);
      onFault(error);
      endWhenEmpty();
    },
  });
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= new Promise<void>((resolve) => {
        drained = resolve;
        endWhenEmpty();
      }).then(() => {
        removeTail();
        alarm.clear();
      });
      return stopped;
    },
  };
}
