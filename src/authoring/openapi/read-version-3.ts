/** What is written differently in OpenAPI 3: parameters, bodies, answers, servers. */
import {isObject, type Json, own} from '../../values/json.ts';
import {child, type Located, text} from './definition.ts';
import {chooseMedia, kindOfMedia, plainMedia} from './media.ts';
import type {ApiAnswer, ApiBody, ApiParameter, ApiServer} from './model.ts';
import type {Reading} from './read-api.ts';

const places = ['path', 'query', 'header', 'cookie'] as const;

export function parameters3({definition, notes}: Reading, at: Located): ApiParameter[] {
  return definition.all(at, 'parameters').flatMap(({at: parameter}): ApiParameter[] => {
    const name = text(parameter, 'name');
    const where = places.find((place) => place === own(parameter.value, 'in'));
    if (name === undefined || !where) {
      notes.add('left-out', parameter, {
        what: `parameter ${name ?? ''}`.trim(),
        why: 'it does not say its name and place',
      });
      return [];
    }
    const content = definition.all(parameter, 'content')[0];
    const style = text(parameter, 'style') ?? (where === 'query' || where === 'cookie' ? 'form' : 'simple');
    const explode = own(parameter.value, 'explode');
    const example = exampleOf({definition}, parameter);
    const schema = content ? inner(content.at) : inner(parameter);
    return [
      {
        name,
        where,
        required: where === 'path' || own(parameter.value, 'required') === true,
        style,
        explode: typeof explode === 'boolean' ? explode : style === 'form',
        json: content !== undefined,
        ...(schema && {schema}),
        ...(example !== undefined && {example}),
        at: parameter,
      },
    ];
  });
}

/** The schema below, its reference kept. */
function inner(at: Located): Located | undefined {
  return own(at.value, 'schema') === undefined ? undefined : child(at, 'schema');
}

/** `example`, or the value of the first of `examples`. */
function exampleOf({definition}: Pick<Reading, 'definition'>, at: Located): Json | undefined {
  const one = own(at.value, 'example');
  if (one !== undefined) return one;
  const [first] = definition.all(at, 'examples');
  return first && own(first.at.value, 'value');
}

export function readBody3(reading: Reading, operation: Located): ApiBody | undefined {
  const {definition} = reading;
  const at = definition.get(operation, 'requestBody');
  if (!at) return undefined;
  const contents = definition.all(at, 'content');
  const media = chooseMedia(contents.map(({name}) => name));
  const content = contents.find(({name}) => name === media);
  if (media === undefined || !content) return undefined;
  const schema = inner(content.at);
  const example = exampleOf(reading, content.at);
  return {
    kind: kindOfMedia(media),
    media: plainMedia(media),
    required: own(at.value, 'required') === true,
    ...(schema && {schema}),
    ...(example !== undefined && {example}),
    at,
  };
}

/** The best declared success: the lowest 2xx, else the class, else the default. */
export function successOf(names: readonly string[]): string | undefined {
  return (
    [...names].filter((name) => /^2\d\d$/.test(name)).sort()[0] ?? names.find((name) => /^(2XX|default)$/i.test(name))
  );
}

export function readAnswer3(reading: Reading, operation: Located): ApiAnswer {
  const {definition} = reading;
  const responses = definition.all(operation, 'responses');
  const good = responses.filter(({name}) => /^2(\d\d|XX)$/i.test(name));
  const full = good.filter(({at}) => Object.keys(own(at.value, 'content') ?? {}).length > 0);
  const status = successOf((full.length > 0 ? full : responses).map(({name}) => name));
  const response = responses.find(({name}) => name === status);
  if (!response) return {kind: 'none', headers: [], at: operation};
  const {at} = response;
  const headers = definition.all(at, 'headers').map(({name}) => name.toLowerCase());
  const contents = definition.all(at, 'content');
  const media = chooseMedia(contents.map(({name}) => name));
  const content = contents.find(({name}) => name === media);
  if (media === undefined || !content || isDefault(response.name, good.length)) return {kind: 'none', headers, at};
  const schema = inner(content.at);
  const example = exampleOf(reading, content.at);
  const kind = answerKind(media, definition.follow(schema ?? content.at));
  return {
    kind,
    media: plainMedia(media),
    ...(schema && kind === 'json' && {schema}),
    ...(example !== undefined && {example}),
    headers,
    at,
  };
}

/** `default` beside a success describes errors. */
function isDefault(name: string, successes: number): boolean {
  return name === 'default' && successes > 0;
}

export function answerKind(media: string, schema: Located): ApiAnswer['kind'] {
  const isBinary = isObject(schema.value) && (schema.value['format'] === 'binary' || schema.value['type'] === 'file');
  const kind = kindOfMedia(media);
  if (isBinary) return 'bytes';
  return kind === 'form' || kind === 'multipart' ? 'text' : kind;
}

export function servers3({definition}: Reading): ApiServer[] {
  return definition.all(definition.root, 'servers').flatMap(({at}): ApiServer[] => {
    const url = text(at, 'url');
    if (url === undefined) return [];
    const variables = definition.all(at, 'variables').map(({name, at: variable}) => {
      const values = own(variable.value, 'enum');
      const preset = text(variable, 'default');
      const about = text(variable, 'description');
      return [
        name,
        {
          values: Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [],
          ...(preset !== undefined && {default: preset}),
          ...(about !== undefined && {about}),
        },
      ] as const;
    });
    return [{url, variables: Object.fromEntries(variables)}];
  });
}
