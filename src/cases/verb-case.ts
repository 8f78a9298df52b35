/** Cases of a job verb: status, stop, output … are called for one job or a list, as the command line would. */
import {fail} from '../errors/jobwire-error.ts';
import type {JobKind} from '../generated/types.ts';
import {runVerb as callVerb, kindOf, type VerbAnswer, type VerbName} from '../operations/verbs.ts';
import type {JobRef} from '../operations/verbs-refs.ts';
import {stateOf} from '../operations/verbs-states.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {objectOf, observe} from './call-case.ts';
import type {CaseUnit, Observed} from './case-file.ts';
import {connectionId} from './connections.ts';
import type {Stage} from './stage.ts';

export async function runVerb(of: {job: string; verb: string}, {manifest}: CaseUnit, stage: Stage): Promise<Observed> {
  const connection = stage.connection(connectionId);
  const kind = kindOf(connection.connector.jobs, of.job);
  if (!Object.hasOwn(kind, of.verb)) throw fail('JW3202', {kind: of.job, verb: of.verb});
  const jobs = [manifest.job ?? []].flat() as JobRef[];
  const call = {connection, kind: of.job, verb: of.verb as VerbName, jobs, input: objectOf(manifest.input)};
  const observed = await observe(stage, async (log) => joined(await callVerb({...call, log})));
  const rows = jobRows(of.verb, observed.output);
  return rows.length === 0 ? observed : {...observed, jobs: rows.map((row) => withState(kind, row))};
}

/** Lists of chunks are joined; several jobs give a list of what each gave. */
function joined(answers: readonly VerbAnswer[]): Json | undefined {
  const outputs = answers.map(({output}) => output);
  if (outputs.length > 1 && outputs.every((output) => Array.isArray(output))) return outputs.flat();
  return outputs.length > 1 ? outputs.map((output) => output ?? null) : outputs[0];
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
  return {...row, state: stateOf(kind, raw) ?? 'unknown', raw};
}
