/** Steps in order, each reading what those before it gave (language reference, section 6.1). Must never send an unsafe write a second time. */
import {asJobwireError, JobwireError} from '../errors/jobwire-error.ts';
import {evaluateTest, type Scope} from '../expressions/evaluate.ts';
import type {Procedure, Step} from '../generated/types.ts';
import {remembered} from '../manifest/memo.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import type {Mode} from './call.ts';
import type {LiveConnection} from './connection.ts';
import {createMask, type Mask, maskError, sensitiveIn} from './mask.ts';
import {evaluatePresent} from './output.ts';
import {PlanStop} from './plan.ts';
import {type PreparedStep, prepareStep, runStep, type StepContext, shaped, type UnsafeCall} from './step.ts';
import type {Log} from './trace.ts';

export type {UnsafeCall} from './step.ts';

/** The one unsafe write of a procedure may have happened: what is needed to ask the target, or to go on after it. */
export class UnknownWrite extends JobwireError {
  readonly write: {
    readonly step: number;
    readonly operation: string;
    readonly params: JsonObject;
    /** Results of the steps before it, masked as their operations say. */
    readonly steps: JsonObject;
  };
  constructor(error: JobwireError, write: UnknownWrite['write']) {
    super(error.jobwireCode, {}, {...error.extra, detail: error.message, cause: error});
    this.write = write;
  }
}

export interface ProcedureOptions {
  readonly connection: LiveConnection;
  readonly log?: Log | undefined;
  readonly mode?: Mode | undefined;
  /** Sends the unsafe write instead of us. */
  readonly unsafe?: ((call: UnsafeCall) => Promise<Json>) | undefined;
  /** Told about the unsafe write that a plan withholds. */
  readonly withheld?: ((call: UnsafeCall) => void) | undefined;
  /** Goes on after this step, whose call gave `value`. */
  readonly from?: {readonly step: number; readonly steps: JsonObject; readonly value: Json} | undefined;
}

/**
 * The output; undefined for steps without one, and where a plan stops (its log says so). Errors: JobwireError with outcome,
 * UnknownWrite.
 */
export async function runProcedure(
  procedure: Procedure,
  roots: Scope,
  options: ProcedureOptions,
): Promise<Json | undefined> {
  try {
    return await walkProcedure(procedure, roots, options);
  } catch (error) {
    if (error instanceof PlanStop) return undefined;
    throw error;
  }
}

/** The same, throwing PlanStop where a plan stops. */
export async function walkProcedure(
  procedure: Procedure,
  roots: Scope,
  options: ProcedureOptions,
): Promise<Json | undefined> {
  const mask = createMask(options.connection.redactor);
  hideInput(procedure, roots, mask);
  const run: Run = {procedure, roots, options, mask, stale: [], sent: options.from !== undefined};
  try {
    return await runSteps(run);
  } catch (error) {
    if (!isStale(run, error)) throw shown(error, mask);
    return rerun(run);
  }
}

interface Run {
  readonly procedure: Procedure;
  readonly roots: Scope;
  readonly options: ProcedureOptions;
  readonly mask: Mask;
  /** Lookups answered from the cache, with the codes that tell they are out of date. */
  readonly stale: {readonly lookup: string; readonly codes: readonly string[]; readonly drop: () => void}[];
  /** The unsafe write has succeeded, or nobody knows. */
  sent: boolean;
}

async function runSteps(run: Run): Promise<Json | undefined> {
  const {procedure, roots, options} = run;
  const {connection, from, log} = options;
  const results: JsonObject = {...from?.steps};
  const prepared = connection.prepared(log);
  const scope = {
    ...roots,
    connection: connection.config,
    prepared: prepared instanceof Promise ? await prepared : prepared,
    steps: results,
  };
  const steps = stepsOf(procedure);
  for (let index = from?.step ?? 0; index < steps.length; index++) {
    const next = steps[index] as PreparedStep;
    const {step} = next;
    const resumed = from?.step === index ? from.value : undefined;
    if (resumed === undefined && step.when !== undefined && !evaluateTest(step.when, scope)) continue;
    // Waiting for what is there would cost more than most steps do.
    const settled = settleStep(new Turn(run, next, results), scope, resumed);
    const result = settled instanceof Promise ? await settled : settled;
    if (procedure.steps === undefined) return result;
    if (step.id !== undefined) results[step.id] = result;
  }
  return procedure.output === undefined ? undefined : evaluatePresent(procedure.output, scope, 'the output');
}

