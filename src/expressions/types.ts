/** Static types of expressions: JSON Schema read as a set of alternatives (language reference, section 2.8). Must never look at data. */
import {isObject, type Json} from '../values/json.ts';

export interface SchemaType {
  readonly [keyword: string]: unknown;
}
/** The schema of a value; `true` is any value and is not checked. */
export type Type = SchemaType | true;

/** Marks the schema of a secret; only this room and the manifest room know it. */
export const secretMark = 'x-jobwire-secret';

export type TypeWord = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null';

/** One way a value may look: a single type word, no references, no unions. `any` when nothing is known. */
export interface Alternative {
  readonly word: TypeWord | 'any';
  readonly schema: SchemaType;
}

export type Resolve = (ref: string) => Type;

const anything: Alternative = {word: 'any', schema: {}};
const deepest = 16;
const mostAlternatives = 64;

/** Every way a value of the type may look. */
export function alternativesOf(type: Type, resolve: Resolve, depth = 0): readonly Alternative[] {
  if (type === true || depth > deepest) return [anything];
  const {$ref: ref, allOf, anyOf, oneOf, ...own} = type;
  let parts: readonly SchemaType[] = [own];
  if (typeof ref === 'string') parts = combine(parts, spread(resolve(ref), resolve, depth));
  for (const part of listOf(allOf)) parts = combine(parts, spread(part, resolve, depth));
  for (const union of [listOf(anyOf), listOf(oneOf)])
    if (union.length > 0)
      parts = combine(
        parts,
        union.flatMap((part) => spread(part, resolve, depth)),
      );
  return parts.slice(0, mostAlternatives).flatMap(split);
}

function spread(type: Type | boolean, resolve: Resolve, depth: number): SchemaType[] {
  if (typeof type === 'boolean') return [{}];
  return alternativesOf(type, resolve, depth + 1).map(({word, schema}) =>
    word === 'any' ? schema : {...schema, type: word},
  );
}

function listOf(value: unknown): readonly (SchemaType | boolean)[] {
  return Array.isArray(value) ? value : [];
}

/** Both hold: properties and required names add up, other keywords of the second win. */
function combine(first: readonly SchemaType[], second: readonly SchemaType[]): SchemaType[] {
  return first.flatMap((a) =>
    second.map((b) => ({
      ...a,
      ...b,
      ...(a['properties'] !== undefined || b['properties'] !== undefined
        ? {properties: {...record(a['properties']), ...record(b['properties'])}}
        : {}),
      ...(a['required'] !== undefined || b['required'] !== undefined
        ? {required: [...names(a['required']), ...names(b['required'])]}
        : {}),
      ...(a['type'] !== undefined && b['type'] !== undefined ? {type: narrower(a['type'], b['type'])} : {}),
    })),
  );
}

function narrower(a: unknown, b: unknown): unknown {
  const first = Array.isArray(a) ? a : [a];
  const second = Array.isArray(b) ? b : [b];
  const both = first.filter((word) => second.includes(word));
  return both.length > 0 ? both : b;
}

function split(schema: SchemaType): Alternative[] {
  const words = wordsOf(schema);
  return words.length === 0 ? [{word: 'any', schema}] : words.map((word) => ({word, schema: narrowed(schema, word)}));
}

/** Only the choices of this type. */
function narrowed(schema: SchemaType, word: TypeWord): SchemaType {
  const choices = choicesOf(schema);
  if (!choices) return schema;
  const {const: _const, enum: _enum, ...rest} = schema;
  return {...rest, enum: choices.filter((choice) => fitsWord(wordOf(choice), word))};
}

function wordsOf(schema: SchemaType): TypeWord[] {
  const {type} = schema;
  if (typeof type === 'string') return [type as TypeWord];
  if (Array.isArray(type)) return [...new Set(type as TypeWord[])];
  const choices = choicesOf(schema);
  if (choices) return [...new Set(choices.map(wordOf))];
  if (schema['properties'] !== undefined || schema['required'] !== undefined) return ['object'];
  if (schema['items'] !== undefined || schema['prefixItems'] !== undefined) return ['array'];
  return [];
}

/** The values of `enum` or `const`. */
export function choicesOf(schema: SchemaType): readonly Json[] | undefined {
  if (Array.isArray(schema['enum'])) return schema['enum'] as Json[];
  return schema['const'] === undefined ? undefined : [schema['const'] as Json];
}

export function wordOf(value: unknown): TypeWord {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return isObject(value) ? 'object' : 'number';
}

