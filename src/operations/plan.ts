/** Plan mode: reads are made, writes are only shown and answered by their sample. Must never send a write. */
import type {Json} from '../values/json.ts';
import type {Call} from './call.ts';
import type {Answer} from './interpret.ts';
import {outputOf} from './output.ts';
import {logWithheld, showRequest} from './record.ts';
import {renderCall} from './request.ts';

/** A write without a sample was reached: nothing after it can be planned. Not an error. */
export class PlanStop extends Error {
  readonly operation: string;
  /** Masked. */
  readonly request: Json;
  constructor(operation: string, request: Json) {
    super(`the plan stops at ${operation}, which has no sample`);
    this.name = 'PlanStop';
    this.operation = operation;
    this.request = request;
  }
}

/** Shows the write and gives what its sample would have given, or throws PlanStop. */
export function withhold(call: Call): Answer {
  const {operation, scope: roots, mask} = call;
  const {sample, response: declared, page} = operation.manifest;
  const request = renderCall(call, {page: page ? {size: page.size ?? 100} : {}});
  logWithheld(call, request);
  if (sample === undefined) {
    const stop = new PlanStop(operation.name, showRequest(request, mask));
    call.log?.({at: call.connection.clock.now(), step: call.step, what: stop.message});
    throw stop;
  }
  const status = declared?.expect?.find((expected) => typeof expected === 'number') ?? 200;
  const response = {status, url: request.url, headers: {}, body: sample as Json};
  const scope = {...roots, page: {}, response};
  return {value: outputOf(operation, request, scope), scope, response};
}
