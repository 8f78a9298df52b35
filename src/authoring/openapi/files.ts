/** The files of a draft: the connector with its samples, and the cases. Must never write one. */
import type {Connector, SchemaValue} from '../../generated/types.ts';
import {fileLimits} from '../../manifest/document.ts';
import {resolveSchema} from '../../manifest/schemas.ts';
import {withDefaults} from '../../manifest/validate.ts';
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';
import {type Built, type Detail, reachable} from './build.ts';
import {type CaseTools, caseOf, sampleAnswer, sampleParams} from './case.ts';
import {eventFiles} from './events.ts';
import type {Notes} from './model.ts';
import {toKebab} from './names.ts';
import type {DraftedOperation} from './operation.ts';
import {printJson} from './print.ts';
import type {SampleTools} from './sample.ts';

interface FileTools {
  readonly detail: Detail;
  readonly notes: Notes;
}

/** Marks what a later import may replace or remove. */
export const marker = 'drafted by jobwire import openapi';

export function filesOf(built: Built, {detail, notes}: FileTools): Map<string, string> {
  const tools = samplesOf(built);
  const files = new Map<string, string>();
  const cases = caseTools(built, tools);
  const room = {nodes: fileLimits.nodes * 0.95 - nodesOf(built.connector)};
  const operations: JsonObject = {};
  for (const one of built.operations) {
    const body = sampleAnswer(one, tools);
    const drafted = body === undefined ? withoutSchema(one, notes) : one;
    const answer = body ?? sampleAnswer(drafted, tools);
    operations[one.name] = withSample(drafted, {answer, detail, room});
    if (drafted.operation['effect'] !== 'read') continue;
    const params = sampleParams(drafted, tools);
    const at = drafted.api.at;
    if (params) files.set(`cases/${toKebab(one.name)}.json`, caseFile(caseOf(drafted, {params, body: answer}, cases)));
    else
      notes.add('changed', at, {
        what: `case of ${one.name}`,
        why: 'no sample that fits its parameters can be made',
        operation: one.name,
      });
  }
  const received = eventFiles(built.events, {tools, connection: cases.connection});
  for (const [name, sample] of received.samples) files.set(`samples/${name}.json`, printJson(sample));
  for (const [name, one] of received.cases) files.set(`cases/${name}.json`, caseFile(one as JsonObject));
  files.set('connector.json', printJson(pruned({...built.connector, operations})));
  return files;
}

/** Without schemas that nothing refers to any more. */
function pruned({schemas, ...connector}: JsonObject): JsonObject {
  const named = new Map(Object.entries(isObject(schemas) ? schemas : {}));
  const used = reachable(connector, named);
  const kept = Object.fromEntries([...named].filter(([name]) => used.has(name)));
  const {connection, ...rest} = connector;
  const {operations, actions, events, feeds, ...head} = rest;
  return {
    ...head,
    connection: connection ?? {},
    ...(used.size > 0 && {schemas: kept}),
    operations: operations ?? {},
    ...(isObject(actions) && Object.keys(actions).length > 0 && {actions}),
    ...(events !== undefined && {events}),
    ...(feeds !== undefined && {feeds}),
  };
}

function caseFile(content: JsonObject): string {
  return printJson({jobwire: '1', kind: 'case', $comment: marker, ...content});
}

/** An answer nothing can be made for is not judged at all. */
function withoutSchema(drafted: DraftedOperation, notes: Notes): DraftedOperation {
  const {operation, api, name} = drafted;
  const {response} = operation;
  if (!isObject(response) || response['schema'] === undefined) return drafted;
  const {schema: _, ...rest} = response;
  const {bodySchema: _body, ...others} = drafted;
  notes.add('changed', api.answer.at, {
    what: `schema of the answer of ${name}`,
    why: 'no sample that fits it can be made, so it is left out',
    operation: name,
  });
  return {
    ...others,
    operation: {...operation, response: rest},
    ...(drafted.rows && {bodySchema: emptyRows(drafted.rows)}),
  };
}

function emptyRows({property}: NonNullable<DraftedOperation['rows']>): Json {
  const list = {type: 'array'};
  return property === undefined ? list : {type: 'object', required: [property], properties: {[property]: list}};
}

interface Sampling {
  readonly answer: Json | undefined;
  readonly detail: Detail;
  /** Values the connector may still take in. */
  readonly room: {nodes: number};
}

function withSample({operation, api}: DraftedOperation, {answer, detail, room}: Sampling): JsonObject {
  const wanted = detail.samples || operation['effect'] === 'write';
  if (answer === undefined || api.answer.kind !== 'json' || !wanted || nodesOf(answer) > room.nodes) return operation;
  room.nodes -= nodesOf(answer);
  return {...operation, sample: answer};
}

/** What `auth` adds to a query, with the secrets of the case. */
function standIns(auth: JsonObject | undefined): JsonObject {
  const apply = own(auth, 'apply');
  const query = own(apply, 'query');
  const entries = Object.entries(isObject(query) ? query : {}).map(([name, value]): [string, Json] => {
    const secret = /^\{\{secret\.(\w+)\}\}$/.exec(String(value))?.[1];
    return [name, secret === undefined ? value : `test-${toKebab(secret)}`];
  });
  return Object.fromEntries(entries);
}

function samplesOf({named, connector}: Built): SampleTools {
  const holder = {schemas: connector['schemas'] ?? {}} as unknown as Connector;
  return {named, resolve: (schema) => resolveSchema(schema as SchemaValue, holder)};
}

function caseTools({connector, address, ways}: Built, samples: SampleTools): CaseTools {
  const [way] = ways;
  const config = {...address.sample, ...way?.sample};
  const schema = (connector['connection'] as JsonObject)['config'];
  const secrets = {
    ...(isObject((connector['connection'] as JsonObject)['secrets'])
      ? ((connector['connection'] as JsonObject)['secrets'] as JsonObject)
      : {}),
    ...way?.secrets,
  };
  return {
    samples,
    baseUrl: address.baseUrl,
    connection: {
      ...(ways.length > 1 && way && {variant: way.id}),
      config,
      ...(Object.keys(secrets).length > 0 && {
        secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, `test-${toKebab(name)}`])),
      }),
    },
    config: withDefaults(schema as object, config),
    query: standIns(way?.auth),
    token: way?.token,
  };
}

/** Values and members, as the loader counts them. */
export function nodesOf(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + nodesOf(item), 1);
  return isObject(value) ? Object.values(value).reduce<number>((sum, item) => sum + nodesOf(item), 1) : 1;
}
