/** The target: the real simulator, behind a proxy on which things go wrong. What the simulator recorded is the truth of every verdict. */

import {readFileSync} from 'node:fs';
import {Agent, request as ask, createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {Connector, Simulator} from '../src/generated/types.ts';
import {startSimulator} from '../src/simulator/app.ts';
import {packageRoot} from '../src/values/package-root.ts';
import {systemClock} from '../src/values/time.ts';
import {type Fault, planFaults} from './plan.ts';

export interface Target {
  readonly url: string;
  /** How many jobs and queue items carry this reference. */
  starts(): ReadonlyMap<string, number>;
  /** Requests, and how many of them met a fault. */
  readonly seen: {requests: number; readonly faults: Map<Fault, number>};
  /** From now on nothing goes wrong any more. */
  calm(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export async function startTarget(share: number, seed: number): Promise<Target> {
  const simulator = await startSimulator({
    connector: shipped<Connector>('connector.json'),
    simulator: shipped<Simulator>('simulator.json'),
    clock: systemClock,
    settings: {pendingFor: '200ms', runningFor: '300ms', listsPerMinute: 1_000_000, itemsPerMinute: 1_000_000},
  });
  const agent = new Agent({keepAlive: true});
  const seen: Target['seen'] = {requests: 0, faults: new Map()};
  const next = planFaults(share, seed);
  let calm = false;

  const forward = (request: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const {host: _, connection: __, ...headers} = request.headers;
      const {hostname, port} = new URL(simulator.url);
      const onward = ask({agent, hostname, port, method: request.method, path: request.url, headers}, (answer) =>
        bytesOf(answer).then(
          (bytes) => resolve({status: answer.statusCode ?? 0, headers: answer.headers, body: bytes}),
          reject,
        ),
      );
      onward.on('error', reject).end(body);
    });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Whatever becomes of the client, a request that arrived is carried out.
    const body = await bytesOf(request);
    seen.requests++;
    const fault = calm ? undefined : next();
    if (fault) seen.faults.set(fault, (seen.faults.get(fault) ?? 0) + 1);
    if (fault === 'reset before') return void request.socket.resetAndDestroy();
    if (fault === '429' || fault === '503') return void refuse(response, Number(fault));
    const answer = await forward(request, body);
    await reply(fault, answer, {request, response});
  };
  const proxy = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  const port = await listen(proxy);
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    starts() {
      const counts = new Map<string, number>();
      for (const collection of ['jobs', 'queueItems'])
        for (const {item} of simulator.state.collection(collection).rows()) {
          const reference = String((item as {Reference?: unknown}).Reference);
          counts.set(reference, (counts.get(reference) ?? 0) + 1);
        }
      return counts;
    },
    calm() {
      calm = true;
    },
    async close() {
      agent.destroy();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await simulator.close();
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The request was carried out; what the client hears of it. */
async function reply(fault: Fault | undefined, answer: Answer, {request, response}: Exchange): Promise<void> {
  if (fault === 'executed, no answer') return;
  if (fault === 'executed, reset') return void request.socket.resetAndDestroy();
  if (fault === 'executed, 503') return refuse(response, 503);
  if (fault === 'slow') await wait(600);
  const {'transfer-encoding': _, 'content-length': __, connection: ___, ...headers} = answer.headers;
  const cut = fault === 'executed, truncated';
  const body = cut ? answer.body.subarray(0, Math.floor(answer.body.length / 2)) : answer.body;
  response.writeHead(answer.status, {...headers, 'content-length': body.length}).end(body);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, {'content-type': 'text/plain', 'retry-after': '1'}).end('come later');
}

export async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

function shipped<T>(file: string): T {
  return JSON.parse(readFileSync(join(packageRoot, 'connectors', 'uipath-orchestrator', file), 'utf8')) as T;
}
