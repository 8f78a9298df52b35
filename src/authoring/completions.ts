/**
 * Schemas that only propose: names, choices and expressions for an editor to complete. They refuse nothing, because what may stand
 * in a file is the business of the format's own schema and of the check.
 */
import type {Place} from '../expressions/check.ts';
import {
  type Alternative,
  alternativesOf,
  choicesOf,
  isClosed,
  itemsOf,
  names,
  propertiesOf,
  type Resolve,
  type Type,
  typeOf,
} from '../expressions/types.ts';
import type {Slot} from '../manifest/slots.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {type OfferOptions, offersAt} from './offers.ts';
import {pathsOf} from './paths.ts';

const deepest = 4;

/** Makes proposals and keeps what several places share in `$defs`. */
export class Completions {
  readonly #definitions = new Map<string, {readonly name: string; readonly schema: JsonObject}>();

  /** For the `$defs` of the schema the proposals stand in. */
  definitions(): JsonObject {
    return Object.fromEntries([...this.#definitions.values()].map(({name, schema}) => [name, schema]));
  }

  /** Any of these values, or any other. */
  values(values: readonly Json[]): JsonObject {
    if (values.length === 0) return {};
    return this.#shared('choice', {anyOf: [{}, {enum: [...new Set(values)]}]});
  }

  /** The names of members, without a word about their values. */
  names(members: Iterable<string>): JsonObject {
    return {properties: Object.fromEntries([...members].map((name) => [name, {}]))};
  }

  /** What a schema knows of literal values: names, choices, titles. */
  typed(type: Type): JsonObject {
    return this.#typed(type, {resolve: () => true}, deepest);
  }

  /** What may be written at a slot of a manifest. */
  slot({place, value, ahead}: Slot): JsonObject {
    if (ahead !== undefined && typeof value === 'string') return this.#barePath(place, value.slice(0, ahead));
    const {context, expect} = place;
    if (context === 'header' || context === 'query' || context === 'form') return this.#map(place);
    if (expect !== undefined && expect !== true && context === undefined)
      return this.#typed(expect, {resolve: place.resolve, place}, deepest);
    const whole = this.#offered(place, {});
    return context === undefined || context === 'json' ? {...whole, ...this.#free(place)} : whole;
  }

  /** A criterion names its path without braces. */
  #barePath(place: Place, before: string): JsonObject {
    const offers = offersAt(place, {wrap: (text) => `${before}${text.slice(2)}`});
    const paths = new Set(pathsOf(place.roots, place.resolve).map(({path}) => path));
    return this.values(offers.map((text) => text.slice(2, -2)).filter((text) => paths.has(text)));
  }

  #map(place: Place): JsonObject {
    const dialects = Object.keys(place.dialects ?? {});
    const member = (key: string): JsonObject => this.#offered(place, {wrap: (text) => ({[key]: text}), optional: true});
    return {
      ...(dialects.length > 0 && {properties: Object.fromEntries(dialects.map((key) => [key, member(key)]))}),
      additionalProperties: member('x'),
    };
  }

  /** JSON of any shape: at every depth the same may be written. */
  #free(place: Place): JsonObject {
    const offers = offersAt(place, {optional: true});
    if (offers.length === 0) return {};
    const self = {$ref: `#/$defs/${this.#nameOf('value', JSON.stringify(['free', offers]))}`};
    this.#keep(JSON.stringify(['free', offers]), 'value', {
      anyOf: [{}, {enum: offers}],
      additionalProperties: self,
      items: self,
    });
    return {additionalProperties: self, items: self};
  }

  #offered(place: Place, options: OfferOptions): JsonObject {
    return this.values(offersAt(place, options));
  }

  #typed(
    type: Type,
    at: {readonly resolve: Resolve; readonly place?: Place; readonly optional?: boolean},
    depth: number,
  ): JsonObject {
    const {context: _context, expect: _expect, ...place}: Place = at.place ?? {roots: {}, resolve: at.resolve};
    const here: Place = {...place, expect: type};
    const forms = alternativesOf(type, at.resolve);
    const choices = forms.flatMap(({word, schema}) => (word === 'boolean' ? [true, false] : (choicesOf(schema) ?? [])));
    const offers = at.place ? offersAt(here, {optional: at.optional ?? false}) : [];
    const below = depth > 0 ? this.#members(forms, {...at, depth}) : {};
    const free = at.place && forms.some(isFree) ? this.#free(place) : {};
    return {...words(type), ...this.values([...choices, ...offers]), ...free, ...below};
  }

  #members(
    forms: readonly Alternative[],
    at: {readonly resolve: Resolve; readonly place?: Place; readonly depth: number},
  ): JsonObject {
    const below = (type: Type, optional: boolean): JsonObject => {
      const {depth, ...rest} = at;
      return this.#typed(type, {...rest, optional}, depth - 1);
    };
    const objects = forms.filter(({word}) => word === 'object').map(({schema}) => schema);
    const properties = objects.flatMap((schema) =>
      Object.entries(propertiesOf(schema)).map(([name, property]): [string, JsonObject] => [
        name,
        below(typeOf(property), !names(schema['required']).includes(name)),
      ]),
    );
    const others = objects
      .map((schema) => schema['additionalProperties'])
      .filter((schema) => typeof schema === 'object');
    const items = forms.some(({word}) => word === 'array')
      ? itemsOf({anyOf: forms.map(({schema, word}) => ({...schema, type: word}))}, at.resolve)
      : true;
    return {
      ...(properties.length > 0 && {properties: Object.fromEntries(properties)}),
      ...(others.length > 0 && {additionalProperties: below(typeOf(others[0]), true)}),
      ...(items !== true && {items: below(items, false)}),
    };
  }

  #shared(kind: string, schema: JsonObject): JsonObject {
    const key = JSON.stringify(schema);
    return key.length < 200 ? schema : {$ref: `#/$defs/${this.#keep(key, kind, schema)}`};
  }

  #keep(key: string, kind: string, schema: JsonObject): string {
    const name = this.#nameOf(kind, key);
    if (!this.#definitions.has(key)) this.#definitions.set(key, {name, schema});
    return name;
  }

  #nameOf(kind: string, key: string): string {
    return this.#definitions.get(key)?.name ?? `${kind}-${this.#definitions.size + 1}`;
  }
}

/** Nothing is known of its members. */
function isFree({word, schema}: Alternative): boolean {
  const untyped = typeof schema['additionalProperties'] !== 'object' && !isClosed(schema);
  return word === 'any' || (word === 'object' && untyped && Object.keys(propertiesOf(schema)).length === 0);
}

function words(type: Type): JsonObject {
  if (type === true) return {};
  const {title, description} = type;
  return {
    ...(typeof title === 'string' && {title}),
    ...(typeof description === 'string' && {description}),
  };
}
