/** Keeps subscriptions alive: renews what ends soon, asks whether the others are still there. Must never subscribe a feed that nobody subscribed. */
import {asJobwireError, type JobwireError} from '../errors/jobwire-error.ts';
import type {Connection, Connector, Feed} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import type {LiveConnection} from '../operations/connection.ts';
import {ms} from '../values/time.ts';
import {
  check,
  nameOf,
  type Renewed,
  renew,
  type SubscribedFeed,
  type SubscriptionTools,
  subscribe,
} from './subscription.ts';
import type {Kept, Subscription} from './subscription-store.ts';

export interface RenewalTools extends SubscriptionTools {
  readonly library: Library;
  connection(id: string): LiveConnection;
  /** Told of each failed renewal, and of an old subscription that could not be ended. */
  readonly onFault: (error: unknown) => void;
  readonly onRenewed?: (feed: SubscribedFeed, renewed: Renewed) => void;
}

/** Webhook feeds with `subscribe` that the connection file does not switch off. */
export function subscribedFeeds(
  connector: Connector,
  file: Connection,
): readonly {readonly feedName: string; readonly feed: Feed}[] {
  return Object.entries(connector.feeds ?? {}).flatMap(([feedName, feed]) =>
    feed.webhook?.subscribe && file.feeds?.[feedName]?.enabled !== false ? [{feedName, feed}] : [],
  );
}

const beatMs = 60_000;

/** Looks once a minute, until stopped. Needs a clock whose sleep really waits. */
export function startRenewals(tools: RenewalTools): {stop(): Promise<void>} {
  const ending = new AbortController();
  const beat = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await renewDue(tools);
      await tools.clock.sleep(beatMs, ending.signal).catch(() => undefined);
    }
  };
  const beating = beat();
  return {
    stop() {
      ending.abort();
      return beating;
    },
  };
}

/** Everything that is due now, one after another. Never rejects: what goes wrong is told, and tried again after a growing wait. */
export async function renewDue(tools: RenewalTools): Promise<void> {
  for (const {id, manifest} of tools.library.connections.values()) {
    const connector = connectorOf(tools.library, manifest);
    for (const {feedName, feed} of connector ? subscribedFeeds(connector, manifest) : [])
      await renewFeed(() => ({connection: tools.connection(id), feedName, feed}), tools);
  }
}

function connectorOf(library: Library, {connector}: Connection): Connector | undefined {
  try {
    return library.connector(connector).manifest;
  } catch {
    return undefined;
  }
}

async function renewFeed(open: () => SubscribedFeed, tools: RenewalTools): Promise<void> {
  const {store, clock, onFault} = tools;
  try {
    const feed = open();
    const kept = await store.load(nameOf(feed));
    const {current, failed} = kept;
    if (!current || (failed && failed.retryAt > clock.now())) return;
    await attempt(feed, current, tools).catch(async (error: unknown) => {
      await noteFailure(feed, asJobwireError(error), tools);
      onFault(error);
    });
  } catch (error) {
    onFault(error);
  }
}

async function attempt(feed: SubscribedFeed, current: Subscription, tools: RenewalTools): Promise<void> {
  const now = tools.clock.now();
  const due = renewAt(feed, current);
  const gone = (due === undefined || due > now) && checkAt(feed, current) <= now && !(await check(feed, tools));
  if (!gone && (due === undefined || due > now)) return;
  const renewed: Renewed = gone
    ? {...(await subscribe(feed, current.url, tools)), how: 'subscribed again'}
    : await renew(feed, tools);
  tools.onRenewed?.(feed, renewed);
  if (renewed.warning) tools.onFault(renewed.warning);
}

/** Without a `renew` of its own, a subscription that ends is replaced this long before, or in the last tenth of a short life. */
const replaceBeforeMs = 60 * 60_000;

export function renewAt({feed}: SubscribedFeed, {createdAt, renewedAt, expiresAt}: Subscription): number | undefined {
  if (expiresAt === undefined) return undefined;
  const renewal = feed.webhook?.renew;
  const life = Math.max(0, expiresAt - (renewedAt ?? createdAt));
  // A wait longer than the life would renew without end.
  if (renewal) return expiresAt - Math.min(ms(renewal.before), life * 0.9);
  return expiresAt - Math.min(replaceBeforeMs, life * 0.1);
}

const checkEveryMs = 60 * 60_000;

function checkAt({feed}: SubscribedFeed, {createdAt, checkedAt}: Subscription): number {
  return feed.webhook?.check ? (checkedAt ?? createdAt) + checkEveryMs : Number.POSITIVE_INFINITY;
}

const firstRetryMs = 60_000;
const longestRetryMs = 60 * 60_000;

async function noteFailure(feed: SubscribedFeed, error: JobwireError, {store, clock}: RenewalTools): Promise<void> {
  const name = nameOf(feed);
  const kept: Kept = await store.load(name);
  const failures = (kept.failed?.failures ?? 0) + 1;
  const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
  const retryAt = clock.now() + Math.max(waitMs, error.extra.afterMs ?? 0);
  await store.save(name, {...kept, failed: {failures, retryAt, error: error.issue()}});
}
