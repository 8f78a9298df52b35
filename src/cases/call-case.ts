/** Cases of one operation or one lookup: it is called as a procedure would. */
import {asJobwireError} from '../errors/jobwire-error.ts';
import {execute} from '../operations/execute.ts';
import {find} from '../operations/lookup.ts';
import type {Log, StepRecord} from '../operations/trace.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import type {CaseUnit, Observed} from './case-file.ts';
import {connectionId} from './connections.ts';
import type {Scene} from './stage.ts';

type Send = (log: Log) => Promise<Json | undefined>;

export function runOperation(operation: string, {manifest}: CaseUnit, stage: Scene): Promise<Observed> {
  const params = objectOf(manifest.params ?? manifest.input);
  return observe(stage, (log) => execute({connection: stage.connection(connectionId), operation, params, log}));
}

export function runLookup(lookup: string, {manifest}: CaseUnit, stage: Scene): Promise<Observed> {
  const params = objectOf(manifest.params ?? manifest.input);
  return observe(
    stage,
    async (log) => (await find({connection: stage.connection(connectionId), lookup, params, log})).value,
  );
}

/** What a call gave or threw. A write whose outcome is not known is not a failure. */
export async function observe(stage: Scene, send: Send): Promise<Observed> {
  const lines: StepRecord[] = [];
  const known = (): Pick<Observed, 'warnings' | 'writes'> => ({warnings: warningsIn(lines), writes: stage.writes()});
  try {
    const output = readable(await send((line) => lines.push(line)));
    return {outcome: 'succeeded', ...(output !== undefined && {output}), ...known()};
  } catch (thrown) {
    const error = asJobwireError(thrown);
    const outcome = error.extra.outcome === 'unknown' ? 'unknown' : 'failed';
    return {outcome, error: error.issue(), ...known()};
  }
}

/** Bytes as the text they hold: a case is JSON. */
function readable(output: Json | undefined): Json | undefined {
  return (output as unknown) instanceof Uint8Array
    ? Buffer.from(output as unknown as Uint8Array).toString('utf8')
    : output;
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Codes of the warnings in a log, each once. */
export function warningsIn(lines: readonly StepRecord[]): string[] {
  return [...new Set(lines.flatMap(({error}) => (error?.severity === 'warning' ? [error.code] : [])))];
}
