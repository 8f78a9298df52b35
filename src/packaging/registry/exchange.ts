/** One request to a registry through npm's client, bounded in time and size. Must never follow a redirect with credentials, nor keep a cache. */
import npmFetch, {type FetchOptions} from 'npm-registry-fetch';
import {fail, type JobwireError} from '../../errors/jobwire-error.ts';
import {isObject, JsonFault, type JsonObject, own, parseJson} from '../../values/json.ts';
import {type Gate, openGate, type Stop} from './gate.ts';
import {isLoopback, type Registry} from './registries.ts';

export interface Asking {
  readonly registry: Registry;
  /** Below the registry: `@scope%2fname`, `-/v1/search`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept: string;
  readonly maxBytes: number;
  /** For everything, redirects and the last byte included. */
  readonly timeoutMs: number;
}

const maxRedirects = 3;

/** Undefined where there is nothing (404, 410). Errors: JW6020, JW6022. */
export async function ask(asking: Asking): Promise<Uint8Array | undefined> {
  const {registry, path, accept, query, maxBytes, timeoutMs} = asking;
  const signal = AbortSignal.timeout(timeoutMs);
  let hop: {readonly url: string; readonly credentials: Registry['credentials']} = {
    url: `${registry.url}${path}`,
    credentials: registry.credentials,
  };
  for (let hops = 0; ; hops++) {
    const gate = openGate({origin: hop.url, trustedHost: new URL(registry.url).hostname, maxBytes});
    const options = {
      ...clientOptions({...registry, credentials: hop.credentials}, gate),
      ...{signal, headers: {accept, 'accept-encoding': 'identity'}},
      ...(query && hops === 0 && {query}),
    };
    try {
      const response = await npmFetch(hop.url, options);
      return await response.buffer();
    } catch (error) {
      const next = redirected(gate.stopped());
      if (next === undefined || hops >= maxRedirects) {
        const fault = faultOf(error, {registry, request: `GET ${path}`, stop: gate.stopped(), timeoutMs});
        if (fault === undefined) return undefined;
        throw fault;
      }
      hop = {url: next, credentials: {}};
    }
  }
}

/** What every request to a registry is made with. */
export function clientOptions({url, credentials}: Registry, gate: Gate): FetchOptions {
  return {...credentials, registry: url, agent: gate.agent, retry: {retries: 0}, strictSSL: true, userAgent: 'jobwire'};
}

/** To another origin, over https; a registry on this machine may also lead to one on this machine. */
function redirected(stop: Stop | undefined): string | undefined {
  if (stop?.kind !== 'elsewhere') return undefined;
  const url = new URL(stop.url);
  return url.protocol === 'https:' || isLoopback(url.hostname) ? url.href : undefined;
}

export interface Circumstances {
  readonly registry: Registry;
  /** For sentences: `GET @acme%2fdesk`. */
  readonly request: string;
  readonly stop: Stop | undefined;
  readonly timeoutMs: number;
}

/** Undefined for "nothing there". */
export function faultOf(error: unknown, circumstances: Circumstances): JobwireError | undefined {
  const {registry, request, stop, timeoutMs} = circumstances;
  const unusable = (problem: string): JobwireError => fail('JW6020', {registry: registry.url, problem}, {cause: error});
  if (stop?.kind === 'too large') return unusable(`the answer to ${request} is larger than ${stop.bytes} bytes`);
  if (stop?.kind === 'elsewhere') return unusable(`${request} is sent on to ${new URL(stop.url).origin}`);
  if (stop?.kind === 'refused')
    return unusable(`${request} leads to an address that is not permitted: ${stop.problem}`);
  const {statusCode, name, body, code, message} = error as Failure;
  if (statusCode === undefined) {
    const late = name === 'AbortError' || name === 'TimeoutError';
    return unusable(late ? `${request} did not end within ${timeoutMs / 1000} s` : `${request}: ${code ?? message}`);
  }
  if (statusCode === 404 || statusCode === 410) return undefined;
  const said = serverText(body);
  const evidence = said === undefined ? {} : {evidence: {serverText: said}};
  if (statusCode !== 401 && statusCode !== 403)
    return unusable(`answers ${statusCode} to ${request}${said === undefined ? '' : ` (${said})`}`).with(evidence);
  const {credentialKey, missing} = registry;
  const hint =
    missing.length === 0
      ? {}
      : {
          hint: `.npmrc names ${missing.join(', ')} for ${credentialKey}: set it, or keep the token in the .npmrc of your home`,
        };
  return fail(
    'JW6022',
    {registry: registry.url, status: statusCode, request, key: credentialKey},
    {...evidence, ...hint, cause: error},
  );
}

interface Failure {
  readonly statusCode?: number;
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly body?: unknown;
}

/** What the registry says in words, one line of it. */
function serverText(body: unknown): string | undefined {
  const said = own(body, 'error') ?? own(body, 'message');
  return typeof said === 'string' && said !== '' ? said.replace(/\s+/g, ' ').slice(0, 200) : undefined;
}

/** Errors: JW6020 for what is no JSON object, and those of `ask`. */
export async function askJson(asking: Omit<Asking, 'accept'>): Promise<JsonObject | undefined> {
  const bytes = await ask({...asking, accept: 'application/json'});
  if (bytes === undefined) return undefined;
  const garbage = (problem: string): JobwireError =>
    fail('JW6020', {registry: asking.registry.url, problem: `the answer to GET ${asking.path} is ${problem}`});
  try {
    const value = parseJson(Buffer.from(bytes).toString('utf8'));
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw garbage(`not JSON: ${error.message}`);
  }
  throw garbage('not an object');
}
