/** Which methods a connector sends to which of its permitted hosts, from its text alone. Must never leave out one that could be sent. */
import type {Connector, Request} from '../generated/types.ts';
import {admits} from '../manifest/hosts.ts';
import {members} from '../manifest/parts.ts';
import {type Address, addresses, cutUrl} from '../manifest/urls.ts';

/** Entry of `permissions.hosts` to methods. */
export type HostMethods = ReadonlyMap<string, ReadonlySet<string>>;

export function methodsOf(connector: Connector): HostMethods {
  const {hosts} = connector.permissions;
  const found = new Map<string, Set<string>>(hosts.map((host) => [host, new Set()]));
  const send = (entries: readonly string[], methods: readonly string[]): void => {
    for (const entry of entries) for (const method of methods) found.get(entry)?.add(method);
  };
  const requests = requestsOf(connector);
  const onPaths = requests.filter(({request}) => request.path !== undefined).map(({request}) => request.method);
  for (const address of addresses(connector)) send(entriesFor(address, hosts), methodsAt(address, requests, onPaths));
  for (const {request} of requests) if (request.redirect === 'drop-auth') send(hosts, methodsAfter(request));
  send(
    hosts.filter((entry) => fetched(connector).some((host) => admits(entry, host))),
    ['GET'],
  );
  return found;
}

interface RequestPart {
  readonly pointer: string;
  readonly request: Pick<Request, 'method' | 'path' | 'redirect' | 'body'>;
}

/** Those of operations, and the ones that `auth` makes. */
function requestsOf(connector: Connector): RequestPart[] {
  const {variants} = connector.connection;
  const parts = [
    {part: connector.connection, pointer: '/connection'},
    ...members(variants, '/connection/variants').map(({value, pointer}) => ({part: value, pointer})),
  ];
  return [
    ...members(connector.operations, '/operations').map(({value, pointer}) => ({
      pointer: `${pointer}/request`,
      request: value.request,
    })),
    ...parts.flatMap(({part: {auth}, pointer}) => {
      const {obtain, crumb} = auth ?? {};
      const login = obtain && 'login' in obtain ? obtain.login : undefined;
      return [
        ...(login ? [{pointer: `${pointer}/auth/obtain/login/request`, request: login.request}] : []),
        ...(crumb ? [{pointer: `${pointer}/auth/crumb/request`, request: crumb.request}] : []),
      ];
    }),
  ];
}

/** The entries that let the address through; all of them where the text does not say the host. */
function entriesFor({text, dynamic}: Address, hosts: readonly string[]): readonly string[] {
  const cut = cutUrl(text);
  if (cut) {
    const host = cut.host.replace(/\{\{.*?\}\}/g, '*');
    return hosts.filter((entry) => admits(entry, host));
  }
  const setting = /^\{\{\s*connection\.([A-Za-z0-9]+)\s*\}\}/.exec(text)?.[1];
  const entry = `connection:${setting}`;
  return !dynamic && hosts.includes(entry) ? [entry] : hosts;
}

function methodsAt(
  {pointer}: Address,
  requests: readonly RequestPart[],
  onPaths: readonly string[],
): readonly string[] {
  if (/\/obtain\/oauth2\/tokenUrl/.test(pointer)) return ['POST'];
  if (/\/webhook\/verify\//.test(pointer)) return ['GET'];
  const own = requests.find((part) => pointer.startsWith(`${part.pointer}/url`));
  // What is left are base addresses, and origins that may receive what is sent to a base address.
  return own ? [own.request.method] : onPaths;
}

/** A redirect to another host never carries a body; without one it may keep its method. */
function methodsAfter({method, body}: RequestPart['request']): readonly string[] {
  return body === undefined ? ['GET', method] : ['GET'];
}

/** Hosts of certificates and confirmations, which are read while a delivery is verified. */
function fetched(connector: Connector): string[] {
  return Object.values(connector.feeds ?? {}).flatMap(({webhook}) => [
    ...(webhook?.handshake ?? []).flatMap(({confirm}) => confirm?.hosts ?? []),
    ...(webhook?.verify ?? []).flatMap(({x509}) => x509?.hosts ?? []),
  ]);
}
