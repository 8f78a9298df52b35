/** A call as what goes over the wire, before credentials. Must never read a secret. */
import type {Outgoing} from '../auth/context.ts';
import {appendQuery, joinPath} from '../auth/render.ts';
import {fail} from '../errors/jobwire-error.ts';
import {evaluateText, renderHeaders, renderPairs, renderPath, renderUrl, type Scope} from '../expressions/evaluate.ts';
import type {Request} from '../generated/types.ts';
import {lowerCase} from '../http/header-names.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {renderBody} from './body.ts';
import type {Call} from './call.ts';

export interface Rendered extends Outgoing {
  /** Of its address, without the query. */
  readonly path: string;
  /** The body as a log shows it. */
  readonly shown?: Json;
}

/** Where in a list this request asks: root `page`, or the whole address when the target gave it. */
export interface PagePosition {
  readonly page: JsonObject;
  readonly url?: string;
}

export function renderCall(call: Call, {page, url}: PagePosition): Rendered {
  const {request, idempotency} = call.operation.manifest;
  const scope = {...call.scope, page};
  const content = request.body === undefined ? undefined : renderBody(request.body, scope);
  const address = url ?? renderAddress(call, request, scope);
  return {
    method: request.method,
    url: address,
    path: pathOf(address),
    headers: {
      ...(wantsJson(call) && {accept: 'application/json'}),
      ...call.headers,
      ...(content && {'content-type': content.type}),
      ...conditionsOf(call),
      ...(request.headers === undefined ? {} : lowerCase(renderHeaders(request.headers, scope))),
      ...(idempotency?.header !== undefined && {
        [idempotency.header.toLowerCase()]: evaluateText(idempotency.key, scope),
      }),
    },
    ...(content && {body: content.body, shown: content.shown}),
    ...(content?.fields && {fields: content.fields}),
  };
}

/** Most calls of a moment go to one address. */
let lastAddress = {text: '', path: ''};

function pathOf(address: string): string {
  if (address === lastAddress.text) return lastAddress.path;
  const url = URL.parse(address);
  if (url === null) throw fail('JW2107', {problem: 'the address of the request is not an absolute URL'});
  lastAddress = {text: address, path: url.pathname};
  return url.pathname;
}

function renderAddress(call: Call, request: Request, scope: Scope): string {
  const address =
    request.url === undefined
      ? joinPath(call.connection.baseUrl(call.prepared), renderPath(request.path ?? '', scope))
      : renderUrl(request.url, scope);
  return request.query === undefined ? address : appendQuery(address, renderPairs(request.query, scope, 'query'));
}

function conditionsOf({validators}: Call): Record<string, string> {
  return {
    ...(validators?.etag !== undefined && {'if-none-match': validators.etag}),
    ...(validators?.lastModified !== undefined && {'if-modified-since': validators.lastModified}),
  };
}

function wantsJson({operation}: Call): boolean {
  return (operation.manifest.response?.type ?? 'json') === 'json';
}
