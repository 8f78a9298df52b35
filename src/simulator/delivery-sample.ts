/** The delivery sample of an event, filled with what an app makes anew each time. Must never sign or send. */
import {randomBytes, randomInt} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import {evaluateJson, renderHeaders} from '../expressions/evaluate.ts';
import type {Connector} from '../generated/types.ts';
import {isObject, type Json, type JsonObject, own, parseJson, stringifyJson} from '../values/json.ts';
import {iso} from '../values/time.ts';

export interface Filling {
  /** Event name of the connector. */
  readonly event: string;
  /** Folder of the connector. */
  readonly dir: string;
  /** Values to put into the body, by dotted path. */
  readonly set?: readonly (readonly [path: string, value: Json])[];
  /** Events in one delivery, for apps that send several at once. */
  readonly batch?: number;
  readonly now: number;
}

export interface FilledSample {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** JW1004 for an event without a delivery sample, JW7101 for what cannot be made of it. */
export function fillSample(connector: Connector, filling: Filling): FilledSample {
  const sample = readSample(connector, filling);
  const scope = {emit: freshRoot(filling.now)};
  return {
    method: textOf(sample, 'method') ?? 'POST',
    headers: sample['headers'] === undefined ? {} : renderHeaders(sample['headers'], scope),
    body: bodyOf(sample, {...filling, scope}),
  };
}

/** Root `emit`: what an app makes anew for each delivery: 32 hex digits, a UUID, a number of 12 digits, the time in whole seconds. */
function freshRoot(now: number): JsonObject {
  const id = randomBytes(16).toString('hex');
  const uuid = `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20)}`;
  return {id, uuid, number: randomInt(1e11, 1e12), now: iso(Math.floor(now / 1000) * 1000)};
}

function readSample(connector: Connector, {event, dir}: Filling): JsonObject {
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

interface BodyWork extends Filling {
  readonly scope: {readonly emit: JsonObject};
}

/** `body` is sent as JSON, `form` as a form, `text` as it is; `bodyFile` is a JSON file sent unchanged unless something is set. */
function bodyOf(sample: JsonObject, work: BodyWork): Uint8Array {
  const {scope, set = [], batch = 1} = work;
  const dir = join(work.dir, 'samples', 'deliveries');
  const file = textOf(sample, 'bodyFile');
  if (batch > 1) return Buffer.from(stringifyJson(batchOf(sample, work)));
  if (file !== undefined && set.length === 0) return readFileSync(join(dir, file));
  if (sample['text'] !== undefined) return Buffer.from(String(evaluateJson(sample['text'], scope)));
  if (sample['form'] !== undefined)
    return Buffer.from(new URLSearchParams(renderForm(evaluateJson(sample['form'], scope))).toString());
  const body =
    file === undefined ? evaluateJson(sample['body'] ?? null, scope) : parseJson(readFileSync(join(dir, file), 'utf8'));
  return Buffer.from(stringifyJson(set.reduce((json, [path, value]) => put(json, path.split('.'), value), body)));
}

/** Several fillings of one sample in one body: its list, or the lists at its top, hold the items of all. */
function batchOf(sample: JsonObject, {batch = 1, set = [], now, event}: BodyWork): Json {
  if (sample['body'] === undefined) throw oneByOne(event);
  const bodies = Array.from({length: batch}, () => {
    const body = evaluateJson(sample['body'], {emit: freshRoot(now)});
    return set.reduce((json, [path, value]) => put(json, path.split('.'), value), body);
  });
  const [first] = bodies;
  if (bodies.every(Array.isArray)) return bodies.flat();
  const lists = isObject(first) ? Object.keys(first).filter((key) => Array.isArray(first[key])) : [];
  if (!isObject(first) || lists.length === 0) throw oneByOne(event);
  const joined = lists.map((key) => [key, bodies.flatMap((body) => own(body, key) as Json[])] as const);
  return {...first, ...Object.fromEntries(joined)};
}

function oneByOne(event: string): Error {
  return fail('JW7101', {problem: `a delivery of ${event} holds one event: it has no list to batch`});
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
