/** The published definitions of the Orchestrator API, and what of an exchange does not fit them. Must never forgive anything by itself. */
import {readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

/** v20: current clouds, modern folders. 2020.10: environments of classic folders. */
export type Version = 'v20' | '2020.10';

export interface Exchange {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
}

/** One thing the definitions say otherwise. */
export interface Finding {
  readonly part: 'address' | 'query' | 'folder' | 'body' | 'status' | 'answer' | 'event';
  /** `POST /odata/Queues/UiPathODataSvc.AddQueueItem`, as the definition writes it; or the type of an event. */
  readonly at: string;
  /** What and where, in one line. */
  readonly problem: string;
}

type Schema = {readonly [keyword: string]: unknown};

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly parameters: readonly Parameter[];
  readonly body?: Schema;
  readonly responses: Readonly<Record<string, Schema | null>>;
}

interface Definition {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly events: Readonly<Record<string, string>>;
}

interface Place {
  readonly at: string;
  readonly operation: Operation;
}

/** The part of a URL that the definitions describe; undefined for tokens, files and the simulator's own address. */
export function apiPath(url: string): string | undefined {
  return /\/(?:odata|api)\/.*$/i.exec(decodeURIComponent(new URL(url).pathname))?.[0];
}

export class Definitions {
  readonly #definition: Definition;
  readonly #paths: readonly {pattern: RegExp; path: string}[];
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(version: Version) {
    const packed = readFileSync(`test/fixtures/uipath-api/${version}.json.gz`);
    this.#definition = JSON.parse(gunzipSync(packed).toString()) as Definition;
    this.#paths = Object.keys(this.#definition.paths).map((path) => ({path, pattern: patternOf(path)}));
    this.#ajv = new Ajv2020({strict: false, allErrors: true});
    ajvFormats.default(this.#ajv);
    for (const name of ['int32', 'int64', 'double', 'float', 'byte']) this.#ajv.addFormat(name, true);
    const {schemas} = this.#definition;
    const closed = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema)]));
    this.#ajv.addSchema({$id: 'api', $defs: closed});
  }

  /** Everything in the request and the answer that is not as the definition says. */
  findings(exchange: Exchange): Finding[] {
    const path = apiPath(exchange.url);
    if (path === undefined) return [];
    const place = this.#find(exchange.method, path);
    if (!place) return [{part: 'address', at: `${exchange.method} ${nameless(path)}`, problem: 'is not declared'}];
    return [
      ...queryFindings(place, exchange),
      ...folderFindings(place, exchange),
      ...this.#bodyFindings(place, exchange),
      ...this.#answerFindings(place, exchange),
    ];
  }

  /** What a webhook event holds that its type does not declare. */
  eventFindings(event: {readonly Type: string}): Finding[] {
    const name = this.#definition.events[event.Type];
    if (name === undefined) return [{part: 'event', at: event.Type, problem: 'is not declared'}];
    return this.#judge({$ref: `api#/$defs/${name}`}, withoutNulls(event)).map((problem) => ({
      part: 'event',
      at: event.Type,
      problem,
    }));
  }

  #find(method: string, path: string): Place | undefined {
    for (const {pattern, path: declared} of this.#paths) {
      const operation = pattern.test(path) ? this.#definition.paths[declared]?.[method.toLowerCase()] : undefined;
      if (operation) return {at: `${method} ${declared}`, operation};
    }
    return undefined;
  }

  #bodyFindings({at, operation}: Place, {body}: Exchange): Finding[] {
    if (operation.body === undefined || body === undefined)
      return body === undefined ? [] : [{part: 'body', at, problem: 'no body is declared'}];
    return this.#judge(operation.body, body).map((problem) => ({part: 'body', at, problem}));
  }

  #answerFindings({at, operation}: Place, {status, answer}: Exchange): Finding[] {
    if (status === undefined) return [];
    if (status >= 400) return this.#errorFindings(at, answer);
    if (!Object.hasOwn(operation.responses, status))
      return [{part: 'status', at, problem: `${status} is not declared`}];
    const schema = operation.responses[status];
    if (!schema || answer === undefined) return [];
    return this.#judge(schema, withoutNulls(answer)).map((problem) => ({part: 'answer', at, problem}));
  }

  /** Errors are declared almost nowhere: they are judged as ErrorResult, whose names are written in camel case on the wire. */
  #errorFindings(at: string, answer: unknown): Finding[] {
    if (this.#definition.schemas['ErrorResult'] === undefined || !isObject(answer)) return [];
    const pascal = Object.entries(answer).map(([key, value]) => [key.replace(/^./, (a) => a.toUpperCase()), value]);
    const problems = this.#judge({$ref: 'api#/$defs/ErrorResult'}, withoutNulls(Object.fromEntries(pascal)));
    return problems.map((problem) => ({part: 'answer', at, problem: `error: ${problem}`}));
  }

  #judge(schema: Schema, value: unknown): string[] {
    const key = JSON.stringify(schema);
    const validate = this.#compiled.get(key) ?? this.#ajv.compile(rebase(close(schema)) as object);
    this.#compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({instancePath, message, params}) => {
      const extra = (params as {additionalProperty?: string}).additionalProperty;
      return `${instancePath.replace(/\/\d+(?=\/|$)/g, '/*')} ${extra === undefined ? message : `${extra} is not declared`}`.trim();
    });
  }
}

