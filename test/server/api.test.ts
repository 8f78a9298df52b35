/** The JSON API and the two questions of a watchdog, over real HTTP with a real store. */
import assert from 'node:assert/strict';
import {onTheRealWire} from '../http/wire.ts';
import {closeAll, openHook, type Started, startServer, statusOf, talk, template} from './support.ts';

afterEach(closeAll);

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

async function get({port}: Started, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {headers});
  return {status: response.status, headers: response.headers, body: await response.json()};
}

async function withEvents(ids: readonly string[], options: Parameters<typeof startServer>[0] = {}): Promise<Started> {
  const started = await startServer({templates: [template], ...options});
  for (const id of ids) {
    started.clock.advance(1000);
    await fetch(`http://127.0.0.1:${started.port}/hooks/app`, {
      method: 'POST',
      body: JSON.stringify({id, phone: '555-1234'}),
    });
  }
  return started;
}

describe('the API', () => {
  onTheRealWire();
  it('lists runs, newest first, page by page', async () => {
    const started = await withEvents(['e1', 'e2', 'e3']);
    const first = await get(started, '/api/v1/runs?limit=2');
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(first.headers.get('cache-control'), 'no-store');
    assert.equal(first.body.items.length, 2);
    const second = await get(started, `/api/v1/runs?limit=2&after=${encodeURIComponent(first.body.next)}`);
    const ids = [...first.body.items, ...second.body.items].map(({id}) => id);
    assert.equal(new Set(ids).size, 3);
    assert.equal(second.body.next, undefined);
    assert.equal(first.body.items[0].createdAt, '2026-01-12T08:15:43Z');
  });

  it('filters runs by state, template, connection and event', async () => {
    const started = await withEvents(['e1']);
    const event = (await get(started, '/api/v1/events')).body.items[0];
    for (const [query, count] of [
      ['state=queued', 1],
      ['state=queued,failed', 1],
      ['state=failed&state=queued', 1],
      ['state=failed', 0],
      ['template=made-to-job', 1],
      ['template=other', 0],
      ['connection=app-main', 1],
      [`event=${event.uid}`, 1],
      ['event=other', 0],
    ] as const)
      assert.equal((await get(started, `/api/v1/runs?${query}`)).body.items.length, count, query);
  });

  it('shows one run, and one event by our id and the id of its sender', async () => {
    const started = await withEvents(['e1']);
    const run = (await get(started, '/api/v1/runs')).body.items[0];
    const detail = await get(started, `/api/v1/runs/${run.id}`);
    assert.equal(detail.body.state, 'queued');
    assert.deepEqual(detail.body.log, []);
    const byUid = await get(started, `/api/v1/events/${run.event}`);
    assert.equal(byUid.body.id, 'e1');
    assert.deepEqual((await get(started, '/api/v1/events/e1')).body, byUid.body);
    assert.equal(byUid.body.decisions[0].run, run.id);
  });

  it('masks sensitive fields and known secrets', async () => {
    const started = await withEvents(['e1', 'very-secret-text']);
    started.redactor.add('very-secret-text');
    assert.deepEqual((await get(started, '/api/v1/events/e1')).body.data, {id: 'e1', phone: '[secret]'});
    const list = await get(started, '/api/v1/events');
    assert.doesNotMatch(JSON.stringify(list.body), /very-secret-text|555-1234/);
  });

  it('filters events', async () => {
    const started = await withEvents(['e1']);
    for (const [query, count] of [
      ['state=accepted', 1],
      ['state=dead,ignored', 0],
      ['connection=app-main', 1],
      ['type=thing.made', 1],
      ['type=thing.gone', 0],
    ] as const)
      assert.equal((await get(started, `/api/v1/events?${query}`)).body.items.length, count, query);
  });

  it('tells why', async () => {
    const started = await withEvents(['e1']);
    const {body} = await get(started, '/api/v1/events/e1/why');
    assert.equal(body.summary, 'accepted: 1 run');
    assert.equal(body.decisions[0].run.state, 'queued');
    assert.equal(body.event.id, 'e1');
  });

  for (const [path, status, code, hint] of [
    ['/api/v1/runs?stat=queued', 400, 'JW7101', /state/],
    ['/api/v1/runs?state=qeued', 400, 'JW7101', /queued/],
    ['/api/v1/runs?limit=0', 400, 'JW7101', /./],
    ['/api/v1/runs?limit=1001', 400, 'JW7101', /./],
    ['/api/v1/runs?limit=1&limit=2', 400, 'JW7101', /./],
    ['/api/v1/runs?template=a&template=b', 400, 'JW7101', /./],
    ['/api/v1/runs/nope?x=1', 400, 'JW7101', /./],
    ['/api/v1/runs/nope', 404, 'JW7102', /./],
    ['/api/v1/events/nope', 404, 'JW7102', /./],
    ['/api/v1/events/nope/why', 404, 'JW7102', /./],
    ['/api/v1/nope', 404, 'JW7102', /./],
    ['/', 404, 'JW7102', /./],
  ] as const)
    it(`answers ${path} with ${status} and ${code}`, async () => {
      const answer = await get(await startServer(), path);
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
      assert.equal(answer.body.code, code);
      assert.equal(answer.body.status, status);
      assert.match(`${answer.body.hint} ${answer.body.suggestions ?? ''}`, hint);
    });

  const paths = ['/api/v1/runs', '/api/v1/runs/x', '/api/v1/events', '/api/v1/events/x', '/api/v1/events/x/why'];

  it('has no route that this file does not know', async () => {
    const {app} = await startServer();
    const seen = app.printRoutes({commonPrefix: false, includeHooks: false});
    const count = seen.match(/\((?:GET|POST|PUT|PATCH|DELETE|OPTIONS)/g)?.length;
    assert.equal(
      count,
      paths.length + ['/livez', '/readyz', '/hooks/:connection', '/hooks/:connection/:feed'].length,
      seen,
    );
  });

  it('is closed on every route to whoever has no token, when there is one', async () => {
    const started = await startServer({config: {apiToken: 'token-1'}});
    for (const path of paths)
      for (const headers of [
        {},
        {authorization: 'Bearer token-2'},
        {authorization: 'Bearer '},
        {authorization: 'Basic token-1'},
      ]) {
        const answer = await get(started, path, headers as Record<string, string>);
        assert.equal(answer.status, 401);
        assert.equal(answer.body.code, 'JW7105');
        assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      }
    assert.equal((await get(started, '/api/v1/runs', {authorization: 'Bearer token-1'})).status, 200);
  });

  it('answers without a token as localhost only', async () => {
    const {port} = await startServer();
    const ask = (host: string, ...headers: string[]): Promise<string> =>
      talk(port, ['GET /api/v1/runs HTTP/1.1', `Host: ${host}`, 'Connection: close', ...headers, '', ''].join('\r\n'));
    for (const host of ['localhost', `127.0.0.1:${port}`, '[::1]:80', 'LOCALHOST'])
      assert.equal(statusOf(await ask(host)), 200);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '127.0.0.1@evil'])
      assert.equal(statusOf(await ask(host)), 421);
    assert.equal(statusOf(await ask('localhost', 'X-Forwarded-For: 10.0.0.1')), 403);
    assert.equal(statusOf(await ask('localhost', 'Forwarded: for=10.0.0.1')), 403);
  });

  it('gives no answer that another site may read', async () => {
    const answer = await get(await startServer(), '/api/v1/runs', {origin: 'https://evil.example'});
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });
});

describe('a watchdog', () => {
  onTheRealWire();
  it('learns that the process lives and whether it is ready', async () => {
    let ready = true;
    const started = await startServer({ready: async () => ready});
    assert.equal((await get(started, '/livez')).status, 200);
    assert.equal((await get(started, '/readyz')).status, 200);
    ready = false;
    assert.equal((await get(started, '/livez')).status, 200);
    assert.deepEqual((await get(started, '/readyz')).body, {status: 'not ready'});
    assert.equal((await get(started, '/readyz')).status, 503);
  });

  it('takes a question that fails for not ready', async () => {
    const started = await startServer({ready: () => Promise.reject(new Error('no store'))});
    assert.equal((await get(started, '/readyz')).status, 503);
  });

  it('sees requests under way finish when the server closes', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const started = await startServer({hooks: {app: openHook}, ready: () => held.then(() => true)});
    const answer = get(started, '/readyz');
    await new Promise((resolve) => started.app.server.once('request', resolve));
    const closed = started.app.close();
    release();
    assert.equal((await answer).status, 200);
    await closed;
  });
});
