/** A made-up robot yard behind nock, a template that starts its jobs, and the engine's step on virtual time: where these tests begin. */
import assert from 'node:assert/strict';
import nock from 'nock';
import {createHolder} from '../../src/auth/held.ts';
import type {Engine, Step} from '../../src/engine/engine.ts';
import {runKey} from '../../src/engine/key.ts';
import type {DeliveryMode, Run, RunState} from '../../src/engine/run.ts';
import {createStep} from '../../src/engine/step.ts';
import type {Tools} from '../../src/engine/task.ts';
import {createVersions} from '../../src/engine/versions.ts';
import {openEngine} from '../../src/engines/index.ts';
import {fail} from '../../src/errors/jobwire-error.ts';
import type {Connector, Follow, Policy, Template} from '../../src/generated/types.ts';
import type {Library} from '../../src/manifest/library.ts';
import {openConnection} from '../../src/operations/connection.ts';
import type {Json, JsonObject} from '../../src/values/json.ts';
import {Redactor} from '../../src/values/secret.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {arriving} from '../laws/subject.ts';
import {connector} from './yard-connector.ts';

const host = 'https://yard.example.com';
export const start = Date.parse('2026-01-12T08:00:00Z');
export const leaseMs = 1e12;

export interface Job {
  readonly id: string;
  readonly reference: string;
  state: string;
}

/** What the target does with the next request of a route instead of answering well. */
export type Fault =
  | {readonly status: number; readonly accept?: boolean; readonly headers?: Record<string, string>}
  | {readonly network: 'ECONNREFUSED' | 'ECONNRESET'; readonly accept?: boolean};

export interface Yard {
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly tools: Tools;
  readonly step: Step;
  /** The target: its jobs, what it was asked and what it does next. */
  readonly jobs: Job[];
  readonly requests: string[];
  readonly notes: Json[];
  fault(route: string, ...faults: Fault[]): void;
  /** Ids the target will not give, whatever it has. */
  readonly hidden: Set<string>;
  /** Accepts one event; the id of its run. */
  take(id?: string, mode?: DeliveryMode): Promise<string>;
  /** Works what is due now; the number of runs. */
  tick(): Promise<number>;
  /** Works and jumps to the next wakeAt until no run goes on by itself, or until `enough`. */
  workOn(enough?: () => boolean | Promise<boolean>): Promise<void>;
  run(id: string): Promise<Run>;
  all(): Promise<readonly Run[]>;
  writes(): number;
  /** From now on other manifests are in use, as after a restart of the process. */
  upgrade(plan: Plan): void;
  close(): Promise<void>;
}

export interface Plan {
  readonly delivery?: DeliveryMode;
  readonly policy?: Policy;
  readonly action?: string;
  readonly input?: JsonObject;
  readonly onComplete?: Follow[];
  readonly change?: (connector: Connector) => Connector;
  readonly deadlineMs?: number;
  /** Path of the store; without it in memory. */
  readonly store?: string;
}

export async function openYard(plan: Plan = {}): Promise<Yard> {
  const {delivery = 'reconcile', deadlineMs} = plan;
  const clock = new VirtualClock(start);
  const target = openTarget();
  const template = templateOf(plan);
  const engine = await openEngine(`sqlite:${plan.store ?? ':memory:'}`, {clock, dir: '/'});
  const open = (used: Plan) =>
    toolsOf({
      made: used.change?.(structuredClone(connector)) ?? connector,
      template: templateOf(used),
      clock,
      engine,
    });
  let tools = open(plan);
  let step = createStep(tools);
  const faults: unknown[] = [];
  let taken = 0;
  const all = async () => (await engine.runs.list({}, {limit: 1000})).items;
  const tick = async () => {
    const worked = await engine.tick(step, {worker: 'w', leaseMs, limit: 100, onFault: (error) => faults.push(error)});
    assert.deepEqual(faults.splice(0), []);
    return worked;
  };
  return {
    ...target,
    engine,
    clock,
    tools,
    step,
    upgrade(used) {
      tools = open(used);
      step = createStep(tools);
    },
    tick,
    all,
    async take(id = `n${taken++}`, mode = delivery) {
      const draft = {
        template: 'opened-to-job',
        action: template.action,
        connection: 'yard-main',
        delivery: mode,
        wakeAt: clock.now(),
        ...(deadlineMs !== undefined && {deadlineAt: clock.now() + deadlineMs}),
        id: runKey({template: 'opened-to-job', target: 'do', connection: 'desk', event: 'ticket.opened', id}),
      };
      const [accepted] = await engine.accept({
        events: [arriving({id, draft, event: {data: {number: id, robot: 'loader'}}})],
      });
      return accepted?.runs[0] ?? assert.fail('no run was made');
    },
    async workOn(enough = () => false) {
      for (let turn = 0; turn < 500; turn++) {
        if (await enough()) return;
        if ((await tick()) > 0) continue;
        const going = (await all()).filter(({state}) => ['queued', 'starting', 'tracking'].includes(state));
        if (going.length === 0) return;
        clock.jumpTo(Math.min(...going.map(({wakeAt}) => wakeAt)));
      }
      assert.fail('the runs go round in circles');
    },
    run: async (id) => (await engine.runs.get(id)) ?? assert.fail(`there is no run ${id}`),
    writes: () => target.requests.filter((request) => request === 'POST /jobs').length,
    async close() {
      await engine.close();
      nock.cleanAll();
      nock.enableNetConnect();
    },
  };
}

