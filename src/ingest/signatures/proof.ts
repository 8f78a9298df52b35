/** What a verifier may look at: the delivery, live secrets and the time. A value; must never change. */
import type {Scope} from '../../expressions/evaluate.ts';
import type {Json} from '../../values/json.ts';
import type {Keyring} from '../hook.ts';
import type {ReceivedRequest} from '../request.ts';
import {type LiveSecrets, liveSecrets} from './key.ts';

export interface Proof {
  readonly request: ReceivedRequest;
  readonly keyring: Keyring;
  readonly secrets: LiveSecrets;
  readonly now: number;
  /** Roots of `verify`. Without `round` there is no root `secret`. */
  scope(more?: {round?: number; url?: string; timestamp?: string; item?: Json}): Scope;
}

export function createProof(request: ReceivedRequest, keyring: Keyring, now: number): Proof {
  const secrets = liveSecrets(keyring.secrets);
  return {
    request,
    keyring,
    secrets,
    now,
    scope: ({round, url, timestamp, item} = {}) => ({
      request: request.root(url),
      connection: keyring.config,
      ...(keyring.subscription && {subscription: keyring.subscription}),
      ...(round !== undefined && {secret: secrets.root(round)}),
      ...(timestamp !== undefined && {timestamp}),
      ...(item !== undefined && {item}),
    }),
  };
}
