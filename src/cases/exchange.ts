/** The wire of a case: answers the requests that are expected, in order, and keeps what was not. Must never open a connection. */
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import type {Exchange} from '../generated/types.ts';
import {createGuard, type EgressPolicy} from '../http/egress.ts';
import {describeRequest, isRedirect, nextHop} from '../http/redirect.ts';
import type {Transport, WireRequest, WireResponse} from '../http/send.ts';
import {WireFault} from '../http/wire-fault.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import type {VirtualClock} from '../values/time.ts';
import {listing} from './differences.ts';
import {bodyText, describeExpected, requestDifferences} from './request-match.ts';

/** A problem and the exchange it is about. */
export interface ScriptProblem {
  readonly error: JobwireError;
  readonly exchange?: number;
}

/** Told about each request that was expected, and its answer; undefined where there was none. */
export type Watch = (request: WireRequest, response: WireResponse | undefined) => void;

export class Script {
  readonly #exchanges: readonly Exchange[];
  readonly #clock: VirtualClock;
  readonly #watch: Watch;
  #next = 0;
  #unexpected: ScriptProblem | undefined;

  constructor(exchanges: readonly Exchange[], clock: VirtualClock, watch: Watch = () => undefined) {
    this.#exchanges = exchanges;
    this.#clock = clock;
    this.#watch = watch;
  }

  /** A transport like the real one but for the wire: permitted hosts, redirects and sizes hold. */
  readonly open = (policy: EgressPolicy): Transport => {
    const guard = createGuard(policy);
    return {
      send: async (request) => {
        let hop = request;
        for (let hops = 0; ; hops++) {
          guard.check(new URL(hop.url));
          const response = this.#answer(hop);
          if (!isRedirect(hop, response)) return response;
          hop = nextHop(hop, response, hops);
        }
      },
      close: async () => undefined,
    };
  };

  /** What went wrong on the wire. After an unexpected request everything else is a consequence. */
  problems(): ScriptProblem[] {
    if (this.#unexpected) return [this.#unexpected];
    return this.#exchanges.slice(this.#next).map(({request}, i) => ({
      error: fail('JW7011', {problem: `exchange ${this.#next + i} was not used: ${describeExpected(request)}`}),
      exchange: this.#next + i,
    }));
  }

  #answer(request: WireRequest): WireResponse {
    if (this.#unexpected) throw this.#unexpected.error;
    const index = this.#next;
    const exchange = this.#exchanges[index];
    const problem = exchange ? mismatch(exchange, request, index) : tooMany(request, this.#exchanges.length);
    if (problem !== undefined || !exchange) {
      const error = fail('JW7010', {problem: problem ?? ''}, {outcome: 'fail'});
      this.#unexpected = {error, ...(exchange && {exchange: index})};
      throw error;
    }
    this.#next++;
    const lost = exchange.fault === undefined || exchange.fault === 'parse' ? undefined : exchange.fault;
    if (lost !== undefined) {
      this.#watch(request, undefined);
      throw this.#fault(lost, request);
    }
    const response = exchange.fault === 'parse' ? unreadable(request) : responseOf(exchange, request);
    this.#watch(request, exchange.fault === 'parse' ? undefined : response);
    return sized(response, request);
  }

  /** A time-out takes its time, also on the clock of a case. */
  #fault(fault: 'refused' | 'timeout' | 'reset', {timeoutMs}: WireRequest): WireFault {
    if (fault === 'timeout') this.#clock.advance(timeoutMs);
    return new WireFault(fault, fault !== 'refused');
  }
}

function mismatch({request: expected}: Exchange, request: WireRequest, index: number): string | undefined {
  const found = requestDifferences(expected, request);
  if (found.length === 0) return undefined;
  return `${describeRequest(request)} came where exchange ${index} expects ${describeExpected(expected)}:${listing(found)}`;
}

function tooMany(request: WireRequest, count: number): string {
  const body = bodyText(request);
  const {search, searchParams} = new URL(request.url);
  const lines = [
    ...(search === '' ? [] : [{path: 'query', text: [...searchParams].map((pair) => pair.join('=')).join('&')}]),
    ...(body === '' ? [] : [{path: 'body', text: body.slice(0, 500)}]),
  ];
  return `${describeRequest(request)} came after the last of ${count} exchanges${listing(lines)}`;
}

function responseOf({response = {status: 200}}: Exchange, {url}: WireRequest): WireResponse {
  const {status, body} = response;
  const given = Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers: Record<string, string> = {...defaultType(body), ...Object.fromEntries(given)};
  const cookie = headers['set-cookie'];
  return {status, url, headers, cookies: cookie === undefined ? [] : [cookie], body: bytesOf(body)};
}

function defaultType(body: unknown): {'content-type'?: string} {
  if (body === undefined) return {};
  return {'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'};
}

/** A text is sent as it is, anything else as JSON. */
function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  return Buffer.from(typeof body === 'string' ? body : stringifyJson(body as Json), 'utf8');
}

/** An answer that breaks off in the middle of its JSON. */
function unreadable({url}: WireRequest): WireResponse {
  return {status: 200, url, headers: {'content-type': 'application/json'}, cookies: [], body: Buffer.from('{"value":')};
}

function sized(response: WireResponse, request: WireRequest): WireResponse {
  if (response.body.byteLength <= request.maxBytes) return response;
  throw fail('JW3007', {request: describeRequest(request), limit: request.maxBytes});
}
