/** One claimed run with everything its next move needs: its event, its target in the template, the connection. Must never change the world. */
import {fail, type Issue, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluateJson} from '../expressions/evaluate.ts';
import type {Action, Connector, Follow, Policy, Target, Template} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {andThen} from '../operations/at-once.ts';
import type {LiveConnection} from '../operations/connection.ts';
import type {Log, StepRecord} from '../operations/trace.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import type {Chance, Clock} from '../values/time.ts';
import {policyOf} from './policy.ts';
import {attemptTime, eventRoot, runRoot} from './roots.ts';
import type {ClaimedRun, EventRecord, RunData, RunState, StartedWith, Transition} from './run.ts';
import type {Versions} from './versions.ts';

/** What the engine needs from outside: manifests, connections, stored events, time and chance. */
export interface Tools {
  readonly library: Library;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Opens or gives the open connection, with the connector of the library or with this one; throws JW7102 when there is none. */
  connection(id: string, connector?: Connector): LiveConnection;
  /** Without it every step of a run uses the manifests in use at that time. */
  readonly versions?: Versions;
  /** Throws JW7102 when there is none; JW7103 while the store cannot be read. */
  event(uid: string): Promise<EventRecord>;
  /** Address a target may call when a job ends: root `run.callbackUrl`. */
  callbackUrl?(connection: string, feed: string): string | undefined;
}

export interface Task {
  readonly run: ClaimedRun;
  readonly tools: Tools;
  readonly event: EventRecord;
  readonly target: Target | Follow;
  readonly policy: Policy;
  readonly connector: Connector;
  readonly action: Action;
  readonly connection: LiveConnection;
  /** Roots `event` and `run`, and `result` for follow-ups. */
  readonly scope: JsonObject;
  readonly log: Log;
  readonly lines: StepRecord[];
  /** What this move learned for the run's data, whatever becomes of it. */
  readonly learned: {input?: Json; warnings?: readonly Issue[]; startedWith?: StartedWith};
}

/** Lines a run keeps: the oldest go first. */
const longestLog = 200;

export async function readTask(run: ClaimedRun, tools: Tools): Promise<Task> {
  const event = await tools.event(run.event);
  const found = templateOf(run, tools);
  const template = found instanceof Promise ? await found : found;
  const {target, policy, result} = findTarget(run, template);
  const opened = connectionOf(run, tools);
  const connection = opened instanceof Promise ? await opened : opened;
  const action = connection.connector.actions?.[run.action];
  if (!action) throw fail('JW1004', {what: 'action', name: run.action});
  const lines: StepRecord[] = [];
  const facts = runRoot(run, attemptTime(run, tools.clock.now()));
  const scope = {event: eventRoot(event), run: {...facts, ...callbackOf(run, {connection, action, tools})}};
  const kept = tools.versions && keepVersions(tools.versions, {template, connector: connection.connector});
  return {
    run,
    tools,
    event,
    target,
    policy,
    connector: connection.connector,
    action,
    connection,
    scope: {...scope, ...(result !== undefined && {result})},
    log: (line) => lines.push(line),
    lines,
    learned: kept === undefined ? {} : {startedWith: kept instanceof Promise ? await kept : kept},
  };
}

/** As it was when the run started; before that, as it is. */
function templateOf(run: ClaimedRun, {library, versions}: Tools): Template | Promise<Template> {
  const kept = run.data.startedWith?.template;
  if (versions && kept !== undefined) return versions.find<Template>(kept);
  const template = library.template(run.template)?.manifest;
  if (!template) throw fail('JW1004', {what: 'template', name: run.template});
  return template;
}

function connectionOf(run: ClaimedRun, {connection, versions}: Tools): LiveConnection | Promise<LiveConnection> {
  const kept = run.data.startedWith?.connector;
  if (!versions || kept === undefined) return connection(run.connection);
  return versions.find<Connector>(kept).then((connector) => connection(run.connection, connector));
}

