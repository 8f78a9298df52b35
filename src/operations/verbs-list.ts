/** Jobs as the `list` verb gives them, read only as far as they are wanted. Must never read a page nobody asked for. */
import {fail} from '../errors/jobwire-error.ts';
import type {JobKind, JobVerb} from '../generated/types.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {evaluateEach} from './lookup.ts';
import {createMask} from './mask.ts';
import {evaluatePresent} from './output.ts';
import {PagesCut} from './paginate.ts';
import {readRows} from './rows.ts';
import {type JobTarget, kindOf, runVerb, verbOf} from './verbs.ts';
import {inputSchema, prepareVerbInput, propertyOf} from './verbs-input.ts';
import type {JobRef} from './verbs-refs.ts';
import {type JobState, stateOf} from './verbs-states.ts';
import {statusOf} from './verbs-status.ts';

export interface ListedJob {
  readonly ref: JobRef;
  /** `unknown` for a word that is not in the job kind's table. */
  readonly state: JobState;
  /** The target's own word. */
  readonly raw?: string;
  readonly title?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export interface JobList {
  readonly jobs: readonly ListedJob[];
  /** There are more than were wanted, or there may be: a target that is asked for a number of jobs does not say. */
  readonly more: boolean;
}

export const usualLimit = 100;

/** Inputs by which a verb takes the wanted number itself. */
const limitInputs = ['limit', 'top'];

/**
 * At most `limit` jobs. A verb that takes the number itself (input `limit` or `top`) is told; of any other, pages are read until there
 * are enough. Errors: as runVerb.
 */
export async function listJobs(target: JobTarget, given: JsonObject = {}, limit?: number): Promise<JobList> {
  const {connection, kind: name} = target;
  const kind = kindOf(connection.connector.jobs, name);
  const verb = verbOf(kind, 'list', {kind: name, connector: connection.connector.id});
  const schema = inputSchema(verb, 'list', connection.connector);
  const own = limitInputs.find((input) => propertyOf(schema, input));
  if (own !== undefined) {
    const input = prepareVerbInput(schema, limit === undefined ? given : {...given, [own]: limit});
    const [answer] = await runVerb({...target, verb: 'list', input});
    const jobs = readList(kind, answer?.output);
    return {jobs, more: jobs.length > 0 && jobs.length >= Number(input[own] ?? Number.POSITIVE_INFINITY)};
  }
  const wanted = limit ?? usualLimit;
  const {rows, more} = await readSome(target, {verb, input: prepareVerbInput(schema, given), wanted});
  const jobs = readList(kind, rows);
  return {jobs: jobs.slice(0, wanted), more: more || jobs.length > wanted};
}

interface Wanted {
  readonly verb: JobVerb;
  readonly input: JsonObject;
  readonly wanted: number;
}

/** One call written inline whose operation has pages is read page by page; anything else as the procedure it is. */
async function readSome(target: JobTarget, {verb, input, wanted}: Wanted): Promise<{rows: Json; more: boolean}> {
  const {connection, log} = target;
  const operation = verb.call;
  if (operation === undefined || connection.operation(operation).page === undefined) {
    const [answer] = await runVerb({...target, verb: 'list', input});
    return {rows: answer?.output ?? [], more: false};
  }
  const scope = {input, connection: connection.config, prepared: await connection.prepared(log)};
  const params = evaluateEach(verb.with, scope);
  const mask = createMask(connection.redactor);
  const result: Json[] = [];
  let more = false;
  try {
    for await (const {value} of readRows({connection, operation, params, log, mask, step: 'list'})) {
      result.push(...value);
      more = result.length > wanted;
      if (more) break;
    }
  } catch (error) {
    if (!(error instanceof PagesCut)) throw error;
    more = true;
  }
  return {
    rows: verb.output === undefined ? result : evaluatePresent(verb.output, {...scope, result}, 'the list'),
    more,
  };
}

function readList(kind: JobKind, rows: Json | undefined): ListedJob[] {
  if (!Array.isArray(rows)) throw fail('JW1012', {problem: 'the verb list gives a list'}, {outcome: 'fail'});
  return rows.map((row) => {
    const ref = own(row, 'ref');
    if (!isObject(ref) || own(ref, 'id') === undefined)
      throw fail('JW1012', {problem: 'the verb list gives no ref with an id'}, {outcome: 'fail'});
    const {state: raw, startedAt, endedAt} = statusOf(row);
    const title = own(row, 'title');
    return {
      ref: ref as JobRef,
      state: raw === undefined ? 'unknown' : (stateOf(kind, raw) ?? 'unknown'),
      ...(raw !== undefined && {raw}),
      ...(typeof title === 'string' && {title}),
      ...(startedAt !== undefined && {startedAt}),
      ...(endedAt !== undefined && {endedAt}),
    };
  });
}
