/** A whole procedure in plan mode: what it would do, and where nothing more can be said. Must never send a write. */
import type {Scope} from '../expressions/evaluate.ts';
import type {Procedure} from '../generated/types.ts';
import type {Json} from '../values/json.ts';
import type {LiveConnection} from './connection.ts';
import {PlanStop} from './plan.ts';
import {walkProcedure} from './procedure.ts';
import type {Log} from './trace.ts';

export type Planned =
  | {readonly kind: 'done'; readonly output: Json | undefined}
  | {readonly kind: 'stopped'; readonly operation: string; readonly request: Json};

/** What a procedure would do. Errors: those of the reads, lookups and coercions in it. */
export async function planProcedure(
  procedure: Procedure,
  roots: Scope,
  {connection, log}: {readonly connection: LiveConnection; readonly log?: Log},
): Promise<Planned> {
  try {
    return {kind: 'done', output: await walkProcedure(procedure, roots, {connection, log, mode: 'plan'})};
  } catch (stop) {
    if (!(stop instanceof PlanStop)) throw stop;
    return {kind: 'stopped', operation: stop.operation, request: stop.request};
  }
}
