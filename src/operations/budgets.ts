/** How often one connection may ask, by the names of the manifest. Must never allow more than the connector does. */
import type {Outgoing} from '../auth/context.ts';
import {fail} from '../errors/jobwire-error.ts';
import {evaluate} from '../expressions/evaluate.ts';
import type {Connection, Connector, BudgetRule as Declared} from '../generated/types.ts';
import {type Budget, type BudgetRule, createBudget} from '../http/budget.ts';
import {describeRequest} from '../http/redirect.ts';
import {type Clock, ms} from '../values/time.ts';
import type {Call} from './call.ts';
import {attempt, type ResponseRoot} from './response.ts';

export type Budgets = ReadonlyMap<string, Budget>;

interface Making {
  readonly connector: Connector;
  readonly clock: Clock;
  /** Budgets of scope `connector`, for all connections of a process. */
  readonly shared: Map<string, Budget>;
}

export function makeBudgets(tighter: Connection['budgets'], {connector, clock, shared}: Making): Budgets {
  const budgets = new Map<string, Budget>();
  for (const [name, declared] of Object.entries(connector.http?.budgets ?? {})) {
    const rule = ruleOf(declared);
    const tight = tighten(rule, tighter?.[name]);
    if (declared.scope !== 'connector') {
      budgets.set(name, createBudget(tight, clock));
      continue;
    }
    const key = `${connector.id}/${name}`;
    const common = shared.get(key) ?? createBudget(rule, clock);
    shared.set(key, common);
    budgets.set(name, tight === rule ? common : both(createBudget(tight, clock), common));
  }
  return budgets;
}

function ruleOf({limit, per, concurrency}: Declared): BudgetRule {
  return {limit, perMs: ms(per), ...(concurrency !== undefined && {concurrency})};
}

type Tighter = NonNullable<Connection['budgets']>[string];

/** Each part by itself only ever gets narrower. */
function tighten(rule: BudgetRule, tighter: Tighter | undefined): BudgetRule {
  if (tighter === undefined) return rule;
  const {limit = rule.limit, per, concurrency = rule.concurrency} = tighter;
  const most = Math.min(concurrency ?? Number.POSITIVE_INFINITY, rule.concurrency ?? Number.POSITIVE_INFINITY);
  return {
    limit: Math.min(limit, rule.limit),
    perMs: Math.max(per === undefined ? 0 : ms(per), rule.perMs),
    ...(Number.isFinite(most) && {concurrency: most}),
  };
}

function both(own: Budget, common: Budget): Budget {
  return {
    async take(signal) {
      const release = await own.take(signal);
      const releaseCommon = await common.take(signal).catch((error: unknown) => {
        release();
        throw error;
      });
      return () => {
        releaseCommon();
        release();
      };
    },
    // Taking one and not the other would waste it.
    tryTake: () => undefined,
    pause: (until) => common.pause(until),
    observe: (seen) => common.observe(seen),
    heldMs: () => Math.max(own.heldMs(), common.heldMs()),
  };
}

/** A longer wait belongs to the engine, which makes it durable. */
export const shortWaitMs = 2000;

/** Many callers in front are no failure of the target: a turn is worth waiting for. */
const leastPatienceMs = 60_000;

const nothing = (): void => undefined;

/** One unit for one request. Waits its turn, but not out a pause: JW3001 (outcome retry), nothing was sent. */
export function takeUnit(call: Call, asked: Outgoing): (() => void) | Promise<() => void> {
  const name = call.operation.manifest.budget;
  const budget = name === undefined ? undefined : call.connection.budgets.get(name);
  if (budget === undefined) return nothing;
  return budget.tryTake() ?? waitForUnit(budget, call, asked);
}

async function waitForUnit(budget: Budget, call: Call, asked: Outgoing): Promise<() => void> {
  const name = call.operation.manifest.budget;
  const request = describeRequest(asked);
  const problem = `the budget ${name} is used up`;
  const afterMs = budget.heldMs();
  if (afterMs > shortWaitMs) throw fail('JW3001', {request, problem}, {outcome: 'retry', owner: 'operator', afterMs});
  try {
    return await budget.take(AbortSignal.timeout(Math.max(call.operation.timeoutMs, leastPatienceMs)));
  } catch {
    throw fail('JW3001', {request, problem}, {outcome: 'retry', owner: 'operator'});
  }
}

/** Nobody of this budget asks before the wait is over. */
export function pauseBudget({connection, operation}: Call, waitMs: number): void {
  const name = operation.manifest.budget;
  if (name !== undefined) connection.budgets.get(name)?.pause(connection.clock.now() + waitMs);
}

/** Takes over what the target says is left. */
export function observeBudget({connection, operation, scope}: Call, response: ResponseRoot): void {
  const name = operation.manifest.budget;
  const declared = name === undefined ? undefined : connection.connector.http?.budgets?.[name];
  if (name === undefined || declared?.remaining === undefined || declared.reset === undefined) return;
  const roots = {...scope, response};
  const remaining = Number(attempt(() => evaluate(declared.remaining, roots)) ?? Number.NaN);
  const reset = Number(attempt(() => evaluate(declared.reset, roots)) ?? Number.NaN) * 1000;
  const resetMs = declared.resetFormat === 'unix' ? reset - connection.clock.now() : reset;
  if (remaining >= 0 && resetMs >= 0) connection.budgets.get(name)?.observe({remaining, resetMs});
}
