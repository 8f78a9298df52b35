/** Hostile archives, rows P01 to P12: the whole package is refused, the reason names the file, and nothing touches the disk. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {gunzipSync, gzipSync} from 'node:zlib';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {readArchive, writeArchive} from '../../src/packaging/archive.ts';
import {bomb, type Entry, endOfTar, file, packFixture, tarball, tarEntry, withFiles} from './archives.ts';

/** The sentence of the refusal. */
async function refusalOf(archive: Uint8Array): Promise<string> {
  const error = await readArchive(archive).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof JobwireError, 'the archive was accepted');
  assert.equal(error.code, 'JW6001');
  return error.message;
}

/** Nothing else writes there. */
const absolute = '/tmp/jobwire-hostile-absolute.json';
const good = file('README.md', '# Fine\n');

interface Row {
  readonly id: string;
  readonly what: string;
  readonly entries: readonly Entry[];
  readonly says: RegExp;
}

const rows: readonly Row[] = [
  {
    id: 'P01',
    what: '../',
    entries: [good, file('../evil.json')],
    says: /^\.\.\/evil\.json: the path leaves the package/,
  },
  {
    id: 'P01',
    what: '../ in the middle',
    entries: [file('connectors/a/../../../evil.json')],
    says: /leaves the package/,
  },
  {
    id: 'P01',
    what: '.. as the whole',
    entries: [{path: '../evil.json', body: '{}'}],
    says: /does not lie below package/,
  },
  {
    id: 'P02',
    what: 'an absolute path',
    entries: [{path: absolute, body: '{}'}],
    says: /^\/tmp\/jobwire-hostile-absolute\.json: does not lie/,
  },
  {id: 'P02', what: 'an absolute path below package/', entries: [file('/etc/evil.json')], says: /is absolute/},
  {id: 'P03', what: 'a backslash', entries: [file('connectors\\..\\evil.json')], says: /has a backslash/},
  {
    id: 'P04',
    what: 'a symbolic link',
    entries: [{path: 'package/README.md', type: '2', link: '/etc/passwd'}],
    says: /^package\/README\.md: is not a plain file but a SymbolicLink/,
  },
  {
    id: 'P05',
    what: 'a hard link',
    entries: [good, {path: 'package/LICENSE', type: '1', link: 'package/README.md'}],
    says: /is not a plain file but a Link/,
  },
  ...(['3', '4', '5', '6', '7'] as const).map((type) => ({
    id: 'P06',
    what: `an entry of type ${type}`,
    entries: [{path: 'package/README.md', type}],
    says: /is not a plain file but a (CharacterDevice|BlockDevice|Directory|FIFO|ContiguousFile)/,
  })),
  {id: 'P06', what: 'an unknown type', entries: [good, {path: 'package/LICENSE', type: 'Z'}], says: /LICENSE: is a/},
  {
    id: 'P07',
    what: 'A.json and a.json',
    entries: [file('connectors/a/A.json'), file('connectors/a/a.json')],
    says: /one name with connectors\/a\/A\.json where case is ignored/,
  },
  {id: 'P07', what: 'the same name twice', entries: [good, good], says: /^README\.md: there twice/},
  {
    id: 'P07',
    what: 'folders that differ in case',
    entries: [file('connectors/a/Cases/x.json'), file('connectors/a/cases/y.json')],
    says: /one folder with connectors\/a\/Cases/,
  },
  {
    id: 'P07',
    what: 'a file that is a folder as well',
    entries: [file('connectors/a/x.json'), file('connectors/a/x.json/y.json')],
    says: /there twice|one name/,
  },
  {id: 'P07', what: 'a composed letter', entries: [file('connectors/a/é.json')], says: /other than printable ASCII/},
  {id: 'P07', what: 'its decomposed twin', entries: [file('connectors/a/é.json')], says: /other than printable ASCII/},
  {id: 'P07', what: 'ß beside ss', entries: [file('connectors/a/ß.json')], says: /other than printable ASCII/},
  {
    id: 'P08',
    what: 'a right-to-left override',
    entries: [file('connectors/a/nosj\u202e.json')],
    says: /^connectors\/a\/nosj\\u202e\.json: the path has characters/,
  },
  ...['CON.json', 'nul.md', 'Com1.json', 'lpt9.json', 'aux.json'].map((name) => ({
    id: 'P08',
    what: name,
    entries: [file(`connectors/a/${name}`)],
    says: /reserved by an operating system/,
  })),
  {id: 'P08', what: 'a drive', entries: [file('C:evil.json')], says: /names a drive or a stream/},
  {id: 'P08', what: 'a stream', entries: [file('connectors/a/x.json:evil')], says: /names a drive or a stream/},
  {id: 'P08', what: 'a trailing dot', entries: [file('connectors/a/x.json.')], says: /ends with a dot or a space/},
  {id: 'P08', what: 'a trailing space', entries: [file('connectors/a /x.json')], says: /ends with a dot or a space/},
  {id: 'P08', what: 'a tab', entries: [file('connectors/a/x\t.json')], says: /x\\t\.json: the path has characters/},
  {id: 'P08', what: 'a hidden file', entries: [file('connectors/a/.npmrc.json')], says: /names begin with a letter/},
  {id: 'P08', what: 'a deep path', entries: [file('connectors/a/b/c/d/e/f/g/h.json')], says: /deeper than 8/},
  {id: 'P09', what: 'a nested archive', entries: [file('connectors/a/inner.tgz')], says: /only \.json/},
  {
    id: 'P09',
    what: 'an archive under another name',
    entries: [file('connectors/a/inner.json', tarball(good))],
    says: /inner\.json: is not UTF-8 text/,
  },
  {
    id: 'P09',
    what: 'a picture that is an archive',
    entries: [file('icon.png', gzipSync('x'))],
    says: /icon\.png: is not a PNG picture/,
  },
  {
    id: 'P09',
    what: 'more than 500 files',
    entries: Array.from({length: 501}, (_, i) => file(`connectors/a/f${i}.json`)),
    says: /f500\.json: more than 500 files/,
  },
  {
    id: 'P09',
    what: 'one file above 1 MB',
    entries: [file('README.md', 'x'.repeat(1024 * 1024 + 1))],
    says: /README\.md: larger than 1048576 bytes/,
  },
  {
    id: 'P09',
    what: 'more than 5 MB together',
    entries: Array.from({length: 6}, (_, i) => file(`connectors/a/f${i}.md`, 'x'.repeat(900_000))),
    says: /f5\.md: all files together are larger than 5242880 bytes/,
  },
  {
    id: 'P09',
    what: 'a size that is not there',
    entries: [{path: 'package/README.md', body: 'x', size: 8 ** 11 - 1}],
    says: /larger than 1048576 bytes/,
  },
  ...['js', 'hbs', 'sh', 'html', 'mjs', 'node', 'wasm', 'tgz', 'zip', 'SVG', 'json5'].map((extension) => ({
    id: 'P12',
    what: `.${extension}`,
    entries: [file(`connectors/a/x.${extension}`)],
    says: new RegExp(`^connectors/a/x\\.${extension}: only \\.json`),
  })),
  ...[
    'connections/main.json',
    'trust.json',
    'binding.gyp.json',
    'connectors/x.json',
    'connectors/a/node_modules/x.json',
  ].map((path) => ({id: 'P12', what: path, entries: [file(path)], says: /belong/})),
  {
    id: 'P12',
    what: 'JSON that is none',
    entries: [file('connectors/a/x.json', 'module.exports = 1')],
    says: /not strict JSON/,
  },
  {
    id: 'P12',
    what: 'keys of a prototype',
    entries: [file('connectors/a/x.json', '{"__proto__": {}}')],
    says: /__proto__/,
  },
];

