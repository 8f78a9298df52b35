/** Events for trying things out: from a file, or the sample that the connector ships for the template's event. */
import {createHash, randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {EventRecord} from './engine/run.ts';
import {fail} from './errors/jobwire-error.ts';
import type {Template} from './generated/types.ts';
import type {Library} from './manifest/library.ts';
import {isObject, type Json, JsonFault, type JsonObject, own, parseJson, stringifyJson} from './values/json.ts';
import {iso} from './values/time.ts';

/** The event of a file (`-` is standard input), or of the sample when no file is named. JW7102, JW4003, JW4004. */
export function readEvent(
  library: Library,
  template: Template,
  {file, now}: {file?: string; now: number},
): EventRecord {
  const source = file ?? samplePath(library, template);
  const json = parse(source);
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

function identityOf({on, id}: Template, json: JsonObject, source: string): {connection: string; type: string} {
  if (!('event' in on)) return {connection: id, type: textOf(json, 'type') ?? 'manual'};
  const type = textOf(json, 'type') ?? on.event;
  if (type !== on.event) throw fail('JW4004', {problem: `${source} is ${type}, the template listens to ${on.event}`});
  return {connection: on.connection, type};
}

function samplePath(library: Library, {on, id}: Template): string {
  if (!('event' in on)) throw fail('JW7101', {problem: `template ${id} has no event sample: name a file with --event`});
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
