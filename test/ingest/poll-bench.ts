/** A poll feed of a made-up system on a recorded wire, with a real store in memory and a clock that tests move. */
import assert from 'node:assert/strict';
import nock from 'nock';
import type {Engine} from '../../src/engine/engine.ts';
import {openEngine} from '../../src/engines/index.ts';
import type {Connector, Feed, Operation, Poll, Template} from '../../src/generated/types.ts';
import {type Polled, type PollSource, type PollTools, pollOnce} from '../../src/ingest/poll.ts';
import type {Library} from '../../src/manifest/library.ts';
import type {Json} from '../../src/values/json.ts';
import type {VirtualClock} from '../../src/values/time.ts';
import {base, bench, connectorOf, now} from '../operations/bench.ts';
import {libraryOf} from './support.ts';

export {base, now};
export const minute = 60_000;

export interface Parts {
  readonly poll?: Partial<Poll>;
  readonly feed?: Partial<Feed>;
  readonly operation?: Partial<Operation>;
  readonly connector?: Partial<Connector>;
  readonly templates?: readonly Template[];
}

/** Rows are `{id, at, …}`; the list is asked for rows at or after `since`. */
export const list: Operation = {
  effect: 'read',
  params: {'since?': 'any', 'until?': 'string'},
  request: {
    method: 'GET',
    path: '/rows',
    query: {since: '{{optional params.since}}', until: '{{optional params.until}}'},
  },
  response: {items: '{{response.body.rows}}'},
  retry: {limit: 0},
};

export function connectorWith({poll, feed, operation, connector}: Parts): Connector {
  return connectorOf({
    events: {'row.made': {title: 'Row made', sample: '', data: {type: 'object'}}},
    actions: {start: {title: 'Start', input: {type: 'object'}, call: 'start'}},
    ...(connector as object),
    operations: {
      list: {...list, ...operation},
      start: {effect: 'write', request: {method: 'POST', path: '/start'}},
      ...connector?.operations,
    },
    feeds: {
      changes: {
        title: 'Changes',
        emits: ['row.made'],
        poll: {
          call: 'list',
          with: {since: '{{optional cursor.value}}'},
          cursor: {from: '{{optional item.at}}'},
          ...poll,
        },
        event: {type: 'row.made', id: '{{item.id}}', data: '{{item}}'},
        ...feed,
      },
      ...connector?.feeds,
    },
  });
}

export const template: Template = {
  jobwire: '1',
  kind: 'template',
  id: 'row-to-job',
  version: '1.0.0',
  title: 'Row to job',
  on: {connector: 'acme@^1', event: 'row.made', connection: 'main'},
  do: {connector: 'acme@^1', connection: 'main', action: 'start', input: {}},
};

export interface PollBench {
  readonly clock: VirtualClock;
  readonly engine: Engine;
  readonly source: PollSource;
  readonly tools: PollTools;
  readonly library: Library;
  poll(tools?: Partial<PollTools>, source?: Partial<PollSource>): Promise<Polled>;
  /** Ids of stored events, oldest first. */
  stored(): Promise<string[]>;
}

const open: Engine[] = [];

/** For afterEach. */
export async function closeEngines(): Promise<void> {
  for (const engine of open.splice(0)) await engine.close();
}

export async function pollBench(parts: Parts = {}): Promise<PollBench> {
  const connector = connectorWith(parts);
  const {live, clock, redactor} = bench(connector);
  const engine = await openEngine('sqlite::memory:', {clock, dir: '.'});
  open.push(engine);
  const connections = [
    {jobwire: '1', kind: 'connection', id: 'main', title: 'Main', connector: 'acme@^1', config: {}} as const,
  ];
  const library = libraryOf({connectors: [connector], templates: parts.templates ?? [template], connections});
  const source: PollSource = {connection: live, feedName: 'changes', feed: connector.feeds?.['changes'] as Feed};
  const tools: PollTools = {engine, library, clock, redactor};
  return {
    clock,
    engine,
    source,
    tools,
    library,
    poll: (over = {}, other = {}) => pollOnce({...source, ...other}, {...tools, ...over}),
    async stored() {
      const {items} = await engine.events.list({}, {limit: 1000});
      return items.map(({id}) => id).reverse();
    },
  };
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly rows?: readonly Json[];
  readonly body?: object;
}

/** What the target was asked, in order. */
export interface Asked {
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** The next requests to the target get these answers, in order. */
export function answers(...list: readonly Answer[]): Asked[] {
  const asked: Asked[] = [];
  for (const {status = 200, headers = {}, rows, body} of list)
    nock(base)
      .get(/^\/v1\//)
      .reply((request: Request) => {
        const {pathname, searchParams} = new URL(request.url);
        asked.push({
          path: pathname,
          query: Object.fromEntries(searchParams),
          headers: Object.fromEntries(request.headers),
        });
        const text = status === 304 ? '' : JSON.stringify({...(rows && {rows}), ...body});
        return [status, text, {'content-type': 'application/json', ...headers}];
      });
  return asked;
}

export function row(id: string | number, at: string, more: object = {}): Json {
  return {id: String(id), at, ...more} as Json;
}

export const idsOf = ({events}: Polled): string[] => events.map(({id}) => id);

/** The poll went through, or what was in its way. */
export function fine(polled: Polled): Polled {
  assert.equal(polled.error, undefined, polled.error?.message);
  return polled;
}
