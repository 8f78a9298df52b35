/** A made-up desk over loopback and a project that polls it, is subscribed to it and starts jobs in it: for Jobwire as a process. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {Connector} from '../../src/generated/types.ts';
import {connectorOf} from '../operations/bench.ts';

export interface Desk {
  readonly dir: string;
  /** Rows the list gives from now on. */
  rows: object[];
  /** What was written to the desk: method, path and body. */
  readonly written: {readonly path: string; readonly body: Record<string, unknown>}[];
  /** Resolves with the first write to this path. */
  write(path: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const connector = (): Connector => ({
  ...connectorOf({
    id: 'desk',
    title: 'Desk',
    permissions: {hosts: ['connection:url']},
    connection: {
      config: {
        type: 'object',
        required: ['url'],
        properties: {url: {type: 'string', format: 'uri', title: 'Address'}},
      },
      baseUrl: '{{connection.url}}',
      auth: {},
      probe: {call: 'list', output: 'Desk'},
    },
    operations: {
      list: {
        effect: 'read',
        params: {'since?': 'string'},
        request: {method: 'GET', path: '/rows', query: {since: '{{optional params.since}}'}},
        response: {items: '{{response.body}}'},
      },
      start: {
        effect: 'write',
        params: {id: 'string'},
        request: {method: 'POST', path: '/jobs', body: {json: {id: '{{params.id}}'}}},
      },
      subscribe: {
        effect: 'write',
        params: {url: 'string', secret: 'secret'},
        request: {method: 'POST', path: '/hooks', body: {json: {url: '{{params.url}}', secret: '{{params.secret}}'}}},
      },
      unsubscribe: {
        effect: 'write',
        params: {id: 'string'},
        request: {method: 'DELETE', path: '/hooks/{{params.id}}'},
        response: {type: 'none'},
      },
    },
    actions: {
      start: {
        title: 'Start',
        input: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
        call: 'start',
        with: {id: '{{input.id}}'},
      },
    },
    events: {
      'row.made': {
        title: 'Row made',
        data: {type: 'object', required: ['id'], properties: {id: {type: 'string'}, at: {type: 'string'}}},
        sample: './samples/row.made.json',
      },
    },
    feeds: {
      changes: {
        title: 'Changes',
        emits: ['row.made'],
        poll: {
          call: 'list',
          with: {since: '{{cursor.value}}'},
          every: '1s',
          cursor: {from: '{{item.at}}', start: '-1d'},
          order: 'asc',
        },
        event: {type: 'row.made', id: '{{item.id}}', data: '{{item}}'},
      },
      webhooks: {
        title: 'Webhooks',
        emits: ['row.made'],
        webhook: {
          verify: [{scheme: 'hmac', signature: {header: 'x-signature'}, key: '{{subscription.secret}}'}],
          subscribe: {
            call: 'subscribe',
            with: {url: '{{delivery.url}}', secret: '{{delivery.secret}}'},
            output: {id: '{{result.id}}'},
          },
          unsubscribe: {call: 'unsubscribe', with: {id: '{{subscription.id}}'}},
        },
        event: {type: 'row.made', id: '{{item.id}}', data: '{{item}}'},
      },
    },
  }),
});

export async function openDesk(): Promise<Desk> {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-desk-'));
  const written: Desk['written'] = [];
  const waiting: {path: string; resolve: (body: Record<string, unknown>) => void}[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://desk').pathname;
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(desk.rows));
      return;
    }
    const body = await bodyOf(request);
    written.push({path: `${request.method} ${path}`, body});
    for (const one of waiting) if (one.path === `${request.method} ${path}`) one.resolve(body);
    response.setHeader('content-type', 'application/json').end(request.method === 'DELETE' ? '' : '{"id":"h1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const desk: Desk = {
    dir,
    rows: [],
    written,
    write(path) {
      const known = written.find((one) => one.path === path);
      return known ? Promise.resolve(known.body) : new Promise((resolve) => waiting.push({path, resolve}));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, {recursive: true, force: true});
    },
  };
  writeProject(dir, url);
  return desk;
}

function writeProject(dir: string, url: string): void {
  const put = (path: string, content: object): void => {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), JSON.stringify(content));
  };
  put('connectors/desk/connector.json', connector());
  put('connectors/desk/samples/row.made.json', {
    id: 'r1',
    type: 'row.made',
    data: {id: 'r1', at: '2026-01-12T08:15:30Z'},
  });
  put('connections/desk-main.json', {
    jobwire: '1',
    kind: 'connection',
    id: 'desk-main',
    title: 'Desk',
    connector: 'desk@^1',
    config: {url},
    network: {allowPrivate: ['127.0.0.1']},
  });
  put('templates/row-to-job/template.json', {
    jobwire: '1',
    kind: 'template',
    id: 'row-to-job',
    version: '1.0.0',
    title: 'Row to job',
    on: {connector: 'desk@^1', event: 'row.made', connection: 'desk-main'},
    do: {connector: 'desk@^1', connection: 'desk-main', action: 'start', input: {id: '{{event.data.id}}'}},
  });
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
