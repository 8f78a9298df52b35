/** The status of jobs, with as few reads as the connector allows. Must never decide what a status means. */
import {asJobwireError, fail} from '../errors/jobwire-error.ts';
import type {JobKind} from '../generated/types.ts';
import {ExactNumber, isObject, type Json, type JsonObject, own} from '../values/json.ts';
import type {LiveConnection} from './connection.ts';
import {runProcedure} from './procedure.ts';
import type {Log} from './trace.ts';
import {type JobRef, keyOf} from './verbs-refs.ts';

/** One job as its status procedure gives it. */
export interface Status {
  /** The target's own word. */
  readonly state?: string;
  readonly message?: string;
  readonly progress?: Json;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly output?: Json;
  /** The job goes on as another one: its reference, and its kind where that changes. */
  readonly follow?: JsonObject;
}

/** By `keyOf` the id; a job that is not there is not known to the target. */
export type Statuses = ReadonlyMap<string, Status>;

export interface StatusReading {
  readonly connection: LiveConnection;
  readonly kind: JobKind;
  readonly log?: Log | undefined;
}

/** One read: of one job, or of as many as `status.batch` allows. */
export async function readStatus(reading: StatusReading, refs: readonly JobRef[]): Promise<Statuses> {
  return reading.kind.status.batch === undefined ? readOne(reading, refs[0] as JobRef) : readMany(reading, refs);
}

async function readMany({connection, kind, log}: StatusReading, refs: readonly JobRef[]): Promise<Statuses> {
  const rows = await runProcedure(kind.status, {jobs: refs}, {connection, log});
  if (!Array.isArray(rows)) throw fail('JW1012', {problem: 'a status with batch gives a list'}, {outcome: 'fail'});
  const found = new Map<string, Status>();
  for (const row of rows) {
    const id = own(row, 'id');
    if (typeof id === 'string' || typeof id === 'number' || id instanceof ExactNumber)
      found.set(keyOf(id), statusOf(row));
  }
  return found;
}

/** A target that answers "not found" has answered. */
async function readOne({connection, kind, log}: StatusReading, ref: JobRef): Promise<Statuses> {
  try {
    const answer = await runProcedure(kind.status, {job: ref}, {connection, log});
    return new Map([[keyOf(ref.id), statusOf(answer ?? null)]]);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    if (error.jobwireCode === 'JW3016') return new Map();
    throw error;
  }
}

export function statusOf(row: Json): Status {
  const state = stateText(own(row, 'state'));
  const output = own(row, 'output');
  const progress = own(row, 'progress');
  const follow = own(row, 'follow');
  return {
    ...(state !== undefined && {state}),
    ...textsOf(row, ['message', 'startedAt', 'endedAt']),
    ...(progress !== undefined && progress !== null && {progress}),
    ...(output !== undefined && output !== null && {output}),
    ...(isObject(follow) && {follow}),
  };
}

/** The present parts of a list are joined; numbers become text. */
function stateText(state: Json | undefined): string | undefined {
  const parts = (Array.isArray(state) ? state : [state]).filter((part) => part !== undefined && part !== null);
  if (parts.length === 0) return undefined;
  if (parts.some((part) => isObject(part) || Array.isArray(part)))
    throw fail('JW2007', {problem: 'the state of a job is text, a number or a list of them'}, {outcome: 'fail'});
  return parts.map(String).join('/');
}

function textsOf<K extends string>(row: Json, names: readonly K[]): Partial<Record<K, string>> {
  const texts: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = own(row, name);
    if (value !== undefined && value !== null && !isObject(value) && !Array.isArray(value)) texts[name] = String(value);
  }
  return texts;
}