/** By the list of steps, or the procedure that is its only step. */
const preparedSteps = new WeakMap<object, readonly PreparedStep[]>();

function stepsOf(procedure: Procedure): readonly PreparedStep[] {
  const {steps = [procedure as Step]} = procedure;
  return remembered(preparedSteps, procedure.steps ?? procedure, () => steps.map(prepareStep));
}

/** The step's result, or what `onError` puts in its place. */
function settleStep(turn: Turn, scope: Scope, resumed: Json | undefined): Json | Promise<Json> {
  const {prepared} = turn;
  try {
    if (resumed !== undefined) return shaped(prepared.step, resumed, {scope, context: turn});
    const result = runStep(prepared, scope, turn);
    return result instanceof Promise ? result.catch((error) => replaced(prepared, scope, error)) : result;
  } catch (error) {
    return replaced(prepared, scope, error);
  }
}

/** A write of unclear outcome is never explained away. */
function replaced({step, label}: PreparedStep, scope: Scope, thrown: unknown): Json {
  if (thrown instanceof PlanStop) throw thrown;
  const error = asJobwireError(thrown);
  const known = step.onError?.codes.some((code) => code === error.code || code === error.jobwireCode);
  if (!known || step.onError === undefined || error.extra.outcome === 'unknown') throw error;
  return evaluatePresent(step.onError.output, scope, `onError of step ${label}`);
}

/** One step of a run: what it may use, and how the one unsafe write is sent. */
class Turn implements StepContext {
  readonly prepared: PreparedStep;
  readonly connection: LiveConnection;
  readonly mask: Mask;
  readonly log: Log | undefined;
  readonly mode: Mode;
  readonly label: string;
  readonly #run: Run;
  readonly #results: JsonObject;

  constructor(run: Run, prepared: PreparedStep, results: JsonObject) {
    const {connection, log, mode = 'live'} = run.options;
    this.prepared = prepared;
    this.connection = connection;
    this.mask = run.mask;
    this.log = log;
    this.mode = mode;
    this.label = prepared.label;
    this.#run = run;
    this.#results = results;
  }

  async send(call: UnsafeCall, direct: () => Promise<Json>): Promise<Json> {
    const run = this.#run;
    const {unsafe, withheld} = run.options;
    if (this.mode === 'plan') {
      withheld?.(call);
      return direct();
    }
    try {
      const value = await (unsafe ? unsafe(call) : direct());
      run.sent = true;
      return value;
    } catch (thrown) {
      const error = asJobwireError(thrown);
      if (error.extra.outcome !== 'unknown') throw error;
      run.sent = true;
      const steps = run.mask.json(this.#results) as JsonObject;
      throw new UnknownWrite(maskError(error, run.mask), {step: this.prepared.index, ...call, steps});
    }
  }

  remember(lookup: string, drop: () => void): void {
    const codes = this.connection.connector.lookups?.[lookup]?.stale?.codes;
    if (codes) this.#run.stale.push({lookup, codes, drop});
  }
}

function isStale({stale, sent}: Run, error: unknown): error is JobwireError {
  if (sent || !(error instanceof JobwireError)) return false;
  return stale.some(({codes}) => codes.includes(error.code) || codes.includes(error.jobwireCode));
}

/** Once more from the first step with the rows fetched anew: nothing unsafe has happened yet. */
async function rerun(run: Run): Promise<Json | undefined> {
  const {connection, log} = run.options;
  for (const {lookup, drop} of run.stale) {
    drop();
    log?.({at: connection.clock.now(), step: lookup, what: `the cached rows of lookup ${lookup} are out of date`});
  }
  try {
    return await runSteps({...run, stale: []});
  } catch (error) {
    throw shown(error, run.mask);
  }
}

function shown(error: unknown, mask: Mask): unknown {
  if (error instanceof PlanStop || error instanceof UnknownWrite) return error;
  return maskError(asJobwireError(error), mask);
}

/** Sensitive parts of an action's input are masked in its log and errors. */
function hideInput(procedure: Procedure, roots: Scope, mask: Mask): void {
  const schema = isObject(procedure) ? own(procedure, 'input') : undefined;
  if (schema !== undefined && isObject(roots['input'])) mask.hide(sensitiveIn(schema, roots['input']));
}
