/** jobwire pack and jobwire package show, as processes. */
import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {endAll, jobwire} from '../support/process.ts';
import {copySource, type SourceFolder, tarball} from './archives.ts';

interface Answer {
  readonly ok: boolean;
  readonly data?: {readonly [key: string]: unknown};
  readonly error?: {readonly code: string; readonly exit: number};
}

describe('jobwire pack', function () {
  this.timeout(30_000);
  let source: SourceFolder;
  beforeEach(() => {
    source = copySource();
  });
  afterEach(() => source.close());
  after(() => endAll());

  const answer = async (...args: readonly string[]): Promise<Answer> =>
    JSON.parse((await jobwire([...args, '--json'])).stdout) as Answer;

  it('lists the files, the label and the digests, and writes the archive', async () => {
    const out = join(source.dir, 'dist');
    const {code, stdout, stderr} = await jobwire(['pack', source.dir, '--out', out]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^@acme\/incident-automation 1\.0\.0: Incident automation \(MIT, by Acme, needs Jobwire \^/);
    assert.match(stdout, /^connectors\/acme-desk\/connector\.json +\d+$/m);
    assert.match(stdout, /^host +\*\.robots\.acme\.example +DELETE, GET, POST$/m);
    assert.match(stdout, /^digest {5}[0-9a-f]{64}$/m);
    assert.match(stdout, /^integrity {2}sha512-/m);
    assert.ok(existsSync(join(out, 'acme-incident-automation-1.0.0.tgz')));
  });

  it('is safe to repeat: the second time nothing is written', async () => {
    const file = join(source.dir, 'it.tgz');
    const first = await answer('pack', source.dir, '--out', file);
    const {mtimeMs} = statSync(file);
    const second = await answer('pack', source.dir, '--out', file);
    assert.deepEqual([first.data?.['changed'], second.data?.['changed']], [true, false]);
    assert.equal(statSync(file).mtimeMs, mtimeMs);
    assert.equal(first.data?.['integrity'], second.data?.['integrity']);
  });

  it('writes nothing with --check', async () => {
    const {data} = await answer('pack', source.dir, '--check');
    assert.equal(data?.['file'], undefined);
    assert.match(String(data?.['digest']), /^[0-9a-f]{64}$/);
  });

  it('tells every finding on stderr and packs nothing, with exit code 3', async () => {
    source.remove('LICENSE');
    source.write('connectors/acme-desk/run.js', 'x');
    const {code, stdout, stderr} = await jobwire(['pack', source.dir, '--out', source.dir]);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /JW6006/);
    assert.match(stderr, /run\.js/);
    assert.ok(!existsSync(join(source.dir, 'acme-incident-automation-1.0.0.tgz')));
  });

  it('shows the label of an archive, of its source and of what is unpacked from it, all the same', async () => {
    const file = join(source.dir, 'it.tgz');
    await answer('pack', source.dir, '--out', file);
    const shown = await Promise.all([file, source.dir].map((target) => answer('package', 'show', target)));
    assert.deepEqual(
      shown.map(({data}) => [data?.['state'], data?.['from']]),
      [
        ['unsigned', 'archive'],
        ['unsigned', 'source'],
      ],
    );
    assert.deepEqual(shown[0]?.data?.['permissions'], shown[1]?.data?.['permissions']);
    assert.equal(shown[0]?.data?.['digest'], shown[1]?.data?.['digest']);
  });

  it('shows a hostile archive as refused, with exit code 3, and names the file', async () => {
    const file = join(source.dir, 'hostile.tgz');
    writeFileSync(file, tarball({path: 'package/../evil.json', body: '{}'}));
    const {code, stdout, stderr} = await jobwire(['package', 'show', file]);
    assert.equal(code, 3);
    assert.match(stdout + stderr, /\.\.\/evil\.json: the path leaves the package/);
  });

  it('signs with a key of its owner; a project that trusts the key sees who signed', async () => {
    const env = {XDG_CONFIG_HOME: join(source.dir, 'config')};
    const file = join(source.dir, 'it.tgz');
    await jobwire(['keys', 'create', 'release'], {env});
    const packed = await jobwire(['pack', source.dir, '--out', file, '--key', 'release', '--expires', '30'], {env});
    assert.equal(packed.code, 0, packed.stderr);
    assert.match(packed.stdout, /^jobwire-signature\.json/m);
    const {stdout: line} = await jobwire(['keys', 'show', 'release'], {env});
    const publicKey = join(source.dir, 'release.pub');
    writeFileSync(publicKey, line);
    const project = join(source.dir, 'project');
    mkdirSync(project);
    const shown = (): Promise<Answer> => answer('package', 'show', file, '-C', project);
    assert.equal((await shown()).data?.['state'], 'invalid');
    await jobwire(['keys', 'trust', publicKey, '--name', 'Acme', '--scope', '@acme', '-C', project]);
    assert.equal((await shown()).data?.['state'], 'signed');
  });

  it('says when there is nothing to show', async () => {
    const {code, stderr} = await jobwire(['package', 'show', join(source.dir, 'gone.tgz')]);
    assert.equal(code, 1);
    assert.match(stderr, /JW7102/);
  });

  it('says when the archive cannot be written', async () => {
    mkdirSync(join(source.dir, 'folder.tgz'));
    const {code, stderr} = await jobwire(['pack', source.dir, '--out', join(source.dir, 'folder.tgz')]);
    assert.equal(code, 2);
    assert.match(stderr, /JW7101: .*folder\.tgz cannot be written/);
    assert.ok(readFileSync(join(source.dir, 'LICENSE')).length > 0);
  });
});
