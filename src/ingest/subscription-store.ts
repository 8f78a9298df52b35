/** Subscriptions of webhook feeds as they are kept: sealed, because they hold the keys that deliveries are signed with. */
import type {Vault} from '../engine/vault.ts';
import type {Issue} from '../errors/jobwire-error.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';

export interface Subscription {
  /** Where its deliveries go. */
  readonly url: string;
  /** Root `subscription`: the output of `subscribe` with its secret. */
  readonly root: JsonObject;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly renewedAt?: number;
  readonly checkedAt?: number;
}

/** All that is known of one feed's subscriptions. */
export interface Kept {
  readonly current?: Subscription;
  /** Its request may have left: the app may already sign with this. */
  readonly pending?: {readonly url: string; readonly secret: string};
  /** Just replaced: deliveries under way may still be signed with it. */
  readonly previous?: {readonly root: JsonObject; readonly until: number};
  /** The last attempt to renew it failed. */
  readonly failed?: {readonly failures: number; readonly retryAt: number; readonly error: Issue};
}

export interface FeedName {
  readonly connection: string;
  readonly feed: string;
}

export interface SubscriptionStore {
  /** JW7107 when it was sealed with another key. */
  load(name: FeedName): Promise<Kept>;
  save(name: FeedName, kept: Kept): Promise<void>;
  remove(name: FeedName): Promise<void>;
}

const kind = 'subscription';

/** Secrets are known to the redactor before anybody gets them. */
export function createSubscriptionStore(vault: Vault, redactor: Redactor): SubscriptionStore {
  const keyOf = ({connection, feed}: FeedName): string => `${connection}/${feed}`;
  const known = (kept: Kept): Kept => {
    for (const text of secretsOf(kept)) redactor.add(text);
    return kept;
  };
  return {
    async load(name) {
      const value = await vault.get(kind, keyOf(name));
      return known(isObject(value) ? (value as unknown as Kept) : {});
    },
    save: (name, kept) => vault.put(kind, keyOf(name), known(kept) as unknown as Json),
    async remove(name) {
      await vault.delete(kind, keyOf(name));
    },
  };
}

function secretsOf({current, pending, previous}: Kept): string[] {
  const texts = [current?.root['secret'], pending?.secret, previous?.root['secret']];
  return texts.filter((text): text is string => typeof text === 'string');
}

/** Roots `subscription` that deliveries may be signed with, the present one first. */
export function liveRoots({current, pending, previous}: Kept, now: number): JsonObject[] {
  return [
    ...(current ? [current.root] : []),
    ...(pending ? [{secret: pending.secret}] : []),
    ...(previous && previous.until > now ? [previous.root] : []),
  ];
}
