/** Packages through a real npm registry: published as they were packed, installed only as they were published. */
import assert from 'node:assert/strict';
import {existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {join} from 'node:path';
import {writeArchive} from '../../src/packaging/archive.ts';
import {signatureFile} from '../../src/packaging/files.ts';
import {installedPackages, packagesFolder} from '../../src/packaging/installed.ts';
import {readLock} from '../../src/packaging/lock.ts';
import {auditPackages} from '../../src/packaging/registry/audit.ts';
import {fetchListing, searchPackages} from '../../src/packaging/registry/client.ts';
import {commitInstall, commitRemove} from '../../src/packaging/registry/commit.ts';
import {obtainConsent} from '../../src/packaging/registry/consent.ts';
import {readIndex, signIndex} from '../../src/packaging/registry/index-file.ts';
import {publishPackage} from '../../src/packaging/registry/publish.ts';
import {restorePackages} from '../../src/packaging/registry/restore.ts';
import {planUpdate} from '../../src/packaging/registry/update.ts';
import {revokeKey} from '../../src/packaging/trust.ts';
import {startVerdaccio, type Verdaccio} from '../support/verdaccio.ts';
import {type Market, openMarket, refuses} from './market.ts';

const hour = 3_600_000;

describe('packages in a registry', function () {
  this.timeout(30_000);
  let registry: Verdaccio;
  let market: Market;
  before(async () => {
    registry = await startVerdaccio();
  });
  after(() => registry.stop());
  beforeEach(() => {
    market = openMarket(registry);
  });
  afterEach(() => market.remove());

  const place = (id: string): string => join(packagesFolder(market.dir), id);
  const state = (id: string): string | undefined =>
    installedPackages(market.dir, market.clock.now()).find(({name}) => name === id)?.verdict.state;

  describe('publish', () => {
    it('sends the archive unchanged', async () => {
      const packed = await market.publish({id: '@acme/unchanged'});
      const stored = readFileSync(join(registry.storage, '@acme/unchanged/unchanged-1.0.0.tgz'));
      assert.deepEqual(stored, Buffer.from(packed.archive));
    });

    it('never replaces a version', async () => {
      await market.publish({id: '@acme/twice'});
      const again = market.publish({id: '@acme/twice', edit: (_file, text) => `${text}\n`});
      await assert.rejects(again, refuses('JW6023', /@acme\/twice 1\.0\.0/));
    });

    it('publishes nothing on a dry run', async () => {
      const path = market.file('dry.tgz', market.pack({id: '@acme/dry'}).archive);
      const told = await publishPackage({path, tag: 'latest', access: 'public', dryRun: true}, market.desk());
      assert.equal('published' in told && told.published, false);
      assert.equal(await fetchListing(market.desk().registries.main, '@acme/dry'), undefined);
    });

    it('names the line of .npmrc that is missing when it is refused', async () => {
      market.userNpmrc(`registry=${registry.url}`);
      const host = new URL(registry.url).host.replace('.', '\\.');
      await assert.rejects(
        market.publish({id: '@acme/nobody'}),
        refuses('JW6022', new RegExp(`//${host}/:_authToken`)),
      );
    });

    it('sends neither package nor token on to another address', async () => {
      const path = market.file('refused.tgz', market.pack({id: '@acme/refused'}).archive);
      const seen: (string | undefined)[] = [];
      const elsewhere = createServer((request, response) => {
        seen.push(request.headers.authorization);
        response.end('{}');
      });
      const leading = createServer((request, response) => {
        const location = `http://127.0.0.1:${portOf(elsewhere)}/`;
        response.writeHead(request.method === 'PUT' ? 307 : 404, {location}).end('{}');
      });
      for (const server of [elsewhere, leading]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      market.userNpmrc(`//127.0.0.1:${portOf(leading)}/:_authToken=canary-token`);
      const desk = market.desk(`http://127.0.0.1:${portOf(leading)}/`);
      const publishing = publishPackage({path, tag: 'latest', access: 'public', dryRun: false}, desk);
      await assert.rejects(publishing, refuses('JW6020', /sent on to/));
      assert.deepEqual(seen, []);
      for (const server of [elsewhere, leading]) server.close();
    });

    it('P16: refuses a new name that is one letter from a published one', async () => {
      await market.publish({id: '@acme/helpdesks'});
      await assert.rejects(market.publish({id: '@other/helpdesk'}), refuses('JW6025', /helpdesk is like helpdesks/));
    });

    it('refuses an archive whose signature is wrong', async () => {
      const {files} = market.pack({id: '@acme/wrong'});
      const {files: others} = market.pack({id: '@acme/wrong', version: '1.0.1'});
      const mixed = new Map([...files, [signatureFile, others.get(signatureFile) ?? new Uint8Array()] as const]);
      const path = market.file('wrong.tgz', writeArchive(mixed));
      const publishing = publishPackage({path, tag: 'latest', access: 'public', dryRun: false}, market.desk());
      await assert.rejects(publishing, refuses('JW6002', /belongs to other bytes/));
    });
  });

  it('finds packages by words, and only Jobwire packages', async () => {
    await market.publish({id: '@acme/findable'});
    const found = await searchPackages(market.desk().registries.main, ['findable'], 20);
    assert.deepEqual(
      found.map(({name, version}) => `${name} ${version}`),
      ['@acme/findable 1.0.0'],
    );
    assert.deepEqual(await searchPackages(market.desk().registries.main, ['no-such-thing'], 20), []);
  });

  describe('install', () => {
    it('locks what was installed, from where, by whom and with which permissions', async () => {
      const packed = await market.publish({id: '@acme/locked', connector: 'acme-locked'});
      await market.install('@acme/locked');
      const entry = readLock(market.dir).packages['@acme/locked'];
      assert.deepEqual(entry, {
        version: '1.0.0',
        source: `registry:${registry.url}`,
        range: '^1.0.0',
        integrity: packed.integrity,
        digest: packed.digest,
        signer: market.key.id,
        permissions: packed.manifest.permissions,
      });
      assert.equal(state('@acme/locked'), 'signed');
    });

    it('refuses a tarball that was changed in the storage of the registry', async () => {
      await market.publish({id: '@acme/tampered'});
      const file = join(registry.storage, '@acme/tampered/tampered-1.0.0.tgz');
      const bytes = readFileSync(file);
      bytes[bytes.length - 600] = (bytes[bytes.length - 600] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      await assert.rejects(market.install('@acme/tampered'), refuses('JW6002', /not the one its listing describes/));
      assert.equal(existsSync(place('@acme/tampered')), false);
    });

    it('refuses other contents under an installed version, even if the registry vouches for them', async () => {
      await market.publish({id: '@acme/swapped'});
      await market.install('@acme/swapped');
      const other = market.pack({id: '@acme/swapped', edit: (_file, text) => text.replace('First.', 'Other.')});
      const folder = join(registry.storage, '@acme/swapped');
      writeFileSync(join(folder, 'swapped-1.0.0.tgz'), other.archive);
      const listing = readFileSync(join(folder, 'package.json'), 'utf8');
      const before = readLock(market.dir).packages['@acme/swapped']?.integrity ?? '';
      writeFileSync(join(folder, 'package.json'), listing.replaceAll(before, other.integrity));
      await assert.rejects(market.install('@acme/swapped'), refuses('JW6002', /other contents/));
      const found = await auditPackages(market.desk());
      assert.deepEqual(
        found.map(({about, code}) => [about, code]),
        [['registry', 'JW6002']],
      );
    });

    it('refuses what nobody signed without --allow-unsigned', async () => {
      await market.publish({id: '@acme/plain', unsigned: true});
      await assert.rejects(market.install('@acme/plain'), refuses('JW6002', /--allow-unsigned/));
      await market.install('@acme/plain', {allowUnsigned: true});
      assert.equal(state('@acme/plain'), 'unsigned');
    });

    it('trusts a signer only by the id that the operator writes out', async () => {
      const id = '@other/stranger';
      await market.publish({id, connector: 'other-stranger'});
      await assert.rejects(market.install(id), refuses('JW6002', /counts for @acme only/));
      const stranger = 'jwk1-aaaaaaaaaaaaaaaaaaaaaaaaaa';
      await assert.rejects(market.install(id, {trustSigner: stranger}), refuses('JW7101', /is signed by jwk1-/));
      await market.install(id, {trustSigner: market.key.id});
      assert.deepEqual(market.desk().trust.keys[market.key.id]?.scopes, ['@acme', '@other']);
      assert.equal(state(id), 'signed');
    });

    it('refuses a connector that comes with Jobwire, unless told which one to replace', async () => {
      await market.publish({id: '@acme/hooks', connector: 'hmac-webhook'});
      await assert.rejects(market.install('@acme/hooks'), refuses('JW6029', /--replace hmac-webhook/));
      await market.install('@acme/hooks', {replace: ['hmac-webhook']});
      assert.deepEqual(readLock(market.dir).packages['@acme/hooks']?.replaces, ['hmac-webhook']);
    });

    it('P14: refuses an older version without --allow-downgrade', async () => {
      await market.publish({id: '@acme/older'});
      await market.publish({id: '@acme/older', version: '1.1.0'});
      await market.install('@acme/older');
      await assert.rejects(market.install('@acme/older@1.0.0'), refuses('JW6026', /--allow-downgrade/));
      await market.install('@acme/older@1.0.0', {allowDowngrade: true});
      assert.equal(readLock(market.dir).packages['@acme/older']?.version, '1.0.0');
    });

    it('P16: warns of a connector that is one letter from one of Jobwire, and asks', async () => {
      market.file('near.tgz', market.pack({id: '@acme/agents', connector: 'hmac-webhooks'}).archive);
      const assessment = await market.prepare('./near.tgz');
      assert.deepEqual(
        assessment.likenesses.map(({why}) => why),
        ['hmac-webhooks is like the connector hmac-webhook'],
      );
      const asked: string[] = [];
      const confirm = async (message: string): Promise<boolean> => {
        asked.push(message);
        return false;
      };
      const consent = obtainConsent(assessment, {yes: false, acceptPermissions: true, confirm});
      await assert.rejects(consent, refuses('JW6025'));
      assert.match(asked.join(), /Is @acme\/agents the one you mean\?/);
    });

    it('P16: shows the letters of a name that only looks like ASCII', async () => {
      await assert.rejects(async () => market.install('@\u0430cme/agents'), refuses('JW6025', /\u0430 \(U\+0430\)/));
    });

    it('asks nobody where nobody is, and names the flags', async () => {
      market.file('ask.tgz', market.pack().archive);
      const assessment = await market.prepare('./ask.tgz');
      const consent = obtainConsent(assessment, {yes: false, acceptPermissions: false});
      await assert.rejects(consent, refuses('JW7101', /--yes or --accept-permissions/));
    });

    it('takes a folder as it would be packed', async () => {
      await market.install(join(process.cwd(), 'test/fixtures/packages/incident-automation'), {allowUnsigned: true});
      const entry = readLock(market.dir).packages['@acme/incident-automation'];
      assert.match(entry?.source ?? '', /^file:\.\.\/.*incident-automation$/);
      rmSync(place('@acme/incident-automation'), {recursive: true});
      const restored = await restorePackages(market.desk());
      assert.equal(restored[0]?.outcome, 'restored', JSON.stringify(restored));
    });
  });

  describe('P17: one home for a scope', () => {
    it('does not ask the standard registry for a scope that is pinned', async () => {
      market.npmrc('@acme:registry=http://127.0.0.1:9/');
      await market.publish({id: '@open/thing', connector: 'open-thing'});
      await assert.rejects(market.install('@acme/only-there'), refuses('JW6020', /127\.0\.0\.1:9/));
    });

    it('refuses --registry for a scope that is pinned elsewhere', () => {
      market.npmrc('@acme:registry=http://127.0.0.1:9/');
      assert.throws(() => market.desk(registry.url).registries.of('@acme/x'), refuses('JW6024', /is pinned to/));
    });

    it('refuses another registry for an installed package, and for others of its scope', async () => {
      await market.publish({id: '@acme/homely'});
      await market.install('@acme/homely');
      for (const id of ['@acme/homely', '@acme/sibling'])
        assert.throws(
          () => market.desk('http://127.0.0.1:9/').registries.of(id),
          refuses('JW6024', /was installed from/),
        );
    });

    it('refuses an archive on disk in the place of what came from a registry', async () => {
      await market.publish({id: '@acme/moved'});
      await market.install('@acme/moved');
      market.file('moved.tgz', market.pack({id: '@acme/moved', version: '1.1.0'}).archive);
      await assert.rejects(market.install('./moved.tgz'), refuses('JW6024'));
    });
  });

  describe('update', () => {
    const plan = (cooldown: number, version?: string) =>
      planUpdate({id: '@acme/moving', ...(version && {wanted: {kind: 'version', version}})}, market.desk(), cooldown);
    before(async () => {
      market = openMarket(registry);
      await market.publish({id: '@acme/moving'});
      await market.publish({id: '@acme/moving', version: '1.1.0', edit: withNewHost});
      market.remove();
    });
    beforeEach(async () => {
      market.userNpmrc(`registry=${registry.url}`, registry.authLine);
      await market.install('@acme/moving@1.0.0', {trustSigner: await signerOf('@acme/moving@1.0.0')});
      const lock = readFileSync(join(market.dir, 'jobwire.lock'), 'utf8');
      writeFileSync(join(market.dir, 'jobwire.lock'), lock.replace('"range": "1.0.0"', '"range": "^1"'));
    });
    const signerOf = async (text: string): Promise<string> => {
      const error = await market.prepare(text).then(
        () => undefined,
        (caught: Error) => caught,
      );
      return /jwk1-[a-z2-7]{26}/.exec(error?.message ?? '')?.[0] ?? market.key.id;
    };

    it('P19: leaves a version of 71 hours, takes it after 73', async () => {
      market.clock.advance(71 * hour);
      const early = await plan(72 * hour);
      assert.equal(early.offer, undefined);
      assert.deepEqual(
        early.tooNew.map(({version}) => version),
        ['1.1.0'],
      );
      market.clock.advance(2 * hour);
      assert.equal((await plan(72 * hour)).offer?.version, '1.1.0');
    });

    it('P19: takes it at once when it is named, or the cooldown is none', async () => {
      assert.equal((await plan(72 * hour, '1.1.0')).offer?.version, '1.1.0');
      assert.equal((await plan(0)).offer?.version, '1.1.0');
    });

    it('P18: shows what is new, and changes nothing without a yes', async () => {
      const assessment = await market.prepare('@acme/moving@1.1.0');
      assert.deepEqual(
        assessment.widened.map(({kind, name}) => `${kind} ${name}`),
        ['host evil.example'],
      );
      assert.deepEqual(assessment.questions, ['permissions']);
      const consent = obtainConsent(assessment, {yes: false, acceptPermissions: false, confirm: async () => false});
      await assert.rejects(consent, refuses('JW6004', /host evil\.example/));
      assert.equal(readLock(market.dir).packages['@acme/moving']?.version, '1.0.0');
    });
  });

  describe('restore', () => {
    it('brings a fresh clone to the same bytes, also without the registry', async () => {
      const {files} = await market.publish({id: '@acme/again'});
      await market.install('@acme/again');
      rmSync(packagesFolder(market.dir), {recursive: true});
      market.userNpmrc('registry=http://127.0.0.1:9/');
      assert.deepEqual(await restorePackages(market.desk()), [
        {id: '@acme/again', version: '1.0.0', outcome: 'restored'},
      ]);
      for (const [path, bytes] of files)
        assert.deepEqual(readFileSync(join(place('@acme/again'), path)), Buffer.from(bytes));
      assert.equal((await restorePackages(market.desk()))[0]?.outcome, 'kept');
    });

    it('says what is missing where neither registry nor cache has it, and restores the others', async () => {
      await market.publish({id: '@acme/there'});
      await market.install('@acme/there');
      market.file('gone.tgz', market.pack({id: '@acme/gone', connector: 'acme-gone'}).archive);
      await market.install('./gone.tgz');
      rmSync(packagesFolder(market.dir), {recursive: true});
      rmSync(join(market.dir, '..', 'gone.tgz'));
      const restored = await restorePackages(market.desk());
      assert.deepEqual(
        restored.map(({id, outcome, problem}) => `${id} ${outcome} ${problem?.code ?? ''}`.trim()),
        ['@acme/gone failed JW7101', '@acme/there restored'],
      );
    });

    it('refuses other bytes than the lock names', async () => {
      await market.publish({id: '@acme/pinned'});
      await market.install('@acme/pinned');
      const lock = readFileSync(join(market.dir, 'jobwire.lock'), 'utf8');
      const entry = readLock(market.dir).packages['@acme/pinned'];
      writeFileSync(
        join(market.dir, 'jobwire.lock'),
        lock.replace(entry?.integrity ?? '', `sha512-${Buffer.alloc(64).toString('base64')}`),
      );
      rmSync(packagesFolder(market.dir), {recursive: true});
      const [restored] = await restorePackages(market.desk());
      assert.equal(restored?.problem?.code, 'JW6002');
      assert.equal(existsSync(place('@acme/pinned')), false);
    });

    it('restores nothing that a revoked key signed', async () => {
      await market.publish({id: '@acme/revoked'});
      await market.install('@acme/revoked');
      rmSync(packagesFolder(market.dir), {recursive: true});
      revokeKey(market.dir, market.key.id, market.clock);
      assert.equal((await restorePackages(market.desk()))[0]?.problem?.code, 'JW6002');
    });
  });

  describe('a crash', () => {
    it('before the files are in place leaves nothing that loads, and is swept away', async () => {
      const draft = join(packagesFolder(market.dir), '.staging-dead', 'connectors');
      mkdirSync(draft, {recursive: true});
      assert.deepEqual(installedPackages(market.dir, market.clock.now()), []);
      await market.publish({id: '@acme/after'});
      await market.install('@acme/after');
      assert.deepEqual(globSync('.{staging,old}-*', {cwd: packagesFolder(market.dir)}), []);
    });

    it('between files and lock leaves a package that is refused; installing again mends it', async () => {
      await market.publish({id: '@acme/halfway'});
      await market.publish({id: '@acme/halfway', version: '1.1.0'});
      await market.install('@acme/halfway@1.0.0');
      const lock = readFileSync(join(market.dir, 'jobwire.lock'));
      await market.install('@acme/halfway@1.1.0');
      writeFileSync(join(market.dir, 'jobwire.lock'), lock);
      assert.equal(state('@acme/halfway'), 'modified');
      await restorePackages(market.desk());
      assert.equal(state('@acme/halfway'), 'signed');
    });

    it('of a process that held the packages does not hold up the next one', async () => {
      const busy = join(packagesFolder(market.dir), '.busy');
      mkdirSync(packagesFolder(market.dir), {recursive: true});
      writeFileSync(busy, JSON.stringify({pid: 2 ** 22 + 1, host: (await import('node:os')).hostname(), token: 'x'}));
      await market.publish({id: '@acme/next'});
      await market.install('@acme/next');
      assert.equal(existsSync(busy), false);
    });
  });

  it('lets one of two processes change the packages at a time', async () => {
    await market.publish({id: '@acme/first', connector: 'acme-first'});
    await market.publish({id: '@acme/second', connector: 'acme-second'});
    const busy = join(packagesFolder(market.dir), '.busy');
    mkdirSync(packagesFolder(market.dir), {recursive: true});
    writeFileSync(busy, JSON.stringify({pid: process.pid, host: (await import('node:os')).hostname(), token: 'x'}));
    await assert.rejects(market.install('@acme/first'), refuses('JW6027', /works on/));
    rmSync(busy);
    await Promise.all([market.install('@acme/first'), market.install('@acme/second')]);
    assert.deepEqual(Object.keys(readLock(market.dir).packages), ['@acme/first', '@acme/second']);
  });

  it('does not commit over what another command changed meanwhile', async () => {
    await market.publish({id: '@acme/raced'});
    const stale = await market.prepare('@acme/raced');
    await market.install('@acme/raced');
    await assert.rejects(commitInstall(stale, market.desk()), refuses('JW6027', /meanwhile/));
  });

  it('removes files and lock entry, and the folder of an empty scope', async () => {
    await market.publish({id: '@acme/gone-soon'});
    await market.install('@acme/gone-soon');
    await commitRemove(['@acme/gone-soon'], market.desk());
    assert.deepEqual(readLock(market.dir).packages, {});
    assert.equal(existsSync(join(packagesFolder(market.dir), '@acme')), false);
  });

  describe('audit', () => {
    it('tells of advisories, deprecated and unpublished versions', async () => {
      await market.publish({id: '@acme/aging'});
      await market.install('@acme/aging');
      const file = join(registry.storage, '@acme/aging/package.json');
      const document = JSON.parse(readFileSync(file, 'utf8'));
      document.versions['1.0.0'].deprecated = 'use 2.0.0';
      writeFileSync(file, JSON.stringify(document));
      const advisory = {
        id: 'ACME-1',
        package: '@acme/aging',
        versions: '<1.0.1',
        severity: 'high',
        title: 'Leaks',
      } as const;
      const found = await auditPackages(market.desk(), {advisories: [advisory]});
      assert.deepEqual(
        found.map(({level, text}) => `${level} ${text}`),
        ['error ACME-1 (high): Leaks', 'warning deprecated: use 2.0.0'],
      );
      rmSync(join(registry.storage, '@acme/aging'), {recursive: true});
      const [gone] = await auditPackages(market.desk());
      assert.match(gone?.text ?? '', /has the package no more: it was unpublished/);
    });

    it('P15: believes an index only while it is young, signed by a trusted key and not older than one before', async () => {
      const {desk, key, clock, dir} = market;
      const bytes = signIndex({registry: registry.url, packages: {'@acme/a': {'1.0.0': 'sha512-x'}}}, key, clock);
      const read = (content: Uint8Array, more: {now?: number; seen?: number} = {}) =>
        readIndex(content, {
          ...{trust: desk().trust, now: more.now ?? clock.now(), maxAgeMs: 7 * 24 * hour, registries: [registry.url]},
          seen: () => more.seen,
        });
      assert.equal(read(bytes).packages.get('@acme/a')?.get('1.0.0'), 'sha512-x');
      const altered = Buffer.from(bytes.toString().replace('sha512-x', 'sha512-y'));
      assert.throws(() => read(altered), refuses('JW6028', /changed after it was signed/));
      assert.throws(() => read(bytes, {now: clock.now() + 8 * 24 * hour}), refuses('JW6028', /older than 168 h/));
      assert.throws(() => read(bytes, {seen: clock.now() + hour}), refuses('JW6028', /was seen here already/));
      assert.throws(() => read(bytes, {now: clock.now() - hour}), refuses('JW6028', /yet to come/));
      revokeKey(dir, key.id, clock);
      assert.throws(() => read(bytes), refuses('JW6028', /been revoked/));
    });
  });
});

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function withNewHost(file: string, text: string): string {
  return file.endsWith('connector.json')
    ? text.replace(/"hosts": \[/, '"hosts": ["evil.example", ').replace(', ]', ']')
    : text;
}
