/** The guard: who may be called, decided on the URL and on every address dialled. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import fc from 'fast-check';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {createGuard, type EgressPolicy} from '../../src/http/egress.ts';
import {assertGuardWorks} from '../../src/http/self-check.ts';
import {onTheRealWire, rejection, request, serve, text, transport} from './wire.ts';

const none: EgressPolicy = {hosts: [], allowPrivate: []};

/** The guard's sentence, or undefined when it lets the URL through. */
function verdict(url: string, policy: Partial<EgressPolicy>): string | undefined {
  try {
    createGuard({...none, ...policy}).check(new URL(url));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW3010', String(error));
    return error.message;
  }
}

/** The same for a name with these addresses. */
async function dialVerdict(
  addresses: string[],
  policy: Partial<EgressPolicy> = {},
  host = 'api.example.com',
): Promise<string[] | string> {
  const guard = createGuard({...none, ...policy}, async () =>
    addresses.map((address) => ({address, family: address.includes(':') ? 6 : 4})),
  );
  return new Promise((resolve) => {
    guard.lookup(host, {all: true}, (error, found) => {
      resolve(error ? error.message : (found as {address: string}[]).map(({address}) => address));
    });
  });
}

describe('the host list', () => {
  const hosts = [
    'api.example.com',
    '*.example.org',
    'intern.example.net:444',
    'Bücher.example',
    '8.8.8.8',
    '2606:4700::1111',
  ];
  for (const url of [
    'https://api.example.com/x',
    'https://API.EXAMPLE.COM:443/',
    'https://api.example.com:8443/',
    'https://a.example.org/',
    'https://a.b.example.org/',
    'https://intern.example.net:444/',
    'https://xn--bcher-kva.example/',
    'https://8.8.8.8/',
    'https://[2606:4700:0:0::1111]/',
  ])
    it(`permits ${url}`, () => assert.equal(verdict(url, {hosts}), undefined));

  for (const [url, why] of [
    ['https://example.com/', 'not listed'],
    ['https://api.example.com.evil.example/', 'not listed'],
    ['https://evil-api.example.com/', 'not listed'],
    ['https://example.org/', 'not listed'],
    ['https://evilexample.org/', 'not listed'],
    ['https://api.example.com./', 'not listed'],
    ['https://intern.example.net/', 'port 443 is not listed'],
    ['https://user@api.example.com/', 'user name'],
    ['https://:pass@api.example.com/', 'user name'],
  ] as const)
    it(`refuses ${url}`, () => assert.match(verdict(url, {hosts}) ?? '', new RegExp(why)));

  for (const pattern of ['*', '', '*.', 'a/b', 'x@api.example.com', 'https://api.example.com', '*.*.example.com'])
    it(`reads nothing into the pattern "${pattern}"`, () => {
      assert.match(verdict('https://api.example.com/', {hosts: [pattern]}) ?? '', /not listed/);
    });

  for (const [url, why] of [
    ['http://api.example.com/', 'only https'],
    ['file:///etc/passwd', 'file is not a scheme'],
    ['data:text/plain,x', 'data is not a scheme'],
    ['ftp://api.example.com/', 'ftp is not a scheme'],
    ['https://api.example.com:25/', 'port 25'],
    ['https://api.example.com:22/', 'port 22'],
    ['https://api.example.com:6379/', 'port 6379'],
    ['https://api.example.com:5432/', 'port 5432'],
  ] as const)
    it(`E09 refuses ${url}`, () => assert.match(verdict(url, {hosts: ['api.example.com', '']}) ?? '', new RegExp(why)));

  it('E17 refuses a host outside the list before any name is resolved', async () => {
    let asked = 0;
    const wire = transport(
      {hosts: ['api.example.com']},
      {
        resolve: async () => {
          asked++;
          return [];
        },
      },
    );
    await rejection(wire.send(request('https://collector.example.net/', {headers: {authorization: 'Bearer x'}})));
    assert.equal(asked, 0);
  });
});