function templateOf({policy, action = 'startJobs', input = {robot: '{{event.data.robot}}'}, onComplete}: Plan) {
  const manifest: Template = {
    jobwire: '1',
    kind: 'template',
    id: 'opened-to-job',
    version: '1.0.0',
    title: 'Opened to job',
    on: {connector: 'desk@^1', event: 'ticket.opened', connection: 'desk'},
    do: {connector: 'yard@^1', connection: 'yard-main', action, input, ...(onComplete && {onComplete})},
    ...(policy && {policy}),
  };
  return {manifest, action};
}

interface Made {
  readonly made: Connector;
  readonly template: {readonly manifest: Template};
  readonly clock: VirtualClock;
  readonly engine: Engine;
}

function toolsOf({made, template, clock, engine}: Made): Tools {
  const manifest = {
    jobwire: '1',
    kind: 'connection',
    id: 'yard-main',
    title: 'Yard',
    connector: 'yard',
    config: {},
  } as const;
  const openAs = (connector: Connector) =>
    openConnection({manifest: {...manifest, secrets: {}}, dir: '/p/connections'}, connector, {
      clock,
      chance: () => 0.5,
      redactor: new Redactor(),
      tokens: createHolder<string>(clock),
      secret: () => assert.fail('there is no secret'),
      readFile: () => assert.fail('no file is read'),
      sharedBudgets: new Map(),
    });
  const live = openAs(made);
  const library = {
    template: (id: string) => (id === 'opened-to-job' ? {manifest: template.manifest} : undefined),
  } as unknown as Library;
  return {
    library,
    clock,
    chance: () => 0.5,
    versions: createVersions(engine.documents),
    connection: (id, kept = made) => {
      if (id !== 'yard-main') throw fail('JW7102', {what: 'connection', id});
      return kept === made ? live : openAs(kept);
    },
    event: async (uid) => {
      const event = await engine.events.get(uid);
      if (!event) throw fail('JW7102', {what: 'event', id: uid});
      return event;
    },
  };
}

type Target = Pick<Yard, 'jobs' | 'requests' | 'notes' | 'fault' | 'hidden'>;
type Answer = [status: number, body: unknown, headers: Record<string, string>];

/** Jobs are kept; a reference is not taken twice by the queue. */
function openTarget(): Target {
  const target = {jobs: [] as Job[], requests: [] as string[], notes: [] as Json[], hidden: new Set<string>()};
  const faults = new Map<string, Fault[]>();
  const seen = () => target.jobs.filter(({id}) => !target.hidden.has(id));
  const routes: Record<string, (body: JsonObject, query: URLSearchParams) => [number, unknown]> = {
    'GET /robots': () => [
      200,
      [
        {name: 'loader', id: 7},
        {name: 'sorter', id: 8},
      ],
    ],
    'POST /jobs': ({reference, count, unique}) => {
      if (unique && target.jobs.some((job) => job.reference === reference))
        return [409, {reason: 'duplicate reference'}];
      const made = Array.from(
        {length: Number(count ?? 1)},
        (_, i): Job => ({id: `J-${target.jobs.length + i + 1}`, reference: String(reference), state: 'Waiting'}),
      );
      target.jobs.push(...made);
      return [201, {jobs: made}];
    },
    'GET /jobs': (_, query) => {
      const ids = query.get('ids')?.split(',');
      const reference = query.get('reference');
      return [200, seen().filter((job) => (ids ? ids.includes(job.id) : job.reference === reference))];
    },
    'GET /job': (_, query) => {
      const job = seen().find(({id}) => id === query.get('id'));
      return job ? [200, job] : [404, {reason: 'no such job'}];
    },
    'POST /stop': ({ids}) => {
      for (const job of target.jobs) if ((ids as string[]).includes(job.id)) job.state = 'Stopped';
      return [200, {}];
    },
    'GET /result': (_, query) => [200, {text: `result of ${query.get('id')}`}],
    'POST /notes': (body) => {
      target.notes.push(body);
      return [201, {}];
    },
  };
  const reply = (route: string, body: unknown, url: string): Answer | Error => {
    target.requests.push(route);
    const fault = faults.get(route)?.shift();
    const handle = routes[route] ?? assert.fail(`the yard has no ${route}`);
    const answer =
      !fault || fault.accept ? handle((body ?? {}) as JsonObject, new URL(url, host).searchParams) : undefined;
    if (fault && 'network' in fault) return Object.assign(new Error(fault.network), {code: fault.network});
    if (fault) return [fault.status, {reason: 'out of order'}, fault.headers ?? {}];
    return [answer?.[0] ?? 500, answer?.[1], {}];
  };
  nock.disableNetConnect();
  for (const route of Object.keys(routes)) {
    const [method = '', path = ''] = route.split(' ');
    nock(host)
      .persist()
      .intercept(new RegExp(`^${path}(\\?.*)?$`), method)
      .reply(async (request: Request) => {
        const text = await request.text();
        const answer = reply(route, text === '' ? {} : JSON.parse(text), request.url);
        if (answer instanceof Error) throw answer;
        const [status, body, headers] = answer;
        return [status, JSON.stringify(body), {'content-type': 'application/json', ...headers}];
      });
  }
  return {...target, fault: (route, ...more) => void faults.set(route, [...(faults.get(route) ?? []), ...more])};
}

export function isGoing(state: RunState): boolean {
  return state === 'queued' || state === 'starting' || state === 'tracking';
}
