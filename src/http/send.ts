/** The only door to the network: one guarded exchange, and the redirects it may follow. Must never retry, nor decide what an answer means. */
import {createSecureContext, getCACertificates} from 'node:tls';
import ky, {type Options} from 'ky';
import {Agent} from 'undici';
import {fail} from '../errors/jobwire-error.ts';
import {elapsed} from '../values/time.ts';
import {codings, decodeBody} from './coding.ts';
import {createGuard, type EgressPolicy, type Guard, type Resolve} from './egress.ts';
import {lowerCase} from './header-names.ts';
import {createKnown, type Known, type Made} from './known-headers.ts';
import {describeRequest, isRedirect, nextHop, type RedirectRule} from './redirect.ts';
import {type Heard, talk} from './talk.ts';
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
  const speaker: Speaker = {agent, known: createKnown()};
  /** Most calls of a moment go to one address, which need not be read and checked anew. */
  let last: {readonly text: string; readonly address: URL} | undefined;
  const admit = (text: string): URL => {
    if (last?.text === text) return last.address;
    const address = readUrl(text);
    guard.check(address);
    last = {text, address};
    return address;
  };
  return {
    async send(request) {
      const until = elapsed() + request.timeoutMs;
      let hop = request;
      for (let hops = 0; ; hops++) {
        const address = admit(hop.url);
        const response = await exchange({request: hop, address, timeoutMs: until - elapsed()}, speaker);
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

interface Hop {
  readonly request: WireRequest;
  readonly address: URL;
  readonly timeoutMs: number;
}

type Speak = (method: string, headers: Made) => Promise<Heard>;

interface Speaker {
  readonly agent: Agent;
  readonly known: Known;
}

async function exchange({request, address, timeoutMs}: Hop, {agent, known}: Speaker): Promise<WireResponse> {
  const progress: Progress = {stage: 'unwatched'};
  const tooLarge = () => fail('JW3007', {request: describeRequest(request), limit: request.maxBytes});
  const {url, body, maxBytes} = request;
  const answer = begin(request, known, (method, headers) =>
    talk(agent, {method, address, headers, body, timeoutMs, maxBytes, progress, tooLarge}),
  );
  try {
    const {status, headers, cookies, body: coded} = await answer;
    const coding = headers['content-encoding'];
    const decoded = coding === undefined ? coded : await decodeBody(coded, coding, maxBytes);
    if (decoded === undefined) throw tooLarge();
    return {status, url, headers, cookies, body: decoded};
  } catch (error) {
    throw faultOf(error, progress);
  }
}

/** Neither repeats nor waits: both are decided elsewhere. */
const client = ky.create({retry: 0, timeout: false});

/**
 * The client checks and completes method, address and headers; what it made of them goes out over our own sockets. The body stays
 * out of its hands: it would make a stream of bytes that are all here. Headers that it made before are not given to it again.
 */
function begin(request: WireRequest, known: Known, speak: Speak): Promise<Heard> {
  const {method, headers} = request;
  const made = known.find(headers);
  if (made === undefined) refuseHeaders(request);
  const fetch = (asked: unknown): Promise<Response> => {
    const whole = asked as Request;
    return speak(whole.method, made ?? known.keep(headers, whole.headers)) as unknown as Promise<Response>;
  };
  const options: Options = made === undefined ? {method, headers: completed(headers), fetch} : {method, fetch};
  try {
    return client(request.url, options) as unknown as Promise<Heard>;
  } catch {
    // The reason is not repeated: it may quote a header with a credential.
    throw fail('JW2107', {
      problem: `${describeRequest(request)} cannot be sent: a header or the body is not allowed by HTTP`,
    });
  }
}

function completed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return {'user-agent': 'jobwire', accept: '*/*', 'accept-encoding': codings, ...lowerCase(headers)};
}

/** Set by the client itself; another `host` would also choose another certificate. */
const ownHeaders: ReadonlySet<string> = new Set(
  'host connection content-length transfer-encoding keep-alive proxy-connection te trailer upgrade expect'.split(' '),
);

function refuseHeaders({headers}: WireRequest): void {
  const name = Object.keys(headers).find((candidate) => ownHeaders.has(candidate.toLowerCase()));
  if (name !== undefined) throw fail('JW2107', {problem: `the header ${name} is set by the HTTP client`});
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw fail('JW3010', {host: 'the address', problem: 'it is not an absolute URL'});
  return url;
}
