/** Events for trying things out: from a file, or the sample that the connector ships for the template's event. */
import {createHash, randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {EventRecord} from './engine/run.ts';
import {fail} from './errors/jobwire-error.ts';
import type {OnEvent, Template} from './generated/types.ts';
import type {Library} from './manifest/library.ts';
import {isObject, type Json, JsonFault, type JsonObject, own, parseJson, stringifyJson} from './values/json.ts';
import {iso} from './values/time.ts';

/** The event of a file (`-` is standard input), or of the sample when no file is named. JW7102, JW4003, JW4004. */
export function readEvent(
  library: Library,
  template: Template,
  {file, now}: {file?: string; now: number},
): EventRecord {
  const {source, json} = file === undefined ? sampleOf(library, template, now) : {source: file, json: parse(file)};
  const id = own(json, 'id');
  const data = own(json, 'data');
  if (!isObject(json) || typeof id !== 'string' || data === undefined)
    throw fail('JW4004', {problem: `${source} is no event: an object with id, type and data is expected`});
  const {connection, type} = identityOf(template, json, source);
  return {
    uid: randomUUID(),
    connection,
    feed: 'file',
    type,
    id,
    time: textOf(json, 'time') ?? iso(now),
    ...(textOf(json, 'subject') !== undefined && {subject: textOf(json, 'subject') as string}),
    data,
    receivedAt: now,
    state: 'accepted',
    decisions: [],
    deliveries: 1,
    bodyHash: createHash('sha256').update(stringifyJson(json)).digest('hex'),
    conflicts: 0,
  };
}

/** A template that waits for no event of a connector brings its sample, or needs none. */
function sampleOf(library: Library, {on}: Template, now: number): {readonly source: string; readonly json: Json} {
  if ('manual' in on) return {source: 'the sample', json: {id: 'sample', data: on.manual.sample as Json}};
  if ('schedule' in on) return {source: 'the time', json: {id: iso(now), data: {scheduledFor: iso(now)}}};
  const path = samplePath(library, on);
  return {source: path, json: parse(path)};
}

function identityOf({on, id}: Template, json: JsonObject, source: string): {connection: string; type: string} {
  if (!('event' in on)) return {connection: id, type: 'manual' in on ? 'manual' : 'schedule'};
  const type = textOf(json, 'type') ?? on.event;
  if (type !== on.event) throw fail('JW4004', {problem: `${source} is ${type}, the template listens to ${on.event}`});
  return {connection: on.connection, type};
}

function samplePath(library: Library, on: OnEvent): string {
  const unit = library.connector(on.connector);
  const sample = unit.manifest.events?.[on.event]?.sample;
  if (sample === undefined) throw fail('JW1004', {what: 'event', name: on.event});
  return join(unit.dir, sample);
}

function textOf(json: Json, key: string): string | undefined {
  const value = own(json, key);
  return typeof value === 'string' ? value : undefined;
}

function parse(source: string): Json {
  const text = read(source);
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof JsonFault ? fail('JW4003', {problem: `${source}: ${error.message}`}) : error;
  }
}

function read(source: string): string {
  try {
    return readFileSync(source === '-' ? 0 : source, 'utf8');
  } catch (error) {
    throw fail('JW7102', {what: 'file', id: source}, {cause: error});
  }
}
