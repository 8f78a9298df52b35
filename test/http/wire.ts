/** Loopback servers and short requests for the tests of the HTTP door. */
import {createServer, type RequestListener, type Server} from 'node:http';
import {createServer as createSecureServer} from 'node:https';
import {type AddressInfo, createServer as createRawServer, type Server as RawServer, type Socket} from 'node:net';
import nock from 'nock';
import {
  createTransport,
  type Transport,
  type Tuning,
  type WireRequest,
  type WireResponse,
} from '../../src/http/send.ts';

const open: {close(): Promise<void>}[] = [];

/** Takes the recorder's hands off the sockets while real servers are tested. For describe blocks. */
export function onTheRealWire(): void {
  before(() => nock.restore());
  after(() => {
    if (!nock.isActive()) nock.activate();
  });
  afterEach(closeAll);
}

/** Ends what the tests of a file opened; for afterEach. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
}

/** Answers on 127.0.0.1 and gives the port. */
export async function serve(listener: RequestListener, tls?: {key: string; cert: string}): Promise<number> {
  return listen(tls ? createSecureServer(tls, listener) : createServer(listener));
}

/** A server below HTTP, for broken answers. */
export async function serveRaw(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  server.on('close', () => undefined);
  return listen(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

async function listen(server: Server | RawServer, first?: () => void): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () =>
      new Promise((resolve) => {
        first?.();
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
  return (server.address() as AddressInfo).port;
}

/** A transport that may call this machine unless told otherwise. */
export function transport(
  policy: {hosts?: string[]; allowPrivate?: string[]; ca?: string} = {},
  tuning: Tuning = {},
): Transport {
  const made = createTransport(
    {hosts: ['127.0.0.1', 'localhost'], allowPrivate: ['127.0.0.1', 'localhost'], ...policy},
    tuning,
  );
  open.push({close: () => made.close().catch(() => undefined)});
  return made;
}

export function request(url: string, more: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'GET',
    url,
    headers: {},
    timeoutMs: 5000,
    maxBytes: 1024 * 1024,
    redirect: 'error',
    secretHeaders: [],
    ...more,
  };
}

export function text(response: WireResponse): string {
  return Buffer.from(response.body).toString('utf8');
}

/** What a promise rejects with; fails the test when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: Error) => error,
  );
  if (outcome === undefined) throw new Error('expected a rejection');
  return outcome;
}
