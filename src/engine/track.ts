/** Following jobs to their end: due runs of one connection and kind are read together; the status read alone decides. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {JobKind} from '../generated/types.ts';
import {runProcedure} from '../operations/procedure.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {endSucceeded, hold} from './end.ts';
import type {ClaimedRun, JobRef, JobState, TrackedJob, Transition} from './run.ts';
import {become, note, readTask, type Task, type Tools} from './task.ts';
import {endTracked, overdue} from './tracked.ts';

export interface Started {
  readonly kind: string;
  readonly jobs: readonly JobRef[];
  readonly output: Json;
}

/** The first transition after a start: parked until the first status read. A job that came back finished is not polled. */
export function beginTracking(task: Task, {kind, jobs, output}: Started): Promise<Transition> {
  const jobKind = kindOf(task, kind);
  const now = task.tools.clock.now();
  const tracked = jobs.map((ref): TrackedJob => {
    const raw = own(ref, 'state');
    return typeof raw === 'string' ? {ref, state: stateOf(jobKind, raw) ?? 'unknown', raw} : {ref, state: 'pending'};
  });
  const data = {output, jobs: tracked, jobKind: kind, polls: 0, failedPolls: 0, trackingSince: now, stateSince: now};
  if (tracked.length === 0) return Promise.resolve(endSucceeded(task, data));
  const parked = become(task, 'tracking', {wakeAt: now + pollDelay(jobKind, 0), data, drop: ['intent']});
  return tracked.every(({state}) => isOver(state))
    ? endTracked({...task, run: {...task.run, data: parked.data}}, jobKind)
    : Promise.resolve(parked);
}