function keepVersions(
  versions: Versions,
  inUse: {readonly template: Template; readonly connector: Connector},
): StartedWith | Promise<StartedWith> {
  return andThen(versions.keep(inUse.template), (template) =>
    andThen(versions.keep(inUse.connector), (connector) => ({template, connector})),
  );
}

function callbackOf(
  run: ClaimedRun,
  {connection, action, tools}: {connection: LiveConnection; action: Action; tools: Tools},
): JsonObject {
  const feed = action.starts === undefined ? undefined : connection.connector.jobs?.[action.starts]?.callback;
  const url = feed === undefined ? undefined : tools.callbackUrl?.(run.connection, feed);
  return url === undefined ? {} : {callbackUrl: url};
}

function findTarget(run: ClaimedRun, template: Template): {target: Target | Follow; policy: Policy; result?: Json} {
  const {follows} = run.data;
  const name = follows ? run.target.slice(0, run.target.lastIndexOf('#')) : run.target;
  const target = targetsOf(template.do).find(({id}) => id === name)?.target;
  if (!target) throw fail('JW1004', {what: 'target', name});
  const policy = policyOf(template.policy, target.policy);
  if (!follows) return {target, policy};
  const follow = target.onComplete?.[follows.index];
  if (!follow) throw fail('JW1004', {what: 'follow-up', name: run.target});
  return {target: follow, policy: {...policy, wait: false}, result: follows.result};
}

/** The targets of a template with the name each run carries: its id, or `do` when it stands alone. */
export function targetsOf(
  targets: Target | readonly Target[],
): readonly {readonly id: string; readonly target: Target}[] {
  if (!Array.isArray(targets)) return [{id: (targets as Target).id ?? 'do', target: targets as Target}];
  return (targets as readonly Target[]).map((target, i) => ({id: target.id ?? `do[${i}]`, target}));
}

export function inputOf(task: Task): Json {
  const input = evaluateJson(task.target.input ?? {}, task.scope);
  if (!isObject(input)) throw fail('JW2007', {problem: 'the input of an action is an object'});
  return input;
}

export interface Change {
  /** Without it at once. */
  readonly wakeAt?: number;
  readonly data?: Partial<RunData>;
  readonly error?: Issue;
  readonly drop?: readonly (keyof RunData)[];
  readonly follow?: Transition['follow'];
}

/** The transition of this task's run to a state; what the change does not name stays. */
export function become(task: Task, to: RunState, change: Change = {}): Transition {
  const {run, lines, learned, tools} = task;
  const moved = {...change, data: {...learned, ...change.data}};
  // Nothing was started: the next attempt takes what is in use then.
  if (to === 'queued' && !moved.data.intent) moved.drop = [...(change.drop ?? []), 'startedWith'];
  return moveRun(run, {to, change: moved, lines, now: tools.clock.now()});
}

interface Move {
  readonly to: RunState;
  readonly change: Change;
  readonly lines: readonly StepRecord[];
  readonly now: number;
}

export function moveRun(run: ClaimedRun, {to, change, lines, now}: Move): Transition {
  const data: {-readonly [K in keyof RunData]: RunData[K]} = {...run.data, ...change.data};
  for (const key of change.drop ?? []) if (key !== 'log') delete data[key];
  data.log = [...run.data.log, ...lines].slice(-longestLog);
  return {
    run: run.id,
    fence: run.fence,
    to,
    wakeAt: Math.round(change.wakeAt ?? now),
    attempt: run.attempt,
    data,
    ...(change.error && {error: change.error}),
    ...(change.follow && {follow: change.follow}),
  };
}

/** Something a person should know though it stops nothing; said once. */
export function warn(task: Task, issue: Issue): void {
  const known = task.learned.warnings ?? task.run.data.warnings ?? [];
  if (!known.some(({code, detail}) => code === issue.code && detail === issue.detail))
    task.learned.warnings = [...known, issue];
}

/** A line of the log for what went wrong. */
export function note(task: Task, step: string, error: JobwireError): void {
  task.log({at: task.tools.clock.now(), step, what: `${error.code}: ${error.message}`, error: error.issue()});
}
