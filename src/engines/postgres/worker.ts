/** The work loop: claims as places become free, lets the step work, commits. Must never take a run before the former claim is known to have ended. */
import type {Step, Worker, WorkOptions} from '../../engine/engine.ts';
import {fail} from '../../errors/jobwire-error.ts';
import {type Clock, randomId} from '../../values/time.ts';
import {type Committing, workSlots} from '../leased.ts';
import {createAlarm} from '../sqlite/alarm.ts';
import {claimDue, type Leased, nextDue, readLeased, recoverClaims, renew} from './claim.ts';
import type {Row} from './database.ts';
import type {Transact, Unit} from './ledger.ts';
import {beat, beatMs} from './workers.ts';

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

/** Leases are judged by every machine's own clock: this part of a lease is the most it may differ. */
const mostSkew = 1 / 4;

interface Turn {
  readonly rows: readonly Row[];
  readonly next: number;
}

export function startWorker(tools: WorkerTools, step: Step, options: WorkOptions): Worker {
  const {clock, transact, committing} = tools;
  const {worker, leaseMs, limit, onFault = tools.onFault} = options;
  const slots = new Set<Leased>();
  const since = clock.now();
  /** Claims whose end is not known: the connection was lost while they were committed. */
  let unclear: string[] = [];
  let renewAt = Number.POSITIVE_INFINITY;
  let beatAt = since;
  let pausedUntil = 0;
  let failures = 0;
  let skewed = false;
  let stopping = false;
  let turning: Promise<void> | undefined;
  let again = false;
  let emptied: (() => void) | undefined;

  const poke = (): void => {
    again = true;
    turning ??= turnWhileWanted();
  };
  const turnWhileWanted = async (): Promise<void> => {
    while (again) {
      again = false;
      await turn();
    }
    turning = undefined;
  };
  const alarm = createAlarm(clock, poke);
  const freePlaces = (): number => (stopping || skewed ? 0 : limit - slots.size);

  const turn = async (): Promise<void> => {
    const now = clock.now();
    if (now < pausedUntil) return;
    const [places, renews] = [freePlaces(), slots.size > 0 && now >= renewAt];
    if (places <= 0 && !renews && (stopping || now < beatAt)) return;
    const token = randomId();
    try {
      const taken = await transact((unit) => turnIn(unit, {token, places, renews}));
      unclear = [];
      failures = 0;
      land(taken, places);
    } catch (error) {
      unclear.push(token);
      pausedUntil = clock.now() + Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures++, 10));
      alarm.set(pausedUntil);
      onFault(error);
    }
  };

  /** Renews before it claims: a worker that was stopped for a while must not take its own runs for a dead one's. */
  const turnIn = async (
    unit: Unit,
    {token, places, renews}: {token: string; places: number; renews: boolean},
  ): Promise<Turn> => {
    const until = unit.now + leaseMs;
    if (renews) await renew(unit, [...slots], until);
    if (unit.now >= beatAt) noteTime(await beat(unit, {name: worker, since, seenAt: unit.now, runs: slots.size}));
    const found = unclear.length > 0 ? await recoverClaims(unit, worker, unclear) : [];
    const free = Math.min(places, freePlaces()) - found.length;
    const claimed = free > 0 ? await claimDue(unit, {worker, token, until, limit: free}) : [];
    return {rows: [...found, ...claimed], next: await nextDue(unit)};
  };

  /** A machine whose clock runs ahead would take the runs of others for those of dead workers. */
  const noteTime = (server: number): void => {
    const skewMs = tools.realTime ? clock.now() - server : 0;
    const wrong = Math.abs(skewMs) > leaseMs * mostSkew;
    if (wrong && !skewed)
      onFault(
        fail(
          'JW7103',
          {problem: `the clock of this machine is ${skewMs} ms off the database server's; this worker takes no runs`},
          {hint: 'synchronise the clocks (NTP)'},
        ),
      );
    skewed = wrong;
  };

  const land = ({rows, next}: Turn, places: number): void => {
    const now = clock.now();
    if (now >= renewAt || slots.size === 0) renewAt = now + leaseMs / 3;
    if (now >= beatAt) beatAt = now + beatMs;
    const taken = readLeased(rows, onFault);
    for (const slot of taken) slots.add(slot);
    workSlots(committing, taken, {step, leaseMs, onFault}).forEach((worked, i) => {
      void worked.then(() => leave(taken[i] as Leased));
    });
    if (slots.size > 0) alarm.set(renewAt);
    if (stopping) return;
    const soonest = rows.length < places ? now + contendedMs : now + longestSleepMs;
    alarm.set(Math.min(beatAt, Math.max(next, soonest), now + longestSleepMs));
  };
  const leave = (slot: Leased): void => {
    slots.delete(slot);
    poke();
    if (slots.size === 0) emptied?.();
  };
  const stopListening = tools.listen((at) => {
    if (at <= clock.now()) poke();
    else alarm.set(at);
  });
  poke();

  const end = async (): Promise<void> => {
    stopping = true;
    await turning;
    while (slots.size > 0)
      await new Promise<void>((resolve) => {
        emptied = resolve;
      });
    stopListening();
    alarm.clear();
    await turning;
    await tools.signOff(worker);
  };
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= end();
      return stopped;
    },
  };
}
