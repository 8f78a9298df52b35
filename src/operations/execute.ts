/** One operation: render, budget, authorise, send, interpret; page by page where it is a list. Must never repeat a write of unclear outcome. */
import {asJobwireError} from '../errors/jobwire-error.ts';
import {backoffMs} from '../http/retry.ts';
import type {Json} from '../values/json.ts';
import {pauseBudget, shortWaitMs} from './budgets.ts';
import {type Asked, type Call, openCall} from './call.ts';
import {exchange} from './exchange.ts';
import type {Answer} from './interpret.ts';
import {maskError} from './mask.ts';
import {readAllPages} from './paginate.ts';
import {PlanStop, withhold} from './plan.ts';
import {type PagePosition, renderCall} from './request.ts';

/**
 * The value of one call. Everything it throws is a JobwireError with an outcome (`afterMs` with retry), masked; or PlanStop.
 * Retry means: certainly not executed, or a read.
 */
export async function execute(asked: Asked): Promise<Json> {
  let call: Call | undefined;
  try {
    const opened = openCall(asked);
    call = opened instanceof Promise ? await opened : opened;
    if (call.operation.write && asked.mode === 'plan') return withhold(call).value;
    return await collect(call);
  } catch (error) {
    if (error instanceof PlanStop) throw error;
    throw maskError(asJobwireError(error), call?.mask ?? asked.mask ?? asked.connection.redactor);
  }
}

async function collect(call: Call): Promise<Json> {
  const {page} = call.operation;
  if (page !== undefined) return readAllPages(page, (position) => ask(call, position));
  const {value} = await ask(call, nowhere);
  return value;
}

const nowhere: PagePosition = Object.freeze({page: Object.freeze({})});

/** One request, repeated in place while it is certain that nothing was executed and the wait is short. */
export async function ask(call: Call, position: PagePosition): Promise<Answer> {
  const {retry} = call.operation;
  const {clock, chance} = call.connection;
  const request = renderCall(call, position);
  for (let attempt = 1; ; attempt++) {
    const result = await exchange({call, position, request});
    if (result.kind === 'ok') return result.value;
    const {error, limited} = result;
    if (error.extra.outcome !== 'retry') throw error;
    const waitMs = Math.max(error.extra.afterMs ?? 0, backoffMs(retry, attempt, chance));
    if (limited) pauseBudget(call, waitMs);
    if (attempt > retry.limit || waitMs > shortWaitMs) throw error.with({afterMs: waitMs});
    await clock.sleep(waitMs);
  }
}
