/** Spoils the events of a template's cases field by field and asks whether a case notices. Must never call a target. */
import {join} from 'node:path';
import type {CaseUnit} from '../cases/case-file.ts';
import {differences} from '../cases/differences.ts';
import {casesOf} from '../cases/discover.ts';
import {readEvent} from '../cases/event-file.ts';
import {runCase} from '../cases/run.ts';
import type {Template} from '../generated/types.ts';
import type {WireRequest} from '../http/send.ts';
import {sourceSchema} from '../ingest/match.ts';
import type {Library, Unit} from '../manifest/library.ts';
import {jsonOf} from '../manifest/load.ts';
import {validateAgainst} from '../manifest/validate.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {type Mutation, type MutationKind, mutate, mutationsOf} from './mutate-fields.ts';
import {type Mapping, mapEvent} from './mutate-mapping.ts';

/**
 * noticed: a case fails. unnoticed: the job is another one, and every case passes. harmless: nothing changes. refused: the event does
 * not fit the schema of the connector, so that it never reaches the template.
 */
export type Verdict = 'noticed' | 'unnoticed' | 'harmless' | 'refused';

export interface Mutant {
  readonly field: string;
  readonly kind: MutationKind;
  readonly verdict: Verdict;
  /** Title of the case that noticed. */
  readonly by?: string;
  /** What became of the job; for an unnoticed mutant. */
  readonly change?: string;
}

export interface MutationReport {
  readonly template: string;
  /** Titles of the cases that pass as they stand; the others say nothing. */
  readonly cases: readonly string[];
  readonly failing: readonly string[];
  readonly mutants: readonly Mutant[];
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Per cent of the mutants that change the job and are noticed; absent where none changes it. */
  readonly score?: number;
}

export async function mutateTemplate(template: Unit<Template>, library: Library): Promise<MutationReport> {
  const {subjects, failing} = await readSubjects(template, library);
  const mutations = new Map<string, Mutation>();
  for (const {event} of subjects)
    for (const mutation of mutationsOf(event)) mutations.set(`${mutation.field} ${mutation.kind}`, mutation);
  const mutants: Mutant[] = [];
  for (const mutation of mutations.values()) mutants.push(await judge(mutation, subjects, {template, library}));
  const count = (verdict: Verdict): number => mutants.filter((mutant) => mutant.verdict === verdict).length;
  const [noticed, unnoticed] = [count('noticed'), count('unnoticed')];
  return {
    template: template.id,
    cases: subjects.flatMap(({unit}) => (unit ? [unit.manifest.title] : [])),
    failing,
    mutants,
    counts: {noticed, unnoticed, harmless: count('harmless'), refused: count('refused')},
    ...(noticed + unnoticed > 0 && {score: Math.floor((100 * noticed) / (noticed + unnoticed))}),
  };
}

/** An event, and the case that it belongs to. A template without cases is judged by the sample of its event. */
interface Subject {
  readonly unit?: CaseUnit;
  readonly event: JsonObject;
  readonly now: number;
  readonly mapping: Mapping;
  /** Requests of the case as it stands. */
  readonly requests: readonly string[];
}

interface Around {
  readonly template: Unit<Template>;
  readonly library: Library;
}

async function readSubjects(
  template: Unit<Template>,
  library: Library,
): Promise<{subjects: Subject[]; failing: string[]}> {
  const subjects: Subject[] = [];
  const failing: string[] = [];
  for (const unit of casesOf({kind: 'template', unit: template})) {
    if (!('manifest' in unit)) {
      failing.push(unit.file);
      continue;
    }
    const {ok, requests} = await play(unit, library);
    if (!ok) failing.push(unit.manifest.title);
    else subjects.push(subjectOf(readEvent(unit, library), {unit, requests, now: timeOf(unit)}, {template, library}));
  }
  if (subjects.length > 0 || failing.length > 0) return {subjects, failing};
  const sample = sampleOf(template, library);
  return {subjects: sample ? [subjectOf(sample, {requests: [], now: someDay}, {template, library})] : [], failing};
}

function subjectOf(event: Json, known: Omit<Subject, 'event' | 'mapping'>, {template, library}: Around): Subject {
  const whole = isObject(event) ? event : {};
  return {...known, event: whole, mapping: mapEvent(whole, template.manifest, {library, now: known.now})};
}

const someDay = Date.UTC(2026, 0, 12, 8, 0, 0);

function timeOf({manifest: {now}}: CaseUnit): number {
  const time = now === undefined ? someDay : Date.parse(now);
  return Number.isNaN(time) ? someDay : time;
}

function sampleOf({manifest: {on}}: Unit<Template>, library: Library): Json | undefined {
  if ('manual' in on) return {data: on.manual.sample as Json};
  if (!('event' in on)) return undefined;
  const {dir, manifest} = library.connector(on.connector);
  const sample = manifest.events?.[on.event]?.sample;
  return sample === undefined ? undefined : jsonOf(join(dir, sample));
}

async function play(unit: CaseUnit, library: Library): Promise<{ok: boolean; requests: string[]}> {
  const requests: string[] = [];
  const {ok} = await runCase(unit, library, (request) => requests.push(describe(request)));
  return {ok, requests};
}

function describe({method, url, body}: WireRequest): string {
  return `${method} ${url}${body === undefined ? '' : ` ${Buffer.from(body).toString('utf8')}`}`;
}

/** The first case that notices is enough. */
async function judge(mutation: Mutation, subjects: readonly Subject[], around: Around): Promise<Mutant> {
  const {field, kind} = mutation;
  let change: string | undefined;
  let isRefused = true;
  for (const subject of subjects) {
    const event = mutate(subject.event, mutation);
    if (event === undefined || isUnfit(event, around)) continue;
    isRefused = false;
    const seen = await look(subject, event, around);
    if (seen.noticed) return {field, kind, verdict: 'noticed', by: subject.unit?.manifest.title ?? ''};
    change ??= seen.change;
  }
  if (isRefused) return {field, kind, verdict: 'refused'};
  return change === undefined ? {field, kind, verdict: 'harmless'} : {field, kind, verdict: 'unnoticed', change};
}

/** Such an event is kept as a dead letter (JW4004). */
function isUnfit(event: JsonObject, {template, library}: Around): boolean {
  const schema = sourceSchema(template.manifest, library);
  return schema !== undefined && validateAgainst(schema, own(event, 'data') ?? null).length > 0;
}

async function look(
  subject: Subject,
  event: JsonObject,
  {template, library}: Around,
): Promise<{noticed: boolean; change?: string}> {
  const mapping = mapEvent(event, template.manifest, {library, now: subject.now});
  const [first] = differences(subject.mapping, mapping, 'exact');
  const mapped = first && `${first.path}: ${first.text}`;
  const {unit} = subject;
  if (!unit) return {noticed: false, ...(mapped !== undefined && {change: mapped})};
  const {ok, requests} = await play({...unit, manifest: {...unit.manifest, event}}, library);
  if (!ok) return {noticed: true};
  const other = requests.find((request, i) => request !== subject.requests[i]);
  const change = mapped ?? other ?? (requests.length < subject.requests.length ? 'fewer requests' : undefined);
  return {noticed: false, ...(change !== undefined && {change})};
}
