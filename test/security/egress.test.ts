/** Rows E01 to E24 of the threat model through connectors and their loading; the guard and the wire themselves are tested in test/http. */
import assert from 'node:assert/strict';
import type {Operation} from '../../src/generated/types.ts';
import {createGuard} from '../../src/http/egress.ts';
import {onTheRealWire, serve} from '../http/wire.ts';
import {connection, connector, edited, type FileName, loadProject, shown} from '../manifest/project.ts';
import {bench, failureOf, type Parts, type Setting} from '../operations/bench.ts';
import {makeCanary} from './sightings.ts';

const canary = makeCanary('egress').text;

/** Codes of the findings when one piece of one file of a good project is another one. */
function findings(file: FileName, from: string, to: string): string[] {
  return loadProject(edited({file, from, to})).library.issues.map(shown);
}

function assertRefused(code: string, file: FileName, from: string, to: string): void {
  const found = findings(file, from, to);
  assert.ok(
    found.some((line) => line.startsWith(`${code} `)),
    `${code} is not in\n${found.join('\n')}`,
  );
}

/** A connector that calls this machine. */
function local(port: number, parts: Parts = {}, setting: Setting = {}) {
  return bench(
    {
      permissions: {hosts: [`127.0.0.1:${port}`]},
      operations: {
        read: {effect: 'read', request: {method: 'GET', path: '/things'}, retry: {limit: 0}} as Operation,
        write: {effect: 'write', request: {method: 'POST', path: '/things', body: {json: {a: 1}}}} as Operation,
      },
      ...parts,
      connection: {baseUrl: `http://127.0.0.1:${port}`, ...parts.connection},
    },
    {...setting, manifest: {network: {allowPrivate: ['127.0.0.1']}, ...setting.manifest}},
  );
}

describe('an answer that is not what the API speaks', () => {
  onTheRealWire();

  for (const [type, body] of [
    ['text/html', '<html><title>Log in</title></html>'],
    ['text/html; charset=utf-8', '{"looks": "like JSON"}'],
    ['application/xml', '<a/>'],
  ] as const)
    it(`E14 ${type} in place of JSON is an error that says so, not a value`, async () => {
      const port = await serve((_, response) => response.writeHead(200, {'content-type': type}).end(body));
      const {run, live} = local(port);
      const read = await failureOf(run('read'));
      assert.equal(read.jobwireCode, 'JW3005');
      assert.match(read.message, new RegExp(`JSON.*${type.split(';')[0]}|${type.split(';')[0]}.*JSON`));
      const written = await failureOf(run('write'));
      assert.deepEqual(
        [written.jobwireCode, written.extra.outcome],
        ['JW3009', 'unknown'],
        'a proxy may have answered late',
      );
      await live.close();
    });

  it('E14 a token endpoint that shows a page gives no token', async () => {
    const port = await serve((_, response) => response.writeHead(200, {'content-type': 'text/html'}).end('<html>'));
    const {run, live} = local(port, {connection: oauth(port)}, {secrets: {key: canary}});
    const error = await failureOf(run('read'));
    assert.equal(error.jobwireCode, 'JW3013');
    assert.match(error.message, /text\/html instead of JSON/);
    await live.close();
  });
});

const oauth = (port: number): NonNullable<Parts['connection']> => ({
  secrets: {key: {title: 'Key'}},
  auth: {
    obtain: {
      oauth2: {
        grant: 'client_credentials',
        tokenUrl: `http://127.0.0.1:${port}/token`,
        clientId: 'a',
        clientSecret: '{{secret.key}}',
      },
    },
  },
});

