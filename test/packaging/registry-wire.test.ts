/** Registries that answer badly, and what never leaves this machine: real sockets on loopback. */
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type RequestListener, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {emptyLock} from '../../src/packaging/lock.ts';
import {integrityOf} from '../../src/packaging/pack.ts';
import {fetchArchive, fetchListing, searchPackages} from '../../src/packaging/registry/client.ts';
import {ask} from '../../src/packaging/registry/exchange.ts';
import {type Registries, readRegistries, registryUrl} from '../../src/packaging/registry/registries.ts';
import {Redactor} from '../../src/values/secret.ts';
import {refuses} from './market.ts';

const canary = 'canary-token-0123456789';

describe('a registry on the wire', () => {
  const open: Server[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-wire-'));
  const redactor = new Redactor();
  afterEach(() => {
    for (const server of open.splice(0)) server.closeAllConnections();
  });
  after(() => rmSync(dir, {recursive: true, force: true}));

  /** Notes who is asked, and with what. */
  async function serve(answer: RequestListener): Promise<{url: string; asked: (string | undefined)[]}> {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      answer(request, response);
    });
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return {url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`, asked};
  }

  function registries(url: string, ...lines: string[]): Registries {
    const path = join(dir, 'user.npmrc');
    writeFileSync(path, [`registry=${url}`, `//${new URL(url).host}/:_authToken=${canary}`, ...lines].join('\n'));
    return readRegistries({files: [{path, shared: false}], variable: () => undefined, redactor, lock: emptyLock});
  }

  const body =
    (status: number, content: string | Uint8Array, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) =>
      response.writeHead(status, headers).end(content);

  const rows: readonly {
    readonly what: string;
    readonly answer: RequestListener;
    readonly code: string;
    readonly text: RegExp;
  }[] = [
    {what: 'no JSON', answer: body(200, '<html>'), code: 'JW6020', text: /not JSON/},
    {what: 'a list', answer: body(200, '[]'), code: 'JW6020', text: /not an object/},
    {
      what: 'another package',
      answer: body(200, '{"name":"@evil/x","versions":{}}'),
      code: 'JW6020',
      text: /no document of @acme\/desk/,
    },
    {what: '401', answer: body(401, '{"error":"who are you"}'), code: 'JW6022', text: /answers 401.*_authToken/},
    {what: '403', answer: body(403, ''), code: 'JW6022', text: /answers 403/},
    {what: '500', answer: body(500, '{"error":"broken\\n disk"}'), code: 'JW6020', text: /answers 500.*broken disk/},
    {
      what: 'a code of another encoding',
      answer: body(200, gzipSync('{}'), {'content-encoding': 'gzip'}),
      code: 'JW6020',
      text: /not JSON/,
    },
    {
      what: 'a listing of 9 MB',
      answer: body(200, Buffer.alloc(9 << 20, 32)),
      code: 'JW6020',
      text: /larger than 8388608/,
    },
    {
      what: 'an error of 9 MB',
      answer: body(500, Buffer.alloc(9 << 20, 32)),
      code: 'JW6020',
      text: /larger than|answers 500/,
    },
    {
      what: 'a small answer that becomes a huge one',
      answer: body(500, gzipSync(Buffer.alloc(64 << 20)), {'content-encoding': 'gzip'}),
      code: 'JW6020',
      text: /answers 500/,
    },
    {
      what: 'a redirect to http elsewhere',
      answer: body(302, '', {location: 'http://registry.example/'}),
      code: 'JW6020',
      text: /sent on to http:\/\/registry\.example/,
    },
    {
      what: 'itself in a circle',
      answer: (request, response) => response.writeHead(302, {location: request.url}).end(),
      code: 'JW6020',
      text: /redirect/i,
    },
    {
      what: 'a connection that breaks',
      answer: (request) => request.socket.destroy(),
      code: 'JW6020',
      text: /GET @acme%2fdesk/,
    },
  ];
  for (const {what, answer, code, text} of rows)
    it(`says so when it answers ${what}`, async () => {
      const {url} = await serve(answer);
      await assert.rejects(fetchListing(registries(url).main, '@acme/desk'), refuses(code, text));
    });

  it('knows nothing of a package on 404', async () => {
    const {url} = await serve(body(404, '{}'));
    assert.equal(await fetchListing(registries(url).main, '@acme/desk'), undefined);
  });

  it('gives up on an answer that drips', async () => {
    const {url} = await serve((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(timer));
    });
    const asking = {registry: registries(url).main, path: 'x', accept: '*/*', maxBytes: 1000, timeoutMs: 200};
    await assert.rejects(ask(asking), refuses('JW6020', /did not end within 0\.2 s/));
  });

  it('stops an archive that is larger than any may be', async () => {
    const {url} = await serve(body(200, Buffer.alloc(7 << 20)));
    const release = {version: '1.0.0', archivePath: '/x.tgz', integrity: integrityOf(new Uint8Array())};
    await assert.rejects(fetchArchive(registries(url).main, '@acme/desk', release), refuses('JW6020', /larger than/));
  });

  it('takes no archive of which the registry states no sha512', async () => {
    const {url, asked} = await serve(body(200, ''));
    const release = {version: '1.0.0', archivePath: '/x.tgz'};
    await assert.rejects(fetchArchive(registries(url).main, '@acme/desk', release), refuses('JW6002', /no sha512/));
    assert.deepEqual(asked, []);
  });

  it('follows a redirect to another origin without the token', async () => {
    const archive = Buffer.from('an archive');
    const store = await serve(body(200, archive));
    const {url, asked} = await serve((_request, response) =>
      response.writeHead(302, {location: `${store.url}signed?x=1`}).end(),
    );
    const release = {version: '1.0.0', archivePath: '/x.tgz', integrity: integrityOf(archive)};
    assert.deepEqual(await fetchArchive(registries(url).main, '@acme/desk', release), archive);
    assert.deepEqual([asked, store.asked], [[`Bearer ${canary}`], [undefined]]);
  });

  it('gets archives from the registry itself, whatever host its listing names', async () => {
    const archive = Buffer.from('an archive');
    const elsewhere = await serve(body(200, 'evil'));
    const {url} = await serve((request, response) => {
      const dist = {tarball: `${elsewhere.url}a/-/a.tgz`, integrity: integrityOf(archive)};
      const document = {name: '@acme/desk', versions: {'1.0.0': {dist}}};
      response.end(request.url?.endsWith('.tgz') ? archive : JSON.stringify(document));
    });
    const {main} = registries(url);
    const release = (await fetchListing(main, '@acme/desk'))?.releases.get('1.0.0');
    assert.ok(release);
    assert.deepEqual(await fetchArchive(main, '@acme/desk', release), archive);
    assert.deepEqual(elsewhere.asked, []);
  });

  it('gives a registry only its own token', async () => {
    const other = await serve(body(404, '{}'));
    const {url, asked} = await serve(body(404, '{}'));
    const all = registries(url, `@acme:registry=${other.url}`);
    await fetchListing(all.of('@acme/desk'), '@acme/desk');
    await fetchListing(all.of('@else/desk'), '@else/desk');
    assert.deepEqual([asked, other.asked], [[`Bearer ${canary}`], [undefined]]);
  });

  it('hides a token in what is printed, in plain and as the header has it', async () => {
    const {url} = await serve((request, response) => {
      response.writeHead(401).end(JSON.stringify({error: `bad ${request.headers.authorization}`}));
    });
    const error = await fetchListing(registries(url).main, '@acme/desk').catch((caught: Error) => caught);
    assert.ok(error instanceof Error);
    assert.doesNotMatch(redactor.text(JSON.stringify(error)), /canary/);
    assert.doesNotMatch(redactor.text(Buffer.from(`x:${canary}`).toString('base64')), /Y2FuYXJ5/);
  });

  it('says that a registry has no search', async () => {
    const {url} = await serve(body(404, '{}'));
    await assert.rejects(searchPackages(registries(url).main, ['x'], 5), refuses('JW6020', /no search/));
  });

  describe('addresses and settings', () => {
    for (const [text, problem] of [
      ['http://registry.example/', /only https/],
      ['https://user:pass@registry.example/', /user name or password/],
      ['ftp://registry.example/', /not an address/],
      ['registry.example', /not an address/],
    ] as const)
      it(`refuses ${text}`, () => {
        assert.throws(() => registryUrl(text, '--registry'), refuses('JW7101', problem));
      });

    function read(shared: boolean, text: string, environment: Record<string, string> = {}): Registries {
      const path = join(dir, 'some.npmrc');
      writeFileSync(path, text);
      const variable = (name: string): string | undefined => environment[name];
      return readRegistries({files: [{path, shared}], variable, redactor, lock: emptyLock});
    }

    it('reads comments, quotes and variables as npm does', () => {
      const text =
        '; a comment\nregistry = "https://r.example/npm" \n//r.example/npm/:_authToken=${NPM_TOKEN} # why\n[x]\nregistry=https://no.example';
      const {main} = read(false, text, {NPM_TOKEN: 'from-environment'});
      assert.equal(main.url, 'https://r.example/npm/');
      assert.deepEqual(main.credentials, {'//r.example/npm/:_authToken': 'from-environment'});
    });

    it('lets the file of a project read the variables of tokens only', () => {
      const text = 'registry=https://evil.example/\n//evil.example/:_authToken=${CLOUD_SECRET_KEY}';
      const {main} = read(true, text, {CLOUD_SECRET_KEY: 'must not leave'});
      assert.deepEqual([main.credentials, main.missing], [{}, ['CLOUD_SECRET_KEY']]);
      const own = read(true, text.replace('CLOUD_SECRET_KEY', 'NPM_TOKEN'), {NPM_TOKEN: 'meant for it'});
      assert.deepEqual(Object.values(own.main.credentials), ['meant for it']);
    });

    it('does not let the file of a project build an address from the environment', () => {
      const text = 'registry=https://evil.example/${CLOUD_SECRET_KEY}/';
      assert.throws(() => read(true, text, {CLOUD_SECRET_KEY: 'x'}), refuses('JW7101', /CLOUD_SECRET_KEY/));
    });

    it('takes the standard registry where nothing is said', () => {
      assert.equal(new URL(read(false, '').main.url).hostname.split('.').slice(-2).join('.'), 'npmjs.org');
    });
  });
});
