/** `jobwire verify`, `keys` and `connectors list` as people run them. */
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {readArchive, writeArchive} from '../../src/packaging/archive.ts';
import {signatureFile} from '../../src/packaging/files.ts';
import {inspectArchive, isRefused} from '../../src/packaging/inspect.ts';
import {packagesFolder} from '../../src/packaging/installed.ts';
import {trustKey} from '../../src/packaging/trust.ts';
import {packageRoot} from '../../src/values/package-root.ts';
import {systemClock} from '../../src/values/time.ts';
import {endAll, jobwire} from '../support/process.ts';
import {startSigstore} from './fake-sigstore.ts';
import {begin, deskWithPackage, install, openDesk, pack, sentences, unpack} from './parcel.ts';

describe('an archive', () => {
  type PackedDesk = ReturnType<typeof deskWithPackage>;
  let desk: PackedDesk;
  before(() => {
    desk = deskWithPackage();
  });
  after(() => desk.remove());
  const look = (bytes: Uint8Array, now = desk.clock.now()) => {
    const path = join(desk.dir, 'given.tgz');
    writeFileSync(path, bytes);
    return inspectArchive({path}, {project: desk.dir, shipped: packageRoot, now});
  };

  it('is signed, and says by whom and since when', async () => {
    const {state, signer, age, problems} = await look(desk.packed.archive, begin + 5000);
    assert.deepEqual([state, signer?.name, age, problems], ['signed', 'Acme releases', 5000, []]);
  });

  it('is refused after any one byte of it was changed', async () => {
    const {archive} = desk.packed;
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({min: 1, max: 255}), async (at, change) => {
        const changed = Uint8Array.from(archive);
        changed[at] = (changed[at] ?? 0) ^ change;
        assert.ok(isRefused(await look(changed)), `byte ${at}`);
      }),
      {numRuns: 100},
    );
  });

  it('is refused when one byte of one file was changed and everything around it was packed anew', async () => {
    const entries = [...desk.packed.files];
    const anyByte = fc
      .nat(entries.length - 1)
      .chain((i) =>
        fc.tuple(fc.constant(i), fc.nat((entries[i]?.[1].length ?? 1) - 1), fc.integer({min: 1, max: 255})),
      );
    await fc.assert(
      fc.asyncProperty(anyByte, async ([i, at, change]) => {
        const files = new Map(entries.map(([path, bytes]) => [path, Uint8Array.from(bytes)]));
        const bytes = files.get(entries[i]?.[0] ?? '') ?? new Uint8Array();
        bytes[at] = (bytes[at] ?? 0) ^ change;
        assert.ok(isRefused(await look(writeArchive(files))), `${entries[i]?.[0]} at ${at}`);
      }),
      {numRuns: 100},
    );
  });

  it('P13: without its signature is refused where the lock knows one, and is only unsigned elsewhere', async () => {
    const files = new Map([...(await readArchive(desk.packed.archive))].filter(([path]) => path !== signatureFile));
    const archive = writeArchive(files);
    assert.match(sentences((await look(archive)).problems).join('\n'), /jobwire-signature\.json .* is missing/);
    const other = openDesk();
    const path = join(other.dir, 'given.tgz');
    writeFileSync(path, archive);
    const {state, problems} = await inspectArchive({path}, {project: other.dir, shipped: packageRoot, now: begin});
    other.remove();
    assert.deepEqual([state, problems], ['unsigned', []]);
  });

  it('P22: is verified against its provenance with a root from a file', async () => {
    const sigstore = startSigstore(begin);
    const identity = {subject: 'https://code.example/acme/release.yml@refs/tags/v1', issuer: 'https://issuer.example'};
    const [path, bundle, trustedRoot] = ['a.tgz', 'bundle.json', 'root.json'].map((name) => join(desk.dir, name));
    assert.ok(path && bundle && trustedRoot);
    writeFileSync(path, desk.packed.archive);
    writeFileSync(trustedRoot, sigstore.trustedRoot);
    const seen = (archive: Uint8Array) => {
      writeFileSync(bundle, sigstore.attest({archive, identity}));
      return inspectArchive(
        {path, provenance: {bundle, trustedRoot}},
        {project: desk.dir, shipped: packageRoot, now: begin},
      );
    };
    const {publisher, problems} = await seen(desk.packed.archive);
    assert.equal(publisher?.subject, 'https://code.example/acme/release.yml');
    assert.deepEqual(problems, []);
    assert.ok(isRefused(await seen(Buffer.from('another archive'))));
  });
});

