/** The body of a request: what a caller gives for it, and how it is written. */
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';
import {membersOf} from './members.ts';
import type {ApiBody, ApiField} from './model.ts';
import {toName} from './names.ts';
import {type Given, Inexpressible, type ParameterTools, segment, typeWord} from './parameters.ts';

export interface DraftedBody {
  readonly given: readonly Given[];
  readonly body: JsonObject;
}

export function draftBody(body: ApiBody, tools: ParameterTools): DraftedBody {
  return drafts[body.kind](body, tools);
}

const drafts: {readonly [K in ApiBody['kind']]: (body: ApiBody, tools: ParameterTools) => DraftedBody} = {
  json: (body, tools) => whole(body, tools, {key: 'json', usual: 'application/json'}),
  text: (body, tools) => whole(body, tools, {key: 'text', usual: 'text/plain', type: 'string'}),
  bytes: (body, tools) => whole(body, tools, {key: 'bytes', usual: '', type: 'file'}),
  form: (body, tools) => fieldsOf(body, tools, formField),
  multipart: (body, tools) => fieldsOf(body, tools, multipartField),
};

/** One parameter for all of it. A body that may be missing is asked for as well: a request has it or has it not. */
function whole(
  body: ApiBody,
  {schemas, namer, notes, operation}: ParameterTools,
  {key, usual, type}: {key: string; usual: string; type?: string},
): DraftedBody {
  const name = namer.take('body');
  const schema = type ?? (typeWord(schemas.convert(body.schema, 'sent')) as Json);
  const isAny = isObject(schema) && Object.keys(schema).length === 0;
  if (!body.required)
    notes.add('changed', body.at, {what: 'body', why: 'it may be missing there; here it is always sent', operation});
  const isPlain = body.media === usual || /[*{}]/.test(body.media);
  const contentType = isPlain ? {} : {contentType: body.media};
  return {
    given: [
      {
        name,
        required: true,
        type: isAny ? 'any' : schema,
        wire: 'body',
        ...(body.example !== undefined && {example: body.example}),
      },
    ],
    body: {[key]: `{{params.${name}}}`, ...contentType},
  };
}

interface FieldPart {
  readonly type: Json;
  /** Entries of the form, or one part of a multipart body. */
  readonly entries: JsonObject;
  readonly part?: Json;
}

type FieldDraft = (field: ApiField, path: string, tools: ParameterTools) => FieldPart | undefined;

/** One parameter for each field. */
function fieldsOf(body: ApiBody, tools: ParameterTools, draft: FieldDraft): DraftedBody {
  const given: Given[] = [];
  const entries: JsonObject = {};
  const parts: Json[] = [];
  for (const field of body.fields ?? declaredFields(body, tools)) {
    const name = tools.namer.take(toName(field.name, 'field'));
    const part = /\{\{|^(__proto__|constructor|prototype)$/.test(field.name)
      ? undefined
      : draft(field, `params.${name}`, tools);
    if (!part) {
      const what = `field ${field.name}`;
      const why = 'a value of this kind cannot stand in a form';
      if (field.required) throw new Inexpressible(`${what}: ${why}`);
      tools.notes.add('left-out', field.schema, {what, why, operation: tools.operation});
      continue;
    }
    given.push({name, required: field.required, type: part.type, wire: field.name});
    Object.assign(entries, part.entries);
    if (part.part !== undefined) parts.push(part.part);
  }
  if (given.length === 0) throw new Inexpressible('the fields of the form are not declared');
  return {given, body: body.kind === 'form' ? {form: entries} : {multipart: parts}};
}

function declaredFields({schema}: ApiBody, {definition}: ParameterTools): ApiField[] {
  const {members, required} = membersOf(schema, definition);
  return [...members].map(([name, at]) => ({name, required: required.has(name), schema: at}));
}

function shapeOf(field: ApiField, {definition}: ParameterTools): {word: string; shape: JsonObject; isFile: boolean} {
  const {value} = definition.follow(field.schema);
  const shape = isObject(value) ? value : {};
  const word = [shape['type']].flat().find((type) => type !== 'null' && type !== undefined);
  const isFile =
    shape['type'] === 'file' ||
    shape['format'] === 'binary' ||
    (typeof shape['contentMediaType'] === 'string' && shape['contentEncoding'] === undefined);
  return {word: String(word ?? (isObject(shape['properties']) ? 'object' : 'string')), shape, isFile};
}

function formField(field: ApiField, path: string, tools: ParameterTools): FieldPart | undefined {
  const {word, shape, isFile} = shapeOf(field, tools);
  if (isFile) return undefined;
  const schema = tools.schemas.convert(field.schema, 'sent');
  if (word === 'object') {
    const members = isObject(shape['properties'])
      ? Object.keys(shape['properties']).filter((name) => !/[[\]]/.test(name))
      : [];
    if (members.length === 0) return undefined;
    const entries = members.map((name) => [`${field.name}[${name}]`, `{{optional ${path}.${segment(name)}}}`] as const);
    return {type: schema, entries: Object.fromEntries(entries)};
  }
  const type = shape['format'] === 'password' ? 'secret' : typeWord(schema);
  return {type, entries: {[field.name]: field.required ? `{{${path}}}` : `{{optional ${path}}}`}};
}

function multipartField(field: ApiField, path: string, tools: ParameterTools): FieldPart | undefined {
  const {word, shape, isFile} = shapeOf(field, tools);
  const items = own(shape, 'items');
  const isFiles = word === 'array' && isObject(items) && items['format'] === 'binary';
  if (isFiles)
    tools.notes.add('changed', field.schema, {
      what: `field ${field.name}`,
      why: 'one file at a time',
      operation: tools.operation,
    });
  if (isFile || isFiles)
    return {type: 'file', entries: {}, part: part({name: field.name, file: `{{${path}}}`}, field, path)};
  const schema = tools.schemas.convert(field.schema, 'sent');
  const isPlain = word !== 'object' && word !== 'array';
  const type = shape['format'] === 'password' ? 'secret' : typeWord(schema);
  const value = isPlain ? `{{${path}}}` : `{{json ${path}}}`;
  return {type, entries: {}, part: part({name: field.name, value}, field, path)};
}

/** A part that is not given is left out of the list. */
function part(content: JsonObject, {required}: ApiField, path: string): Json {
  return required ? content : {$if: `{{has ${path}}}`, then: content};
}
