/** Every delivery sample of every shipped connector, as emit makes it: accepted by the feed it is for. */
import assert from 'node:assert/strict';
import {openEngine} from '../../src/engines/index.ts';
import type {Connector, VerifyRule} from '../../src/generated/types.ts';
import type {Hook} from '../../src/ingest/hook.ts';
import {receive} from '../../src/ingest/receive.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {withDefaults} from '../../src/manifest/validate.ts';
import {effectiveConnection} from '../../src/manifest/variant.ts';
import {type Emitted, feedOf, makeDelivery} from '../../src/simulator/emit.ts';
import type {JsonObject} from '../../src/values/json.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';

const library = loadLibrary({project: 'starter', shipped: process.cwd()});
const start = Date.parse('2026-01-12T08:15:40Z');
/** Long enough for every key encoding there is: base64 of 32 bytes. */
const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';

/** Where a sample needs a setting that an operator makes. */
const settings: Readonly<Record<string, JsonObject>> = {opsgenie: {customActions: ['Restart service']}};

const samples = [...library.connectors.values()].flatMap((unit) =>
  Object.entries(unit.manifest.events ?? {}).flatMap(([event, {delivery}]) =>
    delivery === undefined ? [] : [{unit, event}],
  ),
);

/** Rules whose proof needs a private key or a key server are made by the judges' tests. */
function isKeyed({scheme}: VerifyRule): boolean {
  return scheme === 'hmac' || scheme === 'digest' || scheme === 'token' || scheme === 'none';
}

function hookOf({unit, event}: (typeof samples)[number]): Hook | undefined {
  const {manifest} = unit;
  const feedName = feedOf(manifest.feeds ?? {}, event);
  const feed = feedName === undefined ? undefined : manifest.feeds?.[feedName];
  if (feedName === undefined || !feed?.webhook?.verify.every(isKeyed)) return undefined;
  const names = [manifest.connection, ...Object.values(manifest.connection.variants ?? {})].flatMap(({secrets}) =>
    Object.keys(secrets ?? {}),
  );
  const secrets = Object.fromEntries(names.map((name) => [name, () => [key]]));
  const subscription = {id: 'subscription-1', secret: key};
  return {
    connection: 'main',
    feedName,
    feed,
    connector: manifest,
    config: {...defaultsOf(manifest), ...settings[manifest.id]},
    secrets,
    subscription,
  };
}

/** Settings of the first variant, as far as they have defaults. */
function defaultsOf(connector: Connector): JsonObject {
  const {config} = effectiveConnection(connector, Object.keys(connector.connection.variants ?? {})[0]);
  return typeof config === 'object' ? withDefaults(config, {}) : {};
}

function asDelivery({method, url, headers, body}: Emitted): Parameters<typeof receive>[0] {
  const {pathname, searchParams} = new URL(url);
  return {
    method,
    url,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    raw: body,
  };
}

async function take(hook: Hook, emitted: Emitted): Promise<{status: number; types: string[]; problems: string[]}> {
  const clock = new VirtualClock(start);
  const engine = await openEngine('sqlite::memory:', {clock, dir: '.'});
  try {
    const ack = await receive(asDelivery(emitted), hook, {engine, library, clock, redactor: new Redactor()});
    const {items} = await engine.events.list({}, {limit: 100});
    return {
      status: ack.status,
      types: items.map(({type}) => type),
      problems: items.flatMap(({error}) => error?.detail ?? []),
    };
  } finally {
    await engine.close();
  }
}

describe('emitted deliveries', () => {
  for (const sample of samples) {
    const {unit, event} = sample;
    const hook = hookOf(sample);
    if (!hook) continue;
    const make = (more: {badSignature?: boolean; batch?: number} = {}): Emitted =>
      makeDelivery(hook, {event, dir: unit.dir, url: 'http://127.0.0.1:7070/hooks/main/feed', now: start, ...more});

    it(`of ${unit.id} ${event} are accepted as that event`, async () => {
      const {status, types, problems} = await take(hook, make());
      assert.deepEqual(problems, []);
      assert.ok(status < 300, `status ${status}`);
      assert.deepEqual([...new Set(types)], [event]);
    });

    if (hook.feed.webhook?.verify[0]?.scheme !== 'none')
      it(`of ${unit.id} ${event} are refused or dropped with a bad signature`, async () => {
        const {status, types} = await take(hook, make({badSignature: true}));
        assert.ok(status === 401 || types.length === 0, `status ${status}, ${types}`);
      });
  }

  it('cover every connector that receives webhooks', () => {
    const receiving = [...library.connectors.values()].filter(({manifest}) =>
      Object.values(manifest.feeds ?? {}).some(({webhook}) => webhook),
    );
    const covered = new Set(samples.map(({unit}) => unit.id));
    assert.deepEqual(
      receiving.map(({id}) => id).filter((id) => !covered.has(id)),
      [],
    );
  });
});