describe('the command line of packages', function () {
  this.timeout(60_000);
  const desk = openDesk();
  const env = {XDG_CONFIG_HOME: join(desk.dir, 'config')};
  const run = (...args: string[]) => jobwire([...args, '-C', desk.dir], {env});
  after(() => {
    endAll();
    desk.remove();
  });

  it('makes a key, shows its public part, and trusts, lists and revokes it', async () => {
    const made = await run('keys', 'create', 'release');
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^jobwire-key ed25519 \S{44} release\n$/);
    assert.equal((await run('keys', 'show', 'release')).stdout, made.stdout);
    const trusted = await run(
      'keys',
      'trust',
      made.stdout.trim(),
      '--name',
      'Acme',
      '--scope',
      '@acme',
      '--expires',
      '10d',
    );
    assert.match(trusted.stdout, /^trusted {2}jwk1-\S{26} {2}Acme {2}@acme$/m);
    const listed = await run('keys', 'list');
    assert.match(listed.stdout, /release +own +not sealed/);
    assert.match(listed.stdout, /Acme +project +trusted, expires soon +@acme/);
    const id = /jwk1-\S{26}/.exec(trusted.stdout)?.[0] ?? '';
    assert.equal((await run('keys', 'revoke', id)).code, 0);
    const {keys} = (JSON.parse((await run('keys', 'list', '--json')).stdout) as {data: {keys: {state: string}[]}}).data;
    assert.deepEqual(
      keys.map(({state}) => state),
      ['not sealed', 'revoked'],
    );
    const outputs = [made, trusted, listed].map(({stdout, stderr}) => stdout + stderr).join('');
    const {privateKey} = JSON.parse(readFileSync(join(env.XDG_CONFIG_HOME, 'jobwire/keys/release.json'), 'utf8')) as {
      privateKey: string;
    };
    assert.ok(!outputs.includes(privateKey));
  });

  it('says that a sealed key needs no more than its passphrase, and prints neither', async () => {
    const withPassphrase = {...env, JOBWIRE_KEY_PASSPHRASE: 'a passphrase for this test'};
    const {code, stdout, stderr} = await jobwire(['keys', 'create', 'sealed', '--json'], {env: withPassphrase});
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /a passphrase for this test/);
    assert.equal((JSON.parse(stdout) as {data: {sealed: boolean}}).data.sealed, true);
  });

  it('refuses what is no key and no scope with exit code 2', async () => {
    assert.equal((await run('keys', 'trust', 'nothing', '--name', 'A')).code, 2);
    const line = `jobwire-key ed25519 ${Buffer.alloc(32, 1).toString('base64')}`;
    const {code, stderr} = await run('keys', 'trust', line, '--name', 'A', '--scope', 'acme');
    assert.equal(code, 2);
    assert.match(stderr, /"acme" is not a scope such as @acme/);
  });

  it('verifies what is installed: exit code 0, and 1 as soon as anything was changed', async () => {
    const key = desk.key('acme');
    trustKey(desk.dir, {key, name: 'Acme releases'}, systemClock);
    const packed = pack({signed: {key, clock: desk.clock}});
    install(desk.dir, packed, {signer: key.id});
    const good = await run('verify');
    assert.equal(good.code, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /@acme\/agents +1\.0\.0 +signed +Acme releases +\d+ days? +installed/);
    const listed = await run('connectors', 'list');
    assert.match(listed.stdout, /acme-agents .* @acme\/agents@1\.0\.0 +signed/);
    assert.match(listed.stdout, /github .* built-in +built-in/);
    writeFileSync(join(packagesFolder(desk.dir), '@acme/agents/LICENSE'), 'GPL\n');
    const bad = await run('verify', '@acme/agents');
    assert.equal(bad.code, 1);
    assert.match(bad.stdout, /@acme\/agents +1\.0\.0 +modified/);
    assert.match(bad.stdout, /JW6002 {2}LICENSE of @acme\/agents 1\.0\.0 is not what was packed\n +fix: /);
    unpack(join(packagesFolder(desk.dir), '@acme/agents'), packed.files);
  });

  it('verifies an archive, and says which name it does not know', async () => {
    const path = join(desk.dir, 'agents.tgz');
    writeFileSync(path, pack({id: '@acme/else', connector: 'acme-else'}).archive);
    const {code, stdout} = await run('verify', path, '--json');
    assert.equal(code, 0, stdout);
    const {packages} = (JSON.parse(stdout) as {data: {packages: {name: string; state: string}[]}}).data;
    assert.deepEqual(
      packages.map(({name, state}) => `${name} ${state}`),
      ['@acme/else unsigned'],
    );
    const unknown = await run('verify', '@acme/agent');
    assert.match(unknown.stderr, /JW7102: there is no installed package @acme\/agent\n +did you mean: @acme\/agents/);
  });
});