/** The transition of each run, in order: one status call serves as many runs as the connector allows. */
export function track(runs: readonly ClaimedRun[], tools: Tools): Promise<Transition>[] {
  const tasks = runs.map((run) => readTask(run, tools));
  const groups = new Map<string, number[]>();
  runs.forEach((run, i) => {
    const key = `${run.connection}/${run.data.jobKind}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const answers = new Map<number, Promise<ReadonlyMap<string, Status> | JobwireError>>();
  for (const members of groups.values()) {
    const answer = Promise.all(members.map((i) => tasks[i])).then((group) =>
      readStatus(group.filter((task) => task !== undefined)),
    );
    for (const i of members) answers.set(i, answer.catch(asJobwireError));
  }
  return runs.map(async (_, i) => {
    const task = await tasks[i];
    const answer = await answers.get(i);
    if (!task || !answer) throw fail('JW9001', {problem: 'a tracked run has no answer'});
    return answer instanceof Error ? afterFailedPoll(task, answer) : afterPoll(task, answer);
  });
}

/** One job as its status procedure gives it. */
interface Status {
  readonly state?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly output?: Json;
  readonly follow?: JsonObject;
}

async function readStatus(tasks: readonly Task[]): Promise<ReadonlyMap<string, Status>> {
  const [first] = tasks;
  if (!first) return new Map();
  const kind = kindOf(first, first.run.data.jobKind ?? '');
  const refs = tasks.flatMap(({run}) => (run.data.jobs ?? []).filter(({state}) => !isOver(state)).map(({ref}) => ref));
  const batch = kind.status.batch ?? 1;
  const found = new Map<string, Status>();
  for (let i = 0; i < refs.length; i += batch) {
    const chunk = refs.slice(i, i + batch);
    const scope = kind.status.batch === undefined ? {job: chunk[0] as Json} : {jobs: chunk as Json};
    const answer = await runProcedure(kind.status, scope, {
      connection: first.connection,
      log: (line) => {
        if (line.error) first.log(line);
      },
    });
    if (kind.status.batch === undefined) found.set(keyOf(chunk[0]?.id), statusOf(answer));
    else for (const row of Array.isArray(answer) ? answer : []) found.set(keyOf(own(row, 'id')), statusOf(row));
  }
  return found;
}

/** Ids compare as text without regard to case: targets differ in how they print a GUID. */
function keyOf(id: unknown): string {
  return String(id).toLowerCase();
}

function statusOf(row: unknown): Status {
  const state = own(row, 'state');
  const parts = Array.isArray(state)
    ? state.filter((part) => part !== null)
    : state === undefined || state === null
      ? []
      : [state];
  return {
    ...(isObject(row) ? (row as Status) : {}),
    ...(parts.length > 0 ? {state: parts.map(String).join('/')} : {state: undefined as never}),
  };
}

function afterPoll(task: Task, found: ReadonlyMap<string, Status>): Transition | Promise<Transition> {
  const kind = kindOf(task, task.run.data.jobKind ?? '');
  const before = task.run.data.jobs ?? [];
  const jobs = before.map((job) =>
    isOver(job.state) ? job : update(task, kind, {job, status: found.get(keyOf(job.ref.id))}),
  );
  const now = task.tools.clock.now();
  const moved = jobs.some((job, i) => job.state !== before[i]?.state);
  for (const [i, job] of jobs.entries())
    if (job.state !== before[i]?.state)
      task.log({at: now, step: 'track', what: `job ${job.ref.id} is ${job.raw ?? job.state}`});
  const polls = moved ? 1 : (task.run.data.polls ?? 0) + 1;
  const data = {...task.run.data, jobs, polls, failedPolls: 0, ...(moved && {stateSince: now})};
  const next: Task = {...task, run: {...task.run, data}};
  if (jobs.every(({state}) => isOver(state))) return endTracked(next, kind);
  return overdue(next, kind) ?? become(next, 'tracking', {wakeAt: now + pollDelay(kind, polls)});
}

function update(task: Task, kind: JobKind, {job, status}: {job: TrackedJob; status: Status | undefined}): TrackedJob {
  if (status?.follow) {
    const ref = own(status.follow, 'ref');
    if (isObject(ref)) return {ref: ref as JobRef, state: 'pending'};
  }
  const raw = status?.state;
  if (raw === undefined) return job;
  const state = stateOf(kind, raw);
  if (state === undefined && job.raw !== raw) note(task, 'track', fail('JW3201', {job: job.ref.id, state: raw}));
  const {message, startedAt, endedAt} = status ?? {};
  return {
    ref: job.ref,
    state: state ?? 'unknown',
    raw,
    ...(message !== undefined && {message}),
    ...(startedAt !== undefined && {startedAt}),
    ...(endedAt !== undefined && {endedAt}),
  };
}

/** A target that cannot be reached is asked again; a read that is refused `tolerate` times in a row holds the run. */
function afterFailedPoll(task: Task, error: JobwireError): Transition {
  const kind = kindOf(task, task.run.data.jobKind ?? '');
  const definite = error.extra.outcome !== 'retry';
  const failedPolls = (task.run.data.failedPolls ?? 0) + (definite ? 1 : 0);
  const polls = (task.run.data.polls ?? 0) + 1;
  note(task, 'track', error);
  if (failedPolls >= (kind.poll?.tolerate ?? 5)) return hold(task, error);
  const next: Task = {...task, run: {...task.run, data: {...task.run.data, polls, failedPolls}}};
  const late = overdue(next, kind);
  if (late) return late as Transition;
  return become(next, 'tracking', {
    wakeAt: task.tools.clock.now() + Math.max(error.extra.afterMs ?? 0, pollDelay(kind, polls)),
  });
}

/** First, then growing by `factor` up to `cap`. */
export function pollDelay(kind: JobKind, polls: number): number {
  const {first = '2s', every = '10s', factor = 1.5, cap = '2m'} = kind.poll ?? {};
  return polls === 0 ? ms(first) : Math.min(ms(cap), ms(every) * factor ** Math.min(polls - 1, 50));
}

export function kindOf(task: Task, name: string): JobKind {
  const kind = task.connector.jobs?.[name];
  if (!kind) throw fail('JW1004', {what: 'job kind', name});
  return kind;
}

/** The table's word for a raw state, ignoring case; undefined when neither it nor `*` is listed. */
export function stateOf(kind: JobKind, raw: string): JobState | undefined {
  const entry = Object.entries(kind.states).find(([name]) => name.toLowerCase() === raw.toLowerCase());
  return (entry?.[1] ?? kind.states['*']) as JobState | undefined;
}

export function isOver(state: JobState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}
