/** Spans for an SDK that is registered: who is whose parent, and R12, what they never carry. And what they cost where there is none. */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {SpanKind, SpanStatusCode} from '@opentelemetry/api';
import {readConfig} from '../../src/config.ts';
import {type Served, serve} from '../../src/serve.ts';
import type {Logger} from '../../src/telemetry/log.ts';
import {currentTraceparent, startTracing, traceExchange, traceMove, traceReceive} from '../../src/telemetry/spans.ts';
import {freshTraceparent, idsOf} from '../../src/telemetry/traceparent.ts';
import {openYard} from '../engine/yard.ts';
import {onTheRealWire} from '../http/wire.ts';
import {makeCanary, sightings} from '../security/sightings.ts';
import {type Collector, collect, type Kept} from './collector.ts';

const secret = makeCanary('spans');
const payload = 'payload-4d8f1c';
const parent = {trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7'};
const token = 'tok-2b7e151628aed2a6';

const connector = {
  jobwire: '1',
  kind: 'connector',
  id: 'bell',
  version: '1.0.0',
  title: 'Bell',
  permissions: {hosts: ['connection:url']},
  connection: {
    config: {type: 'object', required: ['url'], properties: {url: {type: 'string', format: 'uri'}}},
    secrets: {key: {title: 'Key'}},
    baseUrl: '{{connection.url}}',
    auth: {
      obtain: {
        oauth2: {
          grant: 'client_credentials',
          tokenUrl: '{{connection.url}}/token',
          clientId: 'jobwire',
          clientSecret: '{{secret.key}}',
        },
      },
    },
    probe: {call: 'bells', output: 'bells'},
  },
  operations: {
    bells: {effect: 'read', request: {method: 'GET', path: '/bells'}, response: {items: '{{response.body}}'}},
    ring: {
      effect: 'write',
      params: {who: 'string'},
      request: {
        method: 'POST',
        path: '/ring/{{params.who}}',
        query: {who: '{{params.who}}'},
        body: {json: {who: '{{params.who}}'}},
      },
    },
  },
  actions: {
    ring: {
      title: 'Ring',
      input: {type: 'object', required: ['who'], properties: {who: {type: 'string'}}},
      call: 'ring',
      with: {who: '{{input.who}}'},
    },
  },
  events: {
    'door.opened': {
      title: 'Door opened',
      data: {type: 'object', required: ['id'], properties: {id: {type: 'string'}}},
      sample: './samples/door.opened.json',
    },
  },
  feeds: {
    doors: {
      title: 'Doors',
      emits: ['door.opened'],
      webhook: {verify: [{scheme: 'hmac', signature: {header: 'x-signature'}, key: '{{secret.key}}'}]},
      event: {type: 'door.opened', id: '{{item.id}}', data: '{{item}}'},
    },
    list: {
      title: 'List',
      emits: ['door.opened'],
      poll: {call: 'bells', every: '1h', cursor: {from: '{{item.at}}', start: '-1d'}, order: 'asc'},
      event: {type: 'door.opened', id: '{{item.id}}', data: '{{item}}'},
    },
  },
};

function writeProject(dir: string, url: string): void {
  const put = (path: string, content: object): void => {
    mkdirSync(dirname(join(dir, path)), {recursive: true});
    writeFileSync(join(dir, path), JSON.stringify(content));
  };
  put('connectors/bell/connector.json', connector);
  put('connectors/bell/samples/door.opened.json', {id: 'd1', type: 'door.opened', data: {id: 'd1'}});
  put('connections/bell-main.json', {
    jobwire: '1',
    kind: 'connection',
    id: 'bell-main',
    title: 'Bell',
    connector: 'bell@^1',
    config: {url},
    secrets: {key: 'file:bell.key'},
    network: {allowPrivate: ['127.0.0.1']},
  });
  writeFileSync(join(dir, 'connections/bell.key'), secret.text, {mode: 0o600});
  put('templates/door-to-bell/template.json', {
    jobwire: '1',
    kind: 'template',
    id: 'door-to-bell',
    version: '1.0.0',
    title: 'Door to bell',
    on: {connector: 'bell@^1', event: 'door.opened', connection: 'bell-main'},
    do: {connector: 'bell@^1', connection: 'bell-main', action: 'ring', input: {who: '{{event.data.id}}'}},
  });
}

/** Gives tokens, lists rows, and rings unless it is broken. */
async function openTarget(rows: object[], status: () => number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    const {pathname} = new URL(request.url ?? '/', 'http://bell');
    response.setHeader('content-type', 'application/json');
    if (pathname === '/token') response.end(JSON.stringify({access_token: token, token_type: 'Bearer'}));
    else if (pathname === '/bells') response.end(JSON.stringify(rows));
    else response.writeHead(status()).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const parentOf = ({parent: above}: Kept) => above?.spanId;

describe('the spans of a server', function () {
  this.timeout(30_000);
  onTheRealWire();
  let collector: Collector;
  let served: Served;
  let target: Server;
  let dir: string;
  let status = 200;
  const lines: {readonly what: string; readonly trace?: string; readonly run?: string}[] = [];

  before(async () => {
    target = await openTarget([{id: 'polled', at: '2999-01-12T08:15:30Z'}], () => status);
    dir = mkdtempSync(join(tmpdir(), 'jobwire-spans-'));
    writeProject(dir, `http://127.0.0.1:${(target.address() as AddressInfo).port}`);
    collector = collect();
    const keep = (facts: object, what: string) => lines.push({...facts, what});
    const log = {debug: keep, info: keep, warn: keep, error: keep} as unknown as Logger;
    served = await serve({...readConfig({project: dir, store: 'sqlite::memory:'}, {}), port: 0}, log);
  });
  after(async () => {
    await served.close();
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
    collector.stop();
    startTracing();
    rmSync(dir, {recursive: true, force: true});
  });
  const deliver = (id: string, headers: Record<string, string> = {}) => {
    const body = JSON.stringify({id});
    const signature = createHmac('sha256', secret.text).update(body).digest('hex');
    return fetch(`${served.url}/hooks/bell-main/doors?hint=${payload}`, {
      method: 'POST',
      headers: {'x-signature': signature, ...headers},
      body,
    });
  };
  const runOf = async (id: string): Promise<string> => {
    const event = await served.runtime.engine.events.get(id);
    return event?.decisions[0]?.run ?? assert.fail('no run');
  };
  const moveOf = async (run: string): Promise<Kept> => {
    for (let count = 1; ; count++) {
      const found = await collector.ended('run door-to-bell', count);
      const move = found.find(({attributes}) => attributes['jobwire.run'] === run);
      if (move) return move;
    }
  };
  const below = ({ids}: Kept) => collector.spans.filter((span) => parentOf(span) === ids.spanId);

  it('hang together: the sender, the delivery, the run, its exchanges', async () => {
    const answer = await deliver(payload, {traceparent: `00-${parent.trace}-${parent.span}-01`});
    assert.equal(answer.status, 202);
    const run = await runOf(payload);
    const move = await moveOf(run);
    const [receive] = collector.named('receive bell-main/doors').filter((span) => parentOf(span) === parent.span);
    assert.ok(receive);
    assert.deepEqual([receive.ids.traceId, receive.kind], [parent.trace, SpanKind.SERVER]);
    assert.deepEqual(receive.attributes, {
      'jobwire.connection': 'bell-main',
      'jobwire.feed': 'doors',
      'http.response.status_code': 202,
    });
    assert.deepEqual([parentOf(move), move.ids.traceId], [receive.ids.spanId, parent.trace]);
    assert.deepEqual(move.attributes, {
      'jobwire.run': run,
      'jobwire.template': 'door-to-bell',
      'jobwire.target': 'do',
      'jobwire.connection': 'bell-main',
      'jobwire.from': 'queued',
      'jobwire.attempt': 1,
      'jobwire.to': 'succeeded',
    });
    const exchange = below(move).find(({name}) => name === 'POST ring');
    assert.equal(exchange?.kind, SpanKind.CLIENT);
    assert.deepEqual(exchange?.attributes, {
      'http.request.method': 'POST',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': (target.address() as AddressInfo).port,
      'url.template': '/ring/{{params.who}}',
      'jobwire.operation': 'ring',
      'jobwire.connection': 'bell-main',
      'http.response.status_code': 200,
    });
  });

  it('are found by the trace in the log, of the delivery and of the run', async () => {
    const trace = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    await deliver('logged', {traceparent: `00-${trace}-${parent.span}-01`});
    const run = await runOf('logged');
    await moveOf(run);
    const told = lines.filter((line) => line.trace === trace).map(({what}) => what);
    assert.deepEqual(told, ['delivery taken', 'run succeeded']);
    assert.equal(lines.find((line) => line.run === run)?.trace, trace);
  });

  it('begin a trace where the sender has none, and the run belongs to it', async () => {
    await deliver('alone');
    const move = await moveOf(await runOf('alone'));
    const receive = collector.spans.find(({ids}) => ids.spanId === parentOf(move));
    assert.deepEqual([receive?.name, receive?.parent], ['receive bell-main/doors', undefined]);
    const event = await served.runtime.engine.events.get('alone');
    assert.deepEqual(idsOf(event?.traceparent ?? ''), {
      trace: receive?.ids.traceId,
      parent: receive?.ids.spanId,
      sampled: true,
    });
  });

  it('say by its code what went wrong, and nothing else of it', async () => {
    status = 422;
    await deliver('broken');
    const move = await moveOf(await runOf('broken'));
    status = 200;
    assert.deepEqual([move.attributes['jobwire.to'], move.status.code], ['failed', SpanStatusCode.ERROR]);
    assert.match(String(move.attributes['error.type']), /^JW\d{4}$/);
    assert.equal(move.status.message, undefined);
    const [exchange] = below(move);
    assert.deepEqual([exchange?.attributes['error.type'], exchange?.status.code], ['422', SpanStatusCode.ERROR]);
    const refused = await fetch(`${served.url}/hooks/bell-main/doors`, {method: 'POST', body: '{"id":"forged"}'});
    assert.equal(refused.status, 401);
    const receive = collector.named('receive bell-main/doors').at(-1);
    assert.deepEqual(
      [receive?.attributes['error.type'], receive?.attributes['http.response.status_code']],
      ['JW4001', 401],
    );
  });

  it('hold a poll together with its requests and its events', async () => {
    const [poll] = await collector.ended('receive bell-main/list');
    assert.ok(poll);
    const move = await moveOf(await runOf('polled'));
    assert.equal(parentOf(move), poll.ids.spanId);
    assert.ok(below(poll).some(({name}) => name === 'GET bells'));
  });

  it('R12 carry no secret, payload, header or query, in no encoding', async () => {
    assert.ok(collector.named('POST credentials').length > 0, 'the secret did go out');
    const everything = JSON.stringify(collector.spans);
    assert.deepEqual(sightings(everything, [secret]), []);
    for (const text of [payload, token, 'x-signature', 'authorization', '?'])
      assert.equal(everything.toLowerCase().includes(text), false, text);
    const known = new Set(
      'http.request.method http.response.status_code url.scheme url.template server.address server.port error.type'
        .split(' ')
        .concat(
          'connection feed run template target from to attempt operation'.split(' ').map((one) => `jobwire.${one}`),
        ),
    );
    const keys = new Set(collector.spans.flatMap(({attributes}) => Object.keys(attributes)));
    assert.deepEqual(
      [...keys].filter((key) => !known.has(key)),
      [],
    );
  });

  it('R12 are searched for the secrets of the process even where manifests put them', async () => {
    await traceExchange(
      {
        connection: 'c',
        operation: secret.text,
        method: 'GET',
        url: `https://${secret.text}.example/`,
        template: `/${secret.text}`,
      },
      async () => ({status: 200}),
    );
    const [span] = collector.named('GET [secret]');
    assert.deepEqual(
      [span?.attributes['url.template'], 'server.address' in (span?.attributes ?? {})],
      ['/[secret]', false],
    );
    assert.deepEqual(sightings(JSON.stringify(span), [secret]), []);
  });
});

describe('the spans of runs that are followed', () => {
  it('each have their own, and a status read for many lies below one of them', async () => {
    const collector = collect();
    startTracing();
    const yard = await openYard();
    try {
      const runs = [await yard.take(), await yard.take()];
      await yard.workOn(async () => (await yard.all()).every(({state}) => state === 'tracking'));
      const before = collector.spans.length;
      yard.clock.jumpTo(Math.max(...(await yard.all()).map(({wakeAt}) => wakeAt)));
      await yard.tick();
      const later = collector.spans.slice(before);
      const moves = later.filter(({name}) => name === 'run opened-to-job');
      assert.deepEqual(moves.map(({attributes}) => attributes['jobwire.run']).sort(), [...runs].sort());
      const [read, ...more] = later.filter(({name}) => name === 'GET jobsById');
      assert.deepEqual(more, []);
      assert.ok(moves.some(({ids}) => ids.spanId === read?.parent?.spanId));
    } finally {
      await yard.close();
      collector.stop();
      startTracing();
    }
  });
});

describe('without an SDK', () => {
  const run = {
    ...{id: 'jw-1', template: 't', target: 'do', connection: 'c', claimedFrom: 'queued', attempt: 1},
    data: {traceparent: freshTraceparent()},
  };
  const asked = {connection: 'c', operation: 'o', method: 'GET', url: 'https://example.com/x', template: '/x'};
  const source = {connection: 'c', feed: 'f'};
  const done = Promise.resolve({status: 200, to: 'succeeded'});

  it('nobody is found', () => assert.equal(startTracing(), false));

  it('the trace of the sender goes through, and without one there is a new one each time', async () => {
    const given = `00-${parent.trace}-${parent.span}-01`;
    let seen = '';
    const work = async (traceparent: string) => {
      seen = traceparent;
      return {status: 202};
    };
    await traceReceive(source, given, work);
    assert.equal(seen, given);
    await traceReceive(source, 'nonsense', work);
    assert.match(seen, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    assert.notEqual(currentTraceparent(), currentTraceparent());
  });

  for (const [what, call] of [
    ['a delivery', () => traceReceive(source, undefined, () => done)],
    ['a move', () => traceMove(run, () => done)],
    ['an exchange', () => traceExchange(asked, () => done)],
  ] as const)
    it(`${what} costs less than a microsecond`, () => {
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 50 && best >= 1; round++) {
        const begun = performance.now();
        for (let i = 0; i < 2000; i++) void call();
        best = Math.min(best, ((performance.now() - begun) / 2000) * 1000);
      }
      assert.ok(best < 1, `${best} µs`);
    });
});
