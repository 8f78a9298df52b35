/** Embedded schemas made to stand alone: references to the connector's own schemas are put in their place. Must never read a file. */
import type {Connector, SchemaValue} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import {remembered} from './memo.ts';

/** Nodes that may be written out; a schema that would grow beyond this keeps references to `$defs`. */
const writtenOut = 20_000;

const resolved = new WeakMap<Connector, WeakMap<object, object>>();

/**
 * The schema without references to `#/schemas/…` and `./schemas/…` (files are held in `connector.schemas` under their path). What
 * refers to itself goes to `$defs`. The same object for the same schema, so that it is compiled once.
 */
export function resolveSchema(schema: SchemaValue, connector: Connector): object {
  if (typeof schema === 'boolean') return schema ? anything : nothing;
  const known = remembered(resolved, connector, () => new WeakMap<object, object>());
  return remembered(known, schema, () => new Resolver(connector.schemas ?? {}).resolve(schema));
}

const anything: object = {};
const nothing: object = {not: {}};

/** Name in `connector.schemas` that a reference means, or undefined. */
export function referencedSchema(ref: unknown): string | undefined {
  if (typeof ref !== 'string') return undefined;
  const inner = /^#\/schemas\/([^/]+)$/.exec(ref)?.[1];
  return (
    inner?.replaceAll('~1', '/').replaceAll('~0', '~') ?? (/^\.\/schemas\/[^/]+\.json$/.test(ref) ? ref : undefined)
  );
}

class Resolver {
  readonly #schemas: Readonly<Record<string, SchemaValue>>;
  readonly #open = new Set<string>();
  readonly #definitions = new Map<string, unknown>();
  #nodes = 0;

  constructor(schemas: Readonly<Record<string, SchemaValue>>) {
    this.#schemas = schemas;
  }

  resolve(schema: object): object {
    const root = this.#walk(schema);
    if (!isObject(root)) return root === false ? nothing : anything;
    return this.#definitions.size > 0 ? {...root, $defs: Object.fromEntries(this.#definitions)} : root;
  }

  #walk(value: unknown): unknown {
    this.#nodes++;
    if (Array.isArray(value)) return value.map((item) => this.#walk(item));
    if (!isObject(value)) return value;
    const name = referencedSchema(value['$ref']);
    if (name === undefined || !Object.hasOwn(this.#schemas, name)) return this.#members(value);
    const {$ref: _, ...beside} = value;
    const target = this.#target(name);
    if (!isObject(target))
      return Object.keys(beside).length === 0 ? target : {...this.#members(beside), allOf: [target]};
    const clash = Object.keys(beside).some((key) => Object.hasOwn(target, key) && !annotations.has(key));
    return clash ? {...this.#members(beside), allOf: [target]} : {...target, ...this.#members(beside)};
  }

  #members(value: object): Record<string, unknown> {
    const entries = Object.entries(value).map(([key, item]) => [key, data.has(key) ? item : this.#walk(item)]);
    return Object.fromEntries(entries) as Record<string, unknown>;
  }

  #target(name: string): unknown {
    if (!this.#open.has(name) && this.#nodes < writtenOut) {
      this.#open.add(name);
      const target = this.#walk(this.#schemas[name]);
      this.#open.delete(name);
      return target;
    }
    const key = name.replace(/^\.\/schemas\//, '');
    if (!this.#definitions.has(key)) {
      this.#definitions.set(key, true);
      const open = this.#open.has(name);
      this.#open.add(name);
      this.#definitions.set(key, this.#walk(this.#schemas[name]));
      if (!open) this.#open.delete(name);
    }
    return {$ref: `#/$defs/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`};
  }
}

const annotations = new Set(['title', 'description', 'examples', 'deprecated', 'default']);
/** Keywords whose value is data, not schemas. */
const data = new Set(['const', 'enum', 'default', 'examples', 'required', 'x-jobwire-options', 'x-jobwire-schema']);
