/** The value of a good answer: its items or its output, checked against the schema. Must never accept a value that does not fit. */
import {fail} from '../errors/jobwire-error.ts';
import {evaluate, OMIT, type Scope} from '../expressions/evaluate.ts';
import {describeRequest} from '../http/redirect.ts';
import {validateAgainst} from '../manifest/validate.ts';
import type {Json} from '../values/json.ts';
import type {PreparedOperation} from './operation.ts';

/** Errors: JW2xxx of the expressions, JW3006 when a list is no list or the value does not fit its schema. */
export function outputOf(operation: PreparedOperation, request: {method: string; url: string}, scope: Scope): Json {
  const {items, output = '{{response.body}}'} = operation.manifest.response ?? {};
  const value = evaluatePresent(items ?? output, scope, items === undefined ? 'response.output' : 'response.items');
  const unusable = (problem: string) => fail('JW3006', {request: describeRequest(request), problem});
  if (items !== undefined && !Array.isArray(value)) throw unusable('response.items is not a list');
  if (operation.schema === undefined) return value;
  const parts = items === undefined ? [value] : (value as Json[]);
  for (const [i, part] of parts.entries()) {
    const [problem] = validateAgainst(operation.schema, part);
    if (problem === undefined) continue;
    const place = `${items === undefined ? 'the output' : `item ${i}`}${problem.pointer === '' ? '' : ` at ${problem.pointer}`}`;
    throw unusable(`${place} does not fit response.schema: ${problem.message}`);
  }
  return value;
}

/** A value that must be there (JW2101 when it is left out as a whole); bytes pass as they are. */
export function evaluatePresent(value: unknown, scope: Scope, what: string): Json {
  const result = evaluate(value, scope);
  if (result === OMIT) throw fail('JW2101', {path: `value of ${what}`});
  return result as Json;
}
