/** The work loop: claims as places become free, lets the step work, commits. Must never ask the store in vain while nothing changes. */
import type {Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {createAlarm} from '../alarm.ts';
import {workSlots} from '../leased.ts';
import type {Claimed} from './claim.ts';
import {committingOf, readSlots, type Slot, type WorkTools} from './leased.ts';

/** Another process may add work without telling us: it is seen after this time at the latest. */
const longestSleepMs = 5000;
/** Before claiming is tried again after a fault of the store. */
const pauseMs = 1000;

/** Claims ride at the end of each transaction: what was accepted or freed in it is claimed by it, with one fsync for all. */
export function startWorker(tools: WorkTools, step: Step, options: WorkOptions): Worker {
  const {clock, commits, claims} = tools;
  const {worker, leaseMs, limit, onFault = tools.onFault} = options;
  const committing = committingOf(tools);
  const slots = new Set<Slot>();
  const alarm = createAlarm(clock, commits.poke);
  let renewAt = 0;
  let pausedUntil = 0;
  let drained: (() => void) | undefined;

  /** Before any claim: a worker that was stopped for a while must not take its own runs for a dead one's. */
  const renew = (now: number) => {
    for (const {seq, claimed, leaving} of slots) if (!leaving) claims.renew(seq, claimed.fence, now + leaseMs);
    renewAt = now + leaseMs / 3;
  };
  const freePlaces = (now: number): number => {
    if (drained || now < pausedUntil) return 0;
    let free = limit;
    for (const {leaving} of slots) if (!leaving) free--;
    return free;
  };
  const run = () => {
    const now = clock.now();
    if (slots.size > 0 && now >= renewAt) renew(now);
    const free = freePlaces(now);
    const claimed = free > 0 ? claims.claim({worker, until: now + leaseMs, limit: free, now}) : [];
    const next = claimed.length < free ? claims.next() : undefined;
    return {landed: () => land(claimed, {now, next})};
  };
  const land = (claimed: readonly Claimed[], {now, next}: {now: number; next: number | undefined}) => {
    if (slots.size === 0) renewAt = now + leaseMs / 3;
    const taken = readSlots(claimed, onFault);
    for (const slot of taken) slots.add(slot);
    workSlots(committing, taken, {step, leaseMs, onFault}).forEach((worked, i) => {
      void worked.then(() => leave(taken[i] as Slot));
    });
    if (slots.size > 0) alarm.set(renewAt);
    if (!drained) alarm.set(Math.max(now + 1, Math.min(next ?? Number.POSITIVE_INFINITY, now + longestSleepMs)));
  };
  const leave = (slot: Slot) => {
    slots.delete(slot);
    if (!slot.leaving) commits.poke();
    if (slots.size === 0) drained?.();
  };
  const removeTail = commits.addTail({
    run,
    failed(error) {
      pausedUntil = clock.now() + pauseMs;
      alarm.set(pausedUntil);
      onFault(error);
    },
  });
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= new Promise<void>((resolve) => {
        drained = resolve;
        if (slots.size === 0) resolve();
      }).then(() => {
        removeTail();
        alarm.clear();
      });
      return stopped;
    },
  };
}
