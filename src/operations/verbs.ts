/** Runs a verb of a job kind for jobs of any target: in chunks, job by job or once. Must never send anything for no job at all. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Connector, JobKind, JobVerb} from '../generated/types.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import type {LiveConnection} from './connection.ts';
import {runProcedure} from './procedure.ts';
import type {Log} from './trace.ts';
import {inputSchema, prepareVerbInput} from './verbs-input.ts';
import type {JobRef} from './verbs-refs.ts';

/** How many jobs a verb is about; `maybe`: one, or none where its input says which. */
const about = {
  status: 'jobs',
  list: 'none',
  stop: 'jobs',
  restart: 'jobs',
  resume: 'maybe',
  payload: 'none',
  output: 'jobs',
  log: 'jobs',
  attachments: 'jobs',
  attach: 'jobs',
  download: 'jobs',
} as const;

export type VerbName = keyof typeof about;

export const verbNames = Object.keys(about) as VerbName[];

/** One kind of jobs behind one connection. */
export interface JobTarget {
  readonly connection: LiveConnection;
  /** Name of the job kind. */
  readonly kind: string;
  readonly log?: Log | undefined;
}

export interface VerbCall extends JobTarget {
  readonly verb: VerbName;
  /** Of this kind; see `readRefs`. */
  readonly jobs?: readonly JobRef[];
  readonly input?: JsonObject;
  /** More roots: `cursor` for a log. */
  readonly roots?: JsonObject;
}

/** What one call gave for the jobs it was about; an output may be bytes. */
export interface VerbAnswer {
  readonly jobs: readonly JobRef[];
  readonly output?: Json;
}

/** The job kind of this name, or the only one. Errors: JW1004; JW7101 when there are several and none is named. */
export function chooseKind({id, jobs = {}}: Connector, name?: string): string {
  const names = Object.keys(jobs);
  if (name === undefined && names.length > 1)
    throw fail(
      'JW7101',
      {problem: `connector ${id} has several job kinds`},
      {suggestions: names, hint: `choose one of: ${names.join(', ')}`, outcome: 'fail'},
    );
  const chosen = name ?? names[0];
  if (chosen === undefined)
    throw fail(
      'JW1004',
      {},
      {
        detail: `connector ${id} has no job kinds`,
        hint: 'use a connection to a system that runs jobs',
        owner: 'operator',
        outcome: 'fail',
      },
    );
  kindOf(jobs, chosen);
  return chosen;
}

/** JW1004 when the connector has none of this name. */
export function kindOf(jobs: Connector['jobs'], name: string): JobKind {
  const kind = jobs && Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (!kind)
    throw fail(
      'JW1004',
      {what: 'job kind', name},
      {suggestions: nearest(name, Object.keys(jobs ?? {})), outcome: 'fail'},
    );
  return kind;
}

/** JW3202 when the kind has no such verb. */
export function verbOf(
  kind: JobKind,
  verb: VerbName,
  names: {readonly kind: string; readonly connector: string},
): JobVerb {
  const declared: unknown = Object.hasOwn(kind, verb) ? kind[verb] : undefined;
  if (isObject(declared)) return declared as JobVerb;
  const offered = verbNames.filter((name) => Object.hasOwn(kind, name));
  throw fail(
    'JW3202',
    {kind: names.kind, verb},
    {owner: 'operator', outcome: 'fail', hint: `connector ${names.connector} offers: ${offered.join(', ')}`},
  );
}

export function hasVerb({connection, kind}: JobTarget, verb: VerbName): boolean {
  return Object.hasOwn(kindOf(connection.connector.jobs, kind), verb);
}

/**
 * One answer per call that was made, in order; no jobs, no call. Calls follow each other, and the first failure ends them: what was
 * done before it is done. Errors: JW3202, JW2005 to JW2007 before anything is sent; then those of the procedure, of which UnknownWrite
 * (JW3009) means that a write may have happened.
 */
export async function runVerb(call: VerbCall): Promise<VerbAnswer[]> {
  const {connection, kind: name, log, verb: verbName, jobs = [], roots = {}} = call;
  const {connector} = connection;
  const kind = kindOf(connector.jobs, name);
  const verb = verbOf(kind, verbName, {kind: name, connector: connector.id});
  const input = prepareVerbInput(inputSchema(verb, verbName, connector), call.input ?? {});
  const ask = async (part: readonly JobRef[], own: JsonObject): Promise<VerbAnswer> => {
    const output = await runProcedure(verb, {...roots, ...own, input}, {connection, log});
    return {jobs: part, ...(output !== undefined && {output})};
  };
  if (about[verbName] === 'none' || (about[verbName] === 'maybe' && jobs.length === 0)) return [await ask([], {})];
  const answers: VerbAnswer[] = [];
  for (const part of chunks(jobs, verb.batch ?? 1)) {
    const own: JsonObject = verb.batch === undefined ? {job: part[0] as JobRef} : {jobs: [...part]};
    answers.push(await ask(part, own));
  }
  return answers;
}

export function chunks<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < list.length; i += size) parts.push(list.slice(i, i + size));
  return parts;
}
