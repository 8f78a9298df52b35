/** What the schemas of a connector mark as sensitive in an event or an input: it goes into no file. */
import type {Connector} from '../generated/types.ts';
import {dataSchema, maskSensitive} from '../ingest/schemas.ts';
import type {Library} from '../manifest/library.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {sensitiveIn} from '../operations/mask.ts';
import {isObject, type Json} from '../values/json.ts';
import {mask} from '../values/secret.ts';
import type {Recordable} from './record-case.ts';
import {valuesIn} from './record-disguise.ts';

export function sensitiveOf(subject: Recordable, library: Library): string[] {
  if (subject.kind === 'template') {
    const {on} = subject.unit.manifest;
    if (!('event' in on)) return [];
    const data = subject.event['data'] ?? {};
    return hiddenIn(data, maskSensitive(data, dataSchema(library.connector(on.connector).manifest, on.event)));
  }
  const connector = library.connector(subject.connection.manifest.connector).manifest;
  const {kind, name, input} = subject;
  if (kind !== 'action') return secretParams(connector, kind, name).flatMap((param) => valuesIn(input[param] ?? null));
  const schema = connector.actions?.[name]?.input;
  return schema === undefined ? [] : sensitiveIn(resolveSchema(schema, connector), input).flatMap(valuesIn);
}

function secretParams(connector: Connector, kind: 'lookup' | 'operation', name: string): string[] {
  const {params = {}} = (kind === 'lookup' ? connector.lookups?.[name] : connector.operations[name]) ?? {};
  return Object.entries(params).flatMap(([param, type]) => (type === 'secret' ? [param.replace(/\?$/, '')] : []));
}

/** What stood where the masked value says nothing any more. */
function hiddenIn(value: Json, masked: Json): string[] {
  if (masked === mask) return value === mask ? [] : valuesIn(value);
  if (Array.isArray(value) && Array.isArray(masked))
    return value.flatMap((item, i) => hiddenIn(item, masked[i] ?? null));
  if (!isObject(value) || !isObject(masked)) return [];
  return Object.entries(value).flatMap(([key, item]) => hiddenIn(item, masked[key] ?? null));
}
