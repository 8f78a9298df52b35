/** What a verifier may look at: the delivery, live secrets, fetched keys and the time. A value; must never change. */
import type {X509Certificate} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import type {Scope} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import type {Json, JsonObject} from '../../values/json.ts';
import type {Keyring} from '../hook.ts';
import type {ReceivedRequest} from '../request.ts';
import {type LiveSecrets, liveSecrets} from './key.ts';

/** `refusal`: what is there cannot prove anything; it is thrown when its rule decides. */
export type Evidence =
  | {readonly claims: JsonObject}
  | {readonly certificate: X509Certificate}
  | {readonly refusal: unknown};

export interface Proof {
  readonly request: ReceivedRequest;
  readonly keyring: Keyring;
  readonly secrets: LiveSecrets;
  readonly now: number;
  /** What was gathered for rules whose keys must be fetched; a rule whose proof is not in the delivery has none. */
  readonly evidence?: ReadonlyMap<VerifyRule, Evidence>;
  /** Roots of `verify`. */
  scope(more?: ScopeParts): Scope;
}

export interface ScopeParts {
  /** Which of several live texts and subscriptions is tried. Without it there is no root `secret`. */
  readonly round?: number;
  /** False where nothing reads the root `secret`: it is left out. */
  readonly secrets?: boolean;
  readonly url?: string;
  readonly timestamp?: string | undefined;
  readonly item?: Json | undefined;
}

export function createProof(request: ReceivedRequest, keyring: Keyring, now: number): Proof {
  const {subscription: first, otherSubscriptions = []} = keyring;
  const subscriptions = first ? [first, ...otherSubscriptions] : otherSubscriptions;
  const secrets = liveSecrets(keyring.secrets, subscriptions.length);
  return {
    request,
    keyring,
    secrets,
    now,
    scope({round, secrets: reads = true, url, timestamp, item} = {}) {
      const roots: Record<string, unknown> = {request: request.root(url), connection: keyring.config};
      if (subscriptions.length > 0)
        roots['subscription'] = subscriptions[Math.min(round ?? 0, subscriptions.length - 1)];
      if (round !== undefined && reads) roots['secret'] = secrets.root(round);
      if (timestamp !== undefined) roots['timestamp'] = timestamp;
      if (item !== undefined) roots['item'] = item;
      return roots;
    },
  };
}

/** Undefined when the proof of the rule is not in the delivery. JW4001 where nobody gathered: unasked is not absent. */
export function evidenceOf(rule: VerifyRule, {evidence}: Proof): Exclude<Evidence, {refusal: unknown}> | undefined {
  if (!evidence) throw fail('JW4001', {problem: `proofs of scheme ${rule.scheme} are not checked here`});
  const found = evidence.get(rule);
  if (found && 'refusal' in found) throw found.refusal;
  return found;
}
