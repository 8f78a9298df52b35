/** The schema of each event's data, and which of its fields are masked where people look. Must never change the data itself. */
import type {Connector} from '../generated/types.ts';
import {remembered} from '../manifest/memo.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {atPointer, isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {mask} from '../values/secret.ts';

/** Standing alone, the same object each time; undefined for an event the connector does not have. */
export function dataSchema(connector: Connector, event: string): object | undefined {
  const declared = Object.hasOwn(connector.events ?? {}, event) ? connector.events?.[event] : undefined;
  return declared && resolveSchema(declared.data, connector);
}

/** Path to a sensitive value: property names, and `*` for the items of a list. */
type Pattern = readonly string[];

const patterns = new WeakMap<object, readonly Pattern[]>();

/** The data with every value marked `x-jobwire-sensitive` masked; the same object when there is none. */
export function maskSensitive(data: Json, schema: object | undefined): Json {
  if (!schema) return data;
  const sensitive = remembered(patterns, schema, () => findSensitive(schema as JsonObject));
  return sensitive.reduce(maskAt, data);
}

function maskAt(value: Json, [head, ...rest]: Pattern): Json {
  if (head === undefined) return value === null ? null : mask;
  if (Array.isArray(value)) return head === '*' ? value.map((item) => maskAt(item, rest)) : value;
  const found = own(value, head);
  return found === undefined || !isObject(value) ? value : {...value, [head]: maskAt(found, rest)};
}

/** Ends schemas that contain themselves; no event is nested deeper than this for a person to look at. */
const deepest = 12;
const mostVisits = 20_000;

function findSensitive(root: JsonObject): Pattern[] {
  const found: Pattern[] = [];
  let visits = 0;
  const visit = (schema: Json | undefined, path: Pattern, depth: number): void => {
    if (!isObject(schema) || depth > deepest || ++visits > mostVisits) return;
    if (own(schema, 'x-jobwire-sensitive') === true) {
      found.push(path);
      return;
    }
    const reference = own(schema, '$ref');
    if (typeof reference === 'string') visit(atPointer(root, reference.slice(1)), path, depth + 1);
    for (const [name, property] of membersOf(schema, 'properties')) visit(property, [...path, name], depth + 1);
    visit(own(schema, 'items'), [...path, '*'], depth + 1);
    for (const word of ['allOf', 'anyOf', 'oneOf'])
      for (const [, branch] of membersOf(schema, word)) visit(branch, path, depth + 1);
    for (const word of ['if', 'then', 'else']) visit(own(schema, word), path, depth + 1);
  };
  visit(root, [], 0);
  return found;
}

function membersOf(schema: JsonObject, word: string): [string, Json][] {
  const value = own(schema, word);
  return typeof value === 'object' && value !== null ? (Object.entries(value) as [string, Json][]) : [];
}
