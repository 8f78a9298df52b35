/** The shipped connector, opened as an operator would, against its simulator; everything that goes over the wire is kept. */
import assert from 'node:assert/strict';
import {createHolder} from '../../../src/auth/held.ts';
import type {Connection, Connector, Procedure} from '../../../src/generated/types.ts';
import {createTransport, type Transport} from '../../../src/http/send.ts';
import {type ConnectionTools, type LiveConnection, openConnection} from '../../../src/operations/connection.ts';
import {prepareInput} from '../../../src/operations/input.ts';
import {runProcedure} from '../../../src/operations/procedure.ts';
import type {VerbName} from '../../../src/operations/verbs.ts';
import {inputSchema, prepareVerbInput} from '../../../src/operations/verbs-input.ts';
import type {SimulatorOptions} from '../../../src/simulator/app.ts';
import type {Json, JsonObject} from '../../../src/values/json.ts';
import {Redactor} from '../../../src/values/secret.ts';
import {type Running, shipped, simulate} from '../../simulator/support.ts';
import type {Exchange} from './definitions.ts';
import {exchangeOf} from './wire.ts';

export const run = {
  id: 'r1',
  key: 'jw-abcdefghijklmnopqrstuvwxyz',
  template: 't',
  target: 'x',
  delivery: 'reconcile',
  attempt: 1,
  now: '2026-01-12T08:15:30Z',
};

export interface Session extends Running {
  readonly connector: Connector;
  readonly connection: LiveConnection;
  /** In order; tokens and files too. */
  readonly exchanges: readonly Exchange[];
  act(action: string, input: JsonObject, runKey?: string): Promise<Json | undefined>;
  verb(name: VerbName, roots: JsonObject): Promise<Json | undefined>;
  procedure(procedure: Procedure | undefined, roots?: JsonObject): Promise<Json | undefined>;
}

export type Access = Pick<Connection, 'variant' | 'config' | 'secrets'>;

export const modern = (url: string, config: JsonObject = {folder: 'Shared'}): Access => ({
  variant: 'automation-suite',
  config: {url, organization: 'acme', tenant: 'default', clientId: 'jobwire', ...config},
  secrets: {clientSecret: 'env:SECRET'},
});

export const classic = (url: string, config: JsonObject = {}): Access => ({
  variant: 'on-premise',
  config: {url, tenant: 'default', username: 'jobwire', ...config},
  secrets: {password: 'env:PASSWORD'},
});

const open: LiveConnection[] = [];

/** Closed by `closeSessions`. */
export async function openSession(
  access: (url: string) => Access,
  options: Partial<SimulatorOptions> = {},
): Promise<Session> {
  const {connector, simulator} = shipped('uipath-orchestrator');
  const running = await simulate({connector, simulator}, {authorization: 'Bearer any'}, options);
  const exchanges: Exchange[] = [];
  const connection = openConnection(unitOf(access(running.sim.url)), connector, toolsOf(running, exchanges));
  open.push(connection);
  const roots = async (more: JsonObject) => ({
    connection: connection.config,
    prepared: await connection.prepared(),
    ...more,
  });
  const procedure = async (steps: Procedure | undefined, more: JsonObject = {}) => {
    assert.ok(steps, 'the connector has no such procedure');
    return runProcedure(steps, await roots(more), {connection});
  };
  return {
    ...running,
    connector,
    connection,
    exchanges,
    procedure,
    act(name, input, key = run.key) {
      const action = connector.actions?.[name];
      assert.ok(action, name);
      return procedure(action, {run: {...run, key}, input: prepareInput(action, input, connection)});
    },
    verb(name, {input = {}, ...more}) {
      const verb = connector.jobs?.['job']?.[name];
      assert.ok(verb, name);
      const given = prepareVerbInput(inputSchema(verb, name, connector), input as JsonObject);
      return procedure(verb, {...more, input: given});
    },
  };
}

export async function closeSessions(): Promise<void> {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
}

function unitOf(access: Access): {manifest: Connection; dir: string} {
  const manifest = {
    jobwire: '1',
    kind: 'connection',
    id: 'uipath-test',
    title: 'Test',
    connector: 'uipath-orchestrator@^1',
    network: {allowPrivate: ['127.0.0.1']},
    ...access,
  } as Connection;
  return {manifest, dir: '.'};
}

function toolsOf({clock}: Running, exchanges: Exchange[]): ConnectionTools {
  return {
    clock,
    chance: () => 0,
    redactor: new Redactor(),
    tokens: createHolder<string>(clock),
    secret: (reference) => `secret of ${reference}`,
    readFile: () => '',
    sharedBudgets: new Map(),
    openTransport: (policy) => recording(createTransport(policy), exchanges),
  };
}

function recording(transport: Transport, exchanges: Exchange[]): Transport {
  return {
    async send(request) {
      try {
        const response = await transport.send(request);
        exchanges.push(exchangeOf(request, response));
        return response;
      } catch (error) {
        exchanges.push(exchangeOf(request, undefined));
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
