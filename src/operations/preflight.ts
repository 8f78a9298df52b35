/** Asks the target whether the write of an action would go well (language reference, section 6.2). Must never write. */
import type {Scope} from '../expressions/evaluate.ts';
import type {Action} from '../generated/types.ts';
import {isObject, type JsonObject} from '../values/json.ts';
import type {LiveConnection} from './connection.ts';
import {runProcedure} from './procedure.ts';
import type {Log} from './trace.ts';

export interface Preflight {
  /** Absent when the target could not be asked. */
  readonly valid?: boolean;
  readonly problems: readonly string[];
  readonly note?: string;
}

export interface PreflightOptions {
  readonly connection: LiveConnection;
  /** Parameters of the unsafe write; undefined when the plan did not come to it. */
  readonly write: JsonObject | undefined;
  readonly log?: Log;
}

/** Errors: those of the reads. */
export async function runPreflight(
  {preflight}: Action,
  roots: Scope,
  {connection, write, log}: PreflightOptions,
): Promise<Preflight> {
  if (preflight === undefined) return {problems: [], note: 'this action cannot be validated by its target'};
  if (write === undefined)
    return {problems: [], note: 'the plan did not come to the write, so there is nothing to validate'};
  const verdict = await runProcedure(preflight, {...roots, write}, {connection, log, mode: 'plan'});
  const {valid, problems, note} = isObject(verdict) ? verdict : {};
  return {
    ...(typeof valid === 'boolean' && {valid}),
    problems: Array.isArray(problems) ? problems.map(String) : [],
    ...(typeof note === 'string' && {note}),
  };
}
