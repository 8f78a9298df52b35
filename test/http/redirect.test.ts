/** Redirects: followed only as declared, each hop checked, nothing secret carried to another origin. */
import assert from 'node:assert/strict';
import type {IncomingMessage} from 'node:http';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import type {WireRequest} from '../../src/http/send.ts';
import {onTheRealWire, rejection, request, serve, text, transport} from './wire.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that sends `/from` on to `location` with this status, and answers anything else with 200. */
async function redirecting(status: number, location: (port: number) => string): Promise<{port: number; seen: Seen[]}> {
  const seen: Seen[] = [];
  const port = await serve(async (message, response) => {
    let body = '';
    for await (const chunk of message) body += chunk;
    seen.push({method: message.method, url: message.url, headers: message.headers, body});
    if (message.url === '/from') response.writeHead(status, {location: location(port)}).end('moved');
    else response.end('arrived');
  });
  return {port, seen};
}

async function refused(more: Partial<WireRequest>, url: string, code: string): Promise<JobwireError> {
  const error = await rejection(transport().send(request(url, more)));
  assert.ok(error instanceof JobwireError && error.jobwireCode === code, String(error));
  return error;
}

describe('a redirect', () => {
  onTheRealWire();

  for (const status of [301, 302, 303, 307, 308])
    it(`E21 is an error by default (${status})`, async () => {
      const {port, seen} = await redirecting(status, () => '/to?token=canary');
      const error = await refused({}, `http://127.0.0.1:${port}/from`, 'JW3011');
      assert.match(
        error.message,
        new RegExp(`GET http://127.0.0.1:${port}/from redirects to http://127.0.0.1:${port}/to$`),
      );
      assert.equal(seen.length, 1);
    });

  it('is an answer where its status is expected', async () => {
    const {port} = await redirecting(303, () => '/to');
    const answer = await transport().send(
      request(`http://127.0.0.1:${port}/from`, {accepts: (status) => status === 303}),
    );
    assert.deepEqual([answer.status, answer.headers['location']], [303, '/to']);
  });

  it('is an answer when it names no location', async () => {
    const port = await serve((_, response) => response.writeHead(302).end());
    assert.equal((await transport().send(request(`http://127.0.0.1:${port}/`))).status, 302);
  });

  it('is followed to the same origin with its credentials', async () => {
    const {port, seen} = await redirecting(302, () => '../to');
    const answer = await transport().send(
      request(`http://127.0.0.1:${port}/from`, {
        redirect: 'same-origin',
        headers: {'x-api-key': 'k'},
        secretHeaders: ['X-Api-Key'],
      }),
    );
    assert.deepEqual([text(answer), answer.url], ['arrived', `http://127.0.0.1:${port}/to`]);
    assert.equal(seen[1]?.headers['x-api-key'], 'k');
  });

  for (const [status, method, arrives, body] of [
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'data'],
    [307, 'POST', 'POST', 'data'],
    [308, 'PATCH', 'PATCH', 'data'],
  ] as const)
    it(`after ${status} a ${method} arrives as ${arrives}`, async () => {
      const {port, seen} = await redirecting(status, () => '/to');
      await transport().send(
        request(`http://127.0.0.1:${port}/from`, {
          method,
          body: 'data',
          headers: {'content-type': 'text/plain'},
          redirect: 'same-origin',
        }),
      );
      const second = seen[1];
      assert.deepEqual(
        [second?.method, second?.body, second?.headers['content-type']],
        [arrives, body, body === '' ? undefined : 'text/plain'],
      );
    });

  it('is followed three times, not four', async () => {
    const port = await serve((message, response) => {
      const left = Number(message.url?.slice(1));
      if (left === 0) response.end('arrived');
      else response.writeHead(307, {location: `/${left - 1}`}).end();
    });
    const url = `http://127.0.0.1:${port}`;
    assert.equal(text(await transport().send(request(`${url}/3`, {redirect: 'same-origin'}))), 'arrived');
    await refused({redirect: 'same-origin'}, `${url}/4`, 'JW3011');
  });

  for (const location of ['http://[', 'https://:x'])
    it(`is refused when its location is "${location}"`, async () => {
      const {port} = await redirecting(302, () => location);
      await refused({redirect: 'drop-auth'}, `http://127.0.0.1:${port}/from`, 'JW3011');
    });

  it('E07 to a private address is refused, and the error names the host', async () => {
    const {port, seen} = await redirecting(302, () => 'http://169.254.169.254/latest/meta-data');
    const url = `http://127.0.0.1:${port}/from`;
    assert.match((await refused({redirect: 'same-origin'}, url, 'JW3011')).message, /169\.254\.169\.254/);
    assert.match((await refused({redirect: 'drop-auth'}, url, 'JW3010')).message, /169\.254\.169\.254/);
    assert.equal(seen.length, 2);
  });

  it('E09 from https to http is refused', async () => {
    const {port} = await redirecting(302, () => 'http://api.example.com/');
    const wire = transport({hosts: ['127.0.0.1', 'api.example.com']});
    const error = await rejection(wire.send(request(`http://127.0.0.1:${port}/from`, {redirect: 'drop-auth'})));
    assert.match(error.message, /only https/);
  });
});

describe('a redirect to another origin', () => {
  onTheRealWire();

  it('E07 is refused under same-origin, also for another port', async () => {
    const other = await redirecting(200, () => '');
    const {port} = await redirecting(302, () => `http://127.0.0.1:${other.port}/to`);
    const error = await refused({redirect: 'same-origin'}, `http://127.0.0.1:${port}/from`, 'JW3011');
    assert.match(error.message, new RegExp(`:${other.port}/to`));
    assert.equal(other.seen.length, 0);
  });

  it('E08 carries no credential under drop-auth', async () => {
    const other = await redirecting(200, () => '');
    const {port} = await redirecting(302, () => `http://127.0.0.1:${other.port}/file?sig=1`);
    const headers = {Authorization: 'Bearer t', Cookie: 'c=1', 'X-Api-Key': 'k', accept: 'text/plain'};
    const answer = await transport().send(
      request(`http://127.0.0.1:${port}/from`, {redirect: 'drop-auth', headers, secretHeaders: ['x-api-key']}),
    );
    assert.equal(text(answer), 'arrived');
    const arrived = other.seen[0];
    assert.equal(arrived?.url, '/file?sig=1');
    for (const name of ['authorization', 'cookie', 'x-api-key']) assert.equal(arrived?.headers[name], undefined);
    assert.equal(arrived?.headers.accept, 'text/plain');
  });

  it('E08 gives the credentials to nobody on the way back either', async () => {
    const back = await redirecting(200, () => '');
    const other = await redirecting(302, () => `http://127.0.0.1:${back.port}/to`);
    const {port} = await redirecting(302, () => `http://127.0.0.1:${other.port}/from`);
    await transport().send(
      request(`http://127.0.0.1:${port}/from`, {
        redirect: 'drop-auth',
        headers: {'x-api-key': 'k'},
        secretHeaders: ['X-API-KEY'],
      }),
    );
    assert.equal(back.seen[0]?.headers['x-api-key'], undefined);
  });

  for (const status of [307, 308])
    it(`E08 never forwards a body (${status})`, async () => {
      const other = await redirecting(200, () => '');
      const {port} = await redirecting(status, () => `http://127.0.0.1:${other.port}/to`);
      await refused({method: 'POST', body: 'data', redirect: 'drop-auth'}, `http://127.0.0.1:${port}/from`, 'JW3011');
      assert.equal(other.seen.length, 0);
    });
});
