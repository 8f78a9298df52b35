/** A connection to a small made-up system, opened on virtual time: what the tests of this folder start from. */
import assert from 'node:assert/strict';
import nock from 'nock';
import {createHolder} from '../../src/auth/held.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {Connection, ConnectionPart, Connector, Operation} from '../../src/generated/types.ts';
import {type ConnectionTools, type LiveConnection, openConnection} from '../../src/operations/connection.ts';
import {execute} from '../../src/operations/execute.ts';
import type {StepRecord} from '../../src/operations/trace.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';

export const now = Date.parse('2026-01-12T08:15:30Z');
export const base = 'https://api.example.com';

/** Every secret of these tests contains this word, so that one search finds any leak. */
export const canary = 'canary';

export interface Bench {
  readonly live: LiveConnection;
  readonly clock: VirtualClock;
  readonly redactor: Redactor;
  readonly lines: StepRecord[];
  readonly tools: ConnectionTools;
  run(operation: string, params?: JsonObject, more?: {mode?: 'plan'}): Promise<Json>;
  /** The same system through another connection file. */
  again(manifest: Partial<Connection>): LiveConnection;
}

export type Parts = Partial<Omit<Connector, 'connection'>> & {readonly connection?: Partial<ConnectionPart>};

export interface Setting {
  readonly manifest?: Partial<Connection>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly tools?: Partial<ConnectionTools>;
  readonly chance?: number;
}

export function connectorOf({connection, ...parts}: Parts): Connector {
  return {
    jobwire: '1',
    kind: 'connector',
    id: 'acme',
    version: '1.0.0',
    title: 'Acme',
    permissions: {hosts: ['api.example.com', 'login.example.com', 'files.example.com']},
    connection: {baseUrl: `${base}/v1`, auth: {}, probe: {call: 'list'}, ...connection},
    operations: {},
    ...parts,
  };
}

export function bench(
  parts: Parts | Connector,
  {manifest, secrets = {}, tools: own, chance = 0.5}: Setting = {},
): Bench {
  const connector = 'version' in parts && 'jobwire' in parts ? (parts as Connector) : connectorOf(parts as Parts);
  const clock = new VirtualClock(now);
  const redactor = new Redactor();
  const lines: StepRecord[] = [];
  const tools: ConnectionTools = {
    clock,
    chance: () => chance,
    redactor,
    tokens: createHolder<string>(clock),
    secret: (reference) => secrets[reference.replace('env:', '')] ?? assert.fail(`no secret ${reference}`),
    readFile: () => assert.fail('no file is read'),
    sharedBudgets: new Map(),
    ...own,
  };
  const references = Object.fromEntries(Object.keys(secrets).map((name) => [name, `env:${name}`]));
  const again = (change: Partial<Connection>): LiveConnection =>
    openConnection(
      {
        manifest: {
          jobwire: '1',
          kind: 'connection',
          id: 'main',
          title: 'Main',
          connector: 'acme',
          config: {},
          secrets: references,
          ...change,
        },
        dir: '/project/connections',
      },
      connector,
      tools,
    );
  const live = again(manifest ?? {});
  return {
    live,
    clock,
    redactor,
    lines,
    tools,
    run: (operation, params = {}, more = {}) =>
      execute({connection: live, operation, params, log: (line) => lines.push(line), ...more}),
    again,
  };
}

/** For describe blocks: every expected request was made, nothing else was, and nothing leaked. */
export function onRecordedWire(): void {
  beforeEach(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    const left = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    assert.deepEqual(left, [], 'requests that were expected and not made');
  });
}

export const api = () => nock(base);

/** A read and two writes of the same path: what differs is only what they may do. */
export const kinds = {
  read: {effect: 'read', request: {method: 'GET', path: '/things'}},
  'safe write': {effect: 'write', repeat: 'safe', request: {method: 'PUT', path: '/things', body: {json: {}}}},
  'unsafe write': {effect: 'write', request: {method: 'POST', path: '/things', body: {json: {}}}},
} as const satisfies Record<string, Operation>;

export type KindName = keyof typeof kinds;

export function requestOf(kind: KindName): nock.Interceptor {
  const {method} = kinds[kind].request;
  return nock(`${base}/v1`).intercept('/things', method);
}

export async function failureOf(promise: Promise<unknown>): Promise<JobwireError> {
  const outcome = await promise.then(
    (value) => assert.fail(`expected an error, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof assert.AssertionError) throw outcome;
  assert.ok(outcome instanceof JobwireError, String((outcome as Error)?.stack));
  return outcome;
}

/** Code and outcome in one look. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  const error = await failureOf(promise);
  return `${error.extra.outcome} ${error.jobwireCode}`;
}
