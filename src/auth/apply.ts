/** Credentials put into one request, where the manifest says. Must never touch a request that goes elsewhere. */

import {fail} from '../errors/jobwire-error.ts';
import {evaluateJson, evaluateText, renderHeaders, renderPairs, type Scope} from '../expressions/evaluate.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';
import {type Fields, type Outgoing, withHeader} from './context.ts';
import {appendQuery, encodeFields, formPairs} from './render.ts';
import type {ApplySettings} from './settings.ts';

/** A request with credentials, and the names of the headers that hold them. */
export interface Dressed {
  readonly request: Outgoing;
  readonly secretHeaders: readonly string[];
}

/** What settings, secrets and a token put into each request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly body: Json | undefined;
}

export function renderCredentials(settings: ApplySettings, scope: Scope, redactor: Redactor): Credentials {
  return {
    headers: {
      ...(settings.headers !== undefined && renderHeaders(settings.headers, scope)),
      ...basicHeader(settings, scope, redactor),
    },
    query: settings.query === undefined ? [] : renderPairs(settings.query, scope, 'query'),
    body: settings.body === undefined ? undefined : evaluateJson(settings.body, scope),
  };
}

export function applyCredentials(request: Outgoing, {headers: added, query, body}: Credentials): Dressed {
  const secretHeaders = Object.keys(added);
  let {headers} = request;
  for (const name of secretHeaders) headers = withHeader(headers, name, added[name] as string);
  const merged = body === undefined ? undefined : mergeBody(request, body);
  return {request: {...request, url: appendQuery(request.url, query), ...merged, headers}, secretHeaders};
}

function basicHeader({basic}: ApplySettings, scope: Scope, redactor: Redactor): Record<string, string> {
  if (basic === undefined) return {};
  const pair = `${evaluateText(basic.username, scope)}:${evaluateText(basic.password, scope)}`;
  redactor.add(pair);
  return {Authorization: `Basic ${Buffer.from(pair).toString('base64')}`};
}

/** A request without a body stays without one; one that has no fields cannot take any (JW2107). */
function mergeBody(request: Outgoing, added: unknown): Pick<Outgoing, 'body' | 'fields'> {
  if (request.body === undefined) return {};
  if (request.fields === undefined || !isObject(added))
    throw fail('JW2107', {problem: 'auth.apply.body needs a json or form body to go into'});
  const fields = mergeFields(request.fields, added);
  return {fields, body: encodeFields(fields)};
}

function mergeFields(fields: Fields, added: JsonObject): Fields {
  if ('json' in fields) return {json: {...fields.json, ...added}};
  return {form: [...fields.form.filter(([key]) => !Object.hasOwn(added, key)), ...formPairs(added)]};
}