describe('literal addresses', () => {
  for (const host of [
    '2130706433',
    '0x7f.1',
    '017700000001',
    '127.1',
    '①②⑦.0.0.1',
    '0',
    '[::]',
    '[::1]',
    '[::ffff:169.254.169.254]',
    '169.254.169.254\\@x',
    '10.0.0.8',
    '192.168.1.1',
    '172.16.0.1',
  ])
    it(`E01 refuses https://${host}/ although its host is listed`, () => {
      const url = `https://${host}/`;
      assert.match(verdict(url, {hosts: [new URL(url).hostname]}) ?? '', /the address is/);
    });

  it('E01 refuses a user name in front of an address', () => {
    assert.match(verdict('https://a@169.254.169.254/', {hosts: ['169.254.169.254']}) ?? '', /user name/);
  });

  for (const address of [
    '100.64.0.1',
    '2002:7f00:1::',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2001::1',
    '5f00::1',
    '100::1',
    '192.0.2.1',
    '2001:db8::1',
  ])
    it(`E05 refuses ${address}`, async () => {
      assert.match(String(await dialVerdict([address], {hosts: ['api.example.com']})), /may not be called/);
    });

  for (const address of ['::a9fe:a9fe', '168.63.129.16', '::127.0.0.1', '100:0:0:1::1', 'fec0::1'])
    it(`E06 refuses ${address}`, async () => {
      assert.match(String(await dialVerdict([address])), /may not be called/);
      const host = address.includes(':') ? `[${address}]` : address;
      assert.match(verdict(`https://${host}/`, {hosts: [host]}) ?? '', /the address is/);
    });

  it('permits public addresses', async () => {
    assert.deepEqual(await dialVerdict(['93.184.215.14', '2606:4700::1111']), ['93.184.215.14', '2606:4700::1111']);
  });

  it('dials only the permitted ones of several addresses', async () => {
    assert.deepEqual(await dialVerdict(['10.0.0.1', '93.184.215.14']), ['93.184.215.14']);
  });
});

describe('private addresses', () => {
  it('are open for a name the operator listed, but never the metadata address', async () => {
    const policy = {allowPrivate: ['orchestrator.example.com']};
    assert.deepEqual(await dialVerdict(['10.1.2.3'], policy, 'orchestrator.example.com'), ['10.1.2.3']);
    assert.match(String(await dialVerdict(['169.254.169.254'], policy, 'orchestrator.example.com')), /linkLocal/);
    assert.match(String(await dialVerdict(['10.1.2.3'], policy, 'other.example.com')), /private/);
  });

  it('are open for a listed address in any spelling', () => {
    const policy = {hosts: ['[::1]', '127.0.0.1'], allowPrivate: ['::1', '127.0.0.1']};
    assert.equal(verdict('http://[0:0::1]:8080/', policy), undefined);
    assert.equal(verdict('http://127.1:8080/', policy), undefined);
    assert.match(verdict('http://127.0.0.2/', {hosts: ['127.0.0.2'], allowPrivate: ['127.0.0.1']}) ?? '', /loopback/);
  });
});

