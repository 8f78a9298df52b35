/** Which webhook feeds of a project may receive, and under which address. */

import {asJobwireError, type JobwireError} from './errors/jobwire-error.ts';
import type {Connection, Connector, Feed} from './generated/types.ts';
import type {Hook} from './ingest/hook.ts';
import {createKeySource, getThrough} from './ingest/key-source.ts';
import {proofProblem} from './ingest/signatures/verify.ts';
import {liveRoots, type SubscriptionStore} from './ingest/subscription-store.ts';
import type {Library} from './manifest/library.ts';
import type {LiveConnection} from './operations/connection.ts';
import type {Clock} from './values/time.ts';

export interface HookSources {
  readonly library: Library;
  connection(id: string): LiveConnection;
  readonly publicUrl?: string | undefined;
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}

export type HookFinder = (connection: string, feed?: string) => Hook | undefined | Promise<Hook | undefined>;

/**
 * Finds a hook by connection and feed; without a feed, the only webhook feed of the connection is meant. Opened once; its
 * subscription is read each time, because another process may make it: only then there is something to wait for. JW7107.
 */
export function createHookFinder(sources: HookSources): HookFinder {
  const hooks = new Map<string, Hook | undefined>();
  return (connection, feed) => {
    const key = `${connection}/${feed ?? ''}`;
    const unit = sources.library.connection(connection);
    if (!hooks.has(key) && unit) hooks.set(key, findHook(sources, unit.manifest, feed));
    const found = hooks.get(key);
    return found?.feed.webhook?.subscribe ? withSubscription(found, sources) : found;
  };
}

async function withSubscription(hook: Hook, {subscriptions, clock}: HookSources): Promise<Hook> {
  const kept = await subscriptions.load({connection: hook.connection, feed: hook.feedName});
  const [subscription, ...otherSubscriptions] = liveRoots(kept, clock.now());
  return subscription ? {...hook, subscription, otherSubscriptions} : hook;
}

function findHook(
  {library, connection: open, publicUrl}: HookSources,
  file: Connection,
  name: string | undefined,
): Hook | undefined {
  const {connector, config, secrets, transport, clock} = open(file.id);
  const feeds = webhookFeeds(connector, file);
  const found = name === undefined ? onlyFeed(feeds, library, file) : feeds.find(([feed]) => feed === name);
  if (!found) return undefined;
  const [feedName, feed] = found;
  const keys = createKeySource(getThrough(transport), clock);
  return {
    connection: file.id,
    feedName,
    feed,
    connector,
    config,
    secrets,
    keys,
    ...(publicUrl !== undefined && {publicUrl}),
  };
}

/** The only feed there is, or the only one with an event that a template waits for. */
function onlyFeed(feeds: readonly [string, Feed][], library: Library, {id}: Connection): [string, Feed] | undefined {
  if (feeds.length === 1) return feeds[0];
  const wanted = new Set(
    [...library.templates.values()].flatMap(({manifest: {on}}) =>
      'event' in on && on.connection === id ? [on.event] : [],
    ),
  );
  const used = feeds.filter(([, {emits}]) => emits.some((event) => wanted.has(event)));
  return used.length === 1 ? used[0] : undefined;
}

/** Webhook feeds that the connection file does not switch off. */
export function webhookFeeds(connector: Connector, file: Connection): [string, Feed][] {
  return Object.entries(connector.feeds ?? {}).filter(
    ([name, {webhook}]) => webhook && file.feeds?.[name]?.enabled !== false,
  );
}

/** Addresses of all hooks of a project, below the given one. */
export function hookAddresses(library: Library, base: string): string[] {
  return [...library.connections.values()].flatMap(({id, manifest}) =>
    webhookFeeds(library.connector(manifest.connector).manifest, manifest).map(
      ([feed]) => `${base}/hooks/${id}/${feed}`,
    ),
  );
}

/** Why webhook feeds of a project cannot receive yet: no key, no subscription. */
export async function unprovedHooks({library, hook}: {library: Library; hook: HookFinder}): Promise<JobwireError[]> {
  const problems: JobwireError[] = [];
  for (const {id, manifest} of library.connections.values())
    for (const [feed] of webhookFeeds(library.connector(manifest.connector).manifest, manifest)) {
      const problem = await problemOf(hook, id, feed);
      if (problem) problems.push(problem);
    }
  return problems;
}

async function problemOf(hook: HookFinder, id: string, feed: string): Promise<JobwireError | undefined> {
  try {
    const found = await hook(id, feed);
    return found && proofProblem(found);
  } catch (error) {
    return asJobwireError(error);
  }
}
