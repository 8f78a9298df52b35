/** One operation of a definition as operation and action of a connector. */
import {isObject, type Json, type JsonObject} from '../../values/json.ts';
import {draftBody} from './body.ts';
import type {Definition, Located} from './definition.ts';
import {sentence} from './keywords.ts';
import type {ApiOperation, Notes} from './model.ts';
import {Namer} from './names.ts';
import {type Rows, rowsOf} from './pages.ts';
import {type Given, placeParameters} from './parameters.ts';
import type {Schemas} from './schemas.ts';

export interface DraftedOperation {
  readonly name: string;
  readonly api: ApiOperation;
  readonly operation: JsonObject;
  readonly action: JsonObject;
  readonly given: readonly Given[];
  readonly rows?: Rows;
  /** Schema of the answer's body, where it is JSON and described. */
  readonly bodySchema?: Json;
}

export interface DraftTools {
  readonly definition: Definition;
  readonly notes: Notes;
  readonly schemas: Schemas;
}

/** Errors: Inexpressible, JW1019. */
export function draftOperation(api: ApiOperation, name: string, tools: DraftTools): DraftedOperation {
  const {definition, notes, schemas} = tools;
  const rows = rowsOf(api, definition);
  const namer = new Namer();
  const shared = {definition, notes, schemas, operation: name, namer};
  const placed = placeParameters(api, Object.keys(rows?.query ?? {}), shared);
  const isBodiless = api.method === 'GET' || api.method === 'HEAD';
  if (api.body && isBodiless)
    notes.add('left-out', api.body.at, {what: 'body', why: `a ${api.method} carries none`, operation: name});
  const body = api.body && !isBodiless ? draftBody(api.body, shared) : undefined;
  const given = [...placed.given, ...(body?.given ?? [])];
  const query = {...placed.query, ...rows?.query};
  const response = responseOf(api, rows, schemas);
  const title = titleOf(api, name);
  const operation: JsonObject = {
    title,
    effect: isBodiless ? 'read' : 'write',
    ...(given.length > 0 && {params: paramsOf(given)}),
    request: {
      method: api.method,
      path: placed.path,
      ...(Object.keys(query).length > 0 && {query}),
      ...(Object.keys(placed.headers).length > 0 && {headers: placed.headers}),
      ...(body && {body: body.body}),
      ...(api.security?.length === 0 && {auth: false}),
    },
    ...(Object.keys(response).length > 0 && {response}),
    ...(rows?.page && {page: rows.page}),
  };
  return {
    name,
    api,
    operation,
    action: {},
    given,
    ...(rows && {rows}),
  };
}

/** The same with every schema as it fits, and the action that goes with it. */
export function fitOperation(
  drafted: DraftedOperation,
  cut: (schema: Json) => Json,
  descriptions: boolean,
): DraftedOperation {
  const {name, operation, rows} = drafted;
  const given = drafted.given.map((one) => (typeof one.type === 'string' ? one : {...one, type: cut(one.type)}));
  const response = isObject(operation['response']) ? operation['response'] : {};
  const schema = response['schema'] === undefined ? undefined : cut(response['schema']);
  const bodySchema = rows ? listOf(rows, schema) : schema;
  return {
    ...drafted,
    given,
    operation: {
      ...operation,
      ...(given.length > 0 && {params: paramsOf(given)}),
      ...(schema !== undefined && {response: {...response, schema}}),
    },
    action: actionOf({name, title: String(operation['title']), given, descriptions}),
    ...(bodySchema !== undefined && {bodySchema}),
  };
}

function titleOf({title, summary, method, path}: ApiOperation, name: string): string {
  return sentence(title ?? '', 120) || sentence(summary ?? '', 120) || sentence(`${method} ${path}`, 120) || name;
}

function paramsOf(given: readonly Given[]): JsonObject {
  return Object.fromEntries(given.map(({name, required, type}) => [required ? name : `${name}?`, type]));
}

function responseOf({answer, method}: ApiOperation, rows: Rows | undefined, schemas: Schemas): JsonObject {
  if (method === 'HEAD') return {type: 'none', output: {status: '{{response.status}}'}};
  if (answer.kind !== 'json') return {type: answer.kind};
  const schema = described(schemas, rows ? rows.schema : answer.schema);
  return {
    ...(isUsual(answer.media) ? {} : {mediaTypes: [answer.media ?? '']}),
    ...(rows && {items: rows.items}),
    ...(schema !== undefined && {schema}),
  };
}

function isUsual(media: string | undefined): boolean {
  return media === undefined || media.includes('*') || media === 'application/json' || media.endsWith('+json');
}

function listOf({property}: Rows, item: Json | undefined): Json {
  const list: Json = {type: 'array', items: item ?? {}};
  return property === undefined ? list : {type: 'object', required: [property], properties: {[property]: list}};
}

/** A schema that says nothing is not written. */
function described(schemas: Schemas, at: Located | undefined): Json | undefined {
  const schema = at && schemas.convert(at, 'answered');
  return isObject(schema) && Object.keys(schema).length > 0 ? schema : undefined;
}

interface ActionPlan {
  readonly name: string;
  readonly title: string;
  readonly given: readonly Given[];
  readonly descriptions: boolean;
}

/** What templates can use: the operation with an input of its own. */
function actionOf({name, title, given, descriptions}: ActionPlan): JsonObject {
  const required = given.filter((one) => one.required).map((one) => one.name);
  const properties = Object.fromEntries(given.map((one) => [one.name, inputOf(one, descriptions)]));
  return {
    title,
    input: {
      type: 'object',
      ...(required.length > 0 && {required}),
      ...(given.length > 0 && {properties}),
    },
    call: name,
    ...(given.length > 0 && {
      with: Object.fromEntries(
        given.map((one) => [one.name, one.required ? `{{input.${one.name}}}` : `{{optional input.${one.name}}}`]),
      ),
    }),
  };
}

const words: Readonly<Record<string, JsonObject>> = {
  any: {},
  file: {'x-jobwire-file': true},
  secret: {type: 'string', 'x-jobwire-sensitive': true},
  uuid: {type: 'string', format: 'uuid'},
  'date-time': {type: 'string', format: 'date-time'},
  uri: {type: 'string', format: 'uri'},
};

function inputOf({type, about}: Given, descriptions: boolean): Json {
  const schema = typeof type === 'string' ? (words[type] ?? {type}) : type;
  const description = descriptions && about !== undefined ? sentence(about, 160) : '';
  return isObject(schema) && description !== '' ? {...schema, description} : schema;
}
