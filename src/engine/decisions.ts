/** What a person may decide about a run, as the change it makes. Must never write the store, nor ask a target anything. */
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {verbOf} from '../operations/verbs.ts';
import {type JobName, readRefs} from '../operations/verbs-refs.ts';
import {isOver} from '../operations/verbs-states.ts';
import {end} from './end.ts';
import type {Decided} from './engine.ts';
import {runKey} from './key.ts';
import type {ClaimedRun, Draft, Run, RunData, TrackedJob, Transition} from './run.ts';
import {follow, unfollowed} from './started.ts';
import {kindName, kindOfJob} from './statuses.ts';
import {become, moveRun, readTask, type Task, type Tools} from './task.ts';

/** The run as it was read, and who decides. */
export interface Subject {
  readonly run: Run;
  readonly by: string;
  readonly tools: Tools;
}

export interface Anew {
  /** As a run of its own, under a new key: the target sees another start, whatever became of the first. */
  readonly newKey?: boolean | undefined;
}

/** A run that failed or was canceled starts again; one that waits makes its next attempt now. JW5011. */
export async function retry(subject: Subject, {newKey = false}: Anew): Promise<Decided> {
  const {run} = subject;
  const line = lineOf(subject, newKey ? 'start again with a new key' : 'start again');
  if (run.state === 'queued' && !newKey) return wakeNow(subject, 'next attempt now');
  if (run.state === 'held') throw notNow(run, 'a person decides about it', `jobwire runs decide ${run.id} …`);
  if (run.state === 'succeeded' && !newKey)
    throw notNow(
      run,
      'there is nothing to mend',
      `to start it once more: --new-key, or jobwire runs replay ${run.event}`,
    );
  if (!['failed', 'canceled', 'succeeded'].includes(run.state))
    throw notNow(run, 'it is under way', 'wait until it ends');
  if (run.state === 'failed' && run.attempt === 0)
    throw notNow(run, 'its criteria were never passed', `correct the template, then jobwire runs replay ${run.event}`);
  if (newKey) return startCopy(subject, run.state, line);
  refuseDouble(run);
  return startAnew(subject, line);
}

/** The held run was not executed, or shall be executed again. JW5011 where that would knowingly double something. */
export async function startAgain(subject: Subject, {newKey = false}: Anew): Promise<Decided> {
  const {run} = subject;
  refuseUnheld(run);
  const line = lineOf(subject, newKey ? 'decided: start again with a new key' : 'decided: start again');
  if (newKey) return startCopy(subject, 'canceled', line);
  refuseDouble(run);
  return startAnew(subject, line);
}

/**
 * The held run was executed: with these jobs; without any, with those it knows; or, where the action starts no jobs, that is the end.
 * Errors: JW5011, JW7101 when the jobs must be named or cannot be, JW2007 for what is no job id.
 */
export async function adopt(subject: Subject, names: readonly JobName[] = []): Promise<Decided> {
  const {run} = subject;
  refuseUnheld(run);
  const task = await readSubject(subject);
  const {starts} = task.action;
  const {intent, jobs = [], correlate} = run.data;
  const now = subject.tools.clock.now();
  task.log(lineOf(subject, names.length > 0 ? `decided: adopt job ${names.map(String).join(', ')}` : 'decided: adopt'));
  if (names.length > 0) {
    if (starts === undefined)
      throw fail('JW7101', {problem: `the action ${run.action} starts no jobs that could be adopted`});
    const {connector} = task;
    const kind = kindOfJob(task, {kind: starts} as TrackedJob);
    return decided(await follow(task, readRefs(names, kind, connector), {jobKind: starts}));
  }
  if (intent?.value !== undefined) return decided(become(task, 'starting', {drop: ['retries'], ...errorOf(run)}));
  const watched = {polls: 0, failedPolls: 0, trackingSince: now};
  if (jobs.length > 0)
    return decided(become(task, 'tracking', {data: {...watched, jobs: jobs.map((job) => watchedAnew(job, now))}}));
  if (correlate) return decided(become(task, 'tracking', {data: watched}));
  if (starts === undefined) return decided(end(task, 'succeeded'));
  throw fail(
    'JW7101',
    {problem: `name the job that run ${run.id} started`},
    {hint: 'jobwire runs decide <run> adopt --job <id>'},
  );
}