describe('hostile archives', function () {
  this.timeout(20_000);

  for (const {id, what, entries, says} of rows)
    it(`${id} refuses ${what}`, async () => {
      assert.match(await refusalOf(tarball(...entries)), says);
    });

  it('P01–P06 touch nothing on the disk', async () => {
    const root = mkdtempSync(join(tmpdir(), 'jobwire-hostile-'));
    const dir = join(root, 'a/b/c');
    mkdirSync(dir, {recursive: true});
    const before = process.cwd();
    try {
      process.chdir(dir);
      for (const {entries} of rows) await readArchive(tarball(...entries)).catch(() => undefined);
      assert.deepEqual(readdirSync(root, {recursive: true}).sort(), ['a', 'a/b', 'a/b/c']);
      assert.ok(!existsSync(absolute));
    } finally {
      process.chdir(before);
      rmSync(root, {recursive: true, force: true});
    }
  });

  it('P06 refuses a set-uid bit: modes are no part of a package', async () => {
    const setUid = tarball({...good, mode: '0004755'});
    assert.match(await refusalOf(setUid), /its bytes are not those that jobwire pack writes/);
  });
});

/** In a process of its own: reading the archive is all that it does. */
async function readElsewhere(archive: Uint8Array): Promise<{code: string; problem: string; grown: number; ms: number}> {
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-bomb-'));
  try {
    const path = join(dir, 'bomb.tgz');
    writeFileSync(path, archive);
    const {stdout} = await promisify(execFile)(process.execPath, ['test/support/read-archive.ts', path]);
    return JSON.parse(stdout);
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}

describe('bombs', function () {
  this.timeout(30_000);

  const hundredMegabytes = 100 * 1024;

  it('P09 refuses 300 MB of zeros in 300 KB early and with little memory', async () => {
    const archive = bomb(300);
    assert.ok(archive.length < 400 * 1024, `${archive.length} bytes`);
    const {code, problem, grown, ms} = await readElsewhere(archive);
    assert.equal(code, 'JW6001');
    assert.match(problem, /unpacks to more than \d+ bytes/);
    assert.ok(grown < hundredMegabytes, `${grown} KB`);
    assert.ok(ms < 5000, `${ms} ms`);
  });

  it('P09 refuses 50,000 entries early and with little memory', async () => {
    const tar = Buffer.concat([
      ...Array.from({length: 50_000}, (_, i) => tarEntry(file(`connectors/a/f${i}.md`, ''))),
      endOfTar,
    ]);
    const {code, grown, ms} = await readElsewhere(gzipSync(tar));
    assert.equal(code, 'JW6001');
    assert.ok(grown < hundredMegabytes, `${grown} KB`);
    assert.ok(ms < 5000, `${ms} ms`);
  });

  it('P09 does not unpack what is packed twice', async () => {
    assert.match(await refusalOf(gzipSync(bomb(300))), /not a tar file/);
  });

  it('P09 does not unpack other compressions inside', async () => {
    const zstd = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(2048)]);
    assert.match(await refusalOf(gzipSync(zstd)), /not a tar file/);
  });

  it('P09 does not read an archive that is too large before it is unpacked', async () => {
    assert.match(await refusalOf(Buffer.alloc(16 * 1024 * 1024, 0x1f)), /the archive: larger than/);
  });
});

