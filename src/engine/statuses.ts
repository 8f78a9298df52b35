/** The statuses of the jobs of many runs: those of one connection and kind share their reads. Must never decide what a status means. */
import type {JobKind} from '../generated/types.ts';
import {chunks, kindOf} from '../operations/verbs.ts';
import {type JobRef, keyOf} from '../operations/verbs-refs.ts';
import {isOver} from '../operations/verbs-states.ts';
import {readStatus, type Status, type Statuses} from '../operations/verbs-status.ts';
import {traceBelow} from '../telemetry/spans.ts';
import type {TrackedJob} from './run.ts';
import type {Task} from './task.ts';

/** The job's status; undefined when the target does not know it. Rejects with the error of the read that asked for it. */
export type ReadJob = (task: Task, job: TrackedJob) => Promise<Status | undefined>;

/** Reads of one connection and job kind that are under way at once. */
const atOnce = 8;

interface Group {
  /** Any of the tasks: they share connection and kind. */
  readonly task: Task;
  readonly kind: string;
  readonly refs: Map<string, JobRef>;
}

/** Starts reading at once, for all jobs of these tasks that are not over. */
export function readStatuses(tasks: readonly Task[]): ReadJob {
  const answers = new Map<string, Promise<Statuses>>();
  for (const [key, group] of groupJobs(tasks)) {
    const turns: Promise<unknown>[] = [];
    for (const refs of chunks([...group.refs.values()], batchOf(group) ?? 1)) {
      const before = turns[turns.length - atOnce] ?? Promise.resolve();
      const answer = before.then(() => readGroup(group, refs));
      turns.push(answer.catch(() => undefined));
      for (const {id} of refs) answers.set(`${key}/${keyOf(id)}`, answer);
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

/** JW1004 when the connector has none of this name. */
export function kindOfJob(task: Task, job: TrackedJob): JobKind {
  return kindOf(task.connector.jobs, kindName(task, job));
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

async function readGroup({task: {connection, run}, kind}: Group, refs: readonly JobRef[]): Promise<Statuses> {
  return traceBelow(run, () => readStatus({connection, kind: kindOf(connection.connector.jobs, kind)}, refs));
}
