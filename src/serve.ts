/** One serving process: the runtime, its HTTP server and its worker, started and ended in order. */
import type {Config} from './config.ts';
import type {Worker} from './engine/engine.ts';
import {fail} from './errors/jobwire-error.ts';
import {hookAddresses} from './hooks.ts';
import {openRuntime, type Runtime} from './runtime.ts';
import {createServer} from './server/app.ts';

export interface Served {
  readonly url: string;
  readonly runtime: Runtime;
  /** Addresses of the webhook feeds. */
  readonly hooks: readonly string[];
  /** Stops accepting, lets requests and runs under way finish, closes the store. */
  close(): Promise<void>;
}

export async function serve(config: Config, onFault: (error: unknown) => void): Promise<Served> {
  const runtime = await openRuntime(config, onFault);
  let worker: Worker | undefined;
  let isOpen = true;
  const server = createServer({...runtime, isReady: async () => isOpen && worker !== undefined});
  try {
    const url = await server.listen({host: config.host, port: config.port});
    worker = runtime.work();
    return {
      url,
      runtime,
      hooks: hookAddresses(runtime.library, config.publicUrl ?? url),
      async close() {
        isOpen = false;
        await server.close();
        await worker?.stop();
        await runtime.close();
      },
    };
  } catch (error) {
    await runtime.close();
    throw fail(
      'JW7101',
      {problem: `cannot listen on ${config.host}:${config.port}: ${(error as Error).message}`},
      {cause: error},
    );
  }
}
