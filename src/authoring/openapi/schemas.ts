/** Schemas of a definition in the keywords of the language (section 1.3). What an answer holds is described, not judged: a definition that is stricter than its server must not break a call. */

import {patternProblem} from '../../manifest/patterns.ts';
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';
import {child, type Definition, type Located} from './definition.ts';
import {isJobwireError} from './faults.ts';
import {formatOf, looseFormat, numbersOf, orNull, sentence, typeOf} from './keywords.ts';
import type {Notes} from './model.ts';
import {Namer, toName} from './names.ts';

/** What is sent must fit; what comes back may be looser than it says. */
export type Flavour = 'sent' | 'answered';

export interface SchemaOptions {
  readonly definition: Definition;
  readonly notes: Notes;
  /** Descriptions of properties are kept. */
  readonly descriptions: boolean;
}

interface Inside {
  readonly flavour: Flavour;
  readonly inner: (from: Located) => Json;
}

const deepest = 20;
const mostBranches = 50;
const mostChoices = 200;
/** Keywords without a place here whose loss makes a schema looser than it was. */
const lost = [
  'patternProperties',
  'contains',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
  '$dynamicRef',
  '$recursiveRef',
];

export class Schemas {
  readonly #options: SchemaOptions;
  readonly #names = new Map<string, string>();
  readonly #namer = new Namer();
  readonly #made = new Map<string, Json>();
  readonly #queue: {name: string; at: Located; flavour: Flavour}[] = [];

  constructor(options: SchemaOptions) {
    this.#options = options;
    // Named before anything is drafted, so that a part of a definition gives the names the whole gives.
    for (const keys of [['components', 'schemas'], ['definitions']]) {
      const holder = under(options.definition.root, keys);
      for (const name of isObject(holder?.value) ? Object.keys(holder.value) : [])
        if (holder) this.#nameOf(child(holder, name), name);
    }
  }

