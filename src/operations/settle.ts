/** One look at the target: did a write of unclear outcome happen (language reference, section 4.5)? Must never send a write. */
import {asJobwireError, fail} from '../errors/jobwire-error.ts';
import {evaluate, evaluateTest, OMIT} from '../expressions/evaluate.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import type {LiveConnection} from './connection.ts';
import {execute} from './execute.ts';
import {evaluateEach} from './lookup.ts';
import {createMask, maskError} from './mask.ts';
import {evaluatePresent} from './output.ts';
import type {Log} from './trace.ts';

export type Settled =
  | {readonly kind: 'done'; readonly output: Json}
  | {readonly kind: 'none'}
  /** `rest`: parameters that send only what is missing. */
  | {readonly kind: 'partial'; readonly found: Json; readonly rest?: JsonObject}
  | {readonly kind: 'refused'; readonly why: string};

export interface Settling {
  readonly connection: LiveConnection;
  readonly operation: string;
  /** Of the first sending. */
  readonly params: JsonObject;
  readonly log?: Log | undefined;
}

/** Errors: those of the read, with its outcome; an expression that cannot be evaluated has outcome fail. */
export async function settleOnce(settling: Settling): Promise<Settled> {
  const mask = createMask(settling.connection.redactor);
  try {
    return await look(settling, mask);
  } catch (error) {
    throw maskError(asJobwireError(error), mask);
  }
}

async function look(
  {connection, operation: name, params, log}: Settling,
  mask: ReturnType<typeof createMask>,
): Promise<Settled> {
  const operation = connection.operation(name);
  const {settle} = operation.manifest;
  if (settle === undefined) return {kind: 'refused', why: `operation ${name} has no settle`};
  for (const secret of operation.params.secret) mask.hide(params[secret]);
  const scope = {params, connection: connection.config, prepared: await connection.prepared(log)};
  if (settle.when !== undefined && !evaluateTest(settle.when, scope))
    return {kind: 'refused', why: `settle.when of operation ${name} is false: the target cannot be asked for it`};
  const asked = {
    connection,
    operation: settle.call,
    params: evaluateEach(settle.with, scope),
    log,
    mask,
    step: 'settle',
  };
  if (connection.operation(settle.call).write)
    throw fail('JW1011', {problem: `settle of ${name} calls the write ${settle.call}`}, {outcome: 'fail'});
  const result = await execute(asked);
  const roots = {...scope, result};
  if (evaluateTest(settle.done, roots))
    return {
      kind: 'done',
      output: settle.output === undefined ? result : evaluatePresent(settle.output, roots, 'settle.output'),
    };
  if (isEmpty(result)) return {kind: 'none'};
  const rest = settle.rest === undefined ? OMIT : evaluate(settle.rest, roots);
  return {kind: 'partial', found: result, ...(isObject(rest) && {rest: {...params, ...rest}})};
}

function isEmpty(result: Json): boolean {
  if (result === null || result === '') return true;
  if (Array.isArray(result)) return result.length === 0;
  return isObject(result) && Object.keys(result).length === 0;
}
