/** Which templates an event starts, and why or why not. Must never look at anything but the event, the library and the time. */
import {runKey} from '../engine/key.ts';
import {deliveryOf, policyOf} from '../engine/policy.ts';
import {eventRoot, runRoot} from '../engine/roots.ts';
import type {Decision, DeliveryMode, Draft, EventRecord} from '../engine/run.ts';
import {targetsOf} from '../engine/task.ts';
import {asJobwireError, fail, JobwireError} from '../errors/jobwire-error.ts';
import {evaluateTest, evaluateText} from '../expressions/evaluate.ts';
import type {Policy, Target, Template} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {rememberedFor} from '../manifest/memo.ts';
import {ms} from '../values/time.ts';
import {type Criteria, compileCriteria, type Roots} from './criteria.ts';
import type {Unmatched} from './normalise.ts';
import {dataSchema, maskSensitive} from './schemas.ts';

export interface Matched {
  readonly decisions: Decision[];
  readonly drafts: Draft[];
}

/** One template × one of its targets, read once. */
interface Candidate {
  readonly template: Template;
  readonly id: string;
  readonly target: Target;
  readonly criteria: Criteria;
  readonly policy: Policy;
  readonly delivery: DeliveryMode;
  readonly schema: object | undefined;
  /** The target cannot be started whatever the event holds. */
  readonly problem?: JobwireError;
}

/** By connection, then by event. */
type Index = ReadonlyMap<string, ReadonlyMap<string, readonly Candidate[]>>;

const indexOf = rememberedFor(buildIndex);

export function match(event: Unmatched | EventRecord, library: Library, now: number): Matched {
  const index = indexOf(library);
  const decisions: Decision[] = [];
  const drafts: Draft[] = [];
  for (const candidate of index.get(event.connection)?.get(event.type) ?? []) {
    const {decision, draft} = decide(candidate, event, now);
    decisions.push(decision);
    if (draft) drafts.push(draft);
  }
  return {decisions, drafts};
}

function buildIndex(library: Library): Index {
  const index = new Map<string, Map<string, Candidate[]>>();
  for (const {manifest} of library.templates.values()) {
    const {connection, event} = sourceOf(manifest);
    const events = index.get(connection) ?? new Map<string, Candidate[]>();
    index.set(connection, events);
    events.set(event, [...(events.get(event) ?? []), ...candidatesOf(manifest, library)]);
  }
  return index;
}

/** Where the events of a template come from: times and people have no connection, so it stands for itself. */
export function sourceOf({id, on}: Template): {readonly connection: string; readonly event: string} {
  if ('event' in on) return on;
  return {connection: id, event: 'manual' in on ? 'manual' : 'schedule'};
}

/** What the data of its events looks like; undefined where nothing is said. */
export function sourceSchema({on}: Template, library: Library): object | undefined {
  if ('event' in on) return dataSchema(library.connector(on.connector).manifest, on.event);
  return 'manual' in on && typeof on.manual.data === 'object' ? on.manual.data : undefined;
}

function candidatesOf(template: Template, library: Library): Candidate[] {
  const criteria = compileCriteria(template.criteria);
  const schema = sourceSchema(template, library);
  return targetsOf(template.do).map(({id, target}) => {
    const policy = policyOf(template.policy, target.policy);
    return {template, id, target, criteria, policy, schema, ...deliveryFor(target, policy, library)};
  });
}

function deliveryFor(target: Target, policy: Policy, library: Library): Pick<Candidate, 'delivery' | 'problem'> {
  try {
    const connector = library.connector(target.connector).manifest;
    const action = connector.actions?.[target.action];
    if (!action) throw fail('JW1004', {what: 'action', name: target.action});
    return {delivery: deliveryOf(connector, action, policy.delivery)};
  } catch (error) {
    return {delivery: 'at-most-once', problem: asJobwireError(error)};
  }
}

interface Outcome {
  readonly decision: Decision;
  readonly draft?: Draft;
}

function decide(candidate: Candidate, event: Unmatched, now: number): Outcome {
  const {template, id, target} = candidate;
  const run = runKey({
    template: template.id,
    target: id,
    connection: event.connection,
    event: event.type,
    id: event.id,
  });
  const roots = rootsOf(candidate, event, {run, now});
  const {rows, because, fault} = candidate.criteria(roots);
  const known = {template: template.id, target: id, rows};
  const draft = (): Draft => draftOf(candidate, {run, now, traceparent: event.traceparent});
  const skip = (row: string): Outcome => ({decision: {...known, outcome: 'skipped', because: row}});
  const failed = (row: string, cause: JobwireError): Outcome => {
    const error = cause.issue();
    return {
      decision: {...known, outcome: 'fault', run, because: row, error},
      draft: {...draft(), state: 'failed', error},
    };
  };
  if (because !== undefined) return fault ? failed(because, fault) : skip(because);
  const applies = readRow('when', () => target.when === undefined || evaluateTest(target.when, roots.scope));
  if (applies instanceof JobwireError) return failed('when', applies);
  if (!applies) return skip('when');
  if (candidate.problem) return failed('action', candidate.problem);
  const lane = readRow('policy.concurrency.key', () => laneOf(candidate, roots));
  if (lane instanceof JobwireError) return failed('policy.concurrency.key', lane);
  return {decision: {...known, outcome: 'run', run}, draft: {...draft(), ...(lane && {lane})}};
}

/** A value, or the fault that keeps it from being one. */
function readRow<T>(row: string, read: () => T): T | JobwireError {
  try {
    return read();
  } catch (thrown) {
    return fail('JW5001', {row, problem: asJobwireError(thrown).message}, {cause: thrown});
  }
}

function rootsOf(candidate: Candidate, event: Unmatched, {run, now}: {run: string; now: number}): Roots {
  const {template, id, delivery, schema} = candidate;
  const root = eventRoot({...event, decisions: []});
  const facts = runRoot({id: run, template: template.id, target: id, delivery, attempt: 0}, now);
  const scope = {event: root, run: facts};
  const masked = maskSensitive(event.data, schema);
  return {scope, shown: masked === event.data ? scope : {event: {...root, data: masked}, run: facts}, now};
}

interface DraftFacts {
  readonly run: string;
  readonly now: number;
  readonly traceparent: string | undefined;
}

function draftOf(candidate: Candidate, {run, now, traceparent}: DraftFacts): Draft {
  const {template, id, target, delivery, policy} = candidate;
  return {
    id: run,
    state: 'queued',
    template: template.id,
    templateVersion: template.version,
    target: id,
    action: target.action,
    connection: target.connection,
    delivery,
    priority: 0,
    wakeAt: now,
    ...(policy.deadline !== undefined && {deadlineAt: now + ms(policy.deadline)}),
    data: traceparent === undefined ? {log: []} : {traceparent, log: []},
  };
}

/** Lanes belong to one target of one template: its limit holds for its own runs. */
function laneOf({template, id, policy}: Candidate, {scope}: Roots): Draft['lane'] {
  const {concurrency, order = 'none'} = policy;
  if (!concurrency && order === 'none') return undefined;
  const key = concurrency?.key === undefined ? '' : evaluateText(concurrency.key, scope);
  return {key: JSON.stringify([template.id, id, key]), limit: concurrency?.limit ?? 1, ordered: order === 'key'};
}
