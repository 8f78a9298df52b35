/** The work loop: claims as places become free, lets the step work, commits. Must never take more runs than its limit, nor forget a claim whose end it did not hear of. */
import type {LiveWorker, Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {fail, type JobwireError} from '../../errors/jobwire-error.ts';
import {type Clock, randomId} from '../../values/time.ts';
import {createAlarm} from '../alarm.ts';
import {type Committing, workSlots} from '../leased.ts';
import {type Leased, readLeased} from './claim.ts';
import type {Transact} from './ledger.ts';
import {type Turn, takeTurn} from './turn.ts';
import {beatMs} from './workers.ts';

export interface WorkerTools {
  readonly clock: Clock;
  readonly transact: Transact;
  readonly committing: Committing<Leased>;
  /** Whether the clock is that of the machine, and so must agree with the server's. */
  readonly realTime: boolean;
  /** Told when something is due, by whichever process; gives a function that ends it. */
  listen(heard: (at: number) => void): () => void;
  signOff(worker: string): Promise<void>;
  readonly onFault: (error: unknown) => void;
}

/** Word of work can be lost with a connection: it is seen after this time at the latest. */
export const longestSleepMs = 5000;
/** Another worker is taking what is due: it is looked at again when he is done. */
const contendedMs = 25;
const shortestPauseMs = 1000;
const longestPauseMs = 15_000;

export function startWorker(tools: WorkerTools, step: Step, options: WorkOptions): Worker {
  const {clock, transact, committing} = tools;
  const {worker, leaseMs, limit, onFault = tools.onFault} = options;
  const slots = new Set<Leased>();
  const since = clock.now();
  let unclear: string[] = [];
  let [renewAt, beatAt, pausedUntil] = [Number.POSITIVE_INFINITY, since, 0];
  let failures = 0;
  let skewed = false;
  let stopping = false;

  const places = (): number => (stopping || skewed ? 0 : limit - slots.size);
  const leases = (now: number): Leased[] => (now >= renewAt ? [...slots].filter(({leaving}) => !leaving) : []);
  const beat = (now: number): LiveWorker | undefined =>
    !stopping && now >= beatAt ? {name: worker, since, seenAt: now, runs: slots.size} : undefined;
  const turn = async (): Promise<void> => {
    const now = clock.now();
    if (now < pausedUntil) return alarm.set(pausedUntil);
    const free = places();
    if (free <= 0 && leases(now).length === 0 && !beat(now)) return setAlarms(Number.POSITIVE_INFINITY);
    const token = randomId();
    let taken: Turn;
    try {
      taken = await transact((unit) => takeTurn(unit, {worker, token, leaseMs, places, leases, beat, unclear}));
    } catch (error) {
      unclear.push(token);
      pausedUntil = clock.now() + Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures++, 10));
      alarm.set(pausedUntil);
      return onFault(error);
    }
    unclear = [];
    failures = 0;
    if (taken.renewed || slots.size === 0) renewAt = taken.at + leaseMs / 3;
    noteTime(taken);
    land(taken, free);
  };
  const {poke, settled} = createLoop(turn);
  const alarm = createAlarm(clock, poke);

  const noteTime = ({at, server}: Turn): void => {
    if (server === undefined) return;
    beatAt = at + beatMs;
    const fault = tools.realTime ? skewFault(clock.now() - server, leaseMs) : undefined;
    if (fault && !skewed) onFault(fault);
    skewed = fault !== undefined;
  };
  const land = ({rows, next}: Turn, free: number): void => {
    const taken = readLeased(rows, onFault);
    for (const slot of taken) slots.add(slot);
    workSlots(committing, taken, {step, leaseMs, onFault}).forEach((worked, i) => {
      void worked.then(() => leave(taken[i] as Leased));
    });
    // With no place free, the next look comes when one becomes free.
    setAlarms(rows.length < free ? next : Number.POSITIVE_INFINITY);
  };
  const setAlarms = (next: number): void => {
    const now = clock.now();
    // In the past while all that is left is being committed: then a commit is what it waits for.
    if (slots.size > 0) alarm.set(Math.max(renewAt, now + contendedMs));
    if (!stopping) alarm.set(Math.min(beatAt, now + longestSleepMs, next > now ? next : now + contendedMs));
  };
  let emptied = (): void => undefined;
  const leave = (slot: Leased): void => {
    slots.delete(slot);
    if (slots.size === 0) emptied();
    poke();
  };
  const stopListening = tools.listen((at) => (at <= clock.now() ? poke() : alarm.set(at)));
  poke();

  const stop = async (): Promise<void> => {
    stopping = true;
    await settled();
    await new Promise<void>((resolve) => {
      emptied = resolve;
      if (slots.size === 0) resolve();
    });
    stopListening();
    await settled();
    alarm.clear();
    await tools.signOff(worker).catch(() => undefined);
  };
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** One turn at a time; asked for during a turn, another one follows. */
function createLoop(turn: () => Promise<void>): {poke(): void; settled(): Promise<void>} {
  let again = false;
  let turning: Promise<void> | undefined;
  const turnWhileWanted = async (): Promise<void> => {
    while (again) {
      again = false;
      await turn();
    }
    turning = undefined;
  };
  return {
    poke() {
      again = true;
      turning ??= turnWhileWanted();
    },
    settled: async () => turning,
  };
}

/** Leases are judged by every machine's own clock; this part of a lease is the most it may be off. */
const mostSkew = 1 / 4;

/** A machine whose clock runs ahead would take the runs of others for those of dead workers. */
function skewFault(skewMs: number, leaseMs: number): JobwireError | undefined {
  if (Math.abs(skewMs) <= leaseMs * mostSkew) return undefined;
  return fail(
    'JW7103',
    {
      problem: `the clock of this machine is ${skewMs} ms off the database server's; it takes no runs until that is mended`,
    },
    {hint: 'synchronise the clocks, for example with chrony or systemd-timesyncd'},
  );
}