/** Nobody will find out, or nobody cares: the run failed. */
export async function giveUp(subject: Subject): Promise<Decided> {
  const {run, by} = subject;
  refuseUnheld(run);
  const {jobwireCode = 'JW5007', detail = 'the outcome is unknown', hint, owner, code = jobwireCode} = run.error ?? {};
  const error = fail(
    jobwireCode,
    {},
    {
      detail: `${detail}; given up by ${by}`,
      ...(hint !== undefined && {hint}),
      ...(owner && {owner}),
      ...(code !== jobwireCode && {authorCode: code}),
    },
  );
  return endNow(subject, 'failed', {error, line: 'decided: give up'});
}

export interface Canceling {
  /** Also stop its jobs at the target; without it they go on and nobody follows them. */
  readonly stopJob?: boolean | undefined;
}

/** Errors: JW5011; JW3202 when the jobs cannot be stopped. */
export async function cancel(subject: Subject, {stopJob = false}: Canceling): Promise<Decided> {
  const {run, by} = subject;
  const error = fail('JW5013', {by, run: run.id});
  if (run.state === 'queued') {
    const part = run.data.intent?.found === undefined ? '' : '; a part of it was started before, see the log';
    return endNow(subject, 'canceled', {error: error.with({detail: `${error.message}${part}`}), line: 'cancel'});
  }
  if (run.state === 'tracking' && stopJob) return wantStop(subject);
  if (run.state === 'tracking')
    return endNow(subject, 'canceled', {error, line: 'cancel', data: {jobs: (run.data.jobs ?? []).map(unfollowed)}});
  if (run.state === 'held') throw notNow(run, 'a person decides about it', `jobwire runs decide ${run.id} give-up`);
  const under = run.state === 'starting';
  throw notNow(
    run,
    under ? 'its start is being made or settled' : 'it is over',
    under ? 'try again in some seconds' : 'nothing',
  );
}

async function wantStop(subject: Subject): Promise<Decided> {
  const {run, by, tools} = subject;
  const task = await readSubject(subject);
  for (const job of (run.data.jobs ?? []).filter(({state}) => !isOver(state))) {
    const kind = kindName(task, job);
    verbOf(kindOfJob(task, job), 'stop', {kind, connector: task.connector.id});
  }
  task.log(lineOf(subject, 'cancel: stop the jobs'));
  return decided(
    become(task, 'tracking', {data: {stopWanted: {at: tools.clock.now(), by}}, drop: ['stopAskedAt'], ...errorOf(run)}),
  );
}

function wakeNow(subject: Subject, what: string): Decided {
  const {run, tools} = subject;
  const change = {...errorOf(run)};
  return decided(
    moveRun(claimed(run), {to: run.state, change, lines: [lineOf(subject, what)], now: tools.clock.now()}),
  );
}

/** The same run under the same key: what the target knows of it by its reference it still knows. */
function startAnew(subject: Subject, line: Line): Decided {
  const {run, by, tools} = subject;
  const now = tools.clock.now();
  const change = {data: {again: {at: now, by, attempt: run.attempt}}, drop: ofFormerStart};
  return decided(moveRun(claimed(run), {to: 'queued', change, lines: [line], now}));
}

const ofFormerStart = [
  'intent',
  'startedWith',
  'output',
  'jobs',
  'jobKind',
  'jobOutput',
  'retries',
  'polls',
  'failedPolls',
  'trackingSince',
  'correlate',
  'stopAskedAt',
  'stopWanted',
  'warnings',
] as const satisfies (keyof RunData)[];

