/** Static types of what one connector's parts give: settings, secrets, operations, lookups. Computed once per connector. */
import {defaultsApplied, inferValue, type Place, secretMark, type Type} from '../expressions/check.ts';
import type {ConnectionPart, Connector, Operation, SchemaValue} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import {remembered} from './memo.ts';
import {closed, pageType, paramsType, pick, responseType, text} from './root-types.ts';
import {resolveSchema} from './schemas.ts';
import {closeSchema, fitsSchema, validateAgainst} from './validate.ts';
import {mergedPart} from './variant.ts';

export interface ConnectorTypes {
  readonly connector: Connector;
  /** A schema of the connector, standing alone. */
  resolve(schema: SchemaValue): Type;
  /** Settings and secrets of some variants together; of all without names. */
  connection(variants?: readonly string[]): Type;
  secret(variants?: readonly string[]): Type;
  /** Output of `prepare`; `early` while it may still be empty. */
  prepared(variants?: readonly string[], early?: boolean): Type;
  setPrepared(variant: string | undefined, type: Type): void;
  /** Value of an operation. */
  operation(name: string): Type;
  /** One row of a list operation. */
  row(name: string): Type;
  params(operation: Pick<Operation, 'params'>, giving?: boolean): Type;
  /** An input as it is read: closed, defaults applied. */
  input(schema: SchemaValue | undefined, flags?: Readonly<Record<string, Type>>): Type;
}

const known = new WeakMap<object, ConnectorTypes>();

export function typesOf(connector: Connector): ConnectorTypes {
  return remembered(known, connector, () => new Types(connector));
}

/** What every place has in common: references are already resolved, written-out JSON is validated. */
export const common: Pick<Place, 'resolve' | 'validate' | 'fits'> = {
  resolve: () => true,
  validate: (schema, value) => (schema === true ? [] : validateAgainst(schema, value)),
  fits: (schema, value) => schema === true || fitsSchema(schema, value),
};

class Types implements ConnectorTypes {
  readonly connector: Connector;
  readonly #operations = new Map<string, Type>();
  readonly #prepared = new Map<string, Type>();
  readonly #connections = new Map<string, Type>();
  readonly #inputs = new WeakMap<object, Type>();

  constructor(connector: Connector) {
    this.connector = connector;
  }

  resolve(schema: SchemaValue): Type {
    return resolveSchema(schema, this.connector) as Type;
  }

  #parts(variants: readonly string[] = Object.keys(this.connector.connection.variants ?? {})): ConnectionPart[] {
    return variants.length === 0
      ? [this.connector.connection]
      : variants.map((name) => mergedPart(this.connector, name));
  }

  connection(variants?: readonly string[]): Type {
    const key = variants?.join(' ') ?? '*';
    const before = this.#connections.get(key);
    if (before !== undefined) return before;
    const made = this.#settings(variants);
    this.#connections.set(key, made);
    return made;
  }

  #settings(variants: readonly string[] | undefined): Type {
    const schemas = this.#parts(variants).map(({config}) => this.resolve(config ?? {type: 'object'}));
    const properties: Record<string, unknown> = {};
    const required = new Set<string>();
    for (const schema of schemas) {
      if (schema === true) continue;
      for (const [name, property] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {}))
        properties[name] = property;
      for (const name of Array.isArray(schema['required']) ? schema['required'] : []) required.add(String(name));
    }
    return {type: 'object', properties, required: [...required], additionalProperties: false, [defaultsApplied]: true};
  }

  secret(variants?: readonly string[]): Type {
    const declared = Object.assign({}, ...this.#parts(variants).map(({secrets}) => secrets ?? {})) as NonNullable<
      ConnectionPart['secrets']
    >;
    return closed(
      Object.fromEntries(
        Object.entries(declared).map(([name, {optional}]) => [
          optional ? `${name}?` : name,
          {type: 'string', [secretMark]: true},
        ]),
      ),
    );
  }

  setPrepared(variant: string | undefined, type: Type): void {
    this.#prepared.set(variant ?? '', type);
  }

  prepared(variants?: readonly string[], early = false): Type {
    const names = variants ?? ['', ...Object.keys(this.connector.connection.variants ?? {})];
    const types = names.flatMap((name): Type[] => {
      const type = this.#prepared.get(name) ?? this.#prepared.get('');
      return type === undefined ? [] : [type];
    });
    if (types.length === 0) return closed({});
    const properties: Record<string, unknown> = {};
    let sure: readonly string[] | undefined;
    for (const type of types) {
      if (type === true || !isObject(type['properties'])) return true;
      Object.assign(properties, type['properties']);
      const required = Array.isArray(type['required']) ? type['required'].map(String) : [];
      sure = sure ? sure.filter((name) => required.includes(name)) : required;
    }
    return {type: 'object', properties, required: early ? [] : (sure ?? []), additionalProperties: false};
  }

  params({params}: Pick<Operation, 'params'>, giving = false): Type {
    return paramsType(params, (schema) => this.resolve(schema), giving);
  }

  input(schema: SchemaValue | undefined, flags?: Readonly<Record<string, Type>>): Type {
    if (!isObject(schema) || flags) return this.#input(schema, flags ?? {});
    return remembered(this.#inputs, schema, () => this.#input(schema, {}));
  }

  #input(schema: SchemaValue | undefined, flags: Readonly<Record<string, Type>>): Type {
    const own = schema === undefined ? {type: 'object'} : this.resolve(schema);
    if (own === true) return true;
    const extra = closed(flags) as {properties: object; required: string[]};
    const properties = {...extra.properties, ...(isObject(own['properties']) ? own['properties'] : {})};
    const required = [...(Array.isArray(own['required']) ? own['required'] : []), ...extra.required];
    return {...(closeSchema({...own, properties, required}) as {[keyword: string]: unknown}), [defaultsApplied]: true};
  }

  /** Roots of an operation's request. */
  roots(operation: Operation): Record<string, Type> {
    return {
      params: this.params(operation),
      connection: this.connection(),
      prepared: this.prepared(undefined, true),
      response: responseType(bodyType(operation)),
      ...(operation.page && {page: pageType}),
    };
  }

  operation(name: string): Type {
    const before = this.#operations.get(name);
    if (before !== undefined) return before;
    const operation = this.connector.operations[name];
    if (!operation) return true;
    this.#operations.set(name, true);
    const type = this.#output(operation);
    this.#operations.set(name, type);
    return type;
  }

  #output(operation: Operation): Type {
    const {items, output, schema} = operation.response ?? {};
    const declared = schema === undefined ? undefined : this.resolve(schema);
    const infer = (value: unknown): Type =>
      inferValue(value, {...common, roots: pick('response', this.roots(operation))}).type;
    if (items !== undefined) {
      const listed = declared === undefined ? infer(items) : {type: 'array', items: declared === true ? {} : declared};
      return listed === true || listed['type'] !== 'array' ? {type: 'array'} : listed;
    }
    const usual = declared ?? (output === undefined ? bodyType(operation) : infer(output));
    const rows = [...(operation.errors ?? []), ...(this.connector.http?.errors ?? [])].filter(
      ({action, output: made}) => action === 'success' && made !== undefined,
    );
    if (rows.length === 0 || usual === true) return usual;
    const others = rows.map((row) => infer(row.output));
    return others.includes(true) ? true : {anyOf: [usual, ...others]};
  }

  row(name: string): Type {
    const list = this.operation(name);
    const items = list === true ? undefined : list['items'];
    return isObject(items) ? (items as Type) : true;
  }
}

function bodyType({response}: Operation): Type {
  return response?.type === 'text' ? text : true;
}
