/** The doors for senders on real sockets: rows W01 to W12 and W35 to W41 of the threat catalogue. */
import assert from 'node:assert/strict';
import {gzipSync} from 'node:zlib';
import type {VerifyRule} from '../../src/generated/types.ts';
import {defaultLimits} from '../../src/server/limits.ts';
import {onTheRealWire} from '../http/wire.ts';
import {hmacRule, hookOf} from '../ingest/support.ts';
import {
  closeAll,
  connector,
  openHook,
  post,
  type StartOptions,
  socketTo,
  startServer,
  statusOf,
  talk,
  template,
} from './support.ts';

afterEach(closeAll);

const send = (port: number, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, {method: 'POST', body: '{"id":"e1"}', ...init});

const accepted = (started: Awaited<ReturnType<typeof startServer>>) =>
  started.engine.events.list({}, {limit: 100}).then(({items}) => items.length);

describe('malformed requests', () => {
  onTheRealWire();
  for (const [id, what, head] of [
    ['W01', 'both lengths', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
    ['W02', 'two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n'],
    ['W03', 'an unknown transfer encoding', 'Transfer-Encoding: xchunked\r\n'],
    ['W04', 'a space before the colon', 'Content-Length : 4\r\n'],
    ['W05', 'bare line feeds', 'X-A: 1\nX-B: 2\nContent-Length: 4\r\n'],
  ] as const)
    it(`${id} are refused with 400 and a closed connection: ${what}`, async () => {
      const started = await startServer();
      const answer = await talk(started.port, `POST /hooks/app HTTP/1.1\r\nHost: a\r\n${head}\r\nbody`);
      assert.equal(statusOf(answer), 400);
      assert.equal(await accepted(started), 0);
    });

  it('W05 are refused without a Host', async () => {
    const {port} = await startServer();
    assert.equal(statusOf(await talk(port, 'POST /hooks/app HTTP/1.1\r\nContent-Length: 0\r\n\r\n')), 400);
  });

  it('W06 are refused with 431 when the headers are 20 KB', async () => {
    const {port} = await startServer();
    assert.equal(statusOf(await talk(port, post('/hooks/app', [`X-Long: ${'a'.repeat(20_000)}`], '{}'))), 431);
  });

  it('a path that does not decode gets 400, not 500', async () => {
    const {port} = await startServer();
    assert.equal(statusOf(await talk(port, post('/hooks/%zz', [], '{}'))), 400);
  });
});

describe('a hook', () => {
  onTheRealWire();
  it('takes a delivery, with and without the name of its feed', async () => {
    const started = await startServer({hooks: {app: openHook, 'app/webhooks': openHook}});
    for (const path of ['/hooks/app', '/hooks/app/webhooks']) {
      const response = await send(started.port, path);
      assert.equal(response.status, 202);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
    assert.equal(await accepted(started), 1);
  });

  it('W07 does not join two signature headers', async () => {
    const rule: VerifyRule = {...hmacRule, signature: {header: 'webhook-signature', split: ','}};
    const hook = {...hookOf({secrets: {key: 'k1'}, feed: {webhook: {verify: [rule]}}}), connector};
    const {port} = await startServer({hooks: {app: hook}});
    const answer = await talk(port, post('/hooks/app', ['webhook-signature: 00', 'webhook-signature: 11'], '{}'));
    assert.equal(statusOf(answer), 401);
    assert.match(answer, /"code":"JW4001"/);
    assert.match(answer, /came 2 times/);
    assert.doesNotMatch(answer, /k1/);
  });

  it('hands the signer the bytes of the wire and the query as it was spelled', async () => {
    const rule: VerifyRule = {...hmacRule, base: '{{request.method}} {{request.url}} {{request.raw}}'};
    const hook = {...hookOf({secrets: {key: 'k1'}, feed: {webhook: {verify: [rule]}}}), connector};
    const {port} = await startServer({hooks: {app: {...hook, publicUrl: 'https://jobwire.example/base/'}}});
    const {createHmac} = await import('node:crypto');
    const body = '{ "id" : "ä" }';
    const signed = `POST https://jobwire.example/base/hooks/app?x=%2f&y=a+b ${body}`;
    const headers = {'x-signature': createHmac('sha256', 'k1').update(signed).digest('hex')};
    assert.equal((await send(port, '/hooks/app?x=%2f&y=a+b', {body, headers})).status, 202);
  });

  for (const [how, pieces] of [
    ['with a length', [post('/hooks/app', [], 'a'.repeat(1024 * 1024 + 1))]],
    [
      'in chunks',
      [
        'POST /hooks/app HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
        `100001\r\n${'a'.repeat(1024 * 1024 + 1)}\r\n`,
        '0\r\n\r\n',
      ],
    ],
  ] as const)
    it(`W08 refuses a body of one byte too many ${how}`, async () => {
      const started = await startServer();
      const answer = await talk(started.port, ...pieces);
      assert.equal(statusOf(answer), 413);
      assert.match(answer, /"code":"JW4011"/);
      assert.equal(await accepted(started), 0);
    });

  it('W08 takes a body of exactly the limit', async () => {
    const {port} = await startServer();
    const filler = 'a'.repeat(1024 * 1024 - '{"id":""}'.length);
    assert.equal((await send(port, '/hooks/app', {body: `{"id":"${filler}"}`})).status, 202);
  });

  it('W09 cuts an endless body off at the limit', async () => {
    const {port} = await startServer();
    const socket = socketTo(port);
    let answer = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      answer += piece;
    });
    let sent = 0;
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    socket.write('POST /hooks/app HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    const pump = (): void => {
      while (!socket.destroyed && sent < 64 * 1024 * 1024) {
        sent += chunk.length;
        if (!socket.write(chunk, 'latin1')) return;
      }
    };
    socket.on('drain', pump);
    pump();
    await new Promise((resolve) => socket.on('close', resolve));
    assert.equal(statusOf(answer), 413);
    assert.ok(sent < 16 * 1024 * 1024, `${sent} bytes were taken`);
  });

  it('W10, W11 has limits of 10 s, looked at every second', () => {
    assert.equal(defaultLimits.requestMs, 10_000);
    assert.equal(defaultLimits.headersMs, 10_000);
    assert.equal(defaultLimits.checkMs, 1000);
  });

  const hasty: StartOptions = {limits: {requestMs: 300, headersMs: 200, checkMs: 50}};

  it('W10 closes a connection whose headers trickle in', async () => {
    const {port} = await startServer(hasty);
    const started = performance.now();
    const socket = socketTo(port);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.resume();
    socket.write('POST /hooks/app HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X'), 20);
    await closed;
    clearInterval(drip);
    assert.ok(performance.now() - started < 1500);
  });

  it('W11 answers 408 when the body stalls', async () => {
    const started = await startServer(hasty);
    const answer = await talk(started.port, 'POST /hooks/app HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{');
    assert.equal(statusOf(answer), 408);
    assert.equal(await accepted(started), 0);
  });

  it('W12 takes no compressed body', async () => {
    const started = await startServer();
    const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
    for (const encoding of ['gzip', 'br', 'deflate', 'gzip, identity']) {
      const response = await send(started.port, '/hooks/app', {body: bomb, headers: {'content-encoding': encoding}});
      assert.equal(response.status, 415);
      assert.equal(((await response.json()) as {code: string}).code, 'JW4011');
    }
    assert.equal((await send(started.port, '/hooks/app', {headers: {'content-encoding': 'identity'}})).status, 202);
  });

  it('takes bodies of any declared type as bytes, and refuses what cannot be a type', async () => {
    const {port} = await startServer();
    assert.equal(
      (await send(port, '/hooks/app', {headers: {'content-type': 'multipart/form-data; boundary=x'}})).status,
      415,
    );
    assert.equal(statusOf(await talk(port, post('/hooks/app', ['Content-Type: ;;;'], '{}'))), 415);
    assert.equal(statusOf(await talk(port, post('/hooks/app', [], '{"id":"e2"}'))), 202);
  });

  it('W35, W38 counts requests by the address of the socket, whatever a header says', async () => {
    const {port} = await startServer({limits: {hookRate: {max: 3, windowMs: 60_000}}});
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const response = await send(port, '/hooks/app', {headers: {'x-forwarded-for': `10.0.0.${i}`}});
      statuses.push(response.status);
      if (i < 3) continue;
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
      assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
      assert.equal(((await response.json()) as {code: string}).code, 'JW7106');
    }
    assert.deepEqual(statuses, [202, 202, 202, 429]);
  });

  it('W36 serves others beside 300 idle connections', async () => {
    const {port} = await startServer();
    const idle = Array.from({length: 300}, () => socketTo(port));
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.on('connect', resolve))));
    assert.equal((await send(port, '/hooks/app')).status, 202);
  });

  it('W37 answers every path that is no hook alike, and counts them', async () => {
    const {port} = await startServer({hooks: {app: openHook}, limits: {hookRate: {max: 4, windowMs: 60_000}}});
    const answers = new Set<string>();
    for (const path of ['/hooks/nope', '/hooks/app/nope', '/hooks/__proto__', '/hooks/constructor/x']) {
      const response = await send(port, path);
      answers.add(`${response.status} ${await response.text()}`);
    }
    assert.equal(answers.size, 1);
    assert.match([...answers][0] ?? '', /^404 .*JW7102/);
    assert.equal((await send(port, '/hooks/nope')).status, 429);
  });

  it('W37 does not wait for the body of a hook that is not there', async () => {
    const {port} = await startServer();
    const socket = socketTo(port);
    const answer = new Promise<string>((resolve) => socket.setEncoding('latin1').once('data', resolve));
    socket.write('POST /hooks/nope HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n');
    assert.equal(statusOf(await answer), 404);
  });

  it('W39, D09: refuses with 503 while too many runs wait, and stores nothing', async () => {
    const started = await startServer({templates: [template], config: {queueLimit: 2}});
    const statuses: number[] = [];
    for (const id of ['e1', 'e2', 'e3']) {
      const response = await send(started.port, '/hooks/app', {body: JSON.stringify({id})});
      statuses.push(response.status);
      if (response.status !== 503) continue;
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
      assert.equal(((await response.json()) as {code: string}).code, 'JW7104');
    }
    assert.deepEqual(statuses, [202, 202, 503]);
    assert.equal(await accepted(started), 2);
  });

  it('W39 asks the store how many wait once a second, not per delivery', async () => {
    let asked = 0;
    const started = await startServer({
      engine: {
        stats: () => {
          asked++;
          return Promise.reject(new Error('busy'));
        },
      },
    });
    for (let i = 0; i < 5; i++) await send(started.port, '/hooks/app');
    assert.equal(asked, 1);
    started.clock.advance(1000);
    assert.equal((await send(started.port, '/hooks/app')).status, 202);
    assert.equal(asked, 2);
  });

  it('W40 knows a delivery again whose answer never arrived', async () => {
    const started = await startServer({templates: [template]});
    const stored = new Promise<void>((resolve) => {
      const look = async (): Promise<void> => ((await accepted(started)) > 0 ? resolve() : void setTimeout(look, 5));
      void look();
    });
    const socket = socketTo(started.port);
    socket.write(post('/hooks/app', [], '{"id":"e1"}'), () => socket.destroy());
    await stored;
    assert.equal((await send(started.port, '/hooks/app')).status, 202);
    assert.equal((await started.engine.runs.list({}, {limit: 10})).items.length, 1);
  });

  it('W41 echoes a challenge as plain text', async () => {
    const handshake = [{when: '{{has request.query.token}}', respond: {body: '{{request.query.token}}'}}];
    const hook = {...openHook, feed: {...openHook.feed, webhook: {verify: [{scheme: 'none' as const}], handshake}}};
    const {port} = await startServer({hooks: {app: hook}});
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      const response = await fetch(`http://127.0.0.1:${port}/hooks/app?token=${encodeURIComponent('<script>')}`, {
        method,
      });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(await response.text(), '<script>');
    }
  });

  it('logs what it refuses with the reason, and never the query', async () => {
    const hook = {...hookOf({secrets: {key: 'k1'}, feed: {webhook: {verify: [hmacRule]}}}), connector};
    const {port, log} = await startServer({hooks: {app: hook}});
    await send(port, '/hooks/app?token=hidden');
    const [line] = log;
    assert.equal(line?.what, 'delivery refused');
    assert.match(JSON.stringify(line?.facts), /JW4001/);
    assert.doesNotMatch(JSON.stringify(line?.facts), /hidden/);
  });

  it('answers a fault of ours without telling what it is', async () => {
    const hooks = Object.defineProperty({}, 'app', {
      get() {
        throw new Error('secret path /srv/x');
      },
    });
    const {port, log} = await startServer({hooks});
    const response = await send(port, '/hooks/app');
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /srv/);
    assert.equal(log[0]?.level, 'error');
  });
});