/** A second run of the same event beside the first, which ends (or stays ended) in `state`. */
async function startCopy(subject: Subject, state: Run['state'], line: Line): Promise<Decided> {
  const {run, tools} = subject;
  const event = await tools.event(run.event);
  const {restartedAs = [], follows, traceparent} = run.data;
  const {template, templateVersion, target, action, connection, delivery, priority, lane} = run;
  const draft: Draft = {
    // Of the run, not of the event: a later arrival of the event counts its restarts by itself.
    id: runKey({
      template,
      target,
      connection: event.connection,
      event: event.type,
      id: run.id,
      restart: restartedAs.length + 1,
    }),
    state: 'queued',
    ...{template, templateVersion, target, action, connection, delivery, priority},
    wakeAt: tools.clock.now(),
    ...(lane && {lane}),
    data: {...(traceparent !== undefined && {traceparent}), log: [line], restarts: run.id, ...(follows && {follows})},
  };
  const change = {
    data: {restartedAs: [...restartedAs, draft.id]},
    follow: [draft],
    wakeAt: run.wakeAt,
    ...errorOf(run),
  };
  return decided(moveRun(claimed(run), {to: state, change, lines: [line], now: tools.clock.now()}));
}

interface Ended {
  readonly error: JobwireError;
  readonly line: string;
  readonly data?: Partial<RunData>;
}

/** With its follow-ups; a run whose template or connection is gone ends without. */
async function endNow(subject: Subject, to: 'failed' | 'canceled', {error, line, data = {}}: Ended): Promise<Decided> {
  const {run, tools} = subject;
  const task = await readSubject(subject).catch(asJobwireError);
  if (!(task instanceof Error)) {
    task.log(lineOf(subject, line));
    return decided(end(task, to, {error, data}));
  }
  if (task.jobwireCode === 'JW7103') throw task;
  const lines = [lineOf(subject, line), lineOf(subject, `without follow-ups: ${task.message}`)];
  const change = {data, error: error.issue(), drop: ['intent', 'retries', 'correlate'] as const};
  return decided(moveRun(claimed(run), {to, change, lines, now: tools.clock.now()}));
}

function readSubject({run, tools}: Subject): Promise<Task> {
  return readTask(claimed(run), tools);
}

function claimed(run: Run): ClaimedRun {
  return {...run, fence: 0, claimedFrom: 'starting'};
}

function decided({run: _, fence: __, ...change}: Transition): Decided {
  return change;
}

type Line = ReturnType<typeof lineOf>;

/** Who, what, when: kept in the run's log in the same commit as the decision. */
function lineOf({by, tools}: Subject, what: string) {
  return {at: tools.clock.now(), step: 'operator', what: `${by}: ${what}`};
}

function errorOf({error}: Run) {
  return error ? {error} : {};
}

function watchedAnew({missingSince: _, ...job}: TrackedJob, now: number): TrackedJob {
  return isOver(job.state) ? job : {...job, since: now};
}

/** Under the same key only what is not known to have been started. */
function refuseDouble(run: Run): void {
  const {jobs = [], output, intent} = run.data;
  const known =
    jobs.length > 0
      ? `it started job ${jobs.map(({ref}) => String(ref.id)).join(', ')}`
      : intent?.value !== undefined || intent?.found !== undefined || output !== undefined
        ? 'its write was executed, at least in part'
        : undefined;
  if (known === undefined) return;
  const held = run.state === 'held' ? 'adopt goes on with it; ' : '';
  throw notNow(run, known, `${held}--new-key starts another one beside it`);
}

function refuseUnheld(run: Run): void {
  if (run.state !== 'held') throw notNow(run, 'only a held run waits for a decision', 'jobwire runs list --state held');
}

function notNow({id, state}: Run, problem: string, hint: string): JobwireError {
  return fail('JW5011', {run: id, state, problem}, {hint});
}
