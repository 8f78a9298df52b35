/** One request inside `auth`. Its failures say that the operation itself was not sent, so they never count as an unknown outcome. */
import {fail, JobwireError} from '../errors/jobwire-error.ts';
import {describeRequest} from '../http/redirect.ts';
import {retryAfterMs} from '../http/retry.ts';
import type {WireResponse} from '../http/send.ts';
import {WireFault} from '../http/wire-fault.ts';
import {decodeUtf8, type Json, JsonFault, own, parseJson} from '../values/json.ts';
import type {AuthContext, Outgoing, Purpose} from './context.ts';

/** An answer as expressions see it: root `response`. An empty body is null. */
export interface AuthAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  readonly body: Json;
}

export interface Errand {
  readonly purpose: Purpose;
  readonly request: Outgoing;
  readonly secretHeaders: readonly string[];
}

const maxBytes = 1024 * 1024;
const temporary: ReadonlySet<number> = new Set([408, 500, 502, 503, 504, 524]);

/**
 * Sends without following redirects and gives a 2xx JSON answer. Errors: JW3001, JW3002, JW3003 (outcome retry), JW3013 (fail),
 * and the transport's own (fail). What says that it is JSON and is not was damaged on its way: another answer may be whole.
 */
export async function callForCredentials(
  errand: Errand,
  context: AuthContext,
): Promise<{answer: AuthAnswer; cookies: readonly string[]}> {
  const request = describeRequest(errand.request);
  const response = await send(errand, context).catch((error: unknown) => {
    throw notSent(error, request);
  });
  context.observe?.({purpose: errand.purpose, request, status: response.status});
  if (response.status === 429)
    throw fail('JW3003', {request, status: 429}, {outcome: 'retry', ...waitOf(response, context)});
  if (temporary.has(response.status))
    throw fail(
      'JW3002',
      {request, problem: `answered ${response.status}`},
      {outcome: 'retry', ...waitOf(response, context)},
    );
  if (response.status < 200 || response.status > 299) throw unusable(`status ${response.status}`, response, context);
  const {status, headers, url} = response;
  return {answer: {status, headers, url, body: readJson(response, request, context)}, cookies: response.cookies};
}

function send(
  {request, secretHeaders}: Errand,
  {send: transport, timeoutMs = 30_000}: AuthContext,
): Promise<WireResponse> {
  const {method, url, headers, body} = request;
  return transport({
    method,
    url,
    headers: {accept: 'application/json', ...headers},
    body,
    timeoutMs,
    maxBytes,
    redirect: 'error',
    secretHeaders,
  });
}

/** Whatever went wrong here, the operation was not sent. */
function notSent(error: unknown, request: string): unknown {
  if (error instanceof WireFault)
    return fail(error.sent ? 'JW3002' : 'JW3001', {request, problem: error.message}, {outcome: 'retry', cause: error});
  return error instanceof JobwireError ? error.with({outcome: error.extra.outcome ?? 'fail'}) : error;
}

function waitOf(response: WireResponse, {clock}: AuthContext): {afterMs?: number} {
  const afterMs = retryAfterMs(response.headers['retry-after'], clock.now());
  return afterMs === undefined ? {} : {afterMs};
}

function readJson(response: WireResponse, request: string, context: AuthContext): Json {
  if (response.body.length === 0) return null;
  try {
    return parseJson(decodeUtf8(response.body));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const type = response.headers['content-type'] ?? 'no content type';
    if (/[/+]json\b/i.test(type))
      throw fail('JW3002', {request, problem: 'its JSON is cut off or damaged'}, {outcome: 'retry'});
    throw unusable(`${type} instead of JSON`, response, context);
  }
}

/** JW3013 with what the server says about it, masked: an answer to credentials may repeat them. */
export function unusable(
  problem: string,
  response: {readonly body: Uint8Array | Json},
  {redactor}: AuthContext,
): JobwireError {
  const said = saidBy(response.body);
  return fail(
    'JW3013',
    {problem},
    {outcome: 'fail', ...(said !== '' && {evidence: {serverText: redactor.text(said).slice(0, 300)}})},
  );
}

/** Error texts of RFC 6749, 5.2, and their usual relatives; nothing else of the answer is repeated. */
function saidBy(body: Uint8Array | Json): string {
  const json = body instanceof Uint8Array ? attempt(body) : body;
  return ['error', 'error_description', 'message']
    .map((key) => own(json, key))
    .filter((text) => typeof text === 'string')
    .join(': ');
}

function attempt(body: Uint8Array): Json {
  try {
    return parseJson(decodeUtf8(body));
  } catch {
    return null;
  }
}
