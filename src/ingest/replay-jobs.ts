/** Many events replayed while nobody waits for it: begun, looked at and stopped by its id, from any process of the store. Must never go on unseen. */
import type {Documents} from '../engine/engine.ts';
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import {isObject, type Json} from '../values/json.ts';
import {timedId} from '../values/time.ts';
import {type BatchTools, type Outcome, type Pace, replayAll, type Selected} from './replay-batch.ts';

/** `lost`: its process died, or was killed. */
export type ReplayState = 'running' | 'done' | 'stopped' | 'lost';

export interface ReplayJob {
  readonly id: string;
  readonly state: ReplayState;
  readonly by: string;
  /** Events that are meant, and those that had their turn. */
  readonly total: number;
  readonly done: number;
  /** Runs that were queued. */
  readonly runs: number;
  readonly leftOut: number;
  /** Of the first events that were left out. */
  readonly problems: readonly {readonly event: string; readonly code: string; readonly detail: string}[];
  readonly startedAt: number;
  /** While it runs: it is lost when nothing is heard of it until then. */
  readonly aliveUntil: number;
  readonly endedAt?: number;
}

export interface ReplayJobs {
  /** JW5011 while another one runs in this process; JW7103. */
  start(selected: readonly Selected[], pace: Pick<Pace, 'by' | 'waitMs'>): Promise<ReplayJob>;
  get(id: string): Promise<ReplayJob | undefined>;
  /** Newest first. */
  list(): Promise<readonly ReplayJob[]>;
  /** Between two events; one of another process at its next event. JW7102. */
  stop(id: string): Promise<ReplayJob>;
  /** Stops what runs here, and waits for it. */
  close(): Promise<void>;
}

export interface ReplayJobTools extends BatchTools {
  readonly engine: BatchTools['engine'] & {readonly documents: Documents};
}

const kind = 'replay';
const stopKind = 'replay-stop';
/** Jobs that can be looked at after they ended. */
const kept = 50;
const mostProblems = 20;
const beatMs = 1000;
const silentMs = 30_000;

interface Running {
  job: ReplayJob;
  readonly ending: AbortController;
  over: Promise<unknown>;
}

export function createReplayJobs(tools: ReplayJobTools): ReplayJobs {
  const {clock, engine} = tools;
  const {documents} = engine;
  let running: Running | undefined;

  const keep = (job: ReplayJob): Promise<void> => documents.put(kind, job.id, job as unknown as Json);
  const read = (stored: Json | undefined): ReplayJob | undefined => {
    if (!isObject(stored)) return undefined;
    const job = stored as unknown as ReplayJob;
    if (job.id === running?.job.id) return running.job;
    return job.state === 'running' && job.aliveUntil < clock.now() ? {...job, state: 'lost'} : job;
  };
  const list = async (): Promise<ReplayJob[]> => {
    const stored = await documents.list(kind);
    return stored.flatMap(({value}) => read(value) ?? []).reverse();
  };
  const forgetOld = async (): Promise<void> => {
    const old = (await list()).slice(kept).filter(({state}) => state !== 'running');
    for (const {id} of old) await Promise.all([documents.delete(kind, id), documents.delete(stopKind, id)]);
  };
  const get = async (id: string): Promise<ReplayJob | undefined> => read(await documents.get(kind, id));

  return {
    get,
    list,
    async start(selected, pace) {
      if (running) throw busy(running.job);
      const job = begun(selected.length, {by: pace.by, waitMs: pace.waitMs, now: clock.now()});
      const begin: Running = {job, ending: new AbortController(), over: Promise.resolve()};
      running = begin;
      try {
        await keep(job);
        await forgetOld();
      } catch (error) {
        running = undefined;
        throw error;
      }
      begin.over = work(begin, {selected, pace, tools}).finally(() => {
        running = undefined;
      });
      return begin.job;
    },
    async stop(id) {
      const job = await get(id);
      if (!job) throw fail('JW7102', {what: 'replay', id: JSON.stringify(id.slice(0, 100))});
      if (running?.job.id === id) {
        const {over, ending} = running;
        ending.abort();
        await over;
      } else if (job.state === 'running') await documents.put(stopKind, id, clock.now());
      return (await get(id)) ?? job;
    },
    async close() {
      running?.ending.abort();
      await running?.over;
    },
  };
}

function begun(total: number, {by, waitMs, now}: {by: string; waitMs: number; now: number}): ReplayJob {
  const counts = {total, done: 0, runs: 0, leftOut: 0, problems: []};
  return {id: timedId(now), state: 'running', by, ...counts, startedAt: now, aliveUntil: now + waitMs + silentMs};
}

function busy({id}: ReplayJob): JobwireError {
  const detail = `replay ${id} is running: one at a time`;
  return fail('JW5011', {}, {detail, hint: 'wait until it is done, or stop it'});
}

interface Working {
  readonly selected: readonly Selected[];
  readonly pace: Pick<Pace, 'by' | 'waitMs'>;
  readonly tools: ReplayJobTools;
}

/** Never rejects: while the store cannot be written nothing can be replayed either, and the job is found to be lost. */
async function work(running: Running, {selected, pace, tools}: Working): Promise<void> {
  const {clock, engine} = tools;
  const {documents} = engine;
  const {ending} = running;
  const {id} = running.job;
  let heardAt = clock.now();
  const keep = () => documents.put(kind, id, running.job as unknown as Json).catch(() => undefined);
  const onEach = async (outcome: Outcome): Promise<void> => {
    running.job = {...counted(running.job, outcome), aliveUntil: clock.now() + pace.waitMs + silentMs};
    if (outcome.error?.jobwireCode === 'JW7103') ending.abort();
    if (clock.now() - heardAt < beatMs) return;
    heardAt = clock.now();
    await keep();
    const wanted = await documents.get(stopKind, id).catch(() => undefined);
    if (wanted !== undefined) ending.abort();
  };
  await replayAll(selected, tools, {...pace, onEach, signal: ending.signal});
  const {done, total} = running.job;
  running.job = {...running.job, state: done < total ? 'stopped' : 'done', endedAt: clock.now()};
  await keep();
}

function counted(job: ReplayJob, {of, replayed, error}: Outcome): ReplayJob {
  const {problems} = job;
  const told = error && problems.length < mostProblems ? [{event: of, code: error.code, detail: error.message}] : [];
  return {
    ...job,
    done: job.done + 1,
    runs: job.runs + (replayed?.runs.length ?? 0),
    leftOut: job.leftOut + (error ? 1 : 0),
    problems: [...problems, ...told],
  };
}