describe('archives that are not whole, or more than one', () => {
  const {archive, files} = packFixture();

  const broken: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
    ['nothing', () => Buffer.alloc(0), /not a gzip file/],
    ['a truncated gzip file', () => archive.subarray(0, archive.length - 9), /cut off/],
    ['a gzip file cut in its header', () => archive.subarray(0, 5), /cut off/],
    ['a wrong checksum', () => Buffer.concat([archive.subarray(0, -8), Buffer.alloc(8)]), /gzip file is broken/],
    [
      'trailing garbage',
      () => Buffer.concat([archive, Buffer.from('garbage')]),
      /gzip file is broken|its bytes are not/,
    ],
    ['trailing zeros', () => Buffer.concat([archive, Buffer.alloc(512)]), /its bytes are not those/],
    ['two gzip members', () => Buffer.concat([archive, archive]), /its bytes are not those|not a sound tar/],
    [
      'a member of files behind the end',
      () => Buffer.concat([archive, tarball(file('connectors/acme-desk/more.json'))]),
      /its bytes are not those|not a sound tar|not in/,
    ],
    ['the same files compressed', () => gzipSync(gunzip(archive)), /its bytes are not those that jobwire pack writes/],
    [
      'a truncated tar file',
      () => gzipSync(gunzip(archive).subarray(0, 3000)),
      /not a sound tar file|its bytes are not/,
    ],
    [
      'bytes behind the end of the tar file',
      () => gzipSync(Buffer.concat([gunzip(archive), Buffer.from('x')])),
      /sound tar|its bytes/,
    ],
    ['a tar file without gzip', () => gunzip(archive), /not a gzip file/],
    ['no files', () => gzipSync(endOfTar), /not a tar file/],
    [
      'a PAX header that renames a file',
      () => tarball({path: 'PaxHeader', type: 'x', body: '27 path=package/../evil.js\n'}, good),
      /has extended headers/,
    ],
    [
      'a PAX header for all files',
      () => tarball({path: 'PaxHeader', type: 'g', body: '27 path=package/../evil.js\n'}, good),
      /has extended headers/,
    ],
    [
      'a long name of GNU tar',
      () => tarball({path: '././@LongLink', type: 'L', body: 'package/README.md\0'}, good),
      /extended headers/,
    ],
    [
      'a long link of GNU tar',
      () => tarball({path: '././@LongLink', type: 'K', body: '/etc/passwd\0'}, good),
      /extended headers/,
    ],
    [
      'a huge PAX header',
      () => tarball({path: 'PaxHeader', type: 'x', body: 'x'.repeat(1_100_000)}, good),
      /PaxHeader: is a|extended/,
    ],
  ];

  for (const [what, make, says] of broken)
    it(`P10 refuses ${what}`, async () => {
      assert.match(await refusalOf(make()), says);
    });

  it('P10 accepts the archive itself', async () => {
    assert.deepEqual([...(await readArchive(archive)).keys()], [...files.keys()]);
  });

  for (const key of [
    'scripts',
    'bin',
    'main',
    'dependencies',
    'gypfile',
    'exports',
    'bundledDependencies',
    'engines',
    'workspaces',
    'type',
  ])
    it(`P11 refuses ${key} in package.json and names it`, async () => {
      const npm = JSON.parse(Buffer.from(files.get('package.json') ?? '').toString()) as Record<string, unknown>;
      const hostile = writeArchive(
        withFiles(files, {'package.json': JSON.stringify({...npm, [key]: {postinstall: 'x'}})}),
      );
      assert.match(await refusalOf(hostile), new RegExp(`^package\\.json: has "${key}"`));
    });

  it('P11 refuses package.json values that are not what they seem', async () => {
    const odd = writeArchive(withFiles(files, {'package.json': '{"name": {"toString": "x"}}'}));
    assert.match(await refusalOf(odd), /package\.json: has a value of another type in "name"/);
  });

  it('T15: a package with 10,000 templates is refused, and so is the first file that is too many', async () => {
    const templates = (count: number): Buffer =>
      tarball(...Array.from({length: count}, (_, i) => file(`templates/t${i}/template.json`)));
    assert.match(await refusalOf(templates(10_000)), /unpacks to more than \d+ bytes/);
    assert.match(await refusalOf(templates(600)), /^templates\/t500\/template\.json: more than 500 files/);
  });
});

function gunzip(archive: Uint8Array): Buffer {
  return gunzipSync(archive);
}