describe('a guarded call', () => {
  onTheRealWire();

  it('E02 refuses a literal address, for which no lookup happens', async () => {
    let reached = 0;
    const port = await serve((_, response) => {
      reached++;
      response.end();
    });
    const error = await rejection(transport({allowPrivate: []}).send(request(`http://127.0.0.1:${port}/`)));
    assert.match(error.message, /loopback/);
    assert.equal(reached, 0);
  });

  it('E03 refuses a name that resolves to this machine while dialling', async () => {
    let reached = 0;
    const port = await serve((_, response) => {
      reached++;
      response.end();
    });
    const wire = transport(
      {hosts: ['api.example.com'], allowPrivate: []},
      {resolve: async () => [{address: '127.0.0.1', family: 4}]},
    );
    const error = await rejection(wire.send(request(`https://api.example.com:${port}/`)));
    assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW3010', String(error));
    assert.match(error.message, /api\.example\.com may not be called: it resolves to 127\.0\.0\.1/);
    assert.equal(reached, 0);
  });

  it('E04 refuses the second call when the name moved to a private address', async () => {
    const port = await serve((_, response) => response.writeHead(200, {connection: 'close'}).end('ok'));
    const answers = ['127.0.0.1', '10.0.0.1'];
    const resolve = async () => [{address: answers.shift() ?? '', family: 4}];
    const wire = transport({hosts: ['localhost'], allowPrivate: ['127.0.0.1']}, {resolve});
    assert.equal(text(await wire.send(request(`http://localhost:${port}/`))), 'ok');
    assert.match((await rejection(wire.send(request(`http://localhost:${port}/`)))).message, /resolves to 10\.0\.0\.1/);
  });

  it('E10 ignores proxy settings of the environment', async () => {
    let proxied = 0;
    const proxy = await serve((_, response) => {
      proxied++;
      response.end('proxy');
    });
    const port = await serve((_, response) => response.end('target'));
    const script = `
      import {createTransport} from ${JSON.stringify(new URL('../../src/http/send.ts', import.meta.url).href)};
      const wire = createTransport({hosts: ['127.0.0.1'], allowPrivate: ['127.0.0.1']});
      const url = 'http://127.0.0.1:${port}/';
      const answer = await wire.send({method: 'GET', url, headers: {}, timeoutMs: 5000, maxBytes: 99, redirect: 'error', secretHeaders: []});
      process.stdout.write(answer.body);`;
    const address = `http://127.0.0.1:${proxy}`;
    const env = {
      ...process.env,
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: address,
      http_proxy: address,
      NO_PROXY: '',
      no_proxy: '',
    };
    const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {env});
    assert.deepEqual([stdout, proxied], ['target', 0]);
  });

  it('E20 dials the host it checked, for any spelling of a URL', async () => {
    // No digits but in ::1: a number is an address, and a public one would really be called.
    const part = fc.constantFrom(
      'api',
      'EXAMPLE',
      '.',
      'com',
      '@',
      '\\',
      '/',
      '#',
      '?',
      ':443',
      '%2e',
      '。',
      'x',
      '-',
      '[',
      '::1',
      '\t',
    );
    const urls = fc.array(part, {minLength: 1, maxLength: 6}).map((parts) => `https://${parts.join('')}`);
    await fc.assert(
      fc.asyncProperty(urls, async (url) => {
        const parsed = URL.parse(url);
        fc.pre(parsed !== null && parsed.hostname !== '' && parsed.username === '');
        const dialled: string[] = [];
        const resolve = async (host: string) => {
          dialled.push(host);
          return [{address: '127.0.0.1', family: 4}];
        };
        const wire = transport({hosts: [parsed?.host ?? ''], allowPrivate: []}, {resolve});
        const error = await rejection(wire.send(request(url)));
        assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW3010', String(error));
        for (const host of dialled) assert.equal(host, parsed?.hostname);
      }),
      {numRuns: 150},
    );
  });

  it('E23 proves at start-up that the guard is in the way', async () => {
    await assertGuardWorks();
  });

  it('E23 stops the start when a call is not guarded, or refused for another reason', async () => {
    const answer = {status: 200, url: '', headers: {}, cookies: [], body: new Uint8Array()};
    const close = async () => undefined;
    const open = {send: async () => answer, close};
    assert.match(
      (await rejection(assertGuardWorks(() => open))).message,
      /guard is not in force: the call went through/,
    );
    const broken = {send: async () => Promise.reject(new Error('UND_ERR_INVALID_ARG')), close};
    assert.match((await rejection(assertGuardWorks(() => broken))).message, /not in force: .*UND_ERR_INVALID_ARG/);
  });

  it('E24 never shares a kept connection with a policy that may not have it', async () => {
    const port = await serve((_, response) => response.end('ok'));
    const url = `http://localhost:${port}/`;
    const mayCall = transport();
    const mayNot = transport({allowPrivate: []});
    assert.equal(text(await mayCall.send(request(url))), 'ok');
    assert.match((await rejection(mayNot.send(request(url)))).message, /resolves to/);
    assert.equal(text(await mayCall.send(request(url))), 'ok');
  });
});
