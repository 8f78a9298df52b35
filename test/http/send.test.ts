/** One exchange on the wire: what arrives, what comes back, and what a broken wire means. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import type {IncomingMessage} from 'node:http';
import {gzipSync} from 'node:zlib';
import ky from 'ky';
import nock from 'nock';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {type Network, WireFault} from '../../src/http/wire-fault.ts';
import {closeAll, onTheRealWire, rejection, request, serve, serveRaw, text, transport} from './wire.ts';

const certificate = (name: string) => ({
  key: readFileSync(new URL(`../fixtures/tls/${name}.key`, import.meta.url), 'utf8'),
  cert: readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8'),
});
const ca = readFileSync(new URL('../fixtures/tls/ca.pem', import.meta.url), 'utf8');

async function bodyOf(message: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of message) all += chunk;
  return all;
}

function assertFault(error: Error, network: Network, sent: boolean): void {
  assert.ok(error instanceof WireFault, `${error.name}: ${error.message}`);
  assert.deepEqual({network: error.network, sent: error.sent}, {network, sent}, error.message);
}

describe('an exchange', () => {
  onTheRealWire();

  it('sends method, headers and the exact bytes with their length', async () => {
    let seen: unknown;
    const port = await serve(async (message, response) => {
      const {
        'x-key': key,
        'content-length': length,
        'transfer-encoding': coding,
        'user-agent': agent,
      } = message.headers;
      seen = {method: message.method, url: message.url, key, length, coding, agent, body: await bodyOf(message)};
      response.writeHead(
        201,
        [
          ['X-Two', 'a'],
          ['x-two', 'b'],
          ['Set-Cookie', 'c=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT'],
          ['set-cookie', 'd=2'],
        ].flat(),
      );
      response.end('{"ok":true}');
    });
    const url = `http://127.0.0.1:${port}/a%20b/?q=%24x`;
    const answer = await transport().send(
      request(url, {method: 'PATCH', headers: {'X-Key': 'k'}, body: Buffer.from('{"é":1}')}),
    );
    assert.deepEqual(seen, {
      method: 'PATCH',
      url: '/a%20b/?q=%24x',
      key: 'k',
      length: '8',
      coding: undefined,
      agent: 'jobwire',
      body: '{"é":1}',
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['x-two'], 'a, b');
    assert.deepEqual(answer.cookies, ['c=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT', 'd=2']);
    assert.equal(text(answer), '{"ok":true}');
  });

  it('keeps the connection for the next call', async () => {
    const ports = new Set<number | undefined>();
    const port = await serve((message, response) => {
      ports.add(message.socket.remotePort);
      response.end('x');
    });
    const wire = transport();
    for (let i = 0; i < 10; i++) await wire.send(request(`http://127.0.0.1:${port}/`));
    // Two at most: the next call may come before the pool has taken the first connection back.
    assert.ok(ports.size <= 2, `${ports.size} connections`);
  });

  for (const status of [204, 304, 404, 500, 503])
    it(`returns ${status} as an answer`, async () => {
      const port = await serve((_, response) => response.writeHead(status).end());
      const answer = await transport().send(request(`http://127.0.0.1:${port}/`));
      assert.deepEqual([answer.status, answer.body.length], [status, 0]);
    });

  it('takes the length a HEAD answer names as no body', async () => {
    const port = await serve((_, response) => response.writeHead(200, {'content-length': '9999'}).end());
    const answer = await transport().send(request(`http://127.0.0.1:${port}/`, {method: 'HEAD', maxBytes: 10}));
    assert.deepEqual([answer.status, answer.body.length], [200, 0]);
  });

  for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'connection'])
    it(`refuses a request that sets ${name}`, async () => {
      const error = await rejection(transport().send(request('http://127.0.0.1:8080/', {headers: {[name]: 'x'}})));
      assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW2107');
    });

  it('refuses a header value HTTP does not allow without repeating it', async () => {
    const error = await rejection(
      transport().send(request('http://127.0.0.1:8080/', {headers: {authorization: 'Bearer canary\nX: y'}})),
    );
    assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW2107', String(error));
    assert.doesNotMatch(error.message, /canary/);
  });

  it('writes the same headers again as it wrote them first, and others as they are', async () => {
    const seen: unknown[] = [];
    const port = await serve((message, response) => {
      seen.push([message.method, message.headers['x-key'], message.headers['x-other']]);
      response.end();
    });
    const wire = transport();
    const send = (headers: Record<string, string>) =>
      wire.send(request(`http://127.0.0.1:${port}/`, {method: 'post', headers}));
    for (const headers of [{'X-Key': ' k '}, {'X-Key': ' k '}, {'X-Key': 'l'}, {'X-Key': 'a', 'X-Other': 'b'}])
      await send(headers);
    assert.deepEqual(seen, [
      ['POST', 'k', undefined],
      ['POST', 'k', undefined],
      ['POST', 'l', undefined],
      ['POST', 'a', 'b'],
    ]);
    // Both read like the last set when names and values are merely joined.
    const error = await rejection(send({'X-Key': 'a\nX-Other\nb'}));
    assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW2107', String(error));
    await send({'X-Key': 'a","X-Other":"b'});
    assert.deepEqual(seen.slice(4), [['POST', 'a","X-Other":"b', undefined]]);
  });

  it('knows the headers of a connection that has many sets of them', async () => {
    const seen: unknown[] = [];
    const port = await serve((message, response) => {
      seen.push(message.headers['x-key']);
      response.end();
    });
    const wire = transport();
    const keys = Array.from({length: 80}, (_, i) => `k${i % 40}`);
    for (const key of keys) await wire.send(request(`http://127.0.0.1:${port}/`, {headers: {'x-key': key}}));
    assert.deepEqual(seen, keys);
  });

  it('O16 never repeats a request, though ky by itself would', async () => {
    let calls = 0;
    const port = await serve((_, response) => {
      calls++;
      response.writeHead(503).end();
    });
    await transport().send(request(`http://127.0.0.1:${port}/`));
    assert.equal(calls, 1);
    await rejection(ky(`http://127.0.0.1:${port}/`, {retry: {delay: () => 1}}).text());
    assert.equal(calls, 4);
  });
});

describe('the size of an answer', () => {
  onTheRealWire();

  const assertTooLarge = (error: Error) =>
    assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW3007', String(error));

  it('E11 is counted after decompression, and a small bomb is stopped at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), {level: 9});
    assert.ok(bomb.length < 300_000);
    const port = await serve((_, response) => response.writeHead(200, {'content-encoding': 'gzip'}).end(bomb));
    const before = process.memoryUsage().rss;
    const error = await rejection(
      transport().send(request(`http://127.0.0.1:${port}/`, {maxBytes: 1024 * 1024, timeoutMs: 9000})),
    );
    assertTooLarge(error);
    assert.ok(process.memoryUsage().rss - before < 32 * 1024 * 1024);
  });

  it('is refused at once when it announces too much', async () => {
    const port = await serve((_, response) => response.writeHead(200, {'content-length': '2000000'}).write('x'));
    assertTooLarge(await rejection(transport().send(request(`http://127.0.0.1:${port}/`))));
  });

  it('is refused while it comes, however it is framed, and the next call is answered', async () => {
    const port = await serve((message, response) => {
      if (message.url === '/last') response.writeHead(200, {connection: 'close'});
      if (message.url === '/small') return response.end('ok');
      for (let i = 0; i < 200; i++) response.write('x'.repeat(1000));
      return response.end();
    });
    const wire = transport();
    for (const path of ['/more', '/last']) {
      assertTooLarge(await rejection(wire.send(request(`http://127.0.0.1:${port}${path}`, {maxBytes: 5000}))));
      assert.equal(text(await wire.send(request(`http://127.0.0.1:${port}/small`))), 'ok');
    }
  });

  it('may be exactly the limit, not one byte more', async () => {
    const port = await serve((message, response) => {
      response.write('12345');
      response.end(message.url === '/six' ? '6' : '');
    });
    const wire = transport();
    assert.equal(text(await wire.send(request(`http://127.0.0.1:${port}/five`, {maxBytes: 5}))), '12345');
    assertTooLarge(await rejection(wire.send(request(`http://127.0.0.1:${port}/six`, {maxBytes: 5}))));
  });
});

describe('time', () => {
  onTheRealWire();

  it('E12 ends an endless answer of one byte at a time at the total timeout', async () => {
    const port = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const drip = setInterval(() => socket.write('1\r\nx\r\n'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    assertFault(
      await rejection(transport().send(request(`http://127.0.0.1:${port}/`, {timeoutMs: 250}))),
      'timeout',
      true,
    );
  });

  it('E12 ends a silent answer after the idle time', async () => {
    const port = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx'));
    const started = performance.now();
    assertFault(
      await rejection(transport({}, {idleMs: 300}).send(request(`http://127.0.0.1:${port}/`, {timeoutMs: 9000}))),
      'timeout',
      true,
    );
    assert.ok(performance.now() - started < 5000);
  });

  it('calls a slow answer a timeout after sending', async () => {
    const port = await serve(() => undefined);
    assertFault(
      await rejection(
        transport().send(request(`http://127.0.0.1:${port}/`, {method: 'POST', body: 'x', timeoutMs: 200})),
      ),
      'timeout',
      true,
    );
  });

  it('knows that a request which waited for a connection was never sent', async () => {
    let posts = 0;
    const port = await serve((message) => {
      if (message.method === 'POST') posts++;
    });
    const wire = transport({}, {connections: 1});
    const first = rejection(wire.send(request(`http://127.0.0.1:${port}/`, {timeoutMs: 600})));
    assertFault(
      await rejection(wire.send(request(`http://127.0.0.1:${port}/`, {method: 'POST', body: 'x', timeoutMs: 200}))),
      'timeout',
      false,
    );
    assertFault(await first, 'timeout', true);
    assert.equal(posts, 0);
  });

  it('knows that a request whose name is still being resolved was never sent', async () => {
    const wire = transport(
      {hosts: ['api.example.com']},
      {resolve: () => new Promise(() => undefined), connectTimeoutMs: 400},
    );
    assertFault(await rejection(wire.send(request('https://api.example.com/', {timeoutMs: 200}))), 'timeout', false);
  });
});

describe('a broken wire', () => {
  onTheRealWire();

  const notFound = Object.assign(new Error('no such host'), {code: 'ENOTFOUND'});
  const busy = Object.assign(new Error('try again'), {code: 'EAI_AGAIN'});

  it('O02 is refused and not sent when nobody listens', async () => {
    const port = await serve(() => undefined);
    await closeAll();
    assertFault(
      await rejection(transport().send(request(`http://127.0.0.1:${port}/`, {method: 'POST', body: 'x'}))),
      'refused',
      false,
    );
  });

  for (const cause of [notFound, busy])
    it(`O02 is dns and not sent on ${cause.code}`, async () => {
      const wire = transport({hosts: ['api.example.com']}, {resolve: () => Promise.reject(cause)});
      const error = await rejection(wire.send(request('https://api.example.com/')));
      assertFault(error, 'dns', false);
      assert.match(error.message, new RegExp(cause.code));
    });

  it('O03 is a reset, sent, when the server hangs up before it answers', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    assertFault(
      await rejection(transport().send(request(`http://127.0.0.1:${port}/`, {method: 'POST', body: 'x'}))),
      'reset',
      true,
    );
  });

  it('is a reset, sent, when a kept connection dies under the next request', async () => {
    let calls = 0;
    const port = await serveRaw((socket) =>
      socket.on('data', () => {
        if (calls++ === 0) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
        else socket.destroy();
      }),
    );
    const wire = transport();
    assert.equal(text(await wire.send(request(`http://127.0.0.1:${port}/`))), 'ok');
    assertFault(
      await rejection(wire.send(request(`http://127.0.0.1:${port}/`, {method: 'POST', body: 'x'}))),
      'reset',
      true,
    );
    assert.equal(calls, 2);
  });

  for (const [what, head] of [
    ['E13 100 bytes announced, 60 sent', `HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n${'x'.repeat(60)}`],
    ['a chunk cut short', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nabc'],
    ['a gzip body that is no gzip', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd'],
    ['an answer that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['headers cut short', 'HTTP/1.1 200 OK\r\nx-a: '],
  ] as const)
    it(`is a reset, sent: ${what}`, async () => {
      const port = await serveRaw((socket) => socket.once('data', () => socket.end(head)));
      assertFault(await rejection(transport().send(request(`http://127.0.0.1:${port}/`))), 'reset', true);
    });

  it('E13 is a reset, sent, when the connection is reset inside the body', async () => {
    const port = await serveRaw((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nxx', () => socket.resetAndDestroy()),
      ),
    );
    assertFault(
      await rejection(transport().send(request(`http://127.0.0.1:${port}/`, {method: 'POST', body: 'x'}))),
      'reset',
      true,
    );
  });
});

describe('TLS', () => {
  onTheRealWire();

  it('E15 refuses an unknown issuer, and nothing is sent', async () => {
    const port = await serve((_, response) => response.end('ok'), certificate('valid'));
    const post = request(`https://localhost:${port}/`, {method: 'POST', body: 'x'});
    assertFault(await rejection(transport().send(post)), 'tls', false);
    assert.equal(text(await transport({ca}).send(post)), 'ok');
  });

  it('E15 refuses an expired certificate of a known issuer', async () => {
    const port = await serve((_, response) => response.end('ok'), certificate('expired'));
    const error = await rejection(transport({ca}).send(request(`https://localhost:${port}/`)));
    assertFault(error, 'tls', false);
    assert.match(error.message, /CERT_HAS_EXPIRED/);
  });

  it('E15 refuses a certificate for another name', async () => {
    const port = await serve((_, response) => response.end('ok'), certificate('valid'));
    const resolve = async () => [{address: '127.0.0.1', family: 4}];
    const wire = transport({hosts: ['other.example.com'], allowPrivate: ['other.example.com'], ca}, {resolve});
    assertFault(await rejection(wire.send(request(`https://other.example.com:${port}/`))), 'tls', false);
  });

  it('E15 stays strict when the environment says otherwise', async () => {
    const port = await serve((_, response) => response.end('ok'), certificate('valid'));
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      assertFault(await rejection(transport().send(request(`https://localhost:${port}/`))), 'tls', false);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('is tls and not sent when the other side speaks plain HTTP', async () => {
    const port = await serve((_, response) => response.end('ok'));
    assertFault(await rejection(transport().send(request(`https://127.0.0.1:${port}/`))), 'tls', false);
  });

  it('is not sent when the other side hangs up during the handshake', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    assertFault(await rejection(transport().send(request(`https://127.0.0.1:${port}/`))), 'refused', false);
  });
});

describe('recorded answers', () => {
  const wire = () => transport({hosts: ['api.example.com']});
  afterEach(async () => {
    nock.cleanAll();
    await closeAll();
  });

  it('come through the same door', async () => {
    nock('https://api.example.com').post('/jobs', {a: 1}).matchHeader('x-key', 'k').reply(201, {id: 7}, {'X-Id': '9'});
    const answer = await wire().send(
      request('https://api.example.com/jobs', {
        method: 'POST',
        headers: {'x-key': 'k', 'content-type': 'application/json'},
        body: '{"a":1}',
      }),
    );
    assert.deepEqual([answer.status, text(answer), answer.headers['x-id']], [201, '{"id":7}', '9']);
  });

  for (const [code, network, sent] of [
    ['ECONNRESET', 'reset', true],
    ['UND_ERR_SOCKET', 'reset', true],
    ['EPIPE', 'reset', true],
    ['ECONNREFUSED', 'refused', false],
    ['ENOTFOUND', 'dns', false],
    ['EAI_AGAIN', 'dns', false],
    ['CERT_HAS_EXPIRED', 'tls', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', false],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', false],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', true],
    ['ETIMEDOUT', 'timeout', true],
    ['SOMETHING_NEW', 'reset', true],
  ] as const)
    it(`read ${code} as ${network}, ${sent ? 'perhaps sent' : 'not sent'}`, async () => {
      nock('https://api.example.com')
        .post('/')
        .replyWithError(Object.assign(new Error('broken'), {code}));
      assertFault(
        await rejection(wire().send(request('https://api.example.com/', {method: 'POST', body: 'x'}))),
        network,
        sent,
      );
    });

  it('are asked for only after the host was checked', async () => {
    nock('https://evil.example.net').get('/').reply(200);
    assert.match((await rejection(wire().send(request('https://evil.example.net/')))).message, /not listed/);
    assert.equal(nock.isDone(), false);
  });

  it('leave redirects to us', async () => {
    nock('https://api.example.com').get('/').reply(302, '', {location: 'https://api.example.com/next'});
    const error = await rejection(wire().send(request('https://api.example.com/')));
    assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW3011', String(error));
  });
});