  /** All that were referred to, by name, in the order they were met. */
  named(): Map<string, Json> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift())
      this.#made.set(next.name, this.#convert(next.at, next.flavour, 0));
    return this.#made;
  }

  convert(at: Located | undefined, flavour: Flavour): Json {
    return at ? this.#convert(at, flavour, 0) : {};
  }

  #nameOf(at: Located, text: string): {sent: string; answered: string} {
    const key = `${at.source.file}#${at.pointer}`;
    let base = this.#names.get(key);
    if (base === undefined) {
      base = this.#namer.take(toName(text, 'schema').slice(0, 58));
      this.#names.set(key, base);
    }
    return {sent: `${base}Input`, answered: base};
  }

  #reference(at: Located, flavour: Flavour): Json {
    const {definition, notes} = this.#options;
    try {
      const first = definition.target(at);
      const target = first && definition.follow(first);
      if (!target) return {};
      const name = this.#nameOf(target, target.pointer.split('/').at(-1) ?? '')[flavour];
      if (!this.#made.has(name)) {
        this.#made.set(name, {});
        this.#queue.push({name, at: target, flavour});
      }
      return {$ref: `#/schemas/${name}`};
    } catch (error) {
      if (!isJobwireError(error, 'JW1019')) throw error;
      notes.add('changed', at, {what: 'schema', why: `${error.message}; anything is taken`});
      return {};
    }
  }

  #convert(at: Located, flavour: Flavour, depth: number): Json {
    const {value} = at;
    if (typeof value === 'boolean') return value;
    if (!isObject(value)) return {};
    if (depth > deepest) {
      this.#options.notes.add('changed', at, {
        what: 'schema',
        why: `nested deeper than ${deepest} levels; anything is taken below`,
      });
      return {};
    }
    const nullable = value['nullable'] === true || value['x-nullable'] === true;
    if (typeof value['$ref'] === 'string') {
      const reference = this.#reference(at, flavour);
      return nullable ? orNull(reference) : reference;
    }
    const schema = this.#keywords(at, value, {flavour, depth});
    return nullable ? orNull(schema) : schema;
  }

  #keywords(at: Located, value: JsonObject, {flavour, depth}: {flavour: Flavour; depth: number}): JsonObject {
    const inner = (from: Located) => this.#convert(from, flavour, depth + 1);
    for (const keyword of lost)
      if (Object.hasOwn(value, keyword))
        this.#options.notes.add('changed', at, {
          what: `schema keyword ${keyword}`,
          why: 'the language has no such keyword',
        });
    return {
      ...typeOf(value),
      ...(flavour === 'sent' ? this.#limits(at, value) : looseFormat(value)),
      ...this.#objects(at, value, {flavour, inner}),
      ...lists(at, value, inner),
      ...this.#unions(at, value, {flavour, inner}),
      ...this.#description(value, depth),
    };
  }

  #description(value: JsonObject, depth: number): JsonObject {
    const {description} = value;
    if (!this.#options.descriptions || depth === 0 || typeof description !== 'string') return {};
    const short = sentence(description, 160);
    return short === '' ? {} : {description: short};
  }

  #limits(at: Located, value: JsonObject): JsonObject {
    const {pattern, enum: choices} = value;
    const result: JsonObject = {...formatOf(value), ...numbersOf(value)};
    if (value['const'] !== undefined) result['const'] = value['const'];
    if (Array.isArray(choices) && choices.length > 0 && choices.length <= mostChoices)
      result['enum'] = value['nullable'] === true && !choices.includes(null) ? [...choices, null] : choices;
    else if (Array.isArray(choices) && choices.length > mostChoices)
      this.#options.notes.add('changed', at, {
        what: 'enum',
        why: `${choices.length} choices are more than ${mostChoices}; any is taken`,
      });
    if (typeof pattern === 'string') {
      const problem = patternProblem(pattern);
      if (problem === undefined) result['pattern'] = pattern;
      else
        this.#options.notes.add('changed', at, {
          what: `pattern ${pattern.slice(0, 60)}`,
          why: `RE2 does not know it: ${problem}`,
        });
    }
    return result;
  }

  #objects(at: Located, value: JsonObject, {flavour, inner}: Inside): JsonObject {
    const {definition} = this.#options;
    const result: JsonObject = {};
    const required = requiredOf(value, definition, at);
    if (isObject(value['properties'])) {
      const holder = child(at, 'properties');
      const entries = Object.keys(value['properties']).map((name): [string, Json] => {
        const schema = inner(child(holder, name));
        return [name, flavour === 'answered' && !required.includes(name) ? orNull(schema) : schema];
      });
      result['properties'] = Object.fromEntries(entries);
    }
    if (required.length > 0) result['required'] = required;
    const more = value['additionalProperties'];
    if (typeof more === 'boolean' && (more || flavour === 'sent')) result['additionalProperties'] = more;
    else if (isObject(more)) {
      const schema = inner(child(at, 'additionalProperties'));
      result['additionalProperties'] = flavour === 'answered' ? orNull(schema) : schema;
    }
    if (isObject(value['propertyNames']) && flavour === 'sent')
      result['propertyNames'] = inner(child(at, 'propertyNames'));
    return result;
  }

  #unions(at: Located, value: JsonObject, {flavour, inner}: Inside): JsonObject {
    const result: JsonObject = {};
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const list = value[keyword];
      if (!Array.isArray(list) || list.length === 0) continue;
      if (list.length > mostBranches) {
        this.#options.notes.add('changed', at, {
          what: keyword,
          why: `${list.length} branches are more than ${mostBranches}; anything is taken`,
        });
        continue;
      }
      const branches = list.map((_, i) => inner(child(child(at, keyword), i)));
      // Which branch a discriminator means is not said by the branches themselves: more than one may fit.
      const isMarked = isObject(value['discriminator']);
      const isLoose = keyword === 'oneOf' && result['anyOf'] === undefined && (flavour === 'answered' || isMarked);
      if (isLoose && isMarked)
        this.#options.notes.add('changed', at, {what: 'discriminator', why: 'oneOf is drafted as anyOf'});
      result[isLoose ? 'anyOf' : keyword] = branches;
    }
    if (flavour === 'answered') return result;
    for (const keyword of ['not', 'if', 'then', 'else'])
      if (isObject(value[keyword])) result[keyword] = inner(child(at, keyword));
    if (result['if'] === undefined) {
      delete result['then'];
      delete result['else'];
    }
    return result;
  }
}

function under(root: Located, keys: readonly string[]): Located | undefined {
  let here = root;
  for (const key of keys) {
    if (!isObject(own(here.value, key))) return undefined;
    here = child(here, key);
  }
  return here;
}

/** What only one direction has cannot be required in both. */
function requiredOf(value: JsonObject, definition: Definition, at: Located): string[] {
  const {required, properties} = value;
  if (!Array.isArray(required)) return [];
  const names = [...new Set(required.filter((name) => typeof name === 'string'))];
  if (!isObject(properties)) return names;
  return names.filter((name) => {
    if (!isObject(own(properties, name))) return true;
    try {
      const property = definition.follow(child(child(at, 'properties'), name)).value;
      return own(property, 'readOnly') !== true && own(property, 'writeOnly') !== true;
    } catch {
      return true;
    }
  });
}

function lists(at: Located, value: JsonObject, inner: (from: Located) => Json): JsonObject {
  const {items, prefixItems} = value;
  const holder = Array.isArray(items) ? 'items' : 'prefixItems';
  const tuple = Array.isArray(items) ? items : prefixItems;
  return {
    ...(Array.isArray(tuple) &&
      tuple.length > 0 && {prefixItems: tuple.map((_, i) => inner(child(child(at, holder), i)))}),
    ...(isObject(items) && {items: inner(child(at, 'items'))}),
  };
}
