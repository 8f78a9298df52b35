/** Cases that make runs: an action as the only target of a template, or a template as it stands, on the real engine. */
import type {Decision, Run} from '../engine/run.ts';
import {targetsOf} from '../engine/task.ts';
import {fail, type Issue} from '../errors/jobwire-error.ts';
import type {Template} from '../generated/types.ts';
import type {Unmatched} from '../ingest/normalise.ts';
import type {Library, Unit} from '../manifest/library.ts';
import {type Json, type JsonObject, own} from '../values/json.ts';
import {iso} from '../values/time.ts';
import {warningsIn} from './call-case.ts';
import type {CaseOwner, CaseUnit, Observed, Outcome} from './case-file.ts';
import {connectionId} from './connections.ts';
import {type Driven, drive} from './drive.ts';
import {readEvent} from './event-file.ts';
import type {Scene} from './stage.ts';

export async function runAction(action: string, {manifest, owner}: CaseUnit, stage: Scene): Promise<Outcome> {
  const {id} = owner.unit;
  const template: Template = {
    jobwire: '1',
    kind: 'template',
    id: 'case',
    version: '1.0.0',
    title: manifest.title,
    on: {connector: id, event: 'case', connection: connectionId},
    do: {connector: id, connection: connectionId, action, input: {$literal: manifest.input ?? {}}},
    policy: {wait: false, ...(manifest.delivery !== undefined && {delivery: manifest.delivery})},
  };
  const event = eventOf(
    {id: manifest.title, data: {}},
    {connection: connectionId, type: 'case', now: stage.clock.now()},
  );
  const driven = await drive(event, only(template, owner, stage.library), stage);
  return observe(driven, 'do');
}

export async function runTemplate(
  unit: CaseUnit,
  owner: CaseOwner & {kind: 'template'},
  stage: Scene,
): Promise<Outcome> {
  const template = matchable(owner.unit.manifest);
  const {on} = template;
  if (!('event' in on)) throw fail('JW9001', {problem: 'the template has no event'});
  const event = eventOf(readEvent(unit, stage.library), {
    connection: on.connection,
    type: on.event,
    now: stage.clock.now(),
  });
  const driven = await drive(event, only(template, owner, stage.library), stage);
  return {
    targets: new Map(targetsOf(template.do).map(({id}) => [id, observe(driven, id)])),
    writes: stage.writes(),
  };
}

/** A template that is not started by an event runs on one of its own: `manual` or `schedule` of a connection of its name. */
function matchable(template: Template): Template {
  if ('event' in template.on) return template;
  const first = targetsOf(template.do)[0]?.target;
  const event = 'manual' in template.on ? 'manual' : 'schedule';
  return {...template, on: {connector: first?.connector ?? '', event, connection: template.id}};
}

/** A library that holds this one template. */
function only(template: Template, owner: CaseOwner, library: Library): Library {
  const unit = {...owner.unit, id: template.id, manifest: template} as Unit<Template>;
  const templates = new Map([[template.id, unit]]);
  return {...library, templates, template: (id) => templates.get(id)};
}

interface Identity {
  readonly connection: string;
  readonly type: string;
  readonly now: number;
}

function eventOf(given: Json, {connection, type, now}: Identity): Unmatched {
  const text = (key: string): string | undefined => {
    const value = own(given, key);
    return typeof value === 'string' ? value : undefined;
  };
  const subject = text('subject');
  return {
    uid: 'case',
    connection,
    feed: 'case',
    type,
    id: text('id') ?? 'case',
    time: text('time') ?? iso(now),
    ...(subject !== undefined && {subject}),
    data: own(given, 'data') ?? {},
    receivedAt: now,
    state: 'accepted',
    deliveries: 1,
    bodyHash: '',
    conflicts: 0,
  };
}

/** One target: what was decided, and how its run and the follow-ups of that ended. */
function observe({event, runs, writes}: Driven, target: string): Observed {
  const decision = event.decisions.find((one) => one.target === target);
  const run = runs.find((one) => one.target === target && !one.data.follows);
  if (!run) return undecided(decision);
  const follows = runs.filter(({data}) => data.follows?.run === run.id);
  const output = run.data.jobOutput ?? run.data.output;
  const warned = (run.data.warnings ?? []).map(({code}) => code);
  const failedFollows = [
    ...follows.flatMap(failureOf),
    ...(run.data.warnings ?? []).filter(({code}) => code === failedFollow),
  ];
  return {
    outcome: outcomeOf(run),
    ...(decision?.because !== undefined && {because: decision.because}),
    ...(output !== undefined && {output}),
    ...(run.data.jobs && {jobs: run.data.jobs.map(({ref, ...rest}): JsonObject => ({...ref, ...rest}))}),
    ...(run.error && {error: run.error}),
    warnings: [
      ...new Set([...warned, ...warningsIn(run.data.log), ...(failedFollows.length > 0 ? [failedFollow] : [])]),
    ],
    writes: [run, ...follows].reduce((sum, {id}) => sum + (writes.get(id) ?? 0), 0),
    failedFollows,
  };
}

/** Code of a follow-up that did not do what it should. */
const failedFollow = 'JW5008';

function undecided(decision: Decision | undefined): Observed {
  if (!decision) throw fail('JW7012', {problem: 'the event did not reach the template'});
  const {because, error} = decision;
  return {
    outcome: decision.outcome === 'skipped' ? 'skipped' : 'failed',
    ...(because !== undefined && {because}),
    ...(error && {error}),
    warnings: [],
    writes: 0,
  };
}

/** A held run is one whose outcome only a person can tell. */
function outcomeOf({state}: Run): Observed['outcome'] {
  if (state === 'succeeded') return 'succeeded';
  return state === 'held' ? 'unknown' : 'failed';
}

function failureOf({state, error}: Run): Issue[] {
  if (state === 'succeeded') return [];
  return [error ?? fail(failedFollow, {problem: `it ended as ${state}`}).issue()];
}
