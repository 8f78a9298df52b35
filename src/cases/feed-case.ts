/** Cases of a webhook feed: a delivery, signed as the sender would, goes through the real reception. */
import {Buffer} from 'node:buffer';
import type {EventRecord} from '../engine/run.ts';
import {openEngine} from '../engines/index.ts';
import {fail} from '../errors/jobwire-error.ts';
import type {Case, Feed} from '../generated/types.ts';
import type {Confirm} from '../ingest/handshake.ts';
import type {Hook} from '../ingest/hook.ts';
import {createKeySource, type Get, getThrough} from '../ingest/key-source.ts';
import type {Ack, Delivery} from '../ingest/receive.ts';
import {receive} from '../ingest/receive.ts';
import {signDelivery} from '../ingest/signatures/sign.ts';
import type {Library} from '../manifest/library.ts';
import {type Json, JsonFault, type JsonObject, parseJson, stringifyJson} from '../values/json.ts';
import type {CaseUnit, Outcome} from './case-file.ts';
import {connectionId} from './connections.ts';
import {pollFeed} from './poll-case.ts';
import type {Stage} from './stage.ts';

/** Where the sender of a case believes Jobwire to be. */
const publicUrl = 'https://jobwire.example.com';

export function runFeed(feedName: string, unit: CaseUnit, stage: Stage): Promise<Outcome> {
  const {connector} = stage.connection(connectionId);
  const feed = Object.hasOwn(connector.feeds ?? {}, feedName) ? connector.feeds?.[feedName] : undefined;
  if (!feed) throw fail('JW1004', {what: 'feed', name: feedName});
  return feed.webhook ? receiveDelivery(feedName, feed, unit, stage) : pollFeed({feedName, feed}, unit, stage);
}

async function receiveDelivery(feedName: string, feed: Feed, {manifest}: CaseUnit, stage: Stage): Promise<Outcome> {
  const hook = hookOf(feedName, feed, stage);
  const delivery = deliveryOf(manifest, hook, stage);
  const {clock, redactor} = stage;
  const engine = await openEngine('sqlite::memory:', {clock, dir: '/'});
  try {
    const confirm = confirmThrough(wireOf(stage));
    const ack = await receive(delivery, hook, {engine, library: deaf(stage.library), clock, redactor, confirm});
    const {items} = await engine.events.list({}, {limit: 1000});
    return outcomeOf(ack, inOrder(items, ack));
  } finally {
    await engine.close();
  }
}

/** Keys of senders and confirmations are exchanges of the case, like any other request. */
function wireOf(stage: Stage): Get {
  return getThrough(stage.connection(connectionId).transport);
}

function confirmThrough(get: Get): Confirm {
  return async (url) => (await get(url)).status;
}

/** No template listens: a feed's case is about its events alone. */
function deaf(library: Library): Library {
  return {...library, templates: new Map(), template: () => undefined};
}

/** A feed that subscribes itself has a secret of its own. */
const subscription: JsonObject = {id: 'case', secret: 'subscription-secret-of-a-case'};

function hookOf(feedName: string, feed: Feed, stage: Stage): Hook {
  const {connector, config, secrets} = stage.connection(connectionId);
  return {
    connection: connectionId,
    feedName,
    feed,
    connector,
    config,
    secrets,
    publicUrl,
    keys: createKeySource(wireOf(stage), stage.clock),
    ...(feed.webhook?.subscribe && {subscription}),
  };
}

function deliveryOf({request = {}, now}: Case, hook: Hook, stage: Stage): Delivery {
  const {method = 'POST', headers = {}, query = {}, body, sign} = request;
  const address = new URL(`${publicUrl}/hooks/${connectionId}/${hook.feedName}`);
  for (const [name, value] of Object.entries(query)) address.searchParams.append(name, value);
  const unsigned = {method, url: address.href, headers: {...defaultType(body), ...lower(headers)}, raw: rawOf(body)};
  const rule = hook.feed.webhook?.verify[0];
  if (!sign || !rule) return arrival(unsigned);
  const at = sign.at === undefined ? stage.clock.now() : Date.parse(sign.at);
  if (Number.isNaN(at)) throw fail('JW1008', {problem: `sign.at is no time${now === undefined ? '' : `: ${sign.at}`}`});
  const {config, secrets} = hook;
  const signed = signDelivery(rule, unsigned, {
    secrets,
    config,
    at,
    ...(hook.subscription && {subscription: hook.subscription}),
    ...(sign.tamper !== undefined && {tamper: sign.tamper}),
  });
  return arrival({...unsigned, url: signed.url, headers: signed.headers, raw: signed.raw});
}

function defaultType(body: unknown): {[name: string]: string} {
  return typeof body === 'string' || body === undefined ? {} : {'content-type': 'application/json'};
}

function lower(headers: {readonly [name: string]: string}): {[name: string]: string} {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function rawOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  return Buffer.from(typeof body === 'string' ? body : stringifyJson(body as Json), 'utf8');
}

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: {readonly [name: string]: string};
  readonly raw: Uint8Array;
}

function arrival({method, url, headers, raw}: Sent): Delivery {
  const {pathname, searchParams} = new URL(url);
  const query = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, one(searchParams.getAll(name))]),
  );
  const distinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {method, url, path: pathname, query, headers: distinct, raw};
}

function one(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}

/** As they came; the store lists the newest first, and all of one delivery are equally old. */
function inOrder(events: readonly EventRecord[], {accepted = []}: Ack): EventRecord[] {
  const byUid = new Map(events.map((event) => [event.uid, event]));
  return accepted.flatMap(({uid}) => byUid.get(uid) ?? []);
}

function outcomeOf(ack: Ack, stored: readonly EventRecord[]): Outcome {
  const faulty = stored.find(({state}) => state === 'dead');
  const error = ack.error ?? faulty?.error;
  const contentType = ack.headers['content-type'];
  return {
    outcome: error ? 'failed' : 'succeeded',
    ...(error && {error}),
    ack: {status: ack.status, ...(contentType !== undefined && {contentType}), body: bodyOf(ack.body)},
    events: stored.filter(({state}) => state === 'accepted').map(shown),
    warnings: [...new Set(stored.flatMap(({error: issue}) => (issue ? [issue.code] : [])))],
    writes: 0,
  };
}

export function shown({id, type, time, subject, data}: EventRecord): JsonObject {
  return {id, type, ...(time !== undefined && {time}), ...(subject !== undefined && {subject}), data};
}

function bodyOf(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return text;
    throw error;
  }
}
