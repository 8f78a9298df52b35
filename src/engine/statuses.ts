/** The status of many jobs with as few reads as the connector allows. Must never decide what a status means for a run. */
import {asJobwireError, fail} from '../errors/jobwire-error.ts';
import type {JobKind} from '../generated/types.ts';
import {runProcedure} from '../operations/procedure.ts';
import {ExactNumber, isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {isOver, keyOf, kindOf} from './kind.ts';
import type {JobRef, TrackedJob} from './run.ts';
import type {Task} from './task.ts';

/** One job as its status procedure gives it. */
export interface Status {
  readonly state?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly output?: Json;
  readonly follow?: JsonObject;
}

/** The job's status; undefined when the target does not know it. Rejects with the error of the read that asked for it. */
export type Statuses = (task: Task, job: TrackedJob) => Promise<Status | undefined>;

/** Reads of one connection and job kind that are under way at once. */
const atOnce = 8;

type Found = ReadonlyMap<string, Status>;

interface Group {
  /** Any of the tasks: they share connection and kind. */
  readonly task: Task;
  readonly kind: string;
  readonly refs: Map<string, JobRef>;
}

/** Starts reading at once, for all jobs of these tasks that are not over. */
export function readStatuses(tasks: readonly Task[]): Statuses {
  const answers = new Map<string, Promise<Found>>();
  for (const [key, group] of groupJobs(tasks)) {
    const refs = [...group.refs];
    const size = batchOf(group) ?? 1;
    const turns: Promise<unknown>[] = [];
    for (let i = 0; i < refs.length; i += size) {
      const chunk = refs.slice(i, i + size);
      const before = turns[turns.length - atOnce] ?? Promise.resolve();
      const answer = before.then(() =>
        readChunk(
          group,
          chunk.map(([, ref]) => ref),
        ),
      );
      turns.push(answer.catch(() => undefined));
      for (const [job] of chunk) answers.set(`${key}/${job}`, answer);
    }
  }
  return async (task, job) => {
    const id = keyOf(job.ref.id);
    const found = await answers.get(`${groupKey(task, kindName(task, job))}/${id}`);
    return found?.get(id);
  };
}

export function kindName(task: Task, job: TrackedJob): string {
  return job.kind ?? task.run.data.jobKind ?? '';
}

function groupJobs(tasks: readonly Task[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const task of tasks)
    for (const job of task.run.data.jobs ?? []) {
      if (isOver(job.state)) continue;
      const kind = kindName(task, job);
      const key = groupKey(task, kind);
      const group = groups.get(key) ?? {task, kind, refs: new Map()};
      group.refs.set(keyOf(job.ref.id), job.ref);
      groups.set(key, group);
    }
  return groups;
}

function groupKey(task: Task, kind: string): string {
  return JSON.stringify([task.run.connection, kind]);
}

/** An unknown kind is the reading's error, not the grouping's. */
function batchOf({task, kind}: Group): number | undefined {
  const {jobs = {}} = task.connector;
  return Object.hasOwn(jobs, kind) ? jobs[kind]?.status.batch : undefined;
}

async function readChunk({task, kind: name}: Group, refs: readonly JobRef[]): Promise<Found> {
  const kind = kindOf(task, name);
  return kind.status.batch === undefined ? readOne(task, kind, refs[0] as JobRef) : readMany(task, kind, refs);
}

async function readMany({connection}: Task, kind: JobKind, refs: readonly JobRef[]): Promise<Found> {
  const rows = await runProcedure(kind.status, {jobs: refs}, {connection});
  if (!Array.isArray(rows)) throw fail('JW1012', {problem: 'a status with batch gives a list'}, {outcome: 'fail'});
  const found = new Map<string, Status>();
  for (const row of rows) {
    const id = own(row, 'id');
    if (typeof id === 'string' || typeof id === 'number' || id instanceof ExactNumber)
      found.set(keyOf(id), statusOf(row));
  }
  return found;
}

/** A target that answers "not found" has answered. */
async function readOne({connection}: Task, kind: JobKind, ref: JobRef): Promise<Found> {
  try {
    const answer = await runProcedure(kind.status, {job: ref}, {connection});
    return new Map([[keyOf(ref.id), statusOf(answer ?? null)]]);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    if (error.jobwireCode === 'JW3016') return new Map();
    throw error;
  }
}

function statusOf(row: Json): Status {
  const state = stateText(own(row, 'state'));
  const output = own(row, 'output');
  const follow = own(row, 'follow');
  return {
    ...(state !== undefined && {state}),
    ...textsOf(row, ['message', 'startedAt', 'endedAt']),
    ...(output !== undefined && output !== null && {output}),
    ...(isObject(follow) && {follow}),
  };
}

/** The present parts of a list are joined; numbers become text. */
function stateText(state: Json | undefined): string | undefined {
  const parts = (Array.isArray(state) ? state : [state]).filter((part) => part !== undefined && part !== null);
  if (parts.length === 0) return undefined;
  if (parts.some((part) => isObject(part) || Array.isArray(part)))
    throw fail('JW2007', {problem: 'the state of a job is text, a number or a list of them'}, {outcome: 'fail'});
  return parts.map(String).join('/');
}

function textsOf<K extends string>(row: Json, names: readonly K[]): Partial<Record<K, string>> {
  const texts: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = own(row, name);
    if (value !== undefined && value !== null && !isObject(value) && !Array.isArray(value)) texts[name] = String(value);
  }
  return texts;
}
