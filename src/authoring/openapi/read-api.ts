/** An API definition of version 2.0, 3.0 or 3.1 as one model. What cannot be read of it is noted, never guessed. */

import {fail} from '../../errors/jobwire-error.ts';
import {isObject, type Json, own} from '../../values/json.ts';
import {child, type Definition, type Located, text} from './definition.ts';
import {isJobwireError} from './faults.ts';
import {sentence} from './keywords.ts';
import type {Api, ApiHook, ApiOperation, ApiParameter, Notes, Requirement} from './model.ts';
import {parameters2, readAnswer2, readBody2, servers2} from './read-version-2.ts';
import {parameters3, readAnswer3, readBody3, servers3} from './read-version-3.ts';

/** Methods the language can send, in the order they are drafted. */
const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'];
const otherMethods = ['options', 'trace'];

export interface Reading {
  readonly definition: Definition;
  readonly notes: Notes;
  readonly version: string;
}

interface Dialect {
  parameters(reading: Reading, at: Located): ApiParameter[];
  body(reading: Reading, at: Located, shared: Located): ApiOperation['body'];
  answer(reading: Reading, at: Located): ApiOperation['answer'];
  servers(reading: Reading): Api['servers'];
  readonly schemes: readonly string[];
}

const dialects: Readonly<Record<string, Dialect>> = {
  '2': {
    parameters: parameters2,
    body: readBody2,
    answer: readAnswer2,
    servers: servers2,
    schemes: ['securityDefinitions'],
  },
  '3': {
    parameters: parameters3,
    body: readBody3,
    answer: readAnswer3,
    servers: servers3,
    schemes: ['components', 'securitySchemes'],
  },
};

/** JW1019 when the file is no OpenAPI definition. */
export function readApi(definition: Definition, notes: Notes): Api {
  const {root} = definition;
  const version = versionOf(root);
  const reading = {definition, notes, version};
  const dialect = dialects[version[0] ?? ''];
  if (!dialect) throw foreign(root, `version ${version} is not known; 2.0, 3.0 and 3.1 are`);
  const info = definition.get(root, 'info');
  const summary = text(info, 'description') ?? text(info, 'summary');
  const last = dialect.schemes.at(-1) ?? '';
  const holder = dialect.schemes.length > 1 ? definition.get(root, dialect.schemes[0] ?? '') : root;
  return {
    version,
    title: sentence(text(info, 'title') ?? '', 120) || 'Imported API',
    ...(summary !== undefined && {summary}),
    release: sentence(text(info, 'version') ?? '', 60) || '0',
    servers: dialect.servers(reading),
    schemes: definition.all(holder, last),
    security: requirements(own(root.value, 'security')) ?? [],
    operations: operationsOf(reading, dialect),
    hooks: definition.all(root, 'webhooks').flatMap(({name, at}) => hookOf(reading, name, at)),
  };
}

function versionOf(root: Located): string {
  if (!isObject(root.value)) throw foreign(root, 'the file holds no object');
  const version = own(root.value, 'swagger') ?? own(root.value, 'openapi');
  if (typeof version === 'string') return version;
  if (typeof version === 'number') return version.toFixed(1);
  throw foreign(root, 'the file says neither "swagger" nor "openapi", so it is no OpenAPI definition');
}

function foreign(root: Located, problem: string) {
  return fail('JW1019', {problem}, {at: root.source.locate('')});
}

function operationsOf(reading: Reading, dialect: Dialect): ApiOperation[] {
  const {definition, notes} = reading;
  return pathsOf(definition).flatMap(({name: path, at: item}) => {
    for (const method of otherMethods)
      if (own(item.value, method) !== undefined)
        notes.add('left-out', child(item, method), {
          what: `${method.toUpperCase()} ${path}`,
          why: 'the language has no such method',
        });
    return methods.flatMap((method): ApiOperation[] => {
      if (own(item.value, method) === undefined) return [];
      try {
        return [operationOf(reading, dialect, {item, method, path})];
      } catch (error) {
        if (!isJobwireError(error, 'JW1019')) throw error;
        notes.add('left-out', child(item, method), {what: `${method.toUpperCase()} ${path}`, why: error.message});
        return [];
      }
    });
  });
}

function pathsOf(definition: Definition): {name: string; at: Located}[] {
  return definition.all(definition.root, 'paths').filter(({name, at}) => name.startsWith('/') && isObject(at.value));
}

interface Spot {
  readonly item: Located;
  readonly method: string;
  readonly path: string;
}

function operationOf(reading: Reading, dialect: Dialect, {item, method, path}: Spot): ApiOperation {
  const {definition} = reading;
  const at = definition.follow(child(item, method));
  const id = text(at, 'operationId');
  const title = text(at, 'summary');
  const summary = text(at, 'description');
  const body = dialect.body(reading, at, item);
  const security = requirements(own(at.value, 'security'));
  return {
    method: method.toUpperCase(),
    path,
    ...(id !== undefined && {id}),
    tags: textsOf(own(at.value, 'tags')),
    ...(title !== undefined && {title}),
    ...(summary !== undefined && {summary}),
    parameters: merged(dialect.parameters(reading, item), dialect.parameters(reading, at)),
    ...(body && {body}),
    answer: dialect.answer(reading, at),
    ...(security && {security}),
    hooks: definition.all(at, 'callbacks').flatMap((callback) => callbackHooks(reading, callback)),
    at,
  };
}

/** Those of the operation replace those of its path. */
function merged(shared: readonly ApiParameter[], own: readonly ApiParameter[]): ApiParameter[] {
  const key = ({name, where}: ApiParameter) => `${where} ${name}`;
  const replaced = new Set(own.map(key));
  return [...shared.filter((parameter) => !replaced.has(key(parameter))), ...own];
}

export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function requirements(value: Json | undefined): Requirement[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value
    .filter(isObject)
    .map((row) => Object.fromEntries(Object.entries(row).map(([name, scopes]) => [name, textsOf(scopes)])));
}

function callbackHooks(reading: Reading, {name, at}: {name: string; at: Located}): ApiHook[] {
  if (!isObject(at.value)) return [];
  return Object.keys(at.value)
    .filter((key) => !key.startsWith('x-'))
    .flatMap((key) => hookOf(reading, name, reading.definition.follow(child(at, key))));
}

/** Only what is posted as JSON can become a feed. */
function hookOf(reading: Reading, name: string, item: Located): ApiHook[] {
  const {definition, notes} = reading;
  const post = definition.get(item, 'post');
  const body = post && readBody3(reading, post);
  if (!post || body?.kind !== 'json') {
    notes.add('left-out', item, {what: `webhook ${name}`, why: 'it is not posted with a JSON body'});
    return [];
  }
  const title = text(post, 'summary') ?? text(post, 'description');
  return [
    {
      name,
      at: post,
      ...(title !== undefined && {title}),
      ...(body.schema && {schema: body.schema}),
      ...(body.example !== undefined && {example: body.example}),
    },
  ];
}