describe('credentials', () => {
  onTheRealWire();

  it('E21 are not sent on when the token endpoint redirects', async () => {
    const asked: string[] = [];
    const port = await serve((message, response) => {
      asked.push(message.url ?? '');
      response.writeHead(307, {location: '/elsewhere'}).end();
    });
    const {run, live} = local(port, {connection: oauth(port)}, {secrets: {key: canary}});
    assert.equal((await failureOf(run('read'))).jobwireCode, 'JW3011');
    assert.deepEqual(asked, ['/token']);
    await live.close();
  });

  it('E17 do not go where a request is sent by a template', async () => {
    const heard: string[] = [];
    const other = await serve((message, response) => {
      heard.push(...message.rawHeaders);
      response.setHeader('content-type', 'application/json').end('{}');
    });
    const port = await serve((_, response) => response.end());
    const parts: Parts = {
      permissions: {hosts: [`127.0.0.1:${port}`, `127.0.0.1:${other}`]},
      connection: {secrets: {key: {title: 'Key'}}, auth: {apply: {headers: {'X-Api-Key': '{{secret.key}}'}}}},
      operations: {
        fetch: {effect: 'read', params: {url: 'string'}, request: {method: 'GET', url: '{{params.url}}'}},
        insist: {effect: 'read', params: {url: 'string'}, request: {method: 'GET', url: '{{params.url}}', auth: true}},
      },
    };
    const {run, live} = local(port, parts, {secrets: {key: canary}});
    const url = `http://127.0.0.1:${other}/file`;
    await run('fetch', {url});
    assert.ok(heard.length > 0 && !heard.join('\n').includes(canary));
    heard.length = 0;
    assert.equal((await failureOf(run('insist', {url}))).jobwireCode, 'JW3014');
    assert.equal((await failureOf(run('fetch', {url: 'https://elsewhere.example/'}))).jobwireCode, 'JW3010');
    assert.deepEqual(heard, []);
    await live.close();
  });

  for (const [where, from, to] of [
    ['in a header', '"Authorization": "Key {{secret.key}}"', '"Authorization": "Key {{secret.other}}"'],
    [
      'deep inside a body',
      '"auth": { "apply": { "headers": { "Authorization": "Key {{secret.key}}" } } }',
      '"auth": { "apply": { "body": { "a": [{ "b": { "c": "{{secret.key}} {{secret.other}}" } }] } } }',
    ],
    ['of a request, where there are none', '"/jobs/{{params.key}}/start"', '"/jobs/{{secret.key}}/start"'],
    [
      'deep inside the body of a request',
      '"count": "{{default params.count 1}}"',
      '"count": { "x": [{ "y": "{{secret.key}}" }] }',
    ],
  ] as const)
    it(`E18 of another connector cannot be named ${where}`, () => {
      const found = findings(connector, from, to);
      assert.ok(
        found.some((line) => /^JW20(04|05|06) /.test(line)),
        found.join('\n'),
      );
    });

  it('E18 of another connector cannot be named by a connection', () => {
    assertRefused(
      'JW1004',
      connection,
      '"secrets": { "key": "env:ACME_KEY" }',
      '"secrets": { "key": "env:ACME_KEY", "other": "env:OTHER" }',
    );
  });

  it('E18 that a connector did not declare are not there when it runs either', async () => {
    const port = await serve((_, response) => response.end('{}'));
    const connection = {secrets: {key: {title: 'Key'}}, auth: {apply: {body: {a: [{b: '{{secret.other}}'}]}}}};
    const {run, live} = local(port, {connection}, {secrets: {key: canary}});
    assert.equal((await failureOf(run('write'))).jobwireCode, 'JW2101');
    await live.close();
  });

  it('E18 of one connection never serve another: each gets its own token, though everything else is alike', async () => {
    const tokens: string[] = [];
    const port = await serve(async (message, response) => {
      let body = '';
      for await (const chunk of message) body += chunk;
      const isToken = message.url === '/token';
      if (!isToken) tokens.push(message.headers.authorization ?? '');
      const answer = isToken ? {access_token: new URLSearchParams(body).get('client_secret'), expires_in: 3600} : {};
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
    const {run, live, tools} = local(port, {connection: oauth(port)}, {secrets: {key: 'token-of-one'}});
    const other = local(
      port,
      {connection: oauth(port)},
      {secrets: {key: 'token-of-two'}, tools: {tokens: tools.tokens}},
    );
    await run('read');
    await other.run('read');
    assert.deepEqual(tokens, ['Bearer token-of-one', 'Bearer token-of-two']);
    await Promise.all([live.close(), other.live.close()]);
  });
});

describe('the hosts of a connector', () => {
  const hosts = '"hosts": ["*.acme.example", "login.acme.example"]';

  for (const entry of ['*', '*.', '**', 'https://*', '*:443', '*.*', 'a.*.example', '', '10.0.0.0/8'])
    it(`E19 cannot be ${JSON.stringify(entry)}`, () => {
      assertRefused('JW1002', connector, hosts, `"hosts": ["*.acme.example", "login.acme.example", "${entry}"]`);
      const guard = createGuard({hosts: [entry], allowPrivate: []});
      assert.throws(() => guard.check(new URL('https://anything.example.com/')), /not listed/);
    });

  it('E19 cannot be everything below a top-level domain', () => {
    assertRefused('JW1002', connector, hosts, '"hosts": ["*.acme.example", "login.acme.example", "*.com"]');
  });

  it('E19 must name every host that is written into it', () => {
    assertRefused('JW1016', connector, hosts, '"hosts": ["*.acme.example"]'.replace('*.acme', 'x.acme'));
  });

  for (const [what, from, to] of [
    [
      'a setting without a pattern',
      '"site": { "type": "string", "pattern": "^[a-z0-9-]+$" }',
      '"site": { "type": "string" }',
    ],
    ['a pattern that lets a dot through', '"pattern": "^[a-z0-9-]+$"', '"pattern": "^[a-z0-9.-]+$"'],
    ['a pattern that is open at its end', '"pattern": "^[a-z0-9-]+$"', '"pattern": "^[a-z0-9-]+"'],
    ['the whole host', '"https://{{connection.site}}.acme.example"', '"https://{{connection.site}}/"'],
    [
      'two settings in a row',
      '"https://{{connection.site}}.acme.example"',
      '"https://{{connection.site}}{{connection.strict}}"',
    ],
  ] as const)
    it(`E22 cannot come from ${what}`, () => {
      const found = findings(connector, from, to);
      assert.ok(
        found.some((line) => /^JW(2015|1016) /.test(line)),
        found.join('\n'),
      );
    });

  it('E22 cannot come from a parameter', () => {
    assertRefused(
      'JW2015',
      connector,
      '"method": "GET", "path": "/runs/{{params.id}}"',
      '"method": "GET", "url": "https://{{params.id}}/x"',
    );
  });

  for (const [what, network] of [
    ['rejectUnauthorized', '"network": { "rejectUnauthorized": false }'],
    ['insecure', '"network": { "insecure": true }'],
    ['a proxy', '"network": { "proxy": "http://127.0.0.1:3128" }'],
  ] as const)
    it(`E15 a connection has no word for ${what}`, () => {
      assertRefused('JW1003', connection, '"budgets":', `${network}, "budgets":`);
    });
});
