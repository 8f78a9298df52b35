/** The schema of one kind of file as a single document, for tools that cannot follow references to other files. */
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import {followRef, type Kind, type Located, schemaIdOf} from './kinds.ts';

/** Nothing but `#/$defs/…` is referred to. */
export function bundledSchema(kind: Kind): JsonObject {
  const bundle = new Bundle();
  const top = bundle.rewrite(followRef(schemaIdOf(kind), schemaIdOf(kind)));
  return {$schema: 'https://json-schema.org/draft/2020-12/schema', ...top, $defs: bundle.definitions()};
}

/** For the tests of the package, or said once at the top. */
const left = new Set(['$id', '$schema', '$defs', 'examples', 'antiExamples']);
/** Keywords whose value is data, and those whose value holds schemas by name. */
const data = new Set(['const', 'enum', 'default', 'required', 'dependentRequired']);
const named = new Set(['properties', 'patternProperties']);

class Bundle {
  readonly #definitions = new Map<string, JsonObject>();

  definitions(): JsonObject {
    return Object.fromEntries(this.#definitions);
  }

  rewrite({schema, base}: Located): JsonObject {
    const rewritten = this.#walk(schema, base);
    return isObject(rewritten) ? rewritten : {};
  }

  #walk(node: unknown, base: string): Json {
    if (Array.isArray(node)) return node.map((item) => this.#walk(item, base));
    if (!isObject(node)) return node as Json;
    const {$ref: ref, ...beside} = node;
    if (typeof ref !== 'string') return this.#members(node, base);
    const target = this.#refer(ref, base);
    const own = this.#members(beside, base);
    const {description, ...rules} = own;
    const words = description === undefined ? {} : {description};
    return Object.keys(rules).length === 0 ? {$ref: target, ...words} : {allOf: [{$ref: target}], ...own};
  }

  #members(node: JsonObject, base: string): JsonObject {
    const entries = Object.entries(node).flatMap(([keyword, value]): [string, Json][] => {
      if (left.has(keyword)) return [];
      if (data.has(keyword)) return [[keyword, value]];
      return [[keyword, named.has(keyword) ? this.#table(value, base) : this.#walk(value, base)]];
    });
    return Object.fromEntries(entries);
  }

  #table(table: Json, base: string): JsonObject {
    const entries = Object.entries(isObject(table) ? table : {});
    return Object.fromEntries(entries.map(([name, schema]) => [name, this.#walk(schema, base)]));
  }

  #refer(ref: string, base: string): string {
    const url = new URL(ref, base);
    const name = `${url.pathname.split('/').at(-1)?.replace('.schema.json', '')}${url.hash.replace('#/$defs/', '.').replace('#', '')}`;
    if (!this.#definitions.has(name)) {
      this.#definitions.set(name, {});
      this.#definitions.set(name, this.rewrite(followRef(ref, base)));
    }
    return `#/$defs/${name}`;
  }
}
