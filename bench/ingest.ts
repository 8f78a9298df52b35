/**
 * Verified events per second on one core, and what each stage of receiving costs. In process, without the network: the figures of
 * `npm run bench` hold for the whole way. `npm run bench:ingest -- 4000` takes 4,000 deliveries per connector.
 */
import {openEngine} from '../src/engines/index.ts';
import type {Hook} from '../src/ingest/hook.ts';
import {match} from '../src/ingest/match.ts';
import {newEvent} from '../src/ingest/new-event.ts';
import {type Delivery, receive} from '../src/ingest/receive.ts';
import {readRequest} from '../src/ingest/request.ts';
import {gatherEvidence} from '../src/ingest/signatures/evidence.ts';
import {createProof} from '../src/ingest/signatures/proof.ts';
import {verify} from '../src/ingest/signatures/verify.ts';
import {loadLibrary} from '../src/manifest/library.ts';
import {withDefaults} from '../src/manifest/validate.ts';
import {effectiveConnection} from '../src/manifest/variant.ts';
import {makeDelivery} from '../src/simulator/emit.ts';
import {Redactor} from '../src/values/secret.ts';
import {elapsed, systemClock} from '../src/values/time.ts';

const count = Number(process.argv[2] ?? 2000);
const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
const library = loadLibrary({project: 'starter', shipped: process.cwd()});
const redactor = new Redactor();

/** A connector per way to sign: over the body, with a time, in one header, form over the URL. */
const subjects: readonly (readonly [connector: string, feed: string, event: string])[] = [
  ['github', 'webhooks', 'issues.opened'],
  ['servicenow', 'businessRule', 'incident.created'],
  ['pagerduty', 'webhooks', 'incident.triggered'],
];

function hookOf(id: string, feedName: string): {hook: Hook; dir: string} {
  const {manifest: connector, dir} = library.connector(id);
  const feed = connector.feeds?.[feedName];
  if (!feed) throw new Error(`${id} has no feed ${feedName}: ${Object.keys(connector.feeds ?? {})}`);
  const {config} = effectiveConnection(connector, Object.keys(connector.connection.variants ?? {})[0]);
  const names = [connector.connection, ...Object.values(connector.connection.variants ?? {})].flatMap(({secrets}) =>
    Object.keys(secrets ?? {}),
  );
  const secrets = Object.fromEntries(names.map((name) => [name, () => [key]]));
  const settings = typeof config === 'object' ? withDefaults(config, {}) : {};
  return {dir, hook: {connection: `${id}-main`, feedName, feed, connector, config: settings, secrets}};
}

function deliveries(hook: Hook, dir: string, event: string): Delivery[] {
  return Array.from({length: count}, () => {
    const url = 'http://127.0.0.1:7070/hooks/main/feed';
    const {method, headers, body} = makeDelivery(hook, {event, dir, url, now: systemClock.now()});
    return {
      method,
      url,
      path: '/hooks/main/feed',
      query: {},
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      raw: body,
    };
  });
}

/** Microseconds per delivery. */
async function time(list: readonly Delivery[], act: (delivery: Delivery) => unknown): Promise<number> {
  const began = elapsed();
  for (const delivery of list) await act(delivery);
  return ((elapsed() - began) * 1000) / list.length;
}

for (const [id, feedName, event] of subjects) {
  const {hook, dir} = hookOf(id, feedName);
  const rules = hook.feed.webhook?.verify ?? [];
  const parse = hook.feed.webhook?.parse;
  const request = (delivery: Delivery) => readRequest(delivery, parse ? {parse} : {});
  const list = deliveries(hook, dir, event);
  const prove = async (delivery: Delivery): Promise<unknown> =>
    verify(rules, await gatherEvidence(rules, createProof(request(delivery), hook, systemClock.now()), undefined));
  const normalised = (delivery: Delivery) => {
    const root = request(delivery);
    const item = root.body().value;
    return newEvent(
      item,
      {feed: hook, request: root.root(), receivedAt: systemClock.now(), redactor, raw: delivery.raw},
      library,
    );
  };
  for (const delivery of list.slice(0, 200)) {
    await prove(delivery);
    normalised(delivery);
  }
  const verified = await time(list, prove);
  const parsed = await time(list, (delivery) => request(delivery).body());
  const whole = await time(list, normalised);
  const first = normalised(list[0] as Delivery).event;
  const matched = await time(list, () => match(first, library, systemClock.now()));
  const engine = await openEngine('sqlite::memory:', {clock: systemClock, dir: '.'});
  const received = await time(list, (delivery) =>
    receive(delivery, hook, {engine, library, clock: systemClock, redactor}),
  );
  await engine.close();
  const bytes = list[0]?.raw.length ?? 0;
  console.log(
    `${id.padEnd(12)} ${String(bytes).padStart(6)} bytes  verify ${verified.toFixed(0)} µs  parse ${parsed.toFixed(0)} µs  ` +
      `map and check ${(whole - parsed - matched).toFixed(0)} µs  match ${matched.toFixed(0)} µs  ` +
      `all with the store in memory ${received.toFixed(0)} µs = ${(1e6 / received).toFixed(0)} events/s; verified alone ${(1e6 / verified).toFixed(0)}/s`,
  );
}
