/** Runs the action of a task: all of it, or only the steps after its write. */

import {prepareInput} from '../operations/input.ts';
import {createMask, sensitiveIn} from '../operations/mask.ts';
import {runProcedure, type UnsafeCall} from '../operations/procedure.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {inputOf, type Task} from './task.ts';

/** What an action gave. */
export interface Done {
  readonly output?: Json;
  /** For an action whose target gives no job ids: with what to look for the jobs. */
  readonly correlate?: JsonObject;
}

export interface Way {
  /** Sends the unsafe write instead of the procedure. */
  readonly unsafe?: (call: UnsafeCall) => Promise<Json>;
  readonly from?: {readonly step: number; readonly steps: JsonObject; readonly value: Json};
}

export async function runAction(task: Task, way: Way): Promise<Done> {
  const {action, connection, scope, log} = task;
  const input = prepareInput(action, inputOf(task), connection);
  task.learned.input = shown(task, input);
  const roots = {...scope, input};
  if (!action.correlate || task.policy.wait === false) {
    const output = await runProcedure(action, roots, {connection, log, ...way});
    return output === undefined ? {} : {output};
  }
  // The parameters are made while the results of the steps are at hand; the lookup itself is repeated later.
  const value = action.output ?? (action.steps ? undefined : '{{result}}');
  const both = {...(value !== undefined && {value}), with: action.correlate.with ?? {}};
  const answer = await runProcedure({...action, output: both}, roots, {connection, log, ...way});
  const output = own(answer, 'value');
  const correlate = own(answer, 'with');
  return {...(output !== undefined && {output}), correlate: isObject(correlate) ? correlate : {}};
}

/** As it may be stored: without secrets and without what the schema calls sensitive. */
function shown({action, connection}: Task, input: JsonObject): Json {
  const mask = createMask(connection.redactor);
  mask.hide(sensitiveIn(action.input as JsonObject, input));
  return mask.json(input);
}
