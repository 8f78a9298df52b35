/** Two very different targets, simulated, behind connections as an operator has them, on one virtual clock. */
import assert from 'node:assert/strict';
import {createHolder} from '../../src/auth/held.ts';
import type {Connection} from '../../src/generated/types.ts';
import {actionOf} from '../../src/operations/choices.ts';
import {type LiveConnection, openConnection} from '../../src/operations/connection.ts';
import {prepareInput} from '../../src/operations/input.ts';
import {runProcedure} from '../../src/operations/procedure.ts';
import {createJobs, type Jobs} from '../../src/operations/verbs-jobs.ts';
import type {JobRef} from '../../src/operations/verbs-refs.ts';
import type {SimulatorOptions} from '../../src/simulator/app.ts';
import {type Json, type JsonObject, own} from '../../src/values/json.ts';
import {Redactor} from '../../src/values/secret.ts';
import {type Running, shipped, simulate} from '../simulator/support.ts';

export interface Stand extends Running {
  readonly connection: LiveConnection;
  readonly jobs: Jobs;
  act(action: string, input: JsonObject): Promise<Json | undefined>;
  /** `METHOD operation` of every request since the last call, without those for tokens and folders. */
  sent(): string[];
}

const open: LiveConnection[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

const run = {
  id: 'r1',
  key: 'jw-abcdefghijklmnopqrstuvwxyz',
  template: 't',
  target: 'x',
  delivery: 'at-most-once',
  attempt: 1,
  now: '2026-01-12T08:15:30Z',
};

const access: Readonly<Record<string, (url: string) => Pick<Connection, 'variant' | 'config' | 'secrets'>>> = {
  'uipath-orchestrator': (url) => ({
    variant: 'on-premise',
    config: {url, tenant: 'default', username: 'jobwire', folder: 'Shared'},
    secrets: {password: 'env:PASSWORD'},
  }),
  kubiya: (url) => ({variant: 'api', config: {url}, secrets: {apiKey: 'env:KEY'}}),
};

export async function stand(id: string, options: Partial<SimulatorOptions> = {}): Promise<Stand> {
  const manifests = shipped(id);
  const running = await simulate(manifests, {}, options);
  const manifest = {
    jobwire: '1',
    kind: 'connection',
    id: 'main',
    title: 'Main',
    connector: `${id}@^1`,
    ...(access[id] ?? assert.fail(id))(running.sim.url),
    network: {allowPrivate: ['127.0.0.1']},
  } as Connection;
  const connection = openConnection({manifest, dir: '.'}, manifests.connector, {
    clock: running.clock,
    chance: () => 0,
    redactor: new Redactor(),
    tokens: createHolder<string>(running.clock),
    secret: (reference) => `secret of ${reference}`,
    readFile: () => '',
    sharedBudgets: new Map(),
  });
  open.push(connection);
  let seen = 0;
  return {
    ...running,
    connection,
    jobs: createJobs({connection}),
    async act(name, input) {
      const action = actionOf(connection, name);
      return runProcedure(action, {run, input: prepareInput(action, input, connection)}, {connection});
    },
    sent() {
      const all = running.sim.requests.filter(({name}) => name !== undefined && name !== 'listFolders');
      const fresh = all.slice(seen).map(({method, name}) => `${method} ${name}`);
      seen = all.length;
      return fresh;
    },
  };
}

/** Orchestrator with so many fresh jobs. */
export async function robots(
  count: number,
  options: Partial<SimulatorOptions> = {},
): Promise<Stand & {readonly ids: string[]}> {
  const made = await stand('uipath-orchestrator', options);
  const ids = await startRobots(made, count);
  made.sent();
  return {...made, ids};
}

export async function startRobots({act}: Stand, jobsCount: number): Promise<string[]> {
  const output = await act('startJob', {process: 'NoArguments', strategy: 'ModernJobsCount', jobsCount});
  return (own(output, 'jobs') as JobRef[]).map(({id}) => String(id));
}

/** Kubiya with so many fresh executions of one job. */
export async function agents(
  count: number,
  options: Partial<SimulatorOptions> = {},
): Promise<Stand & {readonly ids: string[]; readonly job: string}> {
  const made = await stand('kubiya', options);
  const refs: JobRef[] = [];
  for (let i = 0; i < count; i++) {
    const output = await made.act('triggerJob', {job: 'Nightly Backup'});
    refs.push(...(own(output, 'jobs') as JobRef[]));
  }
  made.sent();
  return {...made, ids: refs.map(({id}) => String(id)), job: String(refs[0]?.['jobId'])};
}

export const nobody = '11111111-0000-4000-8000-000000000001';
