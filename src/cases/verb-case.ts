/** Cases of a job verb: status, stop, output … are called for one job or a list, as the command line would. */
import type {JobState} from '../engine/run.ts';
import {stateOf} from '../engine/track.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Connector, JobKind, JobVerb} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {withDefaults} from '../manifest/validate.ts';
import type {LiveConnection} from '../operations/connection.ts';
import {runProcedure} from '../operations/procedure.ts';
import type {Log} from '../operations/trace.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {objectOf, observe} from './call-case.ts';
import type {CaseUnit, Observed} from './case-file.ts';
import {connectionId} from './connections.ts';
import type {Stage} from './stage.ts';

/** Flags of the runtime, beside those a verb declares for itself. */
const flags: Readonly<Record<string, JsonObject>> = {stop: {force: false}};

export async function runVerb(of: {job: string; verb: string}, {manifest}: CaseUnit, stage: Stage): Promise<Observed> {
  const connection = stage.connection(connectionId);
  const kind = connection.connector.jobs?.[of.job];
  if (!kind) throw fail('JW1004', {what: 'job kind', name: of.job});
  const verb = verbOf(kind, of);
  const jobs = [manifest.job ?? []].flat() as Json[];
  const observed = await observe(stage, (log) =>
    callVerb(verb, {
      jobs,
      connection,
      log,
      input: inputOf(verb, of.verb, {given: manifest.input, connector: connection.connector}),
    }),
  );
  const rows = jobRows(of.verb, observed.output);
  return rows.length === 0 ? observed : {...observed, jobs: rows.map((row) => withState(kind, row))};
}

function verbOf(kind: JobKind, {job, verb}: {job: string; verb: string}): JobVerb {
  const declared: unknown = Object.hasOwn(kind, verb) ? kind[verb as keyof JobKind] : undefined;
  if (!isObject(declared) || !('call' in declared || 'steps' in declared || 'lookup' in declared))
    throw fail('JW3202', {kind: job, verb});
  return declared as JobVerb;
}

function inputOf(verb: JobVerb, name: string, {given, connector}: {given: unknown; connector: Connector}): JsonObject {
  const schema = verb.input === undefined ? {type: 'object'} : resolveSchema(verb.input, connector);
  return {...flags[name], ...withDefaults(schema, objectOf(given))};
}

interface Calling {
  readonly jobs: readonly Json[];
  readonly input: JsonObject;
  readonly connection: LiveConnection;
  readonly log: Log;
}

/** In chunks of `batch`, or job by job; a verb without a job is called once. Lists are joined. */
async function callVerb(verb: JobVerb, {jobs, input, connection, log}: Calling): Promise<Json | undefined> {
  const call = (roots: JsonObject): Promise<Json | undefined> =>
    runProcedure(verb, {...roots, input}, {connection, log});
  const {batch} = verb;
  if (jobs.length === 0) return call({});
  if (batch === undefined) {
    const outputs: (Json | undefined)[] = [];
    for (const job of jobs) outputs.push(await call({job}));
    return jobs.length === 1 ? outputs[0] : outputs.map((output) => output ?? null);
  }
  const outputs: (Json | undefined)[] = [];
  for (let i = 0; i < jobs.length; i += batch) outputs.push(await call({jobs: jobs.slice(i, i + batch)}));
  return outputs.every((output) => Array.isArray(output)) ? outputs.flat() : outputs[0];
}

/** The rows of an answer that speak of jobs. */
function jobRows(verb: string, output: Json | undefined): JsonObject[] {
  if (verb === 'status' || verb === 'list') return [output ?? []].flat().filter(isObject);
  const jobs = verb === 'restart' ? own(output ?? null, 'jobs') : undefined;
  return Array.isArray(jobs) ? jobs.filter(isObject) : [];
}

/** The row with `state` in Jobwire's words and the target's as `raw`. */
function withState(kind: JobKind, row: JsonObject): JsonObject {
  const raw = [own(row, 'state') ?? []]
    .flat()
    .filter((part) => part !== null)
    .map(String)
    .join('/');
  if (raw === '') return row;
  const state: JobState = stateOf(kind, raw) ?? 'unknown';
  return {...row, state, raw};
}
