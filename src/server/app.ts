/** The HTTP server: hooks for senders, the API for people and tools, and two questions for whoever watches over it. */

import type {Server} from 'node:http';
import {type FastifyHttpOptions, type FastifyInstance, fastify} from 'fastify';
import {fail} from '../errors/jobwire-error.ts';
import {checkAccess} from './access.ts';
import {apiRoutes} from './api.ts';
import type {ServerContext} from './context.ts';
import {hookRoutes} from './hooks.ts';
import {defaultLimits, type Limits} from './limits.ts';
import {createQueueBound} from './queue.ts';
import {fromFramework, sendProblem} from './refused.ts';

export interface ServerOptions extends Omit<ServerContext, 'limits'> {
  readonly limits?: Partial<Limits>;
}

/** Not listening yet: the caller chooses host and port. `close` lets requests under way finish. */
export function createServer({limits, ...options}: ServerOptions): FastifyInstance {
  const context: ServerContext = {...options, limits: {...defaultLimits, ...limits}};
  const {engine, clock, config, metrics} = context;
  const app = fastify(serverOptions(context.limits));
  app.server.maxConnections = context.limits.connections;
  addSafeHeaders(app);
  answerFaults(app, context);
  app.get('/livez', async () => ({status: 'live'}));
  app.get('/readyz', async (_request, reply) => {
    const ready = await context.isReady().catch(() => false);
    return reply.code(ready ? 200 : 503).send({status: ready ? 'ready' : 'not ready'});
  });
  if (metrics)
    app.get('/metrics', async (request, reply) => {
      checkAccess(request, config.apiToken);
      return reply.type(metrics.contentType).send(await metrics.text());
    });
  app.register(hookRoutes, {context, queue: createQueueBound({engine, limit: config.queueLimit, clock})});
  app.register(apiRoutes, {prefix: '/api/v1', context});
  return app;
}

function serverOptions(limits: Limits): FastifyHttpOptions<Server> {
  return {
    bodyLimit: limits.body,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxRequestsPerSocket: limits.requestsPerSocket,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    exposeHeadRoutes: false,
    trustProxy: false,
    routerOptions: {maxParamLength: 100},
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
    },
  };
}

/** Nothing here is a page, and nothing may be kept by a cache. */
function addSafeHeaders(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(safeHeaders);
    done(null, payload);
  });
}

const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

function answerFaults(app: FastifyInstance, {log}: ServerContext): void {
  app.setErrorHandler((thrown, {method, url}, reply) => {
    const error = fromFramework(thrown);
    if (error.jobwireCode === 'JW9001')
      log?.('error', 'request failed', {method, path: url.split('?')[0], error: error.issue()});
    return sendProblem(reply, error);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, fail('JW7102', {what: 'page', id: 'here'}, {detail: 'there is nothing at this path'})),
  );
}
