/** The case of a drafted operation: the request it makes with sample parameters, an answer as the definition describes it, and what comes of it. */
import {renderPairs, renderPath, renderUrl} from '../../expressions/evaluate.ts';
import {isObject, type Json, type JsonObject} from '../../values/json.ts';
import type {DraftedOperation} from './operation.ts';
import {type SampleTools, sampleOf} from './sample.ts';

export interface CaseTools {
  readonly samples: SampleTools;
  readonly baseUrl: string;
  /** Settings and stand-ins for secrets. */
  readonly connection: JsonObject;
  /** Settings with their defaults. */
  readonly config: JsonObject;
  /** Credentials that stand in the address. */
  readonly query: JsonObject;
  /** Where a token is got first. */
  readonly token?: string | undefined;
}

export interface Played {
  readonly params: JsonObject;
  /** Body of the answer. */
  readonly body: Json | undefined;
}

/** Required parameters; undefined where no fitting value can be made, and for files and secrets. */
export function sampleParams({given}: DraftedOperation, tools: SampleTools): JsonObject | undefined {
  const params: JsonObject = {};
  for (const {name, required, type, example} of given) {
    if (!required) continue;
    const value =
      type === 'file' || type === 'secret' ? undefined : sampleOf(schemaOf(type), {example, extras: 0}, tools);
    if (value === undefined || value === '' || value === '.' || value === '..') return undefined;
    params[name] = value;
  }
  return params;
}

/** Body of a good answer: undefined where no fitting one can be made, or where there is none. */
export function sampleAnswer({api, rows, bodySchema}: DraftedOperation, tools: SampleTools): Json | undefined {
  if (api.answer.kind === 'none' || api.method === 'HEAD') return undefined;
  if (api.answer.kind !== 'json') return 'text';
  const example = exampleOf(rows?.property, api.answer.example);
  return sampleOf(bodySchema ?? {}, {example, extras: 4}, tools);
}

/** An example that says where the next page is would ask for it. */
function exampleOf(property: string | undefined, example: Json | undefined): Json | undefined {
  if (property === undefined || !isObject(example)) return example;
  const rows = example[property];
  return rows === undefined ? undefined : {[property]: rows};
}

const formats: Readonly<Record<string, JsonObject>> = {
  uuid: {type: 'string', format: 'uuid'},
  'date-time': {type: 'string', format: 'date-time'},
  uri: {type: 'string', format: 'uri'},
  any: {},
};

function schemaOf(type: Json): Json {
  return typeof type === 'string' ? (formats[type] ?? {type}) : type;
}

export function caseOf(drafted: DraftedOperation, {params, body}: Played, tools: CaseTools): JsonObject {
  const {name, operation, rows} = drafted;
  const pages = rows?.page;
  const isOpen = isObject(operation['request']) && operation['request']['auth'] === false;
  const counted = isObject(pages) && (pages['style'] === 'offset' || pages['style'] === 'number');
  const exchanges = [exchange(drafted, {params, body, page: firstPage(pages)}, tools)];
  if (counted)
    exchanges.push(exchange(drafted, {params, body: emptied(rows?.property), page: secondPage(pages)}, tools));
  return {
    title: String(operation['title']),
    of: {operation: name},
    connection: tools.connection,
    ...(Object.keys(params).length > 0 && {params}),
    exchanges: [...(tools.token === undefined || isOpen ? [] : [tokenExchange(tools.token)]), ...exchanges],
    expect: {outcome: 'succeeded', ...expected(drafted, body)},
  };
}

function expected({api, rows}: DraftedOperation, body: Json | undefined): JsonObject {
  if (api.method === 'HEAD' || body === undefined) return {};
  if (!rows) return {output: body};
  const list = rows.property === undefined ? body : isObject(body) ? body[rows.property] : undefined;
  return list === undefined ? {} : {output: list};
}

function emptied(property: string | undefined): Json {
  return property === undefined ? [] : {[property]: []};
}

function firstPage(page: JsonObject | undefined): JsonObject {
  if (!page) return {};
  return {size: page['size'] ?? 100, offset: page['start'] ?? 0, number: page['start'] ?? 1};
}

function secondPage(page: JsonObject | undefined): JsonObject {
  const {size, offset, number} = firstPage(page);
  return {size: size ?? 100, offset: Number(offset) + Number(size), number: Number(number) + 1};
}

interface Turn {
  readonly params: JsonObject;
  readonly body: Json | undefined;
  readonly page: JsonObject;
}

function exchange(
  {operation, api}: DraftedOperation,
  {params, body, page}: Turn,
  {baseUrl, config, query: credentials}: CaseTools,
): JsonObject {
  const request = operation['request'] as JsonObject;
  const isOffset = isObject(operation['page']) && operation['page']['style'] === 'offset';
  const isNumber = isObject(operation['page']) && operation['page']['style'] === 'number';
  const shown: JsonObject = {
    size: page['size'] ?? 100,
    ...(isOffset && {offset: page['offset'] ?? 0}),
    ...(isNumber && {number: page['number'] ?? 1}),
  };
  const scope = {params, connection: config, prepared: {}, page: shown};
  const base = renderUrl(baseUrl, scope).replace(/\/+$/, '');
  const query = {
    ...(request['query'] === undefined ? {} : grouped(renderPairs(request['query'], scope, 'query'))),
    ...(request['auth'] === false ? {} : credentials),
  };
  return {
    request: {
      method: api.method,
      url: `${base}${renderPath(request['path'], scope)}`,
      ...(Object.keys(query).length > 0 && {query}),
    },
    response: {
      status: 200,
      ...(body !== undefined &&
        api.method !== 'HEAD' && {
          headers: {'content-type': mediaOf(api.answer)},
          body: written(api.answer.kind, body),
        }),
    },
  };
}

/** A case sends text as it is, so a JSON text is written as JSON. */
function written(kind: string, body: Json): Json {
  return kind === 'json' && typeof body === 'string' ? JSON.stringify(body) : body;
}

function mediaOf({kind, media}: DraftedOperation['api']['answer']): string {
  if (kind === 'json') return media === undefined || media.includes('*') ? 'application/json' : media;
  return media ?? (kind === 'text' ? 'text/plain' : 'application/octet-stream');
}

function grouped(pairs: readonly (readonly [string, string])[]): JsonObject {
  const result = new Map<string, string[]>();
  for (const [name, value] of pairs) result.set(name, [...(result.get(name) ?? []), value]);
  return Object.fromEntries(
    [...result].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values]),
  );
}

function tokenExchange(url: string): JsonObject {
  return {
    request: {method: 'POST', url},
    response: {status: 200, body: {access_token: 'test-token', token_type: 'Bearer', expires_in: 3600}},
  };
}
