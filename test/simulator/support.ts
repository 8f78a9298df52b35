/** A simulator of a shipped connector on a real loopback port, and calls to it. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import nock from 'nock';
import type {Connector, Simulator} from '../../src/generated/types.ts';
import {type RunningSimulator, type SimulatorOptions, startSimulator} from '../../src/simulator/app.ts';
import {VirtualClock} from '../../src/values/time.ts';

export const start = Date.parse('2026-01-12T08:15:30Z');

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export function shipped(id: string): {connector: Connector; simulator: Simulator} {
  return {
    connector: readJson(join('connectors', id, 'connector.json')),
    simulator: readJson(join('connectors', id, 'simulator.json')),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read vendors' answers of many shapes
  readonly body: any;
}

export interface Running {
  readonly sim: RunningSimulator;
  readonly clock: VirtualClock;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string | URLSearchParams;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const open: RunningSimulator[] = [];
let intercepting = false;

afterEach(async () => {
  await Promise.all(open.splice(0).map((sim) => sim.close()));
  if (intercepting) nock.activate();
  intercepting = false;
});

/** Real sockets: nothing may stand between, whatever other tests of this process have loaded. */
function openTheWire(): void {
  if (!nock.isActive()) return;
  nock.restore();
  intercepting = true;
}

/** Closed by itself after each test. `headers` go with every call. */
export async function simulate(
  manifests: {connector: Connector; simulator: Simulator},
  headers: Readonly<Record<string, string>> = {},
  options: Partial<SimulatorOptions> = {},
): Promise<Running> {
  openTheWire();
  const clock = new VirtualClock(start);
  const sim = await startSimulator({...manifests, clock, ...options});
  open.push(sim);
  return {
    sim,
    clock,
    call: (method, path, more = {}) =>
      call(`${sim.url}${path}`, {method, ...more, headers: {...headers, ...more.headers}}),
  };
}

async function call(url: string, {json, query, ...options}: CallOptions & {method: string}): Promise<Answer> {
  const target = new URL(url);
  for (const [name, value] of Object.entries(query ?? {})) target.searchParams.set(name, value);
  const response = await fetch(target, {
    ...options,
    headers: {...(json !== undefined && {'content-type': 'application/json'}), ...options.headers},
    ...(json !== undefined && {body: JSON.stringify(json)}),
  });
  const text = await response.text();
  return {status: response.status, headers: response.headers, text, body: parsed(text)};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
