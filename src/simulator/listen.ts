/** The HTTP server of a simulator: bytes in, bytes out, on loopback only. Must never decide what is answered. */
import type {AddressInfo} from 'node:net';
import fastify, {type FastifyInstance, type FastifyReply, type FastifyRequest} from 'fastify';
import {fail} from '../errors/jobwire-error.ts';
import type {Delivery} from '../ingest/request.ts';
import type {OnTheWire} from './exchange.ts';

/** Largest request taken. */
const bodyLimit = 32 * 1024 * 1024;
const host = '127.0.0.1';

export interface Listener {
  readonly port: number;
  /** Nothing listens any more: who calls is refused. What is being answered is still answered. */
  pause(): void;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface Answering {
  readonly respond: (delivery: Delivery) => OnTheWire;
  readonly wait: (delayMs: number) => Promise<void>;
}

/** JW7101 for a port that is taken. */
export async function listen(port: number, answering: Answering): Promise<Listener> {
  const app = createApp(answering);
  await app.listen({port, host}).catch(async (error: Error) => {
    await app.close();
    throw fail('JW7101', {problem: `port ${port} cannot be used: ${error.message}`}, {cause: error});
  });
  const address = app.server.address() as AddressInfo;
  return {
    port: address.port,
    pause() {
      if (!app.server.listening) return;
      app.server.close();
      app.server.closeIdleConnections();
    },
    async resume() {
      if (app.server.listening) return;
      await new Promise<void>((done, failed) => {
        app.server.once('error', failed);
        app.server.listen({port: address.port, host}, () => {
          app.server.off('error', failed);
          done();
        });
      });
    },
    close: () => app.close(),
  };
}

function createApp(answering: Answering): FastifyInstance {
  const app = fastify({
    bodyLimit,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: {maxParamLength: 20_000},
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', {parseAs: 'buffer'}, (_request, body, done) => done(null, body));
  app.all('*', (request, reply) => serve(request, reply, answering));
  return app;
}

async function serve(request: FastifyRequest, reply: FastifyReply, {respond, wait}: Answering): Promise<FastifyReply> {
  const sent = respond(deliveryOf(request));
  if (sent.kind === 'answer') {
    if (sent.delayMs > 0) await wait(sent.delayMs);
    const {status, headers, body} = sent.answer;
    if (!request.server.server.listening) reply.header('connection', 'close');
    return reply
      .code(status)
      .headers(headers)
      .send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  }
  reply.hijack();
  if (sent.kind === 'reset') request.raw.socket.resetAndDestroy();
  return reply;
}

function deliveryOf(request: FastifyRequest): Delivery {
  const {method = 'GET', url = '/', headersDistinct} = request.raw;
  const end = url.indexOf('?');
  return {
    method,
    url: `http://${request.headers.host ?? host}${url}`,
    path: end < 0 ? url : url.slice(0, end),
    query: end < 0 ? {} : queryOf(url.slice(end + 1)),
    headers: headersDistinct as Record<string, readonly string[]>,
    raw: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
  };
}

/** A name that comes again makes a list. `+` is a blank, as clients of this kind write it. */
function queryOf(text: string): Record<string, string | string[]> {
  const query = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(text)) {
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return query;
}
