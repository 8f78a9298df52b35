/** The life of a subscription: made, renewed, checked and ended at the app by the feed's own procedures. Must never print its secret. */
import {randomBytes} from 'node:crypto';
import {asJobwireError, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {dateFormat} from '../expressions/dates.ts';
import type {Feed, Procedure, Webhook} from '../generated/types.ts';
import type {LiveConnection} from '../operations/connection.ts';
import {isNumeric} from '../operations/digits.ts';
import {runProcedure} from '../operations/procedure.ts';
import {isObject, type Json, type JsonObject, own, sameJson} from '../values/json.ts';
import type {Clock} from '../values/time.ts';
import type {FeedName, Kept, Subscription, SubscriptionStore} from './subscription-store.ts';

/** One webhook feed of one connection whose app is told by request where to send. */
export interface SubscribedFeed {
  readonly connection: LiveConnection;
  readonly feedName: string;
  readonly feed: Feed;
}

export interface SubscriptionTools {
  readonly store: SubscriptionStore;
  readonly clock: Clock;
}

export interface Made {
  readonly subscription: Subscription;
  /** The old one could not be ended at the app. */
  readonly warning?: JobwireError;
}

export interface Renewed extends Made {
  readonly how: 'renewed' | 'subscribed again';
  /** Why it could not be renewed. */
  readonly because?: JobwireError;
}

const secretBytes = 32;
/** How long deliveries may be under way that are signed with the key of a replaced subscription. */
const graceMs = 60 * 60_000;

/**
 * Subscribes; a subscription that is there already is replaced and then ended. The generated secret is stored before the request
 * leaves: the app may use it at once, and if nobody knows whether the request arrived, the next one uses the same. JW4009.
 */
export async function subscribe(feed: SubscribedFeed, url: string, tools: SubscriptionTools): Promise<Made> {
  const {store, clock} = tools;
  const name = nameOf(feed);
  const procedure = webhookOf(feed).subscribe;
  if (!procedure) throw failed(name, 'the feed has no subscribe: enter address and secret at the app by hand');
  const before = await store.load(name);
  const secret = before.pending?.secret ?? randomBytes(secretBytes).toString('hex');
  const pending: Kept = {...before, pending: {url, secret}};
  await store.save(name, pending);
  const output = await run(feed, procedure, {delivery: {url, secret}}).catch(async (error: JobwireError) => {
    if (error.extra.outcome !== 'unknown') await store.save(name, before);
    throw failed(name, error.message, error);
  });
  const root = rootOf(output, secret);
  if (!hasId(root)) throw failed(name, 'subscribe gives no id');
  const subscription: Subscription = {url, root, createdAt: clock.now(), ...expiryOf(root)};
  const {current} = before;
  const replaced = current !== undefined && !sameJson(current.root['id'] ?? null, root['id'] ?? null);
  const previous = current && {root: current.root, until: clock.now() + graceMs};
  await store.save(name, {current: subscription, ...(previous && {previous})});
  refuseExpiry(name, subscription);
  const warning = replaced ? await endOld(feed, current) : undefined;
  return {subscription, ...(warning && {warning})};
}

/** With the feed's `renew`, else, and when that fails, by subscribing again. JW4009 when nothing helps: the old one stays. */
export async function renew(feed: SubscribedFeed, tools: SubscriptionTools): Promise<Renewed> {
  const name = nameOf(feed);
  const kept = await tools.store.load(name);
  const {current} = kept;
  if (!current) throw failed(name, 'there is no subscription');
  const procedure = webhookOf(feed).renew;
  if (!procedure) return {...(await subscribe(feed, current.url, tools)), how: 'subscribed again'};
  try {
    return {subscription: await extend(feed, procedure, {kept: {...kept, current}, tools}), how: 'renewed'};
  } catch (error) {
    const because = asJobwireError(error);
    return {...(await again(feed, current, {tools, because})), how: 'subscribed again', because};
  }
}

async function again(
  feed: SubscribedFeed,
  {url}: Subscription,
  {tools, because}: {tools: SubscriptionTools; because: JobwireError},
): Promise<Made> {
  try {
    return await subscribe(feed, url, tools);
  } catch (error) {
    const second = asJobwireError(error);
    throw second.with({detail: `${second.message}; before that, renewing failed: ${because.message}`});
  }
}

async function extend(
  feed: SubscribedFeed,
  procedure: Procedure,
  {kept, tools: {store, clock}}: {kept: Kept & {readonly current: Subscription}; tools: SubscriptionTools},
): Promise<Subscription> {
  const name = nameOf(feed);
  const {current, failed: _, ...others} = kept;
  const output = await run(feed, procedure, rootsOf(current));
  const root = {...current.root, ...present(output)};
  const now = clock.now();
  const next: Subscription = {...current, root, renewedAt: now, checkedAt: now, ...expiryOf(root)};
  refuseExpiry(name, next);
  if (current.expiresAt !== undefined && (next.expiresAt ?? 0) <= Math.max(current.expiresAt, now))
    throw failed(name, 'renew gives no later expiresAt');
  await store.save(name, {...others, current: next});
  return next;
}

/** Whether the app still has it; true where the feed cannot ask. */
export async function check(feed: SubscribedFeed, {store, clock}: SubscriptionTools): Promise<boolean> {
  const name = nameOf(feed);
  const kept = await store.load(name);
  const procedure = webhookOf(feed).check;
  if (!kept.current) return false;
  if (!procedure) return true;
  const there = await run(feed, procedure, rootsOf(kept.current));
  if (typeof there !== 'boolean') throw fail('JW2103', {type: there === null ? 'null' : typeof there});
  const {failed: _, ...others} = kept;
  if (there) await store.save(name, {...others, current: {...kept.current, checkedAt: clock.now()}});
  return there;
}

/**
 * Ends it at the app and forgets it; one that the app does not know any more is ended already. Undefined when only a request of
 * unclear outcome was there to forget. JW7102 without a subscription; JW4009 when it cannot be ended: then it is kept.
 */
export async function unsubscribe(feed: SubscribedFeed, {store}: SubscriptionTools): Promise<Subscription | undefined> {
  const name = nameOf(feed);
  const {current, pending} = await store.load(name);
  if (!current && !pending)
    throw fail('JW7102', {what: 'subscription of feed', id: `${name.feed} of connection ${name.connection}`});
  const problem = current && (await endOld(feed, current));
  if (problem) throw failed(name, problem.message, problem);
  await store.remove(name);
  return current;
}

/** What was in the way, if anything was. */
async function endOld(feed: SubscribedFeed, old: Subscription): Promise<JobwireError | undefined> {
  const procedure = webhookOf(feed).unsubscribe;
  if (!procedure) return undefined;
  try {
    await run(feed, procedure, rootsOf(old));
    return undefined;
  } catch (error) {
    const problem = asJobwireError(error);
    return problem.jobwireCode === 'JW3016' ? undefined : problem;
  }
}

async function run(feed: SubscribedFeed, procedure: Procedure, roots: JsonObject): Promise<Json | undefined> {
  try {
    return await runProcedure(procedure, roots, {connection: feed.connection});
  } catch (error) {
    throw asJobwireError(error);
  }
}

function rootsOf({url, root}: Subscription): JsonObject {
  return {delivery: {url, secret: root['secret'] ?? null}, subscription: root};
}

export function nameOf({connection, feedName}: SubscribedFeed): FeedName {
  return {connection: connection.id, feed: feedName};
}

function webhookOf({feed, feedName}: SubscribedFeed): Webhook {
  if (!feed.webhook) throw fail('JW1013', {problem: `feed ${feedName} is not a webhook`});
  return feed.webhook;
}

/** A secret of the app's own replaces the one we made. */
function rootOf(output: Json | undefined, secret: string): JsonObject {
  return {secret, ...present(output)};
}

function present(output: Json | undefined): JsonObject {
  if (!isObject(output)) return {};
  return Object.fromEntries(Object.entries(output).filter(([, value]) => value !== null));
}

function hasId(root: JsonObject): boolean {
  const id = own(root, 'id');
  return id !== undefined && id !== '' && (typeof id === 'string' || isNumeric(id));
}

function expiryOf(root: JsonObject): {expiresAt?: number} {
  const text = own(root, 'expiresAt');
  const expiresAt = typeof text === 'string' ? dateFormat('iso')?.read(text) : undefined;
  return expiresAt === undefined ? {} : {expiresAt};
}

/** JW4009 for what is no ISO time: it would never be renewed. */
function refuseExpiry(name: FeedName, {root, expiresAt}: Subscription): void {
  if (own(root, 'expiresAt') !== undefined && expiresAt === undefined)
    throw failed(name, 'expiresAt is not an ISO 8601 time; the helper date makes one');
}

function failed({connection, feed}: FeedName, problem: string, cause?: JobwireError): JobwireError {
  return fail(
    'JW4009',
    {problem: `feed ${feed} of connection ${connection}: ${problem}`},
    {
      ...(cause && {cause, ...(cause.extra.outcome && {outcome: cause.extra.outcome})}),
      ...(cause?.extra.outcome === 'unknown' && {
        hint: 'look at the app whether the subscription is there; then jobwire hooks create, which uses the same secret again',
      }),
      ...(cause?.extra.evidence && {evidence: cause.extra.evidence}),
    },
  );
}
