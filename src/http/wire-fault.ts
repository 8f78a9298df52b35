/** Why a call brought no answer, and whether the request may have left. Must never call "not sent" what may have been sent. */
import {JobwireError} from '../errors/jobwire-error.ts';

export type Network = 'refused' | 'dns' | 'tls' | 'timeout' | 'reset';

/** No answer. `sent`: at least one byte of the request may have been written, so a write may have happened. */
export class WireFault extends Error {
  readonly network: Network;
  readonly sent: boolean;
  constructor(network: Network, sent: boolean, cause?: unknown) {
    const code = codesOf(cause)[0];
    super(code === undefined ? sentences[network] : `${sentences[network]} (${code})`, {cause: withoutRequest(cause)});
    this.name = 'WireFault';
    this.network = network;
    this.sent = sent;
  }
}

const sentences: Readonly<Record<Network, string>> = {
  refused: 'no connection',
  dns: 'the host name was not found',
  tls: 'the TLS connection failed',
  timeout: 'no answer in time',
  reset: 'the connection broke',
};

/** The client's own error holds the whole request, credentials included, and whoever prints an error prints its causes. */
function withoutRequest(error: unknown): unknown {
  return causesOf(error).find((link) => !Object.hasOwn(link as object, 'request'));
}

/** How far one call came: not seen by our dispatcher, waiting for a connection, or about to write its first byte (or later). */
export interface Progress {
  stage: 'unwatched' | 'waiting' | 'started';
}

/** What a failed call means. An error that is ours already (a refused address, too many bytes) stays as it is. */
export function faultOf(error: unknown, {stage}: Progress): JobwireError | WireFault {
  const chain = causesOf(error);
  const ours = chain.find((link) => link instanceof JobwireError || link instanceof WireFault);
  if (ours !== undefined) return ours as JobwireError | WireFault;
  const network = networkOf(chain);
  if (stage === 'waiting') return new WireFault(network === 'reset' ? 'refused' : network, false, error);
  if (chain.flatMap(ownCodes).some((code) => connectOnly.test(code))) return new WireFault(network, false, error);
  return new WireFault(network === 'timeout' ? 'timeout' : 'reset', true, error);
}

/** Errors that end a connection before it exists, so that nothing can have been written, whatever else is known. */
const connectOnly =
  /^(ECONNREFUSED|EADDRNOTAVAIL|ENOTFOUND|EAI_[A-Z]+|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT_ALTNAME_INVALID|CERT_[A-Z_]+|UNABLE_TO_[A-Z_]+|DEPTH_ZERO_[A-Z_]+|SELF_SIGNED_[A-Z_]+|HOSTNAME_MISMATCH)$/;

const networks: ReadonlyMap<string, Network> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'refused'],
  ['EHOSTDOWN', 'refused'],
  ['ENETUNREACH', 'refused'],
  ['ENETDOWN', 'refused'],
  ['EADDRNOTAVAIL', 'refused'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
  ['EAI_NODATA', 'dns'],
  ['EPROTO', 'tls'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['TimeoutError', 'timeout'],
  ['AbortError', 'timeout'],
]);

/** Names of Node's TLS and OpenSSL's verification errors (nodejs.org/api/tls.html, X509 certificate error codes). */
const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERROR_IN_)/;

function networkOf(chain: readonly unknown[]): Network {
  for (const code of chain.flatMap(ownCodes)) {
    const known = networks.get(code) ?? (tlsCode.test(code) ? 'tls' : undefined);
    if (known !== undefined) return known;
  }
  return 'reset';
}

/** The error, its causes and the parts of an AggregateError, outermost first. */
function causesOf(error: unknown): unknown[] {
  const found: unknown[] = [];
  const open = [error];
  while (open.length > 0 && found.length < 20) {
    const link = open.shift();
    if (!(link instanceof Error)) continue;
    found.push(link);
    open.push(link.cause, ...(link instanceof AggregateError ? link.errors : []));
  }
  return found;
}

function codesOf(error: unknown): string[] {
  return causesOf(error)
    .flatMap(ownCodes)
    .filter((code) => code.toUpperCase() === code);
}

function ownCodes(link: unknown): string[] {
  if (!(link instanceof Error)) return [];
  const code = (link as {code?: unknown}).code;
  return typeof code === 'string' ? [code, link.name] : [link.name];
}
