/** Parameters of a request: what a caller gives, and where in the address and the headers it goes. */
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';
import type {Definition} from './definition.ts';
import type {ApiOperation, ApiParameter, Notes} from './model.ts';
import {type Namer, toName} from './names.ts';
import type {Schemas} from './schemas.ts';

/** One thing a caller gives. */
export interface Given {
  readonly name: string;
  readonly required: boolean;
  /** Type word or schema, as `params` has it. */
  readonly type: Json;
  /** As the definition names it. */
  readonly wire: string;
  readonly example?: Json;
  /** What is said of it where a person fills it in. */
  readonly about?: string;
}

export interface Placed {
  readonly given: readonly Given[];
  readonly path: string;
  readonly query: JsonObject;
  readonly headers: JsonObject;
}

export interface ParameterTools {
  readonly definition: Definition;
  readonly notes: Notes;
  readonly schemas: Schemas;
  readonly operation: string;
  readonly namer: Namer;
}

/** The parameter cannot be expressed and the request needs it. */
export class Inexpressible extends Error {}

/** This parameter cannot be expressed. */
class Unsaid extends Error {}

/** `paged` holds the wire names of query parameters that paging fills in. Errors: Inexpressible. */
export function placeParameters(
  {path, parameters}: ApiOperation,
  paged: readonly string[],
  tools: ParameterTools,
): Placed {
  const placing = new Placing(tools);
  for (const parameter of parameters)
    if (parameter.where !== 'query' || !paged.includes(parameter.name)) placing.add(parameter);
  return placing.result(path);
}

/** Headers that are sent by other means; the specification says to leave them out. */
const ownHeaders = new Set(['accept', 'content-type', 'authorization', 'host', 'content-length']);
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);
const odataNames = new Set(['$filter', '$orderby', '$search']);
const separators: Readonly<Record<string, string>> = {
  form: ',',
  simple: ',',
  spaceDelimited: ' ',
  pipeDelimited: '|',
  tabDelimited: '\t',
};

class Placing {
  readonly #tools: ParameterTools;
  readonly #given: Given[] = [];
  readonly #query: JsonObject = {};
  readonly #headers: JsonObject = {};
  readonly #cookies: string[] = [];
  readonly #segments = new Map<string, string>();

  constructor(tools: ParameterTools) {
    this.#tools = tools;
  }

  add(parameter: ApiParameter): void {
    const {where, name} = parameter;
    if (where === 'header' && ownHeaders.has(name.toLowerCase())) return;
    try {
      if (forbidden.has(name) || name.includes('{{')) throw new Unsaid('a manifest may not hold this name');
      this[`${where}Parameter`](parameter);
    } catch (error) {
      if (!(error instanceof Unsaid)) throw error;
      this.#skip(parameter, error.message);
    }
  }

