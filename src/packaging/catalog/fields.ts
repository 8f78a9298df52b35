/** A JSON Schema as rows of a table: path, type, whether it must be there, what it means. Must never evaluate the schema. */
import {isObject, type Json, stringifyJson} from '../../values/json.ts';

export interface Field {
  /** `issue.labels[]`; empty for the value itself. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** Masked in traces and logs. */
  readonly sensitive: boolean;
  readonly fallback?: string;
}

const limits = {depth: 6, rows: 250};

/** A schema without references to a connector's own schemas (`resolveSchema`). `cut` when there is more than is shown. */
export function fieldsOf(schema: object): {readonly fields: readonly Field[]; readonly cut: boolean} {
  const walker = new Walker(isObject(schema) ? schema['$defs'] : undefined);
  walker.members(schema, '', 0);
  return {fields: walker.fields.slice(0, limits.rows), cut: walker.fields.length > limits.rows || walker.cut};
}

class Walker {
  readonly fields: Field[] = [];
  cut = false;
  readonly #definitions: unknown;

  constructor(definitions: unknown) {
    this.#definitions = definitions;
  }

  members(given: unknown, path: string, depth: number): void {
    const schema = this.#merged(given);
    if (depth > limits.depth || this.fields.length > limits.rows) {
      this.cut ||= isObject(schema['properties']);
      return;
    }
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    for (const [name, member] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {}))
      this.#field(member, `${path}${path === '' ? '' : '.'}${name}`, {required: required.includes(name), depth});
    if (isObject(schema['items'])) this.members(schema['items'], `${path}[]`, depth + 1);
  }

  #field(given: unknown, path: string, {required, depth}: {required: boolean; depth: number}): void {
    const schema = this.#merged(given);
    const fallback = schema['default'];
    this.fields.push({
      path,
      type: typeOf(schema, (inner) => this.#merged(inner)),
      required,
      description: [schema['title'], schema['description']].filter((text) => typeof text === 'string').join('. '),
      sensitive: schema['x-jobwire-sensitive'] === true,
      ...(fallback !== undefined && {fallback: stringifyJson(fallback as Json)}),
    });
    this.members(schema, path, depth + 1);
  }

  /** The schema with its `$defs` reference followed and the parts of `allOf` put together. */
  #merged(given: unknown, depth = 0): Record<string, unknown> {
    if (!isObject(given) || depth > limits.depth) return {};
    const name = typeof given['$ref'] === 'string' ? /^#\/\$defs\/(.+)$/.exec(given['$ref'])?.[1] : undefined;
    const target = name !== undefined && isObject(this.#definitions) ? this.#definitions[name] : undefined;
    const parts = [target, ...(Array.isArray(given['allOf']) ? given['allOf'] : [])].map((part) =>
      this.#merged(part, depth + 1),
    );
    return [...parts, given].reduce<Record<string, unknown>>((all, part) => joined(all, part), {});
  }
}

function joined(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const properties = {...record(a['properties']), ...record(b['properties'])};
  const required = [...list(a['required']), ...list(b['required'])];
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 && {properties}),
    ...(required.length > 0 && {required}),
  };
}

function typeOf(schema: Record<string, unknown>, follow: (schema: unknown) => Record<string, unknown>): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => stringifyJson(value as Json)).join(' | ');
  if (schema['const'] !== undefined) return stringifyJson(schema['const'] as Json);
  const union = ['anyOf', 'oneOf'].map((key) => schema[key]).find(Array.isArray);
  const word = schema['type'];
  if (union && word === undefined) return [...new Set(union.map((part) => typeOf(follow(part), follow)))].join(' | ');
  if (Array.isArray(word)) return word.join(' | ');
  if (word === 'array') return `list of ${isObject(schema['items']) ? typeOf(follow(schema['items']), follow) : 'any'}`;
  if (typeof word !== 'string') return isObject(schema['properties']) ? 'object' : 'any';
  return typeof schema['format'] === 'string' ? `${word} (${schema['format']})` : word;
}

function record(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
