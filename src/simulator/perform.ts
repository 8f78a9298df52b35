/** One call of an operation or route, as data says: looked up, refused or done, answered. Must never wait and never send. */
import {JobwireError} from '../errors/jobwire-error.ts';
import {evaluate, evaluateTest, OMIT} from '../expressions/evaluate.ts';
import {validateAgainst} from '../manifest/validate.ts';
import type {Json} from '../values/json.ts';
import {insert, remove, update} from './change.ts';
import type {LetRow, RejectRow} from './format.ts';
import {overLimit} from './limit.ts';
import {announce} from './notice.ts';
import {ODataProblem} from './odata-tokens.ts';
import {concealer, type Reading, read} from './read.ts';
import {type Answer, jsonAnswer, renderReply} from './reply.ts';
import type {PreparedRule, Stage} from './rule.ts';
import {selectRows} from './select.ts';
import type {Item} from './state.ts';
import type {Roots, World} from './world.ts';

/** Everything happens in one go: two requests never see each other half done. */
export function perform(rule: PreparedRule, roots: Roots, world: World): Answer {
  const tooMany = rule.limit === undefined ? undefined : overLimit(rule.limit, roots, world);
  if (tooMany) return tooMany;
  const refusal = firstRefusal(rule.stages, roots, world);
  if (refusal) return refusal;
  const reading = readOrRefuse(rule, roots, world);
  if (reading && 'status' in reading) return reading;
  Object.assign(roots, reading);
  if (rule.remove) remove(rule.remove, roots, world);
  const show = concealer(rule.odata.expand ?? []);
  for (const record of rule.inserts) addTo(roots, 'inserted', insert(record, roots, world).map(show));
  for (const change of rule.updates) addTo(roots, 'updated', update(change, roots, world).map(show));
  announce(rule.notices, roots, world);
  return reply(rule, roots);
}

function addTo(roots: Roots, root: string, items: readonly Item[]): void {
  roots[root] = [...((roots[root] as readonly Item[] | undefined) ?? []), ...items];
}

function firstRefusal(stages: readonly Stage[], roots: Roots, world: World): Answer | undefined {
  for (const {lets, rejects} of stages) {
    for (const row of lets) give(row, roots, world);
    for (const row of rejects) if (refuses(row, roots)) return renderReply(row, roots);
  }
  return undefined;
}

/** A value that is left out and a record that is not there leave the name absent. */
function give(row: LetRow, roots: Roots, world: World): void {
  const names = roots['let'] as Record<string, unknown>;
  if ('value' in row) {
    const value = evaluate(row.value, roots);
    if (value !== OMIT) names[row.name] = value;
    return;
  }
  const found = selectRows(world.state.collection(row.in), row, roots).map(({item}) => item);
  if (row.all) names[row.name] = found;
  else if (found[0]) names[row.name] = found[0];
}

/** Root `problem` says what is wrong with the value. */
function refuses(row: RejectRow, roots: Roots): boolean {
  if (row.when !== undefined && !evaluateTest(row.when, roots)) return false;
  if (row.value === undefined) return true;
  const problem = problemOf(row, roots);
  if (problem !== undefined) roots['problem'] = problem;
  return problem !== undefined;
}

function problemOf({value: slot, schema}: RejectRow, roots: Roots): string | undefined {
  try {
    const value = evaluate(slot, roots);
    if (value === OMIT) return 'a value is missing';
    const [first] = schema === undefined ? [] : validateAgainst(asObject(schema), value as Json);
    return first && `${first.pointer} ${first.message}`.trim();
  } catch (error) {
    if (error instanceof JobwireError && !error.jobwireCode.startsWith('JW9')) return error.message;
    throw error;
  }
}

const nothing = {not: {}};
const anything = {};

function asObject(schema: unknown): object {
  return typeof schema === 'object' && schema !== null ? schema : schema === false ? nothing : anything;
}

function readOrRefuse(rule: PreparedRule, roots: Roots, world: World): Reading | Answer | undefined {
  try {
    return read(rule, roots, world);
  } catch (error) {
    if (!(error instanceof ODataProblem)) throw error;
    roots['problem'] = error.message;
    const {invalid} = rule.odata;
    return invalid ? renderReply(invalid, roots, 400) : jsonAnswer(400, {message: error.message});
  }
}

function reply({replies, otherwise}: PreparedRule, roots: Roots): Answer {
  const {status, body} = otherwise;
  const chosen = replies.find(({when}) => when === undefined || evaluateTest(when, roots));
  if (chosen) return renderReply(chosen, roots, status);
  return body === undefined ? {status, headers: {}, body: new Uint8Array()} : jsonAnswer(status, body);
}
