/** The policy of a target: what the template says, what the target overrides, and what holds when neither speaks. */
import type {Action, Connector, Policy, Step} from '../generated/types.ts';
import {backoffMs} from '../http/retry.ts';
import {type Chance, ms} from '../values/time.ts';
import type {DeliveryMode} from './run.ts';

/** Target over template, key by key. */
export function policyOf(template: Policy | undefined, target: Policy | undefined): Policy {
  return {...template, ...target};
}

/** Name of the operation of the one unsafe write of an action, if it has one. */
export function unsafeWrite(connector: Connector, action: Action): string | undefined {
  const steps: readonly Pick<Step, 'call'>[] = action.steps ?? [action];
  return steps
    .map(({call}) => call)
    .find((name) => {
      const operation = name === undefined ? undefined : connector.operations[name];
      return operation?.effect === 'write' && operation.repeat !== 'safe';
    });
}

/** The default never repeats a start blindly: reconcile where the write can be looked up, else at-most-once. */
export function deliveryOf(connector: Connector, action: Action, declared: DeliveryMode | undefined): DeliveryMode {
  if (declared) return declared;
  const write = unsafeWrite(connector, action);
  return write !== undefined && connector.operations[write]?.settle ? 'reconcile' : 'at-most-once';
}

export interface RetryPlan {
  readonly limit: number;
  /** Milliseconds to wait before the given attempt (1 is the first retry). */
  waitMs(attempt: number, chance: Chance): number;
}

/** Whole-run attempts: 5, from 30 s, doubled, at most 30 min, with full jitter. */
export function retryPlan(policy: Policy): RetryPlan {
  const {limit = 5, base = '30s', factor = 2, cap = '30m'} = policy.retry ?? {};
  return {
    limit,
    waitMs: (attempt, chance) => backoffMs({baseMs: ms(base), factor, capMs: ms(cap), jitter: 'full'}, attempt, chance),
  };
}
