/** A way to the server that can be cut: before a statement arrives, or after it was carried out and before its answer. */
import {connect, createServer, type Socket} from 'node:net';

export interface TestProxy {
  /** The address of the server, by way of the proxy. */
  readonly url: string;
  /** The next message with this text reaches the server, its answer does not reach the client. True once it happened. */
  cutAfter(text: string): () => boolean;
  /** Ends every connection and takes no new one until `up`. */
  down(): void;
  up(): void;
  close(): Promise<void>;
}

export async function startProxy(server: string): Promise<TestProxy> {
  const target = new URL(server);
  const pairs = new Set<readonly [client: Socket, server: Socket]>();
  let isDown = false;
  let wanted: {readonly text: string; done: boolean} | undefined;

  const proxy = createServer((client) => {
    if (isDown) return void client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    let cutting = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      pairs.delete(pair);
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    client.on('data', (chunk) => {
      if (wanted && !wanted.done && chunk.includes(wanted.text)) {
        wanted.done = true;
        cutting = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (cutting) end();
      else client.write(chunk);
    });
  });
  const port = await new Promise<number>((resolve) =>
    proxy.listen(0, '127.0.0.1', () => resolve((proxy.address() as {port: number}).port)),
  );
  const url = new URL(server);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const down = (): void => {
    isDown = true;
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    url: url.href,
    cutAfter(text) {
      const cut = {text, done: false};
      wanted = cut;
      return () => cut.done;
    },
    down,
    up() {
      isDown = false;
    },
    close() {
      down();
      return new Promise((resolve) => proxy.close(() => resolve()));
    },
  };
}
