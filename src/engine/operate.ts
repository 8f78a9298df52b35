/** Decisions of people about runs: read, decided, written only if the run is still what was read. Must never wait for a target. */
import {fail} from '../errors/jobwire-error.ts';
import type {JobName} from '../operations/verbs-refs.ts';
import {type Anew, adopt, type Canceling, cancel, giveUp, retry, type Subject, startAgain} from './decisions.ts';
import type {Decided, Engine} from './engine.ts';
import {isTerminal, type Run} from './run.ts';
import type {Tools} from './task.ts';

export interface Asking {
  readonly run: string;
  /** Who decides, for the log of the run. */
  readonly by: string;
  /** As the decider saw it (`versionOf`): refused when the run has moved since. */
  readonly version?: string | undefined;
}

export interface Operated {
  readonly run: Run;
  /** The run that was enqueued instead, under a key of its own. */
  readonly startedAs?: string;
}

export type Decision =
  | ({readonly decision: 'start-again'} & Anew)
  | {readonly decision: 'adopt'; readonly jobs?: readonly JobName[] | undefined}
  | {readonly decision: 'give-up'};

/** Errors of all: JW7102 no such run; JW5011 not in this state, moved meanwhile, or under way at this moment. */
export interface Operations {
  retry(asking: Asking & Anew): Promise<Operated>;
  cancel(asking: Asking & Canceling): Promise<Operated>;
  decide(asking: Asking & Decision): Promise<Operated>;
}

export function createOperations(desk: Desk): Operations {
  return {
    retry: (asking) => operate(desk, asking, (subject) => retry(subject, asking)),
    cancel: (asking) => operate(desk, asking, (subject) => cancel(subject, asking)),
    decide: (asking) =>
      operate(desk, asking, (subject) => {
        if (asking.decision === 'adopt') return adopt(subject, asking.jobs);
        return asking.decision === 'give-up' ? giveUp(subject) : startAgain(subject, asking);
      }),
  };
}

export interface Desk {
  readonly engine: Pick<Engine, 'runs' | 'decide'>;
  readonly tools: Tools;
}

/** A run that goes on keeps its version while it is merely looked after; one that rests gets another each time it moves. */
export function versionOf({state, attempt, updatedAt}: Run): string {
  const rests = isTerminal(state) || state === 'held';
  return rests ? `${state}-${attempt}-${updatedAt}` : `${state}-${attempt}`;
}

/** A worker has a run for as long as a request takes; a person can wait a moment for that. */
const pauseMs = 100;
const mostTurns = 20;

async function operate(desk: Desk, asking: Asking, plan: (subject: Subject) => Promise<Decided>): Promise<Operated> {
  const {engine, tools} = desk;
  for (let turn = 0; turn < mostTurns; turn++) {
    if (turn > 0) await tools.clock.sleep(pauseMs);
    const run = await readRun(desk, asking);
    const change = await plan({run, by: asking.by, tools});
    if (!(await engine.decide(run.id, [run.state], change, run.updatedAt))) continue;
    const [copy] = run.id === change.follow?.[0]?.data.restarts ? change.follow : [];
    const now = (await engine.runs.get(run.id)) ?? run;
    return {run: now, ...(copy && {startedAs: copy.id})};
  }
  const {id, state} = await readRun(desk, asking);
  const hint = 'try again in some seconds';
  throw fail('JW5011', {run: id, state, problem: 'a worker has it at this moment'}, {hint});
}

async function readRun({engine}: Desk, {run: id, version}: Asking): Promise<Run> {
  const run = await engine.runs.get(id);
  if (!run) throw fail('JW7102', {what: 'run', id});
  if (version === undefined || version === versionOf(run)) return run;
  throw fail('JW5011', {run: id, state: run.state, problem: 'it moved since you saw it'});
}
