/** A press over loopback that wants a token, makes up ids and tells the time; and a project with its connector. For recordings. */
import {randomUUID} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {type Library, loadLibrary} from '../../src/manifest/library.ts';

export const secret = 'sw0rd/fish+and chips';
export const token = 'tok-9f8e7d6c5b4a';

const connector = {
  jobwire: '1',
  kind: 'connector',
  id: 'press',
  version: '1.2.3',
  title: 'Press',
  permissions: {hosts: ['connection:url']},
  connection: {
    config: {
      type: 'object',
      required: ['url'],
      properties: {url: {type: 'string', format: 'uri'}, client: {type: 'string', default: 'jobwire'}},
    },
    secrets: {key: {title: 'Key'}},
    baseUrl: '{{connection.url}}',
    headers: {'X-Client': '{{connection.client}}'},
    auth: {
      obtain: {
        oauth2: {
          grant: 'client_credentials',
          tokenUrl: '{{connection.url}}/token',
          clientId: '{{connection.client}}',
          clientSecret: '{{secret.key}}',
        },
      },
    },
    probe: {call: 'sheets', output: 'press'},
  },
  operations: {
    sheets: {effect: 'read', request: {method: 'GET', path: '/sheets'}, response: {items: '{{response.body.sheets}}'}},
    print: {
      effect: 'write',
      params: {sheet: 'string', reference: 'string', at: 'string', pin: 'string'},
      request: {
        method: 'POST',
        path: '/jobs',
        query: {at: '{{params.at}}'},
        body: {json: {sheet: '{{params.sheet}}', reference: '{{params.reference}}', pin: '{{params.pin}}'}},
      },
      response: {redact: ['/ticket']},
    },
    state: {
      effect: 'read',
      params: {id: 'string'},
      request: {method: 'GET', path: '/jobs/{{params.id}}'},
      response: {output: {state: '{{response.body.state}}'}},
    },
    picture: {effect: 'read', request: {method: 'GET', path: '/picture'}, response: {type: 'bytes'}},
    leak: {effect: 'read', request: {method: 'GET', path: '/leak'}},
  },
  lookups: {
    sheet: {
      params: {name: 'string'},
      call: 'sheets',
      where: [{test: '{{eq item.name params.name}}'}],
      output: '{{item.id}}',
    },
  },
  actions: {
    print: {
      title: 'Print',
      starts: 'job',
      input: {
        type: 'object',
        required: ['sheet'],
        properties: {
          sheet: {type: 'string'},
          pin: {type: 'string', default: 'none-at-all', 'x-jobwire-sensitive': true},
        },
      },
      steps: [
        {id: 'sheet', lookup: 'sheet', with: {name: '{{input.sheet}}'}},
        {
          id: 'job',
          call: 'print',
          with: {sheet: '{{steps.sheet}}', reference: '{{run.key}}', at: '{{run.now}}', pin: '{{input.pin}}'},
        },
      ],
      output: {jobs: [{id: '{{steps.job.id}}'}]},
    },
  },
  jobs: {
    job: {
      title: 'Job',
      ref: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
      status: {call: 'state', with: {id: '{{job.id}}'}, output: {state: '{{result.state}}'}},
      states: {busy: 'running', done: 'succeeded'},
      poll: {first: '5ms', every: '5ms'},
    },
  },
  events: {
    'sheet.ready': {
      title: 'Sheet ready',
      data: {type: 'object', required: ['name'], properties: {name: {type: 'string'}}},
      sample: './samples/sheet.ready.json',
    },
  },
  feeds: {
    list: {
      title: 'List',
      emits: ['sheet.ready'],
      poll: {call: 'sheets'},
      event: {type: 'sheet.ready', id: '{{item.id}}', data: '{{item}}'},
    },
  },
};

const template = {
  jobwire: '1',
  kind: 'template',
  id: 'sheet-to-job',
  version: '1.0.0',
  title: 'Sheet to job',
  on: {connector: 'press@^1', event: 'sheet.ready', connection: 'press-main'},
  do: {
    connector: 'press@^1',
    connection: 'press-main',
    action: 'print',
    input: {sheet: '{{event.data.name}}'},
    policy: {wait: {}},
  },
};

export const event = {id: 'S1', type: 'sheet.ready', data: {name: 'Menu'}};

export interface Press {
  readonly dir: string;
  readonly url: string;
  readonly library: Library;
  /** Requests so far, `GET /sheets`. */
  readonly requests: readonly string[];
  read(file: string): string;
  json<T>(file: string): T;
  close(): Promise<void>;
}

export async function openPress(): Promise<Press> {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-record-'));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const put = (path: string, content: object | string): void => {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  put('connectors/press/connector.json', connector);
  put('connectors/press/samples/sheet.ready.json', event);
  put('templates/sheet-to-job/template.json', template);
  put('connections/press-main.json', {
    jobwire: '1',
    kind: 'connection',
    id: 'press-main',
    title: 'Press',
    connector: 'press@^1',
    config: {url},
    secrets: {key: 'file:secrets/key'},
    network: {allowPrivate: ['127.0.0.1']},
  });
  put('connections/secrets/key', `${secret}\n`);
  const library = loadLibrary({project: dir, shipped: dir});
  const errors = library.issues.filter(({severity}) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const read = (file: string): string => readFileSync(join(dir, file), 'utf8');
  return {
    dir,
    url,
    library,
    requests,
    read,
    json: (file) => JSON.parse(read(file)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, {recursive: true, force: true});
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const {pathname} = new URL(request.url ?? '/', 'http://press');
  const body = await bodyOf(request);
  const send = (value: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(200, {'content-type': 'application/json', ...headers}).end(JSON.stringify(value));
  };
  if (pathname === '/token')
    return body.includes(new URLSearchParams({s: secret}).toString().slice(2))
      ? send({access_token: token, expires_in: 3600})
      : void response.writeHead(401).end();
  if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end();
  if (pathname === '/sheets')
    return send({sheets: [{id: randomUUID(), name: 'Menu'}]}, {'x-request-id': randomUUID(), 'set-cookie': 'sid=1'});
  if (pathname === '/picture')
    return void response.writeHead(200, {'content-type': 'image/png'}).end(Buffer.from([255, 0, 254]));
  if (pathname === '/leak') return send({note: `it came with ${Buffer.from(`x${secret}y`).toString('base64')}`});
  if (pathname === '/jobs')
    return send({
      id: randomUUID(),
      at: new Date().toISOString(),
      ticket: `ticket-${randomUUID()}`,
      echo: JSON.parse(body),
    });
  return send({state: 'done', endedAt: new Date().toISOString()});
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
