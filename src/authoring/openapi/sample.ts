/** A value that fits a drafted schema: the definition's own example where it fits, else one made from the schema. Must never be random. */
import {compilePattern} from '../../manifest/patterns.ts';
import {validateAgainst} from '../../manifest/validate.ts';
import {isObject, type Json, type JsonObject} from '../../values/json.ts';
import {targetOf} from './cut.ts';

export interface SampleTools {
  /** Drafted schemas by name. */
  readonly named: ReadonlyMap<string, Json>;
  /** The schema with what it refers to, standing alone. */
  resolve(schema: Json): object;
}

export interface SampleWish {
  readonly example?: Json | undefined;
  /** Optional properties of an object that are shown, beside the required ones. */
  readonly extras: number;
}

/** Undefined when nothing that fits can be made. */
export function sampleOf(schema: Json, {example, extras}: SampleWish, tools: SampleTools): Json | undefined {
  const whole = tools.resolve(schema);
  const fits = (value: Json | undefined): value is Json =>
    value !== undefined && validateAgainst(whole, value).length === 0;
  if (fits(example) && isSmall(example) && !telltale.test(JSON.stringify(example))) return example;
  const made = new Maker(tools.named, extras).make(schema, 0);
  return fits(made) ? made : undefined;
}

/** What looks like a real token is not repeated. */
const telltale = /\beyJ[A-Za-z0-9_-]{8,}\.|-----BEGIN |\{\{/;

function isSmall(value: Json): boolean {
  return JSON.stringify(value).length <= 4000;
}

const deepest = 5;

class Maker {
  readonly #named: ReadonlyMap<string, Json>;
  readonly #extras: number;

  constructor(named: ReadonlyMap<string, Json>, extras: number) {
    this.#named = named;
    this.#extras = extras;
  }

  make(schema: Json, depth: number): Json | undefined {
    if (!isObject(schema)) return schema === false ? undefined : 'text';
    const target = targetOf(schema);
    if (target !== undefined) return depth > deepest ? undefined : this.make(this.#named.get(target) ?? {}, depth + 1);
    if (schema['const'] !== undefined) return schema['const'];
    const choices = schema['enum'];
    if (Array.isArray(choices)) return choices.find((choice) => choice !== null) ?? null;
    const parts = schema['allOf'];
    if (Array.isArray(parts)) return this.#together([withoutUnions(schema), ...parts], depth);
    const branches = schema['anyOf'] ?? schema['oneOf'];
    if (Array.isArray(branches)) return this.#either(schema, branches, depth);
    return this.#typed(schema, wordOf(schema), depth);
  }

  /** The first branch that gives something; with the properties beside the union. */
  #either(schema: JsonObject, branches: readonly Json[], depth: number): Json | undefined {
    for (const branch of branches) {
      const made = this.#together([withoutUnions(schema), branch], depth);
      if (made !== undefined) return made;
    }
    return undefined;
  }

  #together(parts: readonly Json[], depth: number): Json | undefined {
    let whole: Json | undefined;
    for (const part of parts) {
      if (isObject(part) && Object.keys(part).length === 0) continue;
      const made = this.make(part, depth + 1);
      if (made === undefined) return undefined;
      whole = isObject(whole) && isObject(made) ? {...whole, ...made} : made;
    }
    return whole ?? {};
  }

  #typed(schema: JsonObject, word: string, depth: number): Json | undefined {
    if (word === 'object') return this.#object(schema, depth);
    if (word === 'array') return this.#array(schema, depth);
    if (word === 'string') return textFor(schema);
    if (word === 'integer' || word === 'number') return numberFor(schema);
    return word === 'boolean' ? true : word === 'null' ? null : {};
  }

  #object(schema: JsonObject, depth: number): Json | undefined {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
    const result: JsonObject = {};
    for (const name of required) {
      const made = this.make(properties[name] ?? {}, depth + 1);
      if (made === undefined) return undefined;
      result[name] = made;
    }
    let left = depth > 2 ? 0 : this.#extras;
    for (const [name, property] of Object.entries(properties)) {
      if (left <= 0 || Object.hasOwn(result, name) || !isScalar(property)) continue;
      const made = this.make(property, depth + 1);
      if (made === undefined) continue;
      result[name] = made;
      left--;
    }
    return result;
  }

  #array(schema: JsonObject, depth: number): Json | undefined {
    const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
    const tuple = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
    const first = tuple.map((item) => this.make(item, depth + 1));
    if (first.includes(undefined)) return undefined;
    if (least > 20) return undefined;
    const item = this.make(schema['items'] ?? {}, depth + 1);
    const wanted = Math.max(least, depth > 3 || schema['maxItems'] === 0 ? 0 : 1);
    const more = Math.max(0, wanted - first.length);
    if (more > 0 && item === undefined) return least === 0 ? (first as Json[]) : undefined;
    return [...(first as Json[]), ...Array.from({length: more}, () => item as Json)];
  }
}

