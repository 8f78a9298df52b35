/** One step of a procedure, by its kind: a call, a lookup, a coercion, a value or a refusal. Must never run a step twice. */
import {fail} from '../errors/jobwire-error.ts';
import {evaluateJson, evaluateText, type Scope} from '../expressions/evaluate.ts';
import type {Step} from '../generated/types.ts';
import {isObject, type Json, type JsonObject, own, sameJson, stringifyJson} from '../values/json.ts';
import {andThen} from './at-once.ts';
import type {Mode} from './call.ts';
import {coerceStrictly} from './coerce.ts';
import type {LiveConnection} from './connection.ts';
import {execute} from './execute.ts';
import {evaluateEach, find} from './lookup.ts';
import type {Mask} from './mask.ts';
import {evaluatePresent} from './output.ts';
import {attempt} from './response.ts';
import type {Log} from './trace.ts';

/** Parameters of a write that may not be doubled: the engine decides when it is sent. */
export interface UnsafeCall {
  readonly operation: string;
  readonly params: JsonObject;
}

export interface StepContext {
  readonly connection: LiveConnection;
  readonly mask: Mask;
  readonly log?: Log | undefined;
  readonly mode: Mode;
  readonly label: string;
  /** Told about the unsafe write before it is sent, and asked to send it. */
  send(call: UnsafeCall, direct: () => Promise<Json>): Promise<Json>;
  /** Told about each lookup that was answered from the cache. */
  remember(lookup: string, drop: () => void): void;
}

type Kind = 'call' | 'lookup' | 'coerce' | 'set' | 'fail';

type Act = (step: Step, scope: Scope, context: StepContext) => Json | Promise<Json>;

/** What waits for nothing answers at once: actions have many steps, and most of them only compute. */
const kinds: {readonly [K in Kind]: Act} = {
  call(step, scope, context) {
    const {connection, log, mode, mask, label} = context;
    const operation = step.call ?? '';
    const params = evaluateEach(step.with, scope);
    const direct = () => execute({connection, operation, params, log, mode, mask, step: label});
    const {repeatable} = connection.operation(operation);
    return repeatable ? direct() : context.send({operation, params}, direct);
  },
  lookup(step, scope, context) {
    const {connection, log, mode, mask, label} = context;
    const lookup = step.lookup ?? '';
    const params = evaluateEach(step.with, scope);
    return andThen(find({connection, lookup, params, log, mode, mask, step: label}), ({value, drop}) => {
      if (drop) context.remember(lookup, drop);
      return value;
    });
  },
  coerce(step, scope, context) {
    const value = evaluateJson(step.coerce, scope);
    if (!isObject(value)) throw fail('JW2007', {problem: `step ${context.label} coerces an object`});
    const rules = {unknown: step.unknown, missing: step.missing};
    const coerced = coerceStrictly(value, evaluateJson(step.to, scope), rules);
    logCoercion(context, value, coerced);
    return coerced.value;
  },
  set: (step, scope, {label}) => evaluatePresent(step.set, scope, `step ${label}`),
  fail({fail: refusal}, scope) {
    const {code = '', owner = 'operator', message, hint} = refusal ?? {};
    const shownHint = hint === undefined ? undefined : attempt(() => evaluateText(hint, scope));
    throw fail(
      'JW3114',
      {problem: evaluateText(message, scope)},
      {authorCode: code, owner, outcome: 'fail', ...(shownHint !== undefined && {hint: shownHint})},
    );
  },
};

const kindNames = Object.keys(kinds) as Kind[];

/** A step with what is the same whenever it runs. */
export interface PreparedStep {
  readonly step: Step;
  readonly index: number;
  readonly label: string;
  readonly act: Act | undefined;
}

export function prepareStep(step: Step, index: number): PreparedStep {
  const kind = kindNames.find((name) => step[name] !== undefined);
  const label = step.id ?? step.call ?? step.lookup ?? `step ${index + 1}`;
  return {step, index, label, act: kind && kinds[kind]};
}

/** The step's result: of each item where it has `each`, after its own `output`. */
export function runStep({step, act}: PreparedStep, scope: Scope, context: StepContext): Json | Promise<Json> {
  if (act === undefined) throw fail('JW1002', {problem: `step ${context.label} does nothing`});
  return step.each === undefined ? runOnce(act, step, {scope, context}) : runEach(act, step, {scope, context});
}

interface Place {
  readonly scope: Scope;
  readonly context: StepContext;
}

function runOnce(act: Act, step: Step, place: Place): Json | Promise<Json> {
  return andThen(act(step, place.scope, place.context), (result) => shaped(step, result, place));
}

async function runEach(act: Act, step: Step, {scope, context}: Place): Promise<Json> {
  const list = evaluateJson(step.each, scope);
  if (!Array.isArray(list)) throw fail('JW2007', {problem: `each of step ${context.label} takes a list`});
  const results: Json[] = [];
  for (const item of list) {
    const roots = step.as === undefined ? scope : {...scope, [step.as]: item};
    results.push(await runOnce(act, step, {scope: roots, context}));
  }
  return results;
}

/** `output` replaces the result of a call or lookup. */
export function shaped(
  step: Step,
  result: Json,
  {scope, context}: {readonly scope: Scope; readonly context: Pick<StepContext, 'label'>},
): Json {
  return step.output === undefined
    ? result
    : evaluatePresent(step.output, {...scope, result}, `the output of step ${context.label}`);
}

/** One line for what changed and one for each warning, so that nobody has to guess why a target got text for a number. */
function logCoercion(
  {log, connection, mask, label}: StepContext,
  before: JsonObject,
  after: ReturnType<typeof coerceStrictly>,
): void {
  if (log === undefined) return;
  const at = connection.clock.now();
  const changes: string[] = [];
  for (const name of Object.keys(before)) noteChange(changes, name, [own(before, name), own(after.value, name)]);
  for (const name of Object.keys(after.value))
    if (!Object.hasOwn(before, name)) noteChange(changes, name, [undefined, own(after.value, name)]);
  const what =
    changes.length === 0 ? 'arguments fit as they are' : changes.map((change) => mask.text(change)).join(', ');
  log({at, step: label, what});
  for (const error of after.issues) log({at, step: label, what: mask.text(`${error.code}: ${error.detail}`), error});
}

function noteChange(changes: string[], name: string, [from, to]: readonly [Json | undefined, Json | undefined]): void {
  if (from !== undefined && to !== undefined && sameJson(from, to)) return;
  changes.push(`${name} ${show(from)} → ${show(to)}`);
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = stringifyJson(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
