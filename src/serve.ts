/** One serving process: the runtime, its HTTP server and its worker, started and ended in order. */
import type {Config} from './config.ts';
import type {Worker} from './engine/engine.ts';
import {asJobwireError, fail} from './errors/jobwire-error.ts';
import {hookAddresses, unprovedHooks} from './hooks.ts';
import {createTransport} from './http/send.ts';
import {startPoller} from './ingest/poller.ts';
import {nameOf} from './ingest/subscription.ts';
import {startRenewals} from './ingest/subscription-renewal.ts';
import {openRuntime, type Runtime} from './runtime.ts';
import {createServer} from './server/app.ts';
import type {Logger} from './telemetry/log.ts';
import {chance} from './values/time.ts';

export interface Served {
  readonly url: string;
  readonly runtime: Runtime;
  /** Addresses of the webhook feeds. */
  readonly hooks: readonly string[];
  /** Stops accepting, lets requests and runs under way finish, closes the store. */
  close(): Promise<void>;
}

/** Errors: those of openRuntime, JW7101 when the address cannot be listened on. */
export async function serve(config: Config, log: Logger): Promise<Served> {
  const onFault = (error: unknown): void => log.error({error: asJobwireError(error).issue()}, 'fault');
  const runtime = await openRuntime(config, onFault);
  for (const problem of await unprovedHooks(runtime)) log.warn({error: problem.issue()}, 'feed cannot receive');
  let worker: Worker | undefined;
  const server = createServer({
    ...runtime,
    isReady: async () => worker !== undefined,
    limits: {hookRate: {max: config.hookRate, windowMs: 1000}},
    confirm: confirmByGet,
    log: (level, what, facts) => log[level](facts, what),
  });
  try {
    const url = await server.listen({host: config.host, port: config.port});
    worker = runtime.work();
    const feeds = startFeeds(runtime, {log, onFault});
    return {
      url,
      runtime,
      hooks: hookAddresses(runtime.library, config.publicUrl ?? url),
      async close() {
        const working = worker;
        worker = undefined;
        await server.close();
        await feeds.stop();
        await working?.stop();
        await runtime.close();
      },
    };
  } catch (error) {
    await runtime.close();
    const problem = `cannot listen on ${config.host}:${config.port}: ${(error as Error).message}`;
    throw fail('JW7101', {problem}, {cause: error, hint: 'choose another --port, or end what listens there'});
  }
}

interface Watching {
  readonly log: Logger;
  readonly onFault: (error: unknown) => void;
}

/** What this process does of itself: polls, and subscriptions that must not lapse. */
function startFeeds(runtime: Runtime, {log, onFault}: Watching): {stop(): Promise<void>} {
  const poller = startPoller({
    ...runtime,
    chance,
    onFault,
    onPolled: ({connection, feed}, {rows, events, after, more}) =>
      log.debug({connection, feed, rows, events: events.length, cursor: after, more}, 'polled'),
  });
  const renewals = startRenewals({
    ...runtime,
    store: runtime.subscriptions,
    onFault,
    onRenewed: (feed, {how, because}) =>
      log.info({...nameOf(feed), ...(because && {because: because.issue()})}, `subscription ${how}`),
  });
  return {
    async stop() {
      await Promise.all([poller.stop(), renewals.stop()]);
    },
  };
}

/** For handshakes that are confirmed by calling back: the address is already allowed by the feed, and must be public. */
async function confirmByGet(url: string): Promise<number> {
  const transport = createTransport({hosts: [new URL(url).hostname], allowPrivate: []});
  try {
    const request = {method: 'GET', url, headers: {}, timeoutMs: 10_000, maxBytes: 64 * 1024, secretHeaders: []};
    return (await transport.send({...request, redirect: 'error'})).status;
  } finally {
    await transport.close();
  }
}