/** An integer is a number. */
export function fitsWord(actual: TypeWord | 'any', wanted: TypeWord | 'any'): boolean {
  return actual === 'any' || wanted === 'any' || actual === wanted || (actual === 'integer' && wanted === 'number');
}

export function union(types: readonly Type[]): Type {
  if (types.length === 0 || types.includes(true)) return true;
  const distinct = [...new Set(types)] as SchemaType[];
  return distinct.length === 1 ? (distinct[0] ?? true) : {anyOf: distinct};
}

export function isAny(type: Type, resolve: Resolve): boolean {
  return alternativesOf(type, resolve).every(({word}) => word === 'any');
}

export type Member =
  | {
      readonly found: true;
      readonly type: Type /** Not required, or some alternative has none. */;
      readonly missing: boolean;
    }
  | {readonly found: false /** Names there are. */; readonly names: readonly string[]};

/** The type under a property name or list index. */
export function memberOf(type: Type, segment: string, resolve: Resolve): Member {
  const types: Type[] = [];
  const known = new Set<string>();
  let missing = false;
  for (const alternative of alternativesOf(type, resolve)) {
    const member = memberOfOne(alternative, segment);
    if (member.found) {
      types.push(member.type);
      missing ||= member.missing;
    } else {
      missing = true;
      for (const name of member.names) known.add(name);
    }
  }
  return types.length === 0 ? {found: false, names: [...known]} : {found: true, type: union(types), missing};
}

function memberOfOne({word, schema}: Alternative, segment: string): Member {
  if (word === 'any') return {found: true, type: marked(schema), missing: false};
  if (word === 'array') return itemAt(schema, segment);
  if (word !== 'object') return {found: false, names: []};
  const properties = propertiesOf(schema);
  const own = Object.hasOwn(properties, segment) ? properties[segment] : undefined;
  if (own !== undefined)
    return {
      found: true,
      type: typeOf(own),
      missing: !names(schema['required']).includes(segment) && !isDefaulted(schema, own),
    };
  const others = schema['additionalProperties'] ?? schema['unevaluatedProperties'];
  if (others === false || (others === undefined && Object.keys(properties).length > 0))
    return {found: false, names: Object.keys(properties)};
  return {found: true, type: typeOf(others), missing: false};
}

/** What comes out of a secret is secret. */
function marked(schema: SchemaType): Type {
  return schema[secretMark] === true ? {[secretMark]: true} : true;
}

/** Defaults of a configuration or input are put in before anything reads it. */
export const defaultsApplied = 'x-jobwire-defaults';

function isDefaulted(schema: SchemaType, property: unknown): boolean {
  return schema[defaultsApplied] === true && isObject(property) && property['default'] !== undefined;
}

function itemAt(schema: SchemaType, segment: string): Member {
  if (!/^\d+$/.test(segment)) return {found: false, names: []};
  const prefix = listOf(schema['prefixItems'])[Number(segment)];
  return {found: true, type: typeOf(prefix ?? schema['items']), missing: false};
}

/** Listed properties, also those that only a condition brings in. */
export function propertiesOf(schema: SchemaType): Readonly<Record<string, unknown>> {
  const conditional = ['if', 'then', 'else'].map((keyword) => record(record(schema[keyword])['properties']));
  return Object.assign({}, ...conditional, record(schema['properties'])) as Record<string, unknown>;
}

/** Whether an object may have only the listed properties. */
export function isClosed(schema: SchemaType): boolean {
  return schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;
}

/** The type of the items of every alternative that is a list. */
export function itemsOf(type: Type, resolve: Resolve): Type {
  const lists = alternativesOf(type, resolve).filter(({word}) => word === 'array' || word === 'any');
  return union(lists.map(({word, schema}) => (word === 'any' ? marked(schema) : typeOf(schema['items']))));
}

export function typeOf(value: unknown): Type {
  return isObject(value) ? (value as SchemaType) : true;
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : [];
}

const words: Readonly<Record<TypeWord | 'any', string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
  any: 'any value',
};

/** "text or a number", with the choices of a short enum. */
export function describe(type: Type, resolve: Resolve): string {
  const parts = alternativesOf(type, resolve).map(({word, schema}) => {
    const choices = choicesOf(schema);
    return choices && choices.length <= 6 ? choices.map((choice) => JSON.stringify(choice)).join(' or ') : words[word];
  });
  const distinct = [...new Set(parts)];
  return distinct.length > 4 ? `${distinct.slice(0, 4).join(' or ')} …` : distinct.join(' or ');
}
