/** Cuts the web of schemas where it would not fit: each schema, written out with everything it refers to, stays small. */
import {isObject, type Json, type JsonObject} from '../../values/json.ts';

export interface CutLimits {
  /** Of one schema with everything below it. */
  readonly properties: number;
  readonly depth: number;
}

export interface Cut {
  /** Schema in which it was cut, and the schema that is missing there. */
  readonly name: string;
  readonly target: string;
  readonly why: string;
}

interface Weight {
  readonly properties: number;
  readonly depth: number;
}

/** Own references first: a schema is weighed when all below it are. Long chains are cut before they end the stack. */
export class Cutter {
  readonly #schemas: Map<string, Json>;
  readonly #limits: CutLimits;
  readonly #weights = new Map<string, Weight>();
  readonly #open = new Set<string>();
  readonly cuts: Cut[] = [];

  constructor(schemas: Map<string, Json>, limits: CutLimits) {
    this.#schemas = schemas;
    this.#limits = limits;
    for (const name of schemas.keys()) this.#weigh(name);
  }

  /** The same for a schema that has no name. */
  fit(schema: Json, name: string): Json {
    return this.#fit(schema, name).schema;
  }

  #weigh(name: string): Weight {
    const known = this.#weights.get(name);
    if (known) return known;
    this.#open.add(name);
    const {schema, weight, recursive} = this.#fit(this.#schemas.get(name) ?? {}, name);
    this.#open.delete(name);
    this.#schemas.set(name, schema);
    // What refers to itself is written out once more, in $defs.
    const whole = {properties: weight.properties * (recursive ? 2 : 1), depth: weight.depth};
    this.#weights.set(name, whole);
    return whole;
  }

  #fit(schema: Json, name: string): {schema: Json; weight: Weight; recursive: boolean} {
    const walk = new Walk((target, spent, depth) => this.#decide({name, target, spent, depth}));
    const cut = walk.schema(schema, 1);
    return {schema: cut, weight: {properties: walk.properties, depth: walk.depth}, recursive: walk.recursive};
  }

  #decide({name, target, spent, depth}: {name: string; target: string; spent: number; depth: number}): Decision {
    const {properties: most, depth: deepest} = this.#limits;
    if (target === name) return {kind: 'self'};
    if (this.#open.has(target)) return this.#cut(name, target, 'it leads back here');
    if (this.#open.size > deepest) return this.#cut(name, target, 'the chain of references is too long');
    const weight = this.#weigh(target);
    if (spent + weight.properties > most)
      return this.#cut(name, target, `with it there are more than ${most} properties`);
    if (depth + weight.depth > deepest) return this.#cut(name, target, `with it there are more than ${deepest} levels`);
    return {kind: 'keep', weight};
  }

  #cut(name: string, target: string, why: string): Decision {
    this.cuts.push({name, target, why});
    const schema = this.#schemas.get(target);
    const type = isObject(schema) ? schema['type'] : undefined;
    return {kind: 'cut', stand: type === undefined ? {} : {type}};
  }
}

type Decision =
  | {readonly kind: 'keep'; readonly weight: Weight}
  | {readonly kind: 'self'}
  | {readonly kind: 'cut'; readonly stand: JsonObject};

/** One pass over a schema that counts, and asks at each reference. */
class Walk {
  readonly #ask: (target: string, spent: number, depth: number) => Decision;
  properties = 0;
  depth = 0;
  recursive = false;

  constructor(ask: (target: string, spent: number, depth: number) => Decision) {
    this.#ask = ask;
  }

  schema(value: Json, depth: number): Json {
    this.depth = Math.max(this.depth, depth);
    if (!isObject(value)) return value;
    const target = targetOf(value);
    return target === undefined ? this.#members(value, depth) : this.#reference(value, target, depth);
  }

  #reference(value: JsonObject, target: string, depth: number): Json {
    const decision = this.#ask(target, this.properties, depth);
    if (decision.kind === 'self') this.recursive = true;
    if (decision.kind === 'cut') {
      const {$ref: _, ...beside} = value;
      return {...decision.stand, ...beside};
    }
    if (decision.kind === 'keep') {
      this.properties += decision.weight.properties;
      this.depth = Math.max(this.depth, depth + decision.weight.depth);
    }
    return value;
  }

  #members(value: JsonObject, depth: number): JsonObject {
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      if (key === 'properties' && isObject(item)) {
        this.properties += Object.keys(item).length;
        result[key] = Object.fromEntries(
          Object.entries(item).map(([name, one]) => [name, this.schema(one, depth + 1)]),
        );
      } else if (unions.has(key) && Array.isArray(item)) result[key] = item.map((one) => this.schema(one, depth + 1));
      else if (single.has(key)) result[key] = this.schema(item, depth + 1);
      else result[key] = item;
    }
    return result;
  }
}

const unions = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const single = new Set(['items', 'additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else']);

/** Name of the schema a reference means. */
export function targetOf(schema: Json): string | undefined {
  const ref = isObject(schema) ? schema['$ref'] : undefined;
  return typeof ref === 'string' ? ref.replace('#/schemas/', '') : undefined;
}

/** Names referred to anywhere in a value. */
export function referencesIn(value: Json, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) referencesIn(item, found);
  else if (isObject(value)) {
    const target = targetOf(value);
    if (target !== undefined) found.add(target);
    for (const item of Object.values(value)) referencesIn(item, found);
  }
  return found;
}