/** `/odata/Jobs({key})/…`: a brace stands for one value. */
function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? '[^/]+?' : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 'i');
}

/** An undeclared path without its values. */
function nameless(path: string): string {
  return path.replace(/\([^)]*=?[^)]*\)/g, (text) => (text.includes('=') ? text.replace(/=[^,)]*/g, '={}') : '({})'));
}

function queryFindings({at, operation}: Place, {url}: Exchange): Finding[] {
  const declared = new Map(operation.parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]));
  return [...new URL(url).searchParams].flatMap(([name, value]): Finding[] => {
    const parameter = declared.get(name);
    if (!parameter) return [{part: 'query', at, problem: `${name} is not declared`}];
    const {type, maximum} = parameter.schema;
    if (type !== 'integer') return [];
    const fits = /^-?\d+$/.test(value) && (typeof maximum !== 'number' || Number(value) <= maximum);
    return fits ? [] : [{part: 'query', at, problem: `${name} is ${value}`}];
  });
}

const folderHeaders = [
  'x-uipath-organizationunitid',
  'x-uipath-folderkey',
  'x-uipath-folderpath',
  'x-uipath-folderpath-encoded',
];

/** Exactly one of the four where the id is required; where none is declared, none is expected. */
function folderFindings({at, operation}: Place, {headers}: Exchange): Finding[] {
  const [id] = folderHeaders;
  const declared = operation.parameters.find((one) => one.in === 'header' && one.name.toLowerCase() === id);
  const sent = folderHeaders.filter((name) => Object.hasOwn(headers, name));
  if (sent.length > 1) return [{part: 'folder', at, problem: `${sent.length} folder headers`}];
  if (declared?.required && sent.length === 0) return [{part: 'folder', at, problem: 'no folder header'}];
  return !declared && sent.length > 0 ? [{part: 'folder', at, problem: 'a folder header that is not declared'}] : [];
}

/** No name beyond those a schema lists, but for annotations. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (!isObject(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  const names = schema['properties'];
  if (!isObject(names) || Object.keys(names).length === 0 || typeof schema['properties'] !== 'object') return inner;
  if (schema['type'] !== 'object') return inner;
  return {...inner, additionalProperties: false, patternProperties: {'^@odata\\.|@odata\\.type$': {}}};
}

/** References inside one operation lead to the registered document. */
function rebase(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rebase);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `api${value}` : rebase(value),
    ]),
  );
}

/** No schema is marked nullable, and real answers are full of nulls. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
