/** A delivery as its app would send it: the connector's delivery sample with fresh ids, signed by the feed's own rule. */
import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import {evaluateJson, renderHeaders} from '../expressions/evaluate.ts';
import type {Feed, VerifyRule} from '../generated/types.ts';
import {createTransport} from '../http/send.ts';
import type {Hook} from '../ingest/hook.ts';
import {signDelivery} from '../ingest/signatures/sign.ts';
import {isObject, type Json, type JsonObject, own, parseJson, stringifyJson} from '../values/json.ts';
import {iso, ms} from '../values/time.ts';

export interface EmitOptions {
  /** Event name of the connector. */
  readonly event: string;
  /** Folder of the connector. */
  readonly dir: string;
  /** Where it goes: the hook's address. */
  readonly url: string;
  /** Values to put into the body, by dotted path. */
  readonly set?: readonly (readonly [path: string, value: Json])[];
  readonly now: number;
  /** Signed so long ago that the time window refuses it. */
  readonly stale?: boolean;
  /** Signed over another body. */
  readonly badSignature?: boolean;
}

export interface Emitted {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** JW1004 for an event without a delivery sample, JW7101 for what cannot be made. */
export function makeDelivery(hook: Hook, options: EmitOptions): Emitted {
  const sample = readSample(hook, options);
  const scope = {emit: freshRoot(options.now)};
  const body = bodyOf(sample, {scope, dir: join(options.dir, 'samples', 'deliveries'), set: options.set ?? []});
  const headers = sample['headers'] === undefined ? {} : renderHeaders(sample['headers'], scope);
  const method = textOf(sample, 'method') ?? 'POST';
  const [rule] = hook.feed.webhook?.verify ?? [];
  if (!rule) throw fail('JW7101', {problem: `feed ${hook.feedName} receives no webhooks`});
  const signed = signDelivery(
    rule,
    {method, url: options.url, headers: {'content-type': 'application/json', ...headers}, raw: body},
    {
      secrets: hook.secrets,
      config: hook.config,
      at: options.stale ? options.now - beyondWindow(rule) : options.now,
      ...(options.badSignature && {tamper: true}),
      ...(hook.subscription && {subscription: hook.subscription}),
    },
  );
  return {method, url: signed.url, headers: signed.headers, body};
}

/** Sends it to a server of ours; JW3001 when nobody listens. */
export async function postDelivery({method, url, headers, body}: Emitted): Promise<{status: number; body: string}> {
  const {host, hostname} = new URL(url);
  const transport = createTransport({hosts: [host, hostname], allowPrivate: [hostname]});
  try {
    const answer = await transport.send({
      method,
      url,
      headers,
      body,
      timeoutMs: 15_000,
      maxBytes: 1024 * 1024,
      redirect: 'error',
      secretHeaders: [],
    });
    return {status: answer.status, body: Buffer.from(answer.body).toString('utf8')};
  } catch (error) {
    throw fail(
      'JW3001',
      {request: `POST ${url}`, problem: (error as Error).message},
      {hint: 'start the server first: jobwire serve', cause: error},
    );
  } finally {
    await transport.close();
  }
}

/** Root `emit`: what an app makes anew for each delivery. */
function freshRoot(now: number): JsonObject {
  const id = randomBytes(16).toString('hex');
  const uuid = `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20)}`;
  return {id, uuid, now: iso(Math.floor(now / 1000) * 1000)};
}

function readSample({connector}: Hook, {event, dir}: EmitOptions): JsonObject {
  const path = connector.events?.[event]?.delivery;
  if (path === undefined) {
    const names = Object.entries(connector.events ?? {}).flatMap(([name, {delivery}]) =>
      delivery === undefined ? [] : [name],
    );
    throw fail('JW1004', {what: 'event with a delivery sample', name: event}, {suggestions: names});
  }
  const sample = parseJson(readFileSync(join(dir, path), 'utf8'));
  if (!isObject(sample)) throw fail('JW1008', {problem: `${path} is not an object with headers and body`});
  return sample;
}

interface BodyWork {
  readonly scope: {readonly emit: JsonObject};
  readonly dir: string;
  readonly set: NonNullable<EmitOptions['set']>;
}

/** `body` is sent as JSON, `form` as a form, `text` as it is; `bodyFile` is a JSON file sent unchanged unless something is set. */
function bodyOf(sample: JsonObject, {scope, dir, set}: BodyWork): Uint8Array {
  const file = textOf(sample, 'bodyFile');
  if (file !== undefined && set.length === 0) return readFileSync(join(dir, file));
  if (sample['text'] !== undefined) return Buffer.from(String(evaluateJson(sample['text'], scope)));
  if (sample['form'] !== undefined)
    return Buffer.from(new URLSearchParams(renderForm(evaluateJson(sample['form'], scope))).toString());
  const body =
    file === undefined ? evaluateJson(sample['body'] ?? null, scope) : parseJson(readFileSync(join(dir, file), 'utf8'));
  return Buffer.from(stringifyJson(set.reduce((json, [path, value]) => put(json, path.split('.'), value), body)));
}

function renderForm(value: Json): [string, string][] {
  if (!isObject(value)) throw fail('JW1008', {problem: 'the form of a delivery sample is a map of texts'});
  return Object.entries(value).map(([key, item]) => [key, String(item)]);
}

/** The same JSON with one place changed; a number names an item of a list. */
function put(json: Json, [key = '', ...rest]: readonly string[], value: Json): Json {
  if (Array.isArray(json)) {
    const index = Number(key);
    if (!/^\d+$/.test(key) || index > json.length)
      throw fail('JW7101', {problem: `--set: ${key} is no index of a list of ${json.length}`});
    const item = rest.length === 0 ? value : put(json[index] ?? {}, rest, value);
    return index === json.length ? [...json, item] : json.with(index, item);
  }
  if (!isObject(json))
    throw fail('JW7101', {problem: `--set: nothing can be put at ${key}, the value there is not an object`});
  return {...json, [key]: rest.length === 0 ? value : put(own(json, key) ?? {}, rest, value)};
}

function textOf(json: JsonObject, key: string): string | undefined {
  const value = own(json, key);
  return typeof value === 'string' ? value : undefined;
}

/** A minute more than the rule tolerates. */
function beyondWindow({timestamp}: VerifyRule): number {
  if (!timestamp) throw fail('JW7101', {problem: 'this app does not sign a time, so a delivery cannot be stale'});
  return ms(timestamp.tolerance ?? '5m') + 60_000;
}

/** The webhook feed that emits an event; the first one when several do. */
export function feedOf(feeds: Readonly<Record<string, Feed>>, event: string): string | undefined {
  return Object.entries(feeds).find(([, {webhook, emits}]) => webhook && emits.includes(event))?.[0];
}
