/** What is written differently in version 2.0 (Swagger): parameters hold the body, and media types stand beside them. */
import {isObject, own} from '../../values/json.ts';
import {child, type Located, text} from './definition.ts';
import {chooseMedia, kindOfMedia, plainMedia} from './media.ts';
import type {ApiAnswer, ApiBody, ApiField, ApiParameter, ApiServer} from './model.ts';
import {type Reading, textsOf} from './read-api.ts';
import {answerKind, successOf} from './read-version-3.ts';

const places = ['path', 'query', 'header'] as const;
const styles: Readonly<Record<string, string>> = {
  csv: 'form',
  multi: 'form',
  ssv: 'spaceDelimited',
  pipes: 'pipeDelimited',
  tsv: 'tabDelimited',
};

export function parameters2({definition, notes}: Reading, at: Located): ApiParameter[] {
  return definition.all(at, 'parameters').flatMap(({at: parameter}): ApiParameter[] => {
    const place = own(parameter.value, 'in');
    if (place === 'body' || place === 'formData') return [];
    const name = text(parameter, 'name');
    const where = places.find((one) => one === place);
    if (name === undefined || !where) {
      notes.add('left-out', parameter, {
        what: `parameter ${name ?? ''}`.trim(),
        why: 'it does not say its name and place',
      });
      return [];
    }
    const format = text(parameter, 'collectionFormat') ?? 'csv';
    const example = own(parameter.value, 'x-example');
    return [
      {
        name,
        where,
        required: where === 'path' || own(parameter.value, 'required') === true,
        style: where === 'query' ? (styles[format] ?? 'form') : 'simple',
        explode: format === 'multi',
        json: false,
        schema: parameter,
        ...(example !== undefined && {example}),
        at: parameter,
      },
    ];
  });
}

function mediaOf({definition}: Reading, operation: Located, key: 'consumes' | 'produces'): string[] {
  return textsOf((definition.get(operation, key) ?? definition.get(definition.root, key))?.value);
}

/** Those of the path count where the operation names none of the kind. */
export function readBody2(reading: Reading, operation: Located, item: Located): ApiBody | undefined {
  const {definition} = reading;
  const all = [operation, item].flatMap((at) => definition.all(at, 'parameters').map(({at: parameter}) => parameter));
  const isIn = (place: string) => (parameter: Located) => own(parameter.value, 'in') === place;
  const consumes = mediaOf(reading, operation, 'consumes');
  const fields = all.filter(isIn('formData'));
  if (fields.length > 0) return formOf(fields, consumes, operation);
  const body = all.find(isIn('body'));
  if (!body) return undefined;
  const media = chooseMedia(consumes) ?? 'application/json';
  const kind = kindOfMedia(media);
  const example = own(body.value, 'x-example');
  return {
    kind: kind === 'form' || kind === 'multipart' ? 'json' : kind,
    media: plainMedia(kind === 'form' || kind === 'multipart' || media.includes('*') ? 'application/json' : media),
    required: own(body.value, 'required') === true,
    ...(own(body.value, 'schema') !== undefined && {schema: child(body, 'schema')}),
    ...(example !== undefined && {example}),
    at: body,
  };
}

function formOf(parameters: readonly Located[], consumes: readonly string[], operation: Located): ApiBody {
  const fields = parameters.flatMap((at): ApiField[] => {
    const name = text(at, 'name');
    return name === undefined ? [] : [{name, required: own(at.value, 'required') === true, schema: at}];
  });
  const hasFile = parameters.some(({value}) => isObject(value) && value['type'] === 'file');
  const multipart =
    hasFile || (consumes.includes('multipart/form-data') && !consumes.some((one) => kindOfMedia(one) === 'form'));
  return {
    kind: multipart ? 'multipart' : 'form',
    media: multipart ? 'multipart/form-data' : 'application/x-www-form-urlencoded',
    required: fields.some(({required}) => required),
    fields,
    at: operation,
  };
}

export function readAnswer2(reading: Reading, operation: Located): ApiAnswer {
  const {definition} = reading;
  const responses = definition.all(operation, 'responses');
  const good = responses.filter(({name}) => /^2\d\d$/.test(name));
  const full = good.filter(({at}) => own(at.value, 'schema') !== undefined);
  const status = successOf((full.length > 0 ? full : responses).map(({name}) => name));
  const response = responses.find(({name}) => name === status);
  if (!response) return {kind: 'none', headers: [], at: operation};
  const {at} = response;
  const headers = definition.all(at, 'headers').map(({name}) => name.toLowerCase());
  if (own(at.value, 'schema') === undefined || (status === 'default' && good.length > 0))
    return {kind: 'none', headers, at};
  const media = chooseMedia(mediaOf(reading, operation, 'produces')) ?? 'application/json';
  const schema = child(at, 'schema');
  const kind = answerKind(media, definition.follow(schema));
  const example = definition.get(at, 'examples', media)?.value;
  return {
    kind,
    media: plainMedia(media),
    ...(kind === 'json' && {schema}),
    ...(example !== undefined && {example}),
    headers,
    at,
  };
}

export function servers2({definition: {root}}: Reading): ApiServer[] {
  const host = text(root, 'host');
  const path = text(root, 'basePath') ?? '';
  const schemes = textsOf(own(root.value, 'schemes'));
  const scheme = schemes.length === 0 || schemes.includes('https') ? 'https' : (schemes[0] ?? 'https');
  if (host === undefined) return path === '' ? [] : [{url: path, variables: {}}];
  return [{url: `${scheme}://${host}${path}`, variables: {}}];
}
