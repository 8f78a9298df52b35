/** The doors for senders: `/hooks/:connection/:feed`. Must never read a body for a hook that does not exist. */
import {fastifyRateLimit} from '@fastify/rate-limit';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {fail} from '../errors/jobwire-error.ts';
import {type Ack, refuse} from '../ingest/ack.ts';
import type {Hook} from '../ingest/hook.ts';
import {type Delivery, receive} from '../ingest/receive.ts';
import {traceReceive} from '../telemetry/spans.ts';
import {readTraceparent, traceIdOf} from '../telemetry/traceparent.ts';
import type {ServerContext} from './context.ts';
import type {QueueBound} from './queue.ts';
import {fromFramework, Refused} from './refused.ts';

interface HookParams {
  readonly connection: string;
  readonly feed?: string;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export async function hookRoutes(
  scope: FastifyInstance,
  {context, queue}: {context: ServerContext; queue: QueueBound},
) {
  await scope.register(fastifyRateLimit, {global: false});
  // Signatures cover bytes: whatever the type, the body stays what it was on the wire.
  scope.removeAllContentTypeParsers();
  // The usual type by its name: the framework reads any other one anew for each request.
  scope.addContentTypeParser(['application/json', '*'], {parseAs: 'buffer'}, (_request, body, done) =>
    done(null, body),
  );
  scope.setErrorHandler((error, request, reply) => {
    const ack = refuseHttp(error);
    note(context, request, ack);
    return send(reply, ack);
  });
  const onRequest = [
    scope.rateLimit(rateOptions(context)),
    async (request: FastifyRequest) => {
      await findHook(context, request.params as HookParams);
      refuseEncoded(request);
      await queue.check();
    },
  ];
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const hook = await findHook(context, request.params as HookParams);
    const source = {connection: hook.connection, feed: hook.feedName};
    let trace: string | undefined;
    const ack = await traceReceive(source, request.headers['traceparent'], (traceparent) => {
      trace = traceIdOf(traceparent);
      return receive({...deliveryOf(request), traceparent}, hook, context);
    });
    queue.add(newRuns(ack));
    note(context, request, {...ack, trace});
    return send(reply, ack);
  };
  for (const url of ['/hooks/:connection', '/hooks/:connection/:feed'])
    scope.route<{Params: HookParams}>({method: methods, url, onRequest, handler});
}

function newRuns({accepted = []}: Ack): number {
  return accepted.reduce((sum, {duplicate, runs}) => sum + (duplicate ? 0 : runs.length), 0);
}

/** Keyed by the address of the socket: what a header says about it is the sender's word. */
function rateOptions({limits: {hookRate}}: ServerContext) {
  return {
    max: hookRate.max,
    timeWindow: hookRate.windowMs,
    keyGenerator: ({socket}: FastifyRequest) => socket.remoteAddress ?? '',
    errorResponseBuilder: (_request: FastifyRequest, {ttl}: {ttl: number}) =>
      fail('JW7106', {limit: hookRate.max, window: `${hookRate.windowMs} ms`, after: Math.ceil(ttl / 1000)}),
  };
}

/** The same answer for everything that is not there, so that nobody can list what is. */
async function findHook({hook}: ServerContext, {connection, feed}: HookParams): Promise<Hook> {
  const found = await hook(connection, feed);
  if (found) return found;
  const hint =
    'the path is /hooks/<connection>, or /hooks/<connection>/<feed> where the connection has several webhook feeds';
  throw fail('JW7102', {what: 'hook', id: 'here'}, {detail: 'there is no such hook', hint});
}

function refuseEncoded({headers}: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new Refused(415, fail('JW4011', {problem: 'compressed bodies are not taken'}));
}

function deliveryOf(request: FastifyRequest): Delivery {
  const {method, body, raw, query, headers} = request;
  const target = raw.url ?? '/';
  const end = target.indexOf('?');
  return {
    method,
    url: `http://${headers.host ?? 'localhost'}${target}`,
    path: end < 0 ? target : target.slice(0, end),
    query: query as Delivery['query'],
    headers: raw.headersDistinct as Delivery['headers'],
    raw: Buffer.isBuffer(body) ? body : new Uint8Array(),
  };
}

function refuseHttp(thrown: unknown): Ack {
  const error = fromFramework(thrown);
  const ack = refuse(error);
  return error instanceof Refused ? {...ack, status: error.status} : ack;
}

function send(reply: FastifyReply, ack: Ack): FastifyReply {
  return reply.code(ack.status).headers(ack.headers).send(ack.body);
}

interface Noted extends Ack {
  /** So that the log of the sender and ours can be laid side by side; the sender's, where nothing was taken. */
  readonly trace?: string | undefined;
}

/** Refusals are logged with what the sender is not told; deliveries that are taken only where somebody debugs. */
function note({log, metrics}: ServerContext, request: FastifyRequest, noted: Noted): void {
  const {url, method, headers} = request;
  const {status, error, accepted = [], trace = traceIdOf(readTraceparent(headers['traceparent']))} = noted;
  const facts = {method, path: url.split('?')[0] ?? '', status, ...(trace !== undefined && {trace})};
  if (error) {
    metrics?.refused(error.jobwireCode);
    log?.(status >= 500 ? 'error' : 'warn', 'delivery refused', {...facts, error});
    return;
  }
  log?.('debug', 'delivery taken', {...facts, events: accepted.length, runs: accepted.flatMap(({runs}) => runs)});
}
