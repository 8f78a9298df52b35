/** Proposes what of an event goes into which input of an action. A guess by name and type; what nobody knows is a placeholder that check points at. */
import {isObject, type Json, type JsonObject} from '../../values/json.ts';
import {segment} from '../openapi/parameters.ts';
import {sampleOf} from '../openapi/sample.ts';

export interface Mapping {
  readonly input: JsonObject;
  /** Inputs whose value is a placeholder. */
  readonly placeholders: readonly string[];
}

export interface MappingFacts {
  /** Schema of the event's data, standing alone. */
  readonly data: object;
  /** Schema of the action's input, standing alone. */
  readonly input: object;
}

interface Field {
  readonly path: string;
  readonly words: string;
  readonly type: string;
  readonly sure: boolean;
}

export const placeholderMark = 'TODO:';

export function proposeMapping({data, input}: MappingFacts): Mapping {
  const fields = fieldsOf(data as JsonObject, [], true, 0);
  const {properties, required} = needsOf(input as JsonObject);
  const result: JsonObject = {};
  const placeholders: string[] = [];
  for (const name of required) {
    const schema = properties.get(name) ?? {};
    const found = fieldFor(name, schema, fields);
    const stand = placeholderFor(name, schema);
    if (found === undefined) placeholders.push(name);
    result[name] = found === undefined ? stand : expressionFor(found, schema, stand);
  }
  return {input: result, placeholders};
}

interface Needs {
  readonly properties: Map<string, Json>;
  readonly required: Set<string>;
}

/** What the schema asks for, and all its parts; of alternatives the first. */
function needsOf(schema: JsonObject, found: Needs = {properties: new Map(), required: new Set()}): Needs {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  for (const [name, property] of Object.entries(properties)) {
    const known = found.properties.get(name);
    found.properties.set(name, isObject(known) && isObject(property) ? {...known, ...property} : property);
  }
  for (const name of [schema['required'] ?? []].flat()) found.required.add(String(name));
  const list = (keyword: string): Json[] => (Array.isArray(schema[keyword]) ? (schema[keyword] as Json[]) : []);
  const parts = [...list('allOf'), ...list('anyOf').slice(0, 1), ...list('oneOf').slice(0, 1)];
  for (const part of parts) if (isObject(part)) needsOf(part, found);
  return found;
}

const deepest = 3;

/** Plain values of an event, outer ones first. */
function fieldsOf(schema: JsonObject, path: readonly string[], sure: boolean, depth: number): Field[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = [schema['required'] ?? []].flat();
  const own: Field[] = [];
  const inner: Field[] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    const here = [...path, name];
    const isSure = sure && required.includes(name);
    const type = typeof property['type'] === 'string' ? property['type'] : '';
    if (['string', 'integer', 'number', 'boolean'].includes(type))
      own.push({path: ['event', 'data', ...here.map(segment)].join('.'), words: plain(name), type, sure: isSure});
    else if (type === 'object' && depth < deepest) inner.push(...fieldsOf(property, here, isSure, depth + 1));
  }
  return [...own, ...inner];
}

/** Case, dashes and underscores do not tell names apart. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The same name before one that ends alike, and only where the types go together. */
function fieldFor(name: string, schema: Json, fields: readonly Field[]): Field | undefined {
  const wanted = plain(name);
  const type = isObject(schema) ? schema['type'] : undefined;
  if (isObject(schema) && (schema['enum'] !== undefined || schema['format'] !== undefined)) return undefined;
  const fitting = fields.filter(
    (field) =>
      type === undefined || type === field.type || type === 'string' || (type === 'number' && field.type === 'integer'),
  );
  return (
    fitting.find(({words}) => words === wanted) ??
    (isObject(schema) && schema['pattern'] !== undefined ? [] : fitting).find(
      ({words}) => words.length > 3 && wanted.length > 3 && (words.endsWith(wanted) || wanted.endsWith(words)),
    )
  );
}

function expressionFor({path, type, sure}: Field, schema: Json, stand: Json): Json {
  const needsText = isObject(schema) && schema['type'] === 'string' && type !== 'string';
  if (sure) return needsText ? `{{string ${path}}}` : `{{${path}}}`;
  if (typeof stand !== 'string') return typeof stand === 'object' ? stand : `{{default ${path} ${String(stand)}}}`;
  const value = needsText ? `(string ${path})` : path;
  return `{{default ${value} 'none'}}`;
}

/** A value of the right type; a text says that it is one to replace. */
function placeholderFor(name: string, schema: Json): Json {
  const tools = {named: new Map<string, Json>(), resolve: () => (isObject(schema) ? schema : {})};
  const marked = `${placeholderMark} ${name}`;
  return sampleOf(schema, {example: marked, extras: 0}, tools) ?? marked;
}
