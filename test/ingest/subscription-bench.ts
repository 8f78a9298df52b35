/** A webhook feed that is subscribed by request, on a recorded wire, with a real store in a file and a clock that tests move. */
import {randomBytes} from 'node:crypto';
import {globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Engine} from '../../src/engine/engine.ts';
import {createVault, type Vault} from '../../src/engine/vault.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {Connector, Feed, Webhook} from '../../src/generated/types.ts';
import type {Hook} from '../../src/ingest/hook.ts';
import type {SubscribedFeed, SubscriptionTools} from '../../src/ingest/subscription.ts';
import {
  createSubscriptionStore,
  type Kept,
  liveRoots,
  type SubscriptionStore,
} from '../../src/ingest/subscription-store.ts';
import {createSealer} from '../../src/values/sealed.ts';
import type {VirtualClock} from '../../src/values/time.ts';
import {bench, connectorOf} from '../operations/bench.ts';

export const url = 'https://jobwire.example.com/hooks/main/webhooks';
export const day = 86_400_000;

const write = (method: 'POST' | 'PATCH' | 'DELETE', path: string): Connector['operations'][string] => ({
  effect: 'write',
  params: {'id?': 'any', 'url?': 'string', 'secret?': 'secret'},
  request: {
    method,
    path,
    ...(method === 'POST' && {body: {json: {url: '{{params.url}}', secret: '{{params.secret}}'}}}),
  },
  response: {type: method === 'DELETE' ? 'none' : 'json'},
  retry: {limit: 0},
});

export const webhook: Webhook = {
  verify: [{scheme: 'hmac', signature: {header: 'x-signature'}, key: '{{subscription.secret}}'}],
  subscribe: {
    call: 'create',
    with: {url: '{{delivery.url}}', secret: '{{delivery.secret}}'},
    output: {
      id: '{{optional result.id}}',
      secret: '{{optional result.secret}}',
      expiresAt: '{{optional result.expires}}',
    },
  },
  renew: {
    before: '12h',
    call: 'extend',
    with: {id: '{{subscription.id}}'},
    output: {expiresAt: '{{result.expires}}'},
  },
  unsubscribe: {call: 'remove', with: {id: '{{subscription.id}}'}},
};

export interface SubscriptionBench {
  readonly clock: VirtualClock;
  readonly engine: Engine;
  readonly vault: Vault;
  readonly store: SubscriptionStore;
  readonly feed: SubscribedFeed;
  readonly tools: SubscriptionTools;
  kept(): Promise<Kept>;
  /** As the server sees it. */
  hook(): Promise<Hook>;
  /** All bytes of the store's files. */
  bytes(): Buffer;
  /** The same project with another key. */
  otherKey(): SubscriptionStore;
}

const open: (() => Promise<void>)[] = [];

/** For afterEach. */
export async function closeBenches(): Promise<void> {
  for (const close of open.splice(0)) await close();
}

export async function subscriptionBench(parts: Partial<Webhook> = {}): Promise<SubscriptionBench> {
  const feedParts: Feed = {
    title: 'Webhooks',
    emits: ['row.made'],
    webhook: {...webhook, ...parts},
    event: {type: 'row.made', id: '{{item.id}}', data: '{{item}}'},
  };
  const connector = connectorOf({
    events: {'row.made': {title: 'Row made', sample: '', data: {type: 'object'}}},
    operations: {
      create: write('POST', '/hooks'),
      extend: write('PATCH', '/hooks/{{params.id}}'),
      remove: write('DELETE', '/hooks/{{params.id}}'),
      list: {
        effect: 'read',
        request: {method: 'GET', path: '/hooks'},
        response: {items: '{{response.body}}'},
        retry: {limit: 0},
      },
    },
    feeds: {webhooks: feedParts},
  });
  const {live, clock, redactor} = bench(connector);
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-subscription-'));
  const engine = await openEngine('sqlite:store.db', {clock, dir});
  open.push(async () => {
    await engine.close();
    rmSync(dir, {recursive: true, force: true});
  });
  const sealer = createSealer(randomBytes(32));
  const vault = createVault(engine.documents, () => sealer);
  const store = createSubscriptionStore(vault, redactor);
  const feed: SubscribedFeed = {connection: live, feedName: 'webhooks', feed: feedParts};
  const kept = () => store.load({connection: 'main', feed: 'webhooks'});
  return {
    clock,
    engine,
    vault,
    store,
    feed,
    tools: {store, clock},
    kept,
    async hook() {
      const [subscription, ...otherSubscriptions] = liveRoots(await kept(), clock.now());
      const {connection, feedName} = feed;
      return {
        connection: connection.id,
        feedName,
        feed: feedParts,
        connector,
        config: {},
        secrets: {},
        ...(subscription && {subscription, otherSubscriptions}),
      };
    },
    bytes: () => Buffer.concat(globSync(join(dir, '*')).map((file) => readFileSync(file))),
    otherKey: () =>
      createSubscriptionStore(
        createVault(engine.documents, () => createSealer(randomBytes(32))),
        redactor,
      ),
  };
}
