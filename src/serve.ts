/** One serving process: the runtime, its HTTP server and its worker, started and ended in order. */
import type {Config} from './config.ts';
import type {Worker} from './engine/engine.ts';
import {asJobwireError, fail} from './errors/jobwire-error.ts';
import {hookAddresses, unprovedHooks} from './hooks.ts';
import {createTransport} from './http/send.ts';
import {openRuntime, type Runtime} from './runtime.ts';
import {createServer} from './server/app.ts';
import type {Logger} from './telemetry/log.ts';

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
  for (const problem of unprovedHooks(runtime)) log.warn({error: problem.issue()}, 'feed cannot receive');
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
    return {
      url,
      runtime,
      hooks: hookAddresses(runtime.library, config.publicUrl ?? url),
      async close() {
        const working = worker;
        worker = undefined;
        await server.close();
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
