/** The status of many jobs with as few reads as the connector allows. Must never decide what a status means for a run. */
import {type Statuses as Found, type Status as JobStatus, readStatus} from '../operations/verbs-status.ts';
import {isOver, keyOf, kindOf} from './kind.ts';
import type {JobRef, TrackedJob} from './run.ts';
import type {Task} from './task.ts';

/** As the engine keeps it: how far a job is, is nothing to decide by. */
export type Status = Omit<JobStatus, 'progress'>;

/** The job's status; undefined when the target does not know it. Rejects with the error of the read that asked for it. */
export type Statuses = (task: Task, job: TrackedJob) => Promise<Status | undefined>;

/** Reads of one connection and job kind that are under way at once. */
const atOnce = 8;

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
    const known = found?.get(id);
    if (known === undefined) return undefined;
    const {progress: _, ...status} = known;
    return status;
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

function readChunk({task, kind: name}: Group, refs: readonly JobRef[]): Promise<Found> {
  return readStatus({connection: task.connection, kind: kindOf(task, name)}, refs);
}
