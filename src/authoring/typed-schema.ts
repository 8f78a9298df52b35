/**
 * A schema reduced to what a type can say, before a code generator sees it: an allow-list, so that no keyword of the generator's own
 * (`tsType`, `tsEnumNames`, `extends` …) and no reference that leads out of the schema gets through. Must never read a file.
 */
import {fail} from '../errors/jobwire-error.ts';
import {schemaLimits} from '../manifest/embedded.ts';
import {ExactNumber, isObject, type Json, type JsonObject} from '../values/json.ts';

export interface TypedSchemaOptions {
  /** Put before the names of `$defs`: the types of all schemas stand side by side. */
  readonly prefix: string;
  /** What others write: closed at the top, and what has a default may be left out. */
  readonly input?: boolean;
}

const words = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/** JW1007 for a reference that does not stay inside the schema, and for one that is too large. */
export function typedSchema(schema: unknown, options: TypedSchemaOptions): JsonObject {
  const reducer = new Reducer(isObject(schema) && isObject(schema['$defs']) ? schema['$defs'] : {}, options.prefix);
  const top = reducer.reduce(schema, 1);
  if (!options.input) return reducer.withDefinitions(top);
  const properties = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
  const needed = listOf(top['required']).filter(
    (name) => !isObject(properties[String(name)]) || (properties[String(name)] as JsonObject)['default'] === undefined,
  );
  return reducer.withDefinitions({
    ...top,
    ...(top['type'] === 'object' && isObject(top['properties']) && {required: needed, additionalProperties: false}),
  });
}

class Reducer {
  readonly #source: JsonObject;
  readonly #prefix: string;
  readonly #definitions = new Map<string, JsonObject>();
  #properties = 0;

  constructor(source: JsonObject, prefix: string) {
    this.#source = source;
    this.#prefix = prefix;
  }

  withDefinitions(top: JsonObject): JsonObject {
    return this.#definitions.size > 0 ? {...top, $defs: Object.fromEntries(this.#definitions)} : top;
  }

  reduce(schema: unknown, depth: number): JsonObject {
    if (!isObject(schema) || depth > schemaLimits.depth) return {};
    const ref = schema['$ref'];
    if (ref !== undefined) return {...this.#refer(ref, depth), ...comment(schema)};
    return {
      ...choices(schema),
      ...this.#shape(schema, depth),
      ...this.#unions(schema, depth),
      ...comment(schema),
      ...(schema['deprecated'] === true && {deprecated: true}),
    };
  }

  #refer(ref: Json, depth: number): JsonObject {
    const name = typeof ref === 'string' ? /^#\/\$defs\/([^/]+)$/.exec(ref)?.[1] : undefined;
    const key = name?.replaceAll('~1', '/').replaceAll('~0', '~');
    if (key === undefined || !Object.hasOwn(this.#source, key))
      throw fail('JW1007', {problem: `$ref ${JSON.stringify(ref)} leads out of the schema`});
    const own = `${this.#prefix}${key.replace(/[^A-Za-z0-9]+/g, '')}`;
    if (!this.#definitions.has(own)) {
      this.#definitions.set(own, {});
      this.#definitions.set(own, this.reduce(this.#source[key], depth + 1));
    }
    return {$ref: `#/$defs/${own}`};
  }

  #shape(schema: JsonObject, depth: number): JsonObject {
    const type = typeOf(schema['type']);
    const properties = this.#members(schema, depth);
    const items = [...listOf(schema['prefixItems']), schema['items']].filter((item) => item !== undefined);
    const [only] = items;
    const others = schema['additionalProperties'] ?? (Object.keys(properties).length === 0 ? true : undefined);
    return {
      ...(type !== undefined && {type}),
      ...(Object.keys(properties).length > 0 && {properties}),
      ...(Array.isArray(schema['required']) && {
        required: schema['required'].filter((name) => typeof name === 'string' && Object.hasOwn(properties, name)),
      }),
      ...(listOf(type ?? []).includes('object') &&
        others !== undefined && {
          additionalProperties: typeof others === 'boolean' ? others : this.reduce(others, depth + 1),
        }),
      ...(items.length > 0 && {
        items:
          items.length === 1
            ? this.reduce(only, depth + 1)
            : {anyOf: items.map((item) => this.reduce(item, depth + 1))},
      }),
    };
  }

  /** Also those that only a condition brings in; they are never required. */
  #members(schema: JsonObject, depth: number): JsonObject {
    const branches = ['if', 'then', 'else'].map((keyword) => schema[keyword]).filter(isObject);
    const sources = [...branches, schema].map(({properties}) => properties).filter((table) => table !== undefined);
    const members = Object.assign({}, ...sources.filter(isObject)) as JsonObject;
    this.#properties += Object.keys(members).length;
    if (this.#properties > schemaLimits.properties)
      throw fail('JW1007', {problem: `the schema has more than ${schemaLimits.properties} properties`});
    return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, this.reduce(member, depth + 1)]));
  }

  #unions(schema: JsonObject, depth: number): JsonObject {
    const unions = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword): [string, Json][] => {
      const parts = listOf(schema[keyword]).filter((part) => isObject(part) && saysShape(part));
      return parts.length > 0 ? [[keyword, parts.map((part) => this.reduce(part, depth + 1))]] : [];
    });
    return Object.fromEntries(unions);
  }
}

/** Branches that only say which members must be there make no type. */
function saysShape(part: JsonObject): boolean {
  return ['$ref', 'type', 'const', 'enum', 'properties', 'anyOf', 'oneOf', 'allOf'].some((keyword) =>
    Object.hasOwn(part, keyword),
  );
}

/** A number that a double does not hold cannot be written as a type. */
function choices(schema: JsonObject): JsonObject {
  const {const: only, enum: several} = schema;
  const values = only === undefined ? several : [only];
  if (!Array.isArray(values) || values.some((value) => value instanceof ExactNumber)) return {};
  return {enum: values};
}

function typeOf(type: Json | undefined): Json | undefined {
  if (Array.isArray(type)) return type.filter((word) => words.has(String(word)));
  return typeof type === 'string' && words.has(type) ? type : undefined;
}

function comment({title, description, default: fallback}: JsonObject): JsonObject {
  const sentences = [
    typeof title === 'string' ? `${title}.` : undefined,
    typeof description === 'string' ? `${description.replace(/\.$/, '')}.` : undefined,
    fallback === undefined ? undefined : `Default: ${JSON.stringify(fallback)}.`,
  ].filter((sentence) => sentence !== undefined);
  return sentences.length > 0 ? {description: sentences.join(' ').replaceAll('*/', '* /')} : {};
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