  /** What must be there but cannot be said ends the operation; what need not be is left out. */
  #skip(parameter: ApiParameter, why: string): void {
    const what = `${parameter.where} parameter ${parameter.name}`;
    if (parameter.required) throw new Inexpressible(`${what}: ${why}`);
    this.#tools.notes.add('left-out', parameter.at, {what, why, operation: this.#tools.operation});
  }

  result(path: string): Placed {
    const headers = this.#cookies.length > 0 ? {...this.#headers, Cookie: this.#cookies.join('; ')} : this.#headers;
    return {given: this.#given, path: this.#renderPath(path), query: this.#query, headers};
  }

  #give(parameter: ApiParameter, type: Json): string {
    const name = this.#tools.namer.take(toName(parameter.name, 'param'));
    const {required, example, name: wire} = parameter;
    const about = own(parameter.at.value, 'description');
    this.#given.push({
      name,
      required,
      type,
      wire,
      ...(example !== undefined && {example}),
      ...(typeof about === 'string' && {about}),
    });
    return `params.${name}`;
  }

  #schemaOf({schema}: ApiParameter): {schema: Json; word: string; shape: JsonObject} {
    const {schemas, definition} = this.#tools;
    const drafted = schema ? schemas.convert(schema, 'sent') : {type: 'string'};
    const end = schema && definition.follow(schema).value;
    const shape = isObject(end) ? end : {};
    const types = [shape['type']].flat().filter((type) => type !== 'null' && type !== undefined);
    const word =
      types.length === 1 ? String(types[0]) : isObject(shape['properties']) ? 'object' : types.length > 1 ? 'any' : '';
    return {schema: drafted, word, shape};
  }

  pathParameter(parameter: ApiParameter): void {
    const {schema, word} = this.#schemaOf(parameter);
    const separator = separators[parameter.style];
    if (word === 'object') throw new Unsaid('an object cannot stand in a path');
    if (separator === undefined) throw new Unsaid(`the style ${parameter.style} is not known here`);
    if (parameter.json) {
      this.#segments.set(parameter.name, `json ${this.#give(parameter, schema)}`);
      return;
    }
    const type = word === 'array' ? schema : typeWord(scalar(schema));
    const path = this.#give(parameter, type);
    this.#segments.set(parameter.name, word === 'array' ? `join ${path} '${separator}'` : path);
  }

  /** A value that the path quotes is query language, and the encoder brings its own quotes. */
  #renderPath(path: string): string {
    return path.replace(/'\{([^{}]+)\}'|\{([^{}]+)\}|[{}]/g, (whole, quoted?: string, plain?: string) => {
      if (quoted === undefined && plain === undefined) return encodeURIComponent(whole);
      const expression = this.#segments.get(quoted ?? plain ?? '');
      if (expression === undefined) throw new Inexpressible(`the path holds ${whole}, which is no parameter`);
      return quoted === undefined ? `{{${expression}}}` : `{{odata ${expression}}}`;
    });
  }

  queryParameter(parameter: ApiParameter): void {
    const {name, style, explode, required, json} = parameter;
    const {schema, word, shape} = this.#schemaOf(parameter);
    if (word === 'object' && !json) {
      this.#objectInQuery(parameter, schema, shape);
      return;
    }
    const separator = separators[style];
    if (separator === undefined && !(style === 'deepObject' && word !== 'array'))
      throw new Unsaid(`the style ${style} is not known here`);
    const isList = word === 'array' && !json;
    const type = odataNames.has(name)
      ? {type: 'string', 'x-jobwire-dialect': 'odata'}
      : isList || json
        ? schema
        : typeWord(scalar(schema));
    const path = this.#give(parameter, type);
    const value = json ? `json ${path}` : isList && !explode ? `join ${path} '${separator}'` : path;
    this.#query[name] = required
      ? `{{${value}}}`
      : value === path
        ? `{{optional ${path}}}`
        : {$if: `{{has ${path}}}`, then: `{{${value}}}`};
  }

  /** Each declared member is a query entry of its own: `filter[name]`, or `name` where the object is spread out. */
  #objectInQuery(parameter: ApiParameter, schema: Json, shape: JsonObject): void {
    const {name, style, explode} = parameter;
    const members = isObject(shape['properties']) ? Object.keys(shape['properties']) : [];
    if (style !== 'deepObject' && !(style === 'form' && explode))
      throw new Unsaid(`an object of style ${style} cannot stand in a query`);
    if (members.length === 0) throw new Unsaid('the members of the object are not declared');
    const path = this.#give(parameter, schema);
    for (const member of members) {
      if (/[[\]]/.test(member)) continue;
      const key = style === 'deepObject' ? `${name}[${member}]` : member;
      this.#query[key] = `{{optional ${path}.${segment(member)}}}`;
    }
  }

  headerParameter(parameter: ApiParameter): void {
    const {name, required, json} = parameter;
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) throw new Unsaid('not the name of a header');
    const {schema, word} = this.#schemaOf(parameter);
    if (word === 'object' && !json) throw new Unsaid('an object cannot stand in a header');
    const type = json || word === 'array' ? schema : typeWord(scalar(schema));
    const path = this.#give(parameter, type);
    const value = json
      ? `json ${path}`
      : word === 'array'
        ? `join ${path} ','`
        : word === 'boolean'
          ? `string ${path}`
          : path;
    this.#headers[name] = required
      ? `{{${value}}}`
      : value === path
        ? `{{optional ${path}}}`
        : {$if: `{{has ${path}}}`, then: `{{${value}}}`};
  }

  cookieParameter(parameter: ApiParameter): void {
    if (!parameter.required) throw new Unsaid('an optional cookie cannot be said');
    const {schema, word} = this.#schemaOf(parameter);
    if (/[{};=\s]/.test(parameter.name)) throw new Unsaid('not the name of a cookie');
    if (word === 'object' || word === 'array' || parameter.json)
      throw new Unsaid('only plain values stand in a cookie');
    const path = this.#give(parameter, typeWord(scalar(schema)));
    this.#cookies.push(`${parameter.name}={{uri (string ${path})}}`);
  }
}

/** A schema for one plain value: where nothing is said, text. */
function scalar(schema: Json): Json {
  return isObject(schema) && Object.keys(schema).length === 0 ? {type: 'string'} : schema;
}

const words = new Set(['string', 'integer', 'number', 'boolean', 'object', 'array']);

/** The type word where it says all the schema says. */
export function typeWord(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const {type, format, description: _, ...more} = schema;
  if (Object.keys(more).length > 0 || typeof type !== 'string' || !words.has(type)) return schema;
  if (format === undefined) return type;
  return type === 'string' && (format === 'uuid' || format === 'date-time' || format === 'uri') ? format : schema;
}

/** A name in a path of an expression, bracketed where it must be. */
export function segment(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(true|false|null|undefined|this|else|as)$/.test(name)
    ? name
    : `[${name}]`;
}
