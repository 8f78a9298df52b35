/** The only door to the network: one guarded exchange, and the redirects it may follow. Must never retry, nor decide what an answer means. */
import {createSecureContext, getCACertificates} from 'node:tls';
import ky, {type Options} from 'ky';
import {Agent, type Dispatcher} from 'undici';
import {fail} from '../errors/jobwire-error.ts';
import {createGuard, type EgressPolicy, type Guard, type Resolve} from './egress.ts';
import {describeRequest, isRedirect, nextHop, type RedirectRule} from './redirect.ts';
import {faultOf, type Progress} from './wire-fault.ts';

export interface WireRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  /** For the whole exchange: connecting, all redirects, the last byte of the body. */
  readonly timeoutMs: number;
  /** Decoded bytes of the answer's body. */
  readonly maxBytes: number;
  readonly redirect: RedirectRule;
  /** Names of headers that hold credentials; they do not go to another origin. */
  readonly secretHeaders: readonly string[];
  /** Redirect statuses that are an answer in themselves (listed in `expect`) and are returned. */
  readonly accepts?: (status: number) => boolean;
}

export interface WireResponse {
  readonly status: number;
  /** Of the last request: after redirects another one. */
  readonly url: string;
  /** Lower-case names; repeated headers are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each Set-Cookie header by itself: joined they could not be told apart. */
  readonly cookies: readonly string[];
  readonly body: Uint8Array;
}

export interface Transport {
  /** Errors: WireFault (no answer), JW3010 (host or address), JW3011 (redirect), JW3007 (size), JW2107 (cannot be sent). */
  send(request: WireRequest): Promise<WireResponse>;
  /** Ends idle connections and waits for the others. */
  close(): Promise<void>;
}

export interface Tuning {
  /** Connections to one origin. */
  readonly connections?: number;
  readonly connectTimeoutMs?: number;
  /** Longest silence between two pieces of a body; the wait for headers is bounded by timeoutMs. */
  readonly idleMs?: number;
  readonly resolve?: Resolve;
}

/** One transport per connection, each with its own pool: a pooled connection is not checked again, so pools are never shared. */
export function createTransport(policy: EgressPolicy, tuning: Tuning = {}): Transport {
  const guard = createGuard(policy, tuning.resolve);
  const agent = openAgent(policy, guard, tuning);
  return {
    async send(request) {
      const signal = AbortSignal.timeout(request.timeoutMs);
      let hop = request;
      for (let hops = 0; ; hops++) {
        guard.check(readUrl(hop.url));
        const response = await exchange(hop, agent, signal);
        if (!isRedirect(hop, response)) return response;
        hop = nextHop(hop, response, hops);
      }
    },
    close: () => agent.close(),
  };
}

function openAgent(policy: EgressPolicy, guard: Guard, tuning: Tuning): Agent {
  return new Agent({
    connections: tuning.connections ?? 64,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: tuning.idleMs ?? 60_000,
    connect: {
      lookup: guard.lookup,
      timeout: tuning.connectTimeoutMs ?? 10_000,
      // Said here, because otherwise an environment variable could switch it off.
      rejectUnauthorized: true,
      ...(policy.ca !== undefined && {
        secureContext: createSecureContext({ca: [...getCACertificates('default'), policy.ca]}),
      }),
    },
  });
}

async function exchange(request: WireRequest, agent: Agent, signal: AbortSignal): Promise<WireResponse> {
  const progress: Progress = {stage: 'unwatched'};
  const answer = begin(request, {signal, dispatcher: watch(agent, progress)});
  try {
    const response = await answer;
    const body = await readBody(response, request);
    return {
      status: response.status,
      url: request.url,
      headers: Object.fromEntries(response.headers),
      cookies: response.headers.getSetCookie(),
      body,
    };
  } catch (error) {
    throw faultOf(error, progress);
  }
}

function begin(request: WireRequest, wire: {signal: AbortSignal; dispatcher: unknown}): Promise<Response> {
  refuseHeaders(request);
  const options = {
    method: request.method,
    headers: {'user-agent': 'jobwire', ...request.headers},
    ...(request.body !== undefined && {body: request.body}),
    retry: 0,
    throwHttpErrors: false,
    timeout: false,
    redirect: 'manual',
    ...wire,
  };
  try {
    return ky(request.url, options as Options);
  } catch {
    // The reason is not repeated: it may quote a header with a credential.
    throw fail('JW2107', {
      problem: `${describeRequest(request)} cannot be sent: a header or the body is not allowed by HTTP`,
    });
  }
}

/** Set by the client itself; another `host` would also choose another certificate. */
const ownHeaders: ReadonlySet<string> = new Set(
  'host connection content-length transfer-encoding keep-alive proxy-connection te trailer upgrade expect'.split(' '),
);

function refuseHeaders({headers}: WireRequest): void {
  const name = Object.keys(headers).find((candidate) => ownHeaders.has(candidate.toLowerCase()));
  if (name !== undefined) throw fail('JW2107', {problem: `the header ${name} is set by the HTTP client`});
}

/** The agent for one request, noting how far it came. */
function watch(agent: Agent, progress: Progress): Pick<Dispatcher, 'dispatch'> {
  return {
    dispatch(options, handler) {
      progress.stage = 'waiting';
      const hooks = handler as unknown as Record<string, unknown>;
      for (const name of ['onConnect', 'onRequestStart']) {
        const original = hooks[name];
        if (typeof original !== 'function') continue;
        hooks[name] = function (this: unknown, ...rest: unknown[]) {
          progress.stage = 'started';
          return original.apply(this, rest);
        };
      }
      return agent.dispatch(options, handler);
    },
  };
}

/** The decoded body. Counts what comes out of decompression, so that a small answer cannot become a huge one (JW3007). */
async function readBody(response: Response, request: WireRequest): Promise<Uint8Array> {
  const tooLarge = () => fail('JW3007', {request: describeRequest(request), limit: request.maxBytes});
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = announced > request.maxBytes && request.method !== 'HEAD' ? announced : 0;
  if (size > 0) {
    await response.body.cancel();
    throw tooLarge();
  }
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > request.maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw fail('JW3010', {host: 'the address', problem: 'it is not an absolute URL'});
  return url;
}
