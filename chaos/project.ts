/** The project the servers work: one template per delivery mode, one whose jobs are followed, one fed by a poll. */
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {runKey} from '../src/engine/key.ts';
import type {Connector, Policy, Template} from '../src/generated/types.ts';
import {createProject} from '../src/project.ts';
import {packageRoot} from '../src/values/package-root.ts';

/** What is tried; the template of a lane has its name. */
export const lanes = ['reconcile', 'at-most-once', 'queue', 'at-least-once', 'followed', 'polled'] as const;
export type Lane = (typeof lanes)[number];
/** Lanes whose events are deliveries. */
export const delivered = lanes.filter((lane) => lane !== 'polled');

export interface Project {
  readonly dir: string;
  readonly signingKey: string;
  remove(): void;
}

/** Long enough that a start which is under way is over before the last look, short enough to wait for. */
const settleDelays = ['500ms', '1s', '1500ms'];
const timeout = '1500ms';
/** Tried for as long as it takes: what is given up would prove nothing. */
const retry = {limit: 100, base: '200ms', cap: '1s'};

export function makeProject(addresses: {readonly target: string; readonly source: string}): Project {
  const root = mkdtempSync(join(tmpdir(), 'jobwire-chaos-'));
  const dir = join(root, 'project');
  createProject(dir, []);
  const put = (path: string, content: unknown): void => {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), JSON.stringify(content, null, 2));
  };
  const connector = join('connectors', 'uipath-orchestrator');
  cpSync(join(packageRoot, connector), join(dir, connector), {recursive: true});
  put(join(connector, 'connector.json'), impatient(read<Connector>(join(packageRoot, connector, 'connector.json'))));
  const connection = join('connections', 'uipath-prod.json');
  put(connection, pointed(read<Connection>(join(dir, connection)), addresses.target));
  putSource(put, addresses.source);
  for (const lane of lanes) put(`templates/${lane}/template.json`, templateOf(lane));
  return {
    dir,
    signingKey: readFileSync(join(dir, 'connections/secrets/servicenow-signing-key'), 'utf8').trim(),
    remove: () => rmSync(root, {recursive: true, force: true}),
  };
}

interface Connection {
  readonly config: Record<string, unknown>;
}

function pointed(connection: Connection, url: string): Connection {
  return {...connection, config: {...connection.config, url}};
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/** The shipped connector with shorter waits and without budgets: what it sends and how it reads answers is unchanged. */
function impatient(connector: Connector): Connector {
  const budget = {limit: 1_000_000, per: '1m', concurrency: 32};
  for (const operation of Object.values(connector.operations))
    if (operation.settle) operation.settle.delays = settleDelays;
  for (const kind of Object.values(connector.jobs ?? {}))
    kind.poll = {...kind.poll, first: '300ms', every: '500ms', factor: 1, cap: '500ms', tolerate: 100};
  return {...connector, http: {...connector.http, timeout, budgets: {lists: budget, calls: budget}}};
}

/** A source app that is asked for its rows; in order of time, so that what is read moves the cursor. */
function putSource(put: (path: string, content: unknown) => void, url: string): void {
  const id = 'ledger';
  put(`connectors/${id}/connector.json`, {
    jobwire: '1',
    kind: 'connector',
    id,
    version: '1.0.0',
    title: 'Ledger',
    permissions: {hosts: ['connection:url']},
    connection: {
      config: {
        type: 'object',
        required: ['url'],
        properties: {url: {type: 'string', format: 'uri', title: 'Address'}},
      },
      baseUrl: '{{connection.url}}',
      auth: {},
      probe: {call: 'rows', output: 'Ledger'},
    },
    operations: {
      rows: {
        effect: 'read',
        params: {'since?': 'string'},
        request: {method: 'GET', path: '/rows', query: {since: '{{optional params.since}}'}},
        response: {items: '{{response.body}}'},
      },
    },
    events: {
      'row.made': {
        title: 'Row made',
        data: {type: 'object', required: ['id', 'at'], properties: {id: {type: 'string'}, at: {type: 'string'}}},
        sample: './samples/row.made.json',
      },
    },
    feeds: {
      rows: {
        title: 'Rows',
        emits: ['row.made'],
        poll: {
          call: 'rows',
          with: {since: '{{cursor.value}}'},
          every: '1s',
          cursor: {from: '{{item.at}}', start: '-1d'},
          order: 'asc',
        },
        event: {type: 'row.made', id: '{{item.id}}', data: '{{item}}'},
      },
    },
  });
  put(`connectors/${id}/samples/row.made.json`, {
    id: 'r1',
    type: 'row.made',
    data: {id: 'r1', at: '2026-01-12T08:15:30Z'},
  });
  put('connections/ledger-main.json', {
    jobwire: '1',
    kind: 'connection',
    id: 'ledger-main',
    title: 'Ledger',
    connector: `${id}@^1`,
    config: {url},
    network: {allowPrivate: ['127.0.0.1']},
  });
}

function templateOf(lane: Lane): Template {
  const number = lane === 'polled' ? '{{event.data.id}}' : '{{event.data.number}}';
  const head = {jobwire: '1' as const, kind: 'template' as const, id: lane, version: '1.0.0', title: lane};
  const on: Template['on'] =
    lane === 'polled'
      ? {connector: 'ledger@^1', event: 'row.made', connection: 'ledger-main'}
      : {connector: 'servicenow@^1', event: 'incident.created', connection: 'servicenow-main'};
  const target = {connector: 'uipath-orchestrator@^1', connection: 'uipath-prod'};
  const add = {...target, action: 'addQueueItem', input: {queue: 'Incidents', content: {number}}};
  const policy: Policy = {
    delivery: lane === 'followed' || lane === 'polled' ? 'reconcile' : lane,
    retry,
    ...(lane !== 'queue' && lane !== 'followed' && {wait: false}),
  };
  const start = {
    ...target,
    action: 'startJob',
    input: {
      process: 'SupportTriage',
      strategy: 'ModernJobsCount',
      arguments: {IncidentId: number, Severity: 1},
    },
  };
  return {
    ...head,
    on,
    ...(lane !== 'polled' && {criteria: [{test: `{{eq (default event.data.category '') '${lane}'}}`}]}),
    do: {
      ...(lane === 'queue' ? add : start),
      policy,
      ...(lane === 'followed' && {onComplete: [{...add, delivery: 'queue' as const}]}),
    },
  } as Template;
}

/** What a sender calls event `n`; the run of its lane, and what stands as reference at the target. */
export function eventOf(n: number, lane: Lane): {readonly id: string; readonly run: string} {
  const polled = lane === 'polled';
  const name = n.toString(16).padStart(32, '0');
  const id = polled ? name : `${name}:created`;
  const run = runKey({
    template: lane,
    target: 'do',
    connection: polled ? 'ledger-main' : 'servicenow-main',
    event: polled ? 'row.made' : 'incident.created',
    id,
  });
  return {id, run};
}
