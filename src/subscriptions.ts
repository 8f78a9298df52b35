/** What the hooks commands share: which feed is meant, where its deliveries go, and how a subscription is shown. Never a secret. */
import type {Config} from './config.ts';
import {asJobwireError, fail, nearest} from './errors/jobwire-error.ts';
import type {SubscribedFeed} from './ingest/subscription.ts';
import {subscribedFeeds} from './ingest/subscription-renewal.ts';
import type {Kept} from './ingest/subscription-store.ts';
import type {Runtime} from './runtime.ts';
import type {SubscriptionView} from './terminal/feeds.ts';
import {iso} from './values/time.ts';

/** Without a name the only feed with `subscribe` is meant. JW7102. */
export function findSubscribed(runtime: Runtime, id: string, name: string | undefined): SubscribedFeed {
  const feeds = feedsOf(runtime, id);
  const found = name === undefined && feeds.length === 1 ? feeds[0] : feeds.find(({feedName}) => feedName === name);
  if (found) return found;
  const names = feeds.map(({feedName}) => feedName);
  if (name === undefined && names.length > 1)
    throw fail('JW7101', {problem: `connection ${id} has several feeds; name one of ${names.join(', ')}`});
  const close = nearest(name ?? '', names);
  throw fail(
    'JW7102',
    {what: 'feed with subscribe', id: name ?? `in connection ${id}`},
    {
      suggestions: close.length > 0 ? close : names,
      hint: 'feeds without subscribe are entered at the app by hand: address and secret',
    },
  );
}

export function feedsOf({library, connection}: Runtime, id: string): SubscribedFeed[] {
  const live = connection(id);
  const file = library.connection(id)?.manifest;
  if (!file) throw fail('JW7102', {what: 'connection', id});
  return subscribedFeeds(live.connector, file).map((feed) => ({connection: live, ...feed}));
}

/** JW7101 without a public address: a sender cannot reach what only this machine knows. */
export function deliveryUrl({connection, feedName}: SubscribedFeed, base: string | undefined, config: Config): string {
  const text = base ?? config.publicUrl;
  const url = URL.parse(text ?? '');
  if (!text || !url || !/^https?:$/.test(url.protocol))
    throw fail('JW7101', {problem: 'the app must know where to send: give --url or set JOBWIRE_PUBLIC_URL'});
  return `${text.replace(/\/+$/, '')}/hooks/${connection.id}/${feedName}`;
}

/** As stored; what cannot be opened is shown as its problem. */
export async function viewOf(runtime: Runtime, {connection, feedName}: SubscribedFeed): Promise<SubscriptionView> {
  const name = {connection: connection.id, feed: feedName};
  try {
    return {...name, ...describe(await runtime.subscriptions.load(name), runtime.clock.now())};
  } catch (error) {
    return {...name, state: 'unclear', problem: asJobwireError(error).issue()};
  }
}

function describe({current, pending, failed}: Kept, now: number): Omit<SubscriptionView, 'connection' | 'feed'> {
  const problem = failed && {problem: failed.error};
  if (!current) return {state: pending ? 'unclear' : 'none', ...(pending && {url: pending.url}), ...problem};
  const {root, url, createdAt, expiresAt} = current;
  return {
    state: expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active',
    ...(root['id'] !== undefined && {id: root['id']}),
    url,
    createdAt: iso(createdAt),
    ...(expiresAt !== undefined && {expiresAt: iso(expiresAt)}),
    ...problem,
  };
}