function withoutUnions(schema: JsonObject): JsonObject {
  const {allOf: _all, anyOf: _any, oneOf: _one, description: _text, ...rest} = schema;
  return rest;
}

function isScalar(schema: Json): boolean {
  return isObject(schema) && ['string', 'integer', 'number', 'boolean'].includes(wordOf(schema));
}

function wordOf(schema: JsonObject): string {
  const {type} = schema;
  if (Array.isArray(type)) return String(type.find((word) => word !== 'null') ?? 'null');
  if (typeof type === 'string') return type;
  if (schema['properties'] !== undefined || schema['required'] !== undefined) return 'object';
  return schema['items'] !== undefined ? 'array' : '';
}

const byFormat: Readonly<Record<string, string>> = {
  uuid: '00000000-0000-4000-8000-000000000001',
  'date-time': '2026-01-12T08:00:00Z',
  date: '2026-01-12',
  time: '08:00:00Z',
  duration: 'PT1H',
  email: 'person@example.com',
  hostname: 'host.example.com',
  uri: 'https://example.com/',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
};

/** Texts that common patterns take. */
const candidates = [
  'text',
  'a',
  'A',
  '1',
  'a1',
  'A1',
  'abc',
  'ABC',
  'ABC-1',
  '123',
  '2026-01-12',
  '12:00',
  '1.0.0',
  'a@b.example',
  '#ffffff',
  '+4312345',
  'EUR',
  'en-US',
  'a/b',
  'https://example.com/',
];

function textFor(schema: JsonObject): string | undefined {
  const {format, pattern} = schema;
  if (typeof format === 'string' && Object.hasOwn(byFormat, format)) return byFormat[format];
  const least = typeof schema['minLength'] === 'number' ? schema['minLength'] : 0;
  const most = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : Number.MAX_SAFE_INTEGER;
  if (least > 2000) return undefined;
  const fitted = (word: string) => word.padEnd(least, word.at(-1) ?? 'a').slice(0, most);
  if (typeof pattern !== 'string') return fitted('text');
  const regex = compilePattern(pattern);
  return candidates
    .flatMap((word) => [fitted(word), fitted(word.repeat(4)), word])
    .find((word) => regex.test(word) && word.length >= least && word.length <= most);
}

function numberFor(schema: JsonObject): number {
  const number = (keyword: string) => (typeof schema[keyword] === 'number' ? (schema[keyword] as number) : undefined);
  const step = number('multipleOf') ?? 1;
  const above = number('exclusiveMinimum');
  const least = number('minimum') ?? (above === undefined ? undefined : above + step);
  const below = number('exclusiveMaximum');
  const most = number('maximum') ?? (below === undefined ? undefined : below - step);
  const wanted = Math.min(Math.max(1, least ?? 1), most ?? Number.MAX_SAFE_INTEGER);
  const stepped = Math.ceil(wanted / step) * step;
  return stepped <= (most ?? stepped) ? stepped : wanted;
}
