/** What writeArchive writes: read back alike, taken by npm's own tools, and not one byte of it may change. */
import assert from 'node:assert/strict';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import fc from 'fast-check';
import {extract, list} from 'tar';
import {readArchive, writeArchive} from '../../src/packaging/archive.ts';
import {type PackageFiles, sortFiles} from '../../src/packaging/files.ts';
import {unwrapGzip, wrapGzip} from '../../src/packaging/gzip.ts';
import {pathProblem} from '../../src/packaging/policy.ts';
import {packFixture} from './archives.ts';

const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9 ._-]{0,40}[a-z0-9]$/);
const path = fc
  .tuple(fc.constantFrom('connectors', 'templates'), fc.array(name, {minLength: 1, maxLength: 5}))
  .map(([kind, steps]) => `${kind}/unit-1/${steps.join('/')}.json`)
  .filter((candidate) => pathProblem(candidate) === undefined);
const files = fc
  .uniqueArray(fc.tuple(path, fc.json({maxDepth: 2})), {
    minLength: 1,
    maxLength: 8,
    selector: ([one]) => one.toLowerCase(),
  })
  .map((entries) => sortFiles(entries.map(([one, text]) => [one, Buffer.from(text)])));

/** Has no types of its own; as much of it as is used here. */
interface Pacote {
  manifest(spec: string, options: object): Promise<{readonly name: string; readonly version: string}>;
  extract(spec: string, target: string, options: object): Promise<{readonly integrity: unknown}>;
}

function plain(content: PackageFiles): [string, string][] {
  return [...content].map(([one, bytes]) => [one, Buffer.from(bytes).toString()]);
}

describe('archives', function () {
  this.timeout(20_000);

  it('are read back as they were written, whatever the files', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (content) => {
        assert.deepEqual(plain(await readArchive(writeArchive(content))), plain(content));
      }),
      {numRuns: 60},
    );
  });

  it('show other readers the same names, the longest too', () => {
    const longest = `connectors/unit-1/${'a'.repeat(60)}/${'b'.repeat(60)}/${'c'.repeat(14)}.json`;
    assert.equal(pathProblem(longest), undefined);
    const content: PackageFiles = new Map([
      ['LICENSE', Buffer.from('MIT')],
      [longest, Buffer.from('{}')],
    ]);
    const seen: [string, number | undefined][] = [];
    list({sync: true, strict: true, onReadEntry: (entry) => seen.push([entry.path, entry.mode])}).end(
      Buffer.from(writeArchive(content)),
    );
    assert.deepEqual(seen, [
      ['package/LICENSE', 0o644],
      [`package/${longest}`, 0o644],
    ]);
  });

  it('do not depend on the order in which files are given', () => {
    const {files: content} = packFixture();
    assert.deepEqual(writeArchive(new Map([...content].reverse())), writeArchive(content));
  });

  it('are gzip of stored blocks: no compressor has a say in the bytes', () => {
    const data = Buffer.from('a'.repeat(200_000));
    const wrapped = wrapGzip(data);
    assert.deepEqual(gunzipSync(wrapped), data);
    assert.equal(wrapped.length, 10 + 4 * 5 + data.length + 8);
    assert.deepEqual(gunzipSync(wrapGzip(Buffer.alloc(0))), Buffer.alloc(0));
    assert.deepEqual(unwrapGzip(wrapGzip(data), 1000), {problem: 'unpacks to more than 1000 bytes'});
  });

  it('P13 are refused when any one byte is another, also without a signature', async () => {
    const {archive} = packFixture();
    await fc.assert(
      fc.asyncProperty(fc.nat({max: archive.length - 1}), fc.integer({min: 1, max: 255}), async (at, mask) => {
        const changed = Buffer.from(archive);
        changed[at] = (changed[at] ?? 0) ^ mask;
        await assert.rejects(readArchive(changed), {jobwireCode: 'JW6001'});
      }),
      {numRuns: 250},
    );
  });

  it('are refused when any byte of the gzip frame or the first tar header is another', async () => {
    const {archive} = packFixture();
    const places = [
      ...Array.from({length: 540}, (_, i) => i),
      ...Array.from({length: 8}, (_, i) => archive.length - 1 - i),
    ];
    for (const at of places) {
      const changed = Buffer.from(archive);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await assert.rejects(readArchive(changed), {jobwireCode: 'JW6001'}, `byte ${at}`);
    }
  });

  it('are refused when bytes are cut off or put in, anywhere', async () => {
    const {archive} = packFixture();
    await fc.assert(
      fc.asyncProperty(fc.nat({max: archive.length - 1}), fc.boolean(), async (at, cut) => {
        const changed = cut
          ? archive.subarray(0, at)
          : Buffer.concat([archive.subarray(0, at), Buffer.from([0]), archive.subarray(at)]);
        await assert.rejects(readArchive(changed), {jobwireCode: 'JW6001'});
      }),
      {numRuns: 60},
    );
  });
});

describe('npm and an archive', function () {
  this.timeout(20_000);
  const {archive, files: content, manifest} = packFixture();
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-npm-'));
    writeFileSync(join(dir, 'it.tgz'), archive);
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  function namesBelow(folder: string): string[] {
    return readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  }

  it('unpacks with tar to exactly its files, and nothing beside them', () => {
    extract({file: join(dir, 'it.tgz'), cwd: dir, sync: true, strict: true, preservePaths: false});
    assert.deepEqual(namesBelow(dir), ['it.tgz', ...[...content.keys()].map((one) => `package/${one}`)].sort());
    for (const [one, bytes] of content) assert.deepEqual(readFileSync(join(dir, 'package', one)), Buffer.from(bytes));
    assert.equal(statSync(join(dir, 'package/README.md')).mode & 0o7111, 0);
  });

  it('unpacks with the library of npm, which finds name, version and integrity', async () => {
    const spec = `file:${join(dir, 'it.tgz')}`;
    const cache = join(dir, 'cache');
    const {default: pacote} = (await import('pacote' as string)) as {readonly default: Pacote};
    const found = await pacote.manifest(spec, {cache});
    assert.equal(found.name, manifest.id);
    assert.equal(found.version, manifest.version);
    const {integrity} = await pacote.extract(spec, join(dir, 'out'), {cache, ignoreScripts: true});
    assert.equal(String(integrity), packFixture().integrity);
    assert.deepEqual(namesBelow(join(dir, 'out')), [...content.keys()].sort());
    assert.ok(!existsSync(join(dir, 'out/node_modules')));
  });
});
