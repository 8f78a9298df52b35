/** A request that stands inside `auth` as what goes over the wire. Must never add credentials: the manifest wrote them where they belong. */

import {fail} from '../errors/jobwire-error.ts';
import {
  evaluate,
  evaluateJson,
  evaluateText,
  OMIT,
  renderHeaders,
  renderPairs,
  renderPath,
  renderUrl,
  type Scope,
} from '../expressions/evaluate.ts';
import {lowerCase} from '../http/header-names.ts';
import {isObject, type Json, own, stringifyJson} from '../values/json.ts';
import type {Fields, Outgoing} from './context.ts';
import type {RequestSettings} from './settings.ts';

export function renderRequest(request: RequestSettings, scope: Scope, baseUrl: () => string): Outgoing {
  const address =
    request.url === undefined
      ? joinPath(baseUrl(), renderPath(request.path ?? '', scope))
      : renderUrl(request.url, scope);
  const content = request.body === undefined ? {} : renderBody(request.body, scope);
  return {
    method: request.method,
    url: appendQuery(address, request.query === undefined ? [] : renderPairs(request.query, scope, 'query')),
    ...(content.body && {body: content.body}),
    ...(content.fields && {fields: content.fields}),
    headers: {
      ...(content.type !== undefined && {'content-type': content.type}),
      ...(request.headers === undefined ? {} : lowerCase(renderHeaders(request.headers, scope))),
    },
  };
}

export function joinPath(baseUrl: string, path: string): string {
  let [end, start] = [baseUrl.length, 0];
  while (baseUrl[end - 1] === '/') end--;
  while (path[start] === '/') start++;
  return `${baseUrl.slice(0, end)}/${path.slice(start)}`;
}

/** Adds pairs to a URL's query, percent-encoded (space is %20). */
export function appendQuery(url: string, pairs: readonly (readonly [string, string])[]): string {
  if (pairs.length === 0) return url;
  const query = pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&');
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

/** The bytes of a structured body. */
export function encodeFields(fields: Fields): Uint8Array {
  return Buffer.from('json' in fields ? stringifyJson(fields.json) : encodeForm(fields.form));
}

function encodeForm(pairs: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, value])).toString();
}

interface Content {
  readonly type?: string;
  readonly body?: Uint8Array;
  readonly fields?: Fields;
}

const bodies: Readonly<Record<string, (value: Json) => Content>> = {
  json: (value) => ({
    type: 'application/json',
    body: Buffer.from(stringifyJson(value)),
    ...(isObject(value) && {fields: {json: value}}),
  }),
  form: (value) => {
    const form = formPairs(value);
    return {type: 'application/x-www-form-urlencoded', body: Buffer.from(encodeForm(form)), fields: {form}};
  },
  text: (value) => ({type: 'text/plain; charset=utf-8', body: Buffer.from(String(value))}),
};

function renderBody(body: unknown, scope: Scope): Content {
  const value = evaluateJson(body, scope);
  const kind = Object.keys(bodies).find((name) => own(value, name) !== undefined);
  const encode = kind === undefined ? undefined : bodies[kind];
  if (kind === undefined || encode === undefined)
    throw fail('JW2107', {problem: 'the body of a request inside auth is json, form or text'});
  const type = own(value, 'contentType');
  return {...encode(own(value, kind) as Json), ...(typeof type === 'string' && {type})};
}

/** Pairs of an evaluated map; null is left out, a list repeats its key. */
export function formPairs(value: Json): [string, string][] {
  if (!isObject(value)) throw fail('JW2107', {problem: 'a form is a map of texts'});
  return Object.entries(value).flatMap(([key, item]) =>
    (Array.isArray(item) ? item : [item])
      .filter((part) => part !== null)
      .map((part): [string, string] => [key, plain(key, part)]),
  );
}

function plain(key: string, value: Json): string {
  if (Array.isArray(value) || isObject(value)) throw fail('JW2107', {problem: `the form field ${key} is not a text`});
  return String(value);
}

/** The text of a value that may be left out. */
export function optionalText(value: unknown, scope: Scope): string | undefined {
  const result = evaluate(value, scope);
  if (result === OMIT) return undefined;
  return typeof result === 'string' ? result : evaluateText(value, scope);
}
