/** Criteria of a template: read once, evaluated per event, every row with its value. Must never let a fault pass for a no. */
import type {CriterionResult} from '../engine/run.ts';
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluate, evaluateJson, evaluateTest, OMIT, type Scope} from '../expressions/evaluate.ts';
import type {Criterion, PathRow, TestRow} from '../generated/types.ts';
import type {Json} from '../values/json.ts';
import {operators} from './operators.ts';

export interface Roots {
  readonly scope: Scope;
  /** The same with sensitive values masked, for what is stored and shown. */
  readonly shown: Scope;
  readonly now: number;
}

export interface Verdict {
  readonly rows: readonly CriterionResult[];
  /** The first row that did not hold, or could not be evaluated; absent when all hold. */
  readonly because?: string;
  readonly fault?: JobwireError;
}

interface Row {
  readonly name: string;
  readonly label: string;
  evaluate(roots: Roots): RowResult;
}

interface RowResult {
  readonly held: boolean;
  readonly value?: Json;
  /** Rows inside an `any`. */
  readonly inner?: readonly CriterionResult[];
}

export type Criteria = (roots: Roots) => Verdict;

export function compileCriteria(criteria: readonly Criterion[] = []): Criteria {
  const rows = criteria.map((row, i) => compileRow(row, `criteria[${i}]`));
  return (roots) => judge(rows, roots);
}

/** All rows are shown; the first that does not hold decides, so a fault behind it changes nothing. */
function judge(rows: readonly Row[], roots: Roots): Verdict {
  const results: CriterionResult[] = [];
  let because: string | undefined;
  let fault: JobwireError | undefined;
  for (const row of rows) {
    const {result, inner, error} = evaluateRow(row, roots);
    results.push(...inner, result);
    if (result.held || because !== undefined) continue;
    because = row.name;
    fault = error;
  }
  return {rows: results, ...(because !== undefined && {because}), ...(fault && {fault})};
}

interface Evaluated {
  readonly result: CriterionResult;
  readonly inner: readonly CriterionResult[];
  readonly error?: JobwireError;
}

function evaluateRow({name, label, evaluate}: Row, roots: Roots): Evaluated {
  try {
    const {held, value, inner = []} = evaluate(roots);
    return {result: {row: name, label, held, ...(value !== undefined && {value: shorten(value)})}, inner};
  } catch (thrown) {
    const error = fail('JW5001', {row: `${name} (${label})`, problem: asJobwireError(thrown).message}, {cause: thrown});
    return {result: {row: name, label, held: false}, inner: [], error};
  }
}

function compileRow(row: Criterion, name: string): Row {
  if ('any' in row) return compileAny(row.any, name);
  return 'test' in row ? compileTest(row, name) : compilePath(row, name);
}

function compileTest({test, label}: TestRow, name: string): Row {
  return {
    name,
    label: label ?? (typeof test === 'string' ? test : JSON.stringify(test)),
    evaluate: ({scope}) => ({held: evaluateTest(test, scope)}),
  };
}

/** One row that holds is enough; without one, a row that cannot be evaluated leaves the answer open. */
function compileAny(inner: readonly (PathRow | TestRow)[], name: string): Row {
  const rows = inner.map((row, i) => compileRow(row, `${name}.any[${i}]`));
  return {
    name,
    label: 'any',
    evaluate(roots) {
      const evaluated = rows.map((row) => evaluateRow(row, roots));
      const held = evaluated.some(({result}) => result.held);
      const faulty = evaluated.find(({error}) => error)?.error;
      if (!held && faulty) throw faulty;
      return {held, inner: evaluated.map(({result}) => result)};
    },
  };
}

function compilePath(row: PathRow, name: string): Row {
  const {path, op, value, ignoreCase = false, absent = 'fault'} = row;
  const expression = `{{optional ${path}}}`;
  const asksForAbsence = op === 'exists' || op === 'missing';
  return {
    name,
    label: row.label ?? (asksForAbsence ? `${path} ${op}` : `${path} ${op} ${JSON.stringify(value)}`),
    evaluate({scope, shown, now}) {
      const actual = read(expression, scope);
      const display = shown === scope ? actual : read(expression, shown);
      const value_ = display === undefined ? {} : {value: display};
      if (asksForAbsence) return {held: (actual === undefined) === (op === 'missing'), ...value_};
      if (actual === undefined) {
        if (absent === 'no-match') return {held: false};
        throw fail('JW2101', {path});
      }
      return {held: operators[op]({actual, expected: evaluateJson(value ?? null, scope), ignoreCase, now}), ...value_};
    },
  };
}

/** Undefined where the path leads nowhere, or to null. */
function read(expression: string, scope: Scope): Json | undefined {
  const value = evaluate(expression, scope);
  return value === OMIT || value === null ? undefined : (value as Json);
}

const longest = 300;

/** What a person needs to see of a value; the event itself keeps all of it. */
function shorten(value: Json): Json {
  if (typeof value === 'string') return value.length > longest ? `${value.slice(0, longest)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : value;
}
