/** Who may be called: one decision on the URL and one on every address dialled. Must never open a connection itself. */

import type {LookupAddress, LookupOptions} from 'node:dns';
import {lookup as lookUp} from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import {fail, type JobwireError} from '../errors/jobwire-error.ts';

/** What one connection may reach. Every policy gets its own guard and its own connection pool, never a shared one. */
export interface EgressPolicy {
  /** `api.example.com`, `*.example.com` (one or more labels), an address, or any but the wildcard with `:port`. */
  readonly hosts: readonly string[];
  /** Host names and addresses, exact, that may be private or loopback; from the operator's connection file only. */
  readonly allowPrivate: readonly string[];
  /** PEM text of further certificate authorities. */
  readonly ca?: string;
}

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export interface Guard {
  /** Refuses (JW3010) a URL whose scheme, host, port or literal address is not permitted. */
  check(url: URL): void;
  /** The same for a name's addresses, at the moment of dialling: what was checked is what is dialled. */
  readonly lookup: Lookup;
}

type Lookup = (host: string, options: LookupOptions, callback: LookupCallback) => void;
type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

export function createGuard(policy: EgressPolicy, resolve: Resolve = resolveByDns): Guard {
  const patterns = policy.hosts.flatMap(readPattern);
  const allowed = new Set(policy.allowPrivate.flatMap(readPattern).map(({host}) => canonical(host)));
  const mayDial = (host: string, address: string): boolean => {
    if (allowed.has(canonical(address))) return true;
    const reach = reachOf(address);
    return reach === 'public' || (reach === 'private' && allowed.has(canonical(host)));
  };
  /** The decision is made from nothing but these, so it is made once for each. */
  const passed = new Set<string>();
  return {
    check(url) {
      const place = `${url.protocol}//${url.username}:${url.password}@${url.host}`;
      if (passed.has(place)) return;
      const host = hostOf(url);
      const problem =
        findProblem(url, patterns) ?? (ipaddr.isValid(host) && !mayDial(host, host) ? rangeOf(host) : undefined);
      if (problem !== undefined) throw refusal(host, problem);
      if (passed.size < mostPassed) passed.add(place);
    },
    lookup(host, options, callback) {
      resolve(host).then(
        (addresses) => {
          const dialled = addresses.filter(({address}) => mayDial(host, address));
          const first = dialled[0];
          if (first === undefined) callback(refusal(host, `it resolves to ${describe(addresses)}`), []);
          else if (options.all) callback(null, dialled);
          else callback(null, first.address, first.family);
        },
        (error: Error) => callback(error, []),
      );
    },
  };
}

const mostPassed = 1000;

const resolveByDns: Resolve = (host) => lookUp(host, {all: true, order: 'verbatim'});

function refusal(host: string, problem: string): JobwireError {
  return fail('JW3010', {host, problem});
}

/** A pattern of the policy: a host, or with `any` every name below it; with `port` only that port. */
interface Pattern {
  readonly host: string;
  readonly any: boolean;
  readonly port?: string;
}

/** Reads a pattern the way URLs are read, so that both sides are spelled alike. What cannot be read permits nothing. */
function readPattern(text: string): Pattern[] {
  const any = text.startsWith('*.');
  const rest = any ? text.slice(2) : text;
  const bareV6 = rest.split(':').length > 2 && !rest.startsWith('[');
  const port = bareV6 ? undefined : /:(\d+)$/.exec(rest)?.[1];
  const authority = bareV6 ? `[${rest}]` : rest.slice(0, rest.length - (port === undefined ? 0 : port.length + 1));
  const url = URL.parse(`https://${authority}/`);
  if (authority === '' || /[*/?#@\\]/.test(authority) || url === null) return [];
  return [{host: hostOf(url), any, ...(port !== undefined && {port: String(Number(port))})}];
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

const schemePorts: Readonly<Record<string, string>> = {'https:': '443', 'http:': '80'};

/** Ports above 1023 where something other than an HTTP API answers: mail, remote shells, databases, caches, containers. */
const deniedPorts: ReadonlySet<string> = new Set(
  '1433 1521 2049 2375 2376 3306 3389 5432 5900 6000 6379 6667 9042 10250 11211 27017'.split(' '),
);

function findProblem(url: URL, patterns: readonly Pattern[]): string | undefined {
  const host = hostOf(url);
  const defaultPort = schemePorts[url.protocol];
  if (defaultPort === undefined) return `${url.protocol.slice(0, -1)} is not a scheme Jobwire speaks`;
  if (url.username !== '' || url.password !== '') return 'the URL holds a user name or password';
  const port = url.port === '' ? defaultPort : url.port;
  const matching = patterns.filter((pattern) => matches(host, pattern));
  if (matching.length === 0) return 'the host is not listed';
  if (!matching.some((pattern) => pattern.port === undefined || pattern.port === port))
    return `port ${port} is not listed`;
  const named = matching.some((pattern) => pattern.port === port);
  if (deniedPorts.has(port) || !(named || port === '443' || port === '80' || Number(port) >= 1024))
    return `port ${port} is not for HTTP`;
  if (url.protocol === 'http:' && !isLoopback(host)) return 'only https is allowed';
  return undefined;
}

function matches(host: string, pattern: Pattern): boolean {
  return pattern.any ? host.endsWith(`.${pattern.host}`) : host === pattern.host;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
}

/** Public may be dialled; private only with the operator's leave; never (link-local, multicast, reserved …) only if listed itself. */
type Reach = 'public' | 'private' | 'never';

const privateRanges: ReadonlySet<string> = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);
/** The address of a cloud's host agent, in a range that is otherwise public. */
const hostAgents: ReadonlySet<string> = new Set(['168.63.129.16']);
/** All global unicast IPv6 there is; leaves out IPv4-compatible and other forms that ranges alone call unicast. */
const globalV6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

function reachOf(text: string): Reach {
  if (!ipaddr.isValid(text)) return 'never';
  const address = ipaddr.process(text);
  const range = address.range();
  if (privateRanges.has(range)) return 'private';
  if (range !== 'unicast' || hostAgents.has(address.toString())) return 'never';
  return address instanceof ipaddr.IPv6 && !address.match(globalV6) ? 'never' : 'public';
}

function rangeOf(address: string): string {
  const range = ipaddr.process(address).range();
  return `the address is ${range === 'unicast' ? 'reserved' : range}`;
}

/** One spelling per address and name, so that lists and answers compare. */
function canonical(host: string): string {
  return ipaddr.isValid(host) ? ipaddr.process(host).toString() : host.toLowerCase();
}

function describe(addresses: readonly LookupAddress[]): string {
  const first = addresses[0]?.address;
  return first === undefined ? 'nothing' : `${first}, and ${rangeOf(first)}`;
}
