/** A server on loopback with a real store, and sockets that may break every rule of HTTP. */
import {connect, type Socket} from 'node:net';
import type {FastifyInstance} from 'fastify';
import type {Engine} from '../../src/engine/engine.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {Connection, Template} from '../../src/generated/types.ts';
import type {Hook} from '../../src/ingest/hook.ts';
import {createServer, type ServerOptions} from '../../src/server/app.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {emptyConnector, hookOf, libraryOf} from '../ingest/support.ts';

export const start = Date.parse('2026-01-12T08:15:40Z');

export interface Started {
  readonly app: FastifyInstance;
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly redactor: Redactor;
  readonly port: number;
  readonly log: {readonly level: string; readonly what: string; readonly facts: object}[];
}

export interface StartOptions {
  readonly hooks?: Readonly<Record<string, Hook>>;
  readonly templates?: readonly Template[];
  readonly config?: Partial<ServerOptions['config']>;
  readonly limits?: ServerOptions['limits'];
  readonly engine?: Partial<Engine>;
  readonly ready?: () => Promise<boolean>;
  /** Parts that need what the server is built on: the desk of an operator, metrics. */
  readonly more?: (built: Pick<ServerOptions, 'engine' | 'library' | 'clock'>) => Partial<ServerOptions>;
}

const open: (() => Promise<unknown>)[] = [];

/** Ends what the tests of a file opened; for afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close();
}

export const connector: Hook['connector'] = {
  ...emptyConnector,
  operations: {start: {effect: 'write', request: {method: 'POST', path: '/'}}},
  actions: {start: {title: 'Start', input: {type: 'object'}, call: 'start'}},
  events: {
    'thing.made': {
      title: 'Thing made',
      sample: '',
      data: {
        type: 'object',
        properties: {id: {type: 'string'}, phone: {type: 'string', 'x-jobwire-sensitive': true}},
      },
    },
  },
};

/** A feed that anybody may send to, so that tests of the transport need no signature. */
export const openHook: Hook = {...hookOf({feed: {webhook: {verify: [{scheme: 'none'}]}}}), connector};

const connection: Connection = {
  jobwire: '1',
  kind: 'connection',
  id: 'app-main',
  title: 'App',
  connector: 'app@^1',
  config: {},
};

export const template: Template = {
  jobwire: '1',
  kind: 'template',
  id: 'made-to-job',
  version: '1.0.0',
  title: 'Made to job',
  on: {connector: 'app@^1', event: 'thing.made', connection: 'app-main'},
  do: {connector: 'app@^1', connection: 'app-main', action: 'start', input: {}},
};

export async function startServer(options: StartOptions = {}): Promise<Started> {
  const {hooks = {app: openHook}, templates = [], config, limits} = options;
  const clock = new VirtualClock(start);
  const store = await openEngine('sqlite::memory:', {clock, dir: '.'});
  const engine: Engine = Object.assign(Object.create(store) as Engine, options.engine);
  const redactor = new Redactor();
  const log: Started['log'] = [];
  const library = libraryOf({connectors: [connector], templates: [...templates], connections: [connection]});
  const app = createServer({
    hook(connection, feed) {
      const key = feed === undefined ? connection : `${connection}/${feed}`;
      return Object.hasOwn(hooks, key) ? hooks[key] : undefined;
    },
    engine,
    library,
    clock,
    redactor,
    config: {queueLimit: 1000, ...config},
    isReady: options.ready ?? (async () => true),
    log: (level, what, facts) => log.push({level, what, facts}),
    ...(limits && {limits}),
    ...options.more?.({engine, library, clock}),
  });
  await app.listen({host: '127.0.0.1', port: 0});
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  open.push(
    () => store.close(),
    () => app.close(),
  );
  return {app, engine: store, clock, redactor, port, log};
}

export function socketTo(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  open.push(async () => socket.destroy());
  return socket;
}

/** Sends bytes as they are and gives everything that came back when the other side closed. */
export async function talk(port: number, ...pieces: readonly string[]): Promise<string> {
  const socket = socketTo(port);
  let answer = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    answer += piece;
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  for (const piece of pieces) socket.write(piece, 'latin1');
  await closed;
  return answer;
}

/** One well-formed request after which the connection is closed. */
export function post(path: string, headers: readonly string[], body: string): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body, 'latin1')}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
