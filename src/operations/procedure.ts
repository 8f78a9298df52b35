/** Steps in order, each reading what those before it gave (language reference, section 6.1). Must never send an unsafe write a second time. */
import {asJobwireError, JobwireError} from '../errors/jobwire-error.ts';
import {evaluateTest, type Scope} from '../expressions/evaluate.ts';
import type {Procedure, Step} from '../generated/types.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import type {Mode} from './call.ts';
import type {LiveConnection} from './connection.ts';
import {createMask, type Mask, maskError, sensitiveIn} from './mask.ts';
import {evaluatePresent} from './output.ts';
import {PlanStop} from './plan.ts';
import {runStep, type StepContext, shaped, type UnsafeCall} from './step.ts';
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
  const inline = procedure.steps === undefined;
  const steps: readonly Step[] = procedure.steps ?? [procedure as Step];
  const results: JsonObject = {...from?.steps};
  const scope = {
    ...roots,
    connection: connection.config,
    prepared: await connection.prepared(log),
    steps: results,
  };
  for (let index = from?.step ?? 0; index < steps.length; index++) {
    const step = steps[index] as Step;
    const resumed = from?.step === index ? from.value : undefined;
    if (resumed === undefined && step.when !== undefined && !evaluateTest(step.when, scope)) continue;
    const result = await settleStep(run, {index, step, scope, results, resumed});
    if (inline) return result;
    if (step.id !== undefined) results[step.id] = result;
  }
  return procedure.output === undefined ? undefined : evaluatePresent(procedure.output, scope, 'the output');
}

interface Turn {
  readonly index: number;
  readonly step: Step;
  readonly scope: Scope;
  readonly results: JsonObject;
  readonly resumed: Json | undefined;
}

/** The step's result, or what `onError` puts in its place. A write of unclear outcome is never explained away. */
async function settleStep(run: Run, turn: Turn): Promise<Json> {
  const {step, scope, index} = turn;
  const label = step.id ?? step.call ?? step.lookup ?? `step ${index + 1}`;
  try {
    if (turn.resumed !== undefined) return shaped(step, turn.resumed, {scope, context: {label}});
    return await runStep(step, scope, contextOf(run, turn, label));
  } catch (thrown) {
    if (thrown instanceof PlanStop) throw thrown;
    const error = asJobwireError(thrown);
    const known = step.onError?.codes.some((code) => code === error.code || code === error.jobwireCode);
    if (!known || step.onError === undefined || error.extra.outcome === 'unknown') throw error;
    return evaluatePresent(step.onError.output, scope, `onError of step ${label}`);
  }
}

function contextOf(run: Run, {index, results}: Turn, label: string): StepContext {
  const {connection, log, mode = 'live', unsafe, withheld} = run.options;
  return {
    connection,
    mask: run.mask,
    log,
    mode,
    label,
    async send(call, direct) {
      if (mode === 'plan') {
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
        const steps = run.mask.json(results) as JsonObject;
        throw new UnknownWrite(maskError(error, run.mask), {step: index, ...call, steps});
      }
    },
    remember(lookup, drop) {
      const codes = connection.connector.lookups?.[lookup]?.stale?.codes;
      if (codes) run.stale.push({lookup, codes, drop});
    },
  };
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
