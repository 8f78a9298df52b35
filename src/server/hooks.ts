/** The doors for senders: `/hooks/:connection/:feed`. Must never read a body for a hook that does not exist. */
import {fastifyRateLimit} from '@fastify/rate-limit';
import type {FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler} from 'fastify';
import {fail} from '../errors/jobwire-error.ts';
import {type Ack, refuse} from '../ingest/ack.ts';
import type {Hook} from '../ingest/hook.ts';
import {type Delivery, receive} from '../ingest/receive.ts';
import {traceReceive} from '../telemetry/spans.ts';
import {readTraceparent, type Traceparent, traceIdOf} from '../telemetry/traceparent.ts';
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
    send(reply, ack);
  });
  const onRequest = [scope.rateLimit(rateOptions(context)), admission(context, queue)];
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const found = findHook(context, request);
    const hook = requireHook(found instanceof Promise ? await found : found);
    const source = {connection: hook.connection, feed: hook.feedName};
    let trace: string | undefined;
    const ack = await traceReceive(source, request.headers['traceparent'], (traceparent) => {
      trace = traceIdOf(traceparent);
      return receive(deliveryOf(request, traceparent), hook, context);
    });
    queue.add(newRuns(ack));
    note(context, request, ack, trace);
    send(reply, ack);
  };
  for (const url of ['/hooks/:connection', '/hooks/:connection/:feed'])
    scope.route<{Params: HookParams}>({method: methods, url, onRequest, handler});
}

/** Before the body is read. Waits only where it must: for most requests everything is known already. */
function admission(context: ServerContext, queue: QueueBound): onRequestHookHandler {
  const admit = (found: Hook | undefined, request: FastifyRequest): Promise<void> | undefined => {
    requireHook(found);
    refuseEncoded(request);
    return queue.check();
  };
  return (request, _reply, done) => {
    const found = findHook(context, request);
    const waiting = found instanceof Promise ? found.then((hook) => admit(hook, request)) : admit(found, request);
    if (waiting) waiting.then(() => done(), done);
    else done();
  };
}

function newRuns({accepted = []}: Ack): number {
  let sum = 0;
  for (const {duplicate, runs} of accepted) if (!duplicate) sum += runs.length;
  return sum;
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

function findHook({hook}: ServerContext, {params}: FastifyRequest): ReturnType<ServerContext['hook']> {
  const {connection, feed} = params as HookParams;
  return hook(connection, feed);
}

/** The same answer for everything that is not there, so that nobody can list what is. */
function requireHook(found: Hook | undefined): Hook {
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

function deliveryOf(request: FastifyRequest, traceparent: Traceparent): Delivery {
  const {method, body, raw, query, headers} = request;
  const target = raw.url ?? '/';
  return {
    method,
    url: `http://${headers.host ?? 'localhost'}${target}`,
    path: pathOf(target),
    query: query as Delivery['query'],
    headers: raw.headersDistinct as Delivery['headers'],
    raw: Buffer.isBuffer(body) ? body : new Uint8Array(),
    traceparent,
  };
}

function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

function refuseHttp(thrown: unknown): Ack {
  const error = fromFramework(thrown);
  const ack = refuse(error);
  return error instanceof Refused ? {...ack, status: error.status} : ack;
}

function send(reply: FastifyReply, ack: Ack): void {
  reply.code(ack.status).headers(ack.headers).send(ack.body);
}

/**
 * Refusals are logged with what the sender is not told; deliveries that are taken only where somebody debugs. The trace lets the log
 * of the sender and ours be laid side by side; it is the sender's, where nothing was taken.
 */
function note({log, metrics}: ServerContext, request: FastifyRequest, ack: Ack, ours?: string): void {
  const {url, method, headers} = request;
  const {status, error, accepted = []} = ack;
  const trace = ours ?? traceIdOf(readTraceparent(headers['traceparent']));
  const facts = {method, path: pathOf(url), status, ...(trace !== undefined && {trace})};
  if (error) {
    metrics?.refused(error.jobwireCode);
    log?.(status >= 500 ? 'error' : 'warn', 'delivery refused', {...facts, error});
    return;
  }
  log?.('debug', 'delivery taken', {...facts, events: accepted.length, runs: accepted.flatMap(({runs}) => runs)});
}
