/** What pack makes of a source: the same bytes anywhere, a complete manifest, and a refusal for whatever does not belong. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {readArchive} from '../../src/packaging/archive.ts';
import {sha256} from '../../src/packaging/files.ts';
import {checkFiles} from '../../src/packaging/integrity.ts';
import {archiveName, packSource} from '../../src/packaging/pack.ts';
import {runtimeVersion} from '../../src/packaging/runtime-version.ts';
import {readSource} from '../../src/packaging/source.ts';
import {copySource, fixture, packFixture, type SourceFolder} from './archives.ts';

function json<T>(bytes: Uint8Array | undefined): T {
  return JSON.parse(Buffer.from(bytes ?? '').toString()) as T;
}

describe('a packed source', () => {
  const {manifest, files, archive, digest} = packFixture();

  it('is a complete manifest: permissions, digests, language, runtime, icon', () => {
    assert.equal(manifest.language, '1');
    assert.equal(manifest.icon, 'icon.svg');
    assert.deepEqual(manifest.requires, {runtime: `^${runtimeVersion()}`});
    assert.deepEqual(manifest.contents, {connectors: ['acme-desk', 'acme-robots'], templates: ['incident-to-robot']});
    assert.ok(!('$schema' in manifest));
    const listed = Object.keys(manifest.files ?? {});
    assert.deepEqual(
      listed,
      [...files.keys()].filter((path) => path !== 'jobwire-package.json'),
    );
    for (const path of listed) assert.equal(manifest.files?.[path], sha256(files.get(path) ?? ''));
    assert.equal(digest, sha256(files.get('jobwire-package.json') ?? ''));
  });

  it('is accepted by the reader and by the check of its own digests', async () => {
    assert.deepEqual(checkFiles(await readArchive(archive)), []);
  });

  it('has a package.json that names it and runs nothing', () => {
    assert.deepEqual(json(files.get('package.json')), {
      name: '@acme/incident-automation',
      version: '1.0.0',
      description: 'Acme Desk and Acme Robots with one triage template',
      license: 'MIT',
      author: {name: 'Acme', url: 'https://acme.example'},
      homepage: 'https://acme.example/jobwire',
      keywords: ['jobwire-package', 'helpdesk', 'robots'],
    });
    assert.equal(archiveName(manifest), 'acme-incident-automation-1.0.0.tgz');
  });

  it('has a bill of materials with every file, its digest and what uses what', () => {
    interface Bill {
      readonly [key: string]: unknown;
      readonly serialNumber: string;
      readonly components: readonly {
        readonly type: string;
        readonly name: string;
        readonly hashes?: readonly object[];
      }[];
      readonly dependencies: readonly {readonly ref: string; readonly dependsOn: readonly string[]}[];
    }
    const bill = json<Bill>(files.get('sbom.json'));
    assert.equal(bill['bomFormat'], 'CycloneDX');
    assert.equal(bill['specVersion'], '1.6');
    assert.match(bill.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const named = bill.components.filter(({type}) => type === 'file');
    const data = [...files.keys()].filter((path) => !/^(package|jobwire-package|sbom)\.json$/.test(path));
    assert.deepEqual(
      named.map(({name}) => name),
      data,
    );
    for (const {name, hashes} of named)
      assert.deepEqual(hashes, [{alg: 'SHA-256', content: sha256(files.get(name) ?? '')}]);
    assert.deepEqual(bill.dependencies.at(-1), {
      ref: 'template:incident-to-robot',
      dependsOn: ['connector:acme-desk', 'connector:acme-robots'],
    });
    assert.doesNotMatch(JSON.stringify(bill), /timestamp/);
  });

  it('has another serial number when a file is another', () => {
    const source = copySource();
    try {
      source.change('README.md', (text) => `${text}\nMore.\n`);
      const other = json<{serialNumber: string}>(packSource(readSource(source.dir)).files.get('sbom.json'));
      assert.notEqual(other.serialNumber, json<{serialNumber: string}>(files.get('sbom.json')).serialNumber);
    } finally {
      source.close();
    }
  });
});

describe('the same source', function () {
  this.timeout(30_000);
  const run = promisify(execFile);

  /** Copies the fixture under another umask and file order, and packs it in a process with another zone and language. */
  async function integrityIn(place: {umask: string; zone: string; lang: string; reverse: boolean}): Promise<string> {
    const root = mkdtempSync(join(tmpdir(), `jobwire-same-${place.umask}-`));
    const dir = join(root, place.reverse ? 'ß und ü' : 'x');
    try {
      const paths = readdirSync(fixture, {recursive: true}).map(String).sort();
      for (const path of place.reverse ? paths.reverse() : paths) {
        if (!statSync(join(fixture, path)).isFile()) continue;
        mkdirSync(dirname(join(dir, path)), {recursive: true});
        cpSync(join(fixture, path), join(dir, path));
      }
      const command = `umask ${place.umask}; chmod -R u=rwX,go= '${dir}'; exec '${process.execPath}' bin/jobwire.js pack '${dir}' --out '${dir}' --json`;
      const {stdout} = await run('sh', ['-c', command], {
        env: {...process.env, TZ: place.zone, LANG: place.lang, LC_ALL: place.lang},
      });
      const {data} = JSON.parse(stdout) as {data: {integrity: string; file: string}};
      return data.integrity;
    } finally {
      rmSync(root, {recursive: true, force: true});
    }
  }

  it('gives the same bytes in other folders, umasks, time zones, languages and file orders', async () => {
    const places = [
      {umask: '022', zone: 'UTC', lang: 'C', reverse: false},
      {umask: '077', zone: 'Pacific/Kiritimati', lang: 'tr_TR.UTF-8', reverse: true},
      {umask: '000', zone: 'America/St_Johns', lang: 'de_DE.UTF-8', reverse: true},
    ];
    const {integrity} = packFixture();
    for (const place of places) assert.equal(await integrityIn(place), integrity, place.zone);
  });
});

interface Broken {
  readonly what: string;
  readonly change: (source: SourceFolder) => void;
  readonly says: RegExp;
}

const manifestIn = (change: (manifest: Record<string, unknown>) => void) => (source: SourceFolder) =>
  source.change('jobwire-package.json', (text) => {
    const manifest = JSON.parse(text) as Record<string, unknown>;
    change(manifest);
    return JSON.stringify(manifest);
  });

/** Put together here, so that this file holds none. */
const accessKey = ['gh', 'p_', 'a1B2c3D4e5F6g7H8i9J0'].join('');
const privateKey = `-----BEGIN ${'PRIVATE'} KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END ${'PRIVATE'} KEY-----\n`;

const broken: readonly Broken[] = [
  {what: 'no README', change: (source) => source.remove('README.md'), says: /^JW6006 README\.md: is missing or empty/},
  {what: 'an empty README', change: (source) => source.write('README.md', ''), says: /^JW6006 README\.md: is missing/},
  {what: 'no LICENSE', change: (source) => source.remove('LICENSE'), says: /^JW6006 LICENSE: is missing/},
  {what: 'no CHANGELOG', change: (source) => source.remove('CHANGELOG.md'), says: /^JW6006 CHANGELOG\.md: is missing/},
  {
    what: 'a version that the CHANGELOG does not know',
    change: manifestIn((manifest) => {
      manifest['version'] = '1.0.01'.replace('01', '1');
    }),
    says: /^JW6006 CHANGELOG\.md: has no heading for version 1\.0\.1/,
  },
  {
    what: 'a version that only begins like the one of the CHANGELOG',
    change: (source) => source.write('CHANGELOG.md', '# Changes\n\n## 1.0.0-beta.1\n\n## 11.0.0\n\n1.0.0\n'),
    says: /^JW6006 CHANGELOG\.md: has no heading for version 1\.0\.0/,
  },
  {
    what: 'contents that are not there',
    change: manifestIn((manifest) => {
      manifest['contents'] = {connectors: ['acme-desk', 'acme-robots', 'acme-gone'], templates: ['incident-to-robot']};
    }),
    says: /^JW6006 connectors\/acme-gone\/connector\.json: is missing, and contents names acme-gone/,
  },
  {
    what: 'contents that name nothing',
    change: manifestIn((manifest) => {
      manifest['contents'] = {};
    }),
    says: /^JW6006 jobwire-package\.json: contents names nothing/,
  },
  {
    what: 'a template whose connector stays behind',
    change: manifestIn((manifest) => {
      manifest['contents'] = {connectors: ['acme-desk'], templates: ['incident-to-robot']};
    }),
    says: /^JW6006 connectors\/acme-robots: is used by template incident-to-robot/,
  },
  {
    what: 'a connector with an error',
    change: (source) =>
      source.change('connectors/acme-desk/connector.json', (text) => text.replace('"call": "me"', '"call": "you"')),
    says: /^JW1004 /,
  },
  {
    what: 'a template with an error',
    change: (source) =>
      source.change('templates/incident-to-robot/template.json', (text) =>
        text.replace('event.data.summary', 'event.data.sumary'),
      ),
    says: /^JW2005 /,
  },
  {
    what: 'a case with an error',
    change: (source) =>
      source.change('connectors/acme-desk/cases/add-note.json', (text) => text.replace('"addNote"', '"addNotes"')),
    says: /^JW1004 /,
  },
  {
    what: 'a host that is not permitted',
    change: (source) =>
      source.change('connectors/acme-desk/connector.json', (text) =>
        text.replace('"login.acme.example"', '"log.acme.example"'),
      ),
    says: /^JW1016 /,
  },
  {
    what: 'a manifest that is no package',
    change: manifestIn((manifest) => {
      manifest['scripts'] = {};
    }),
    says: /^JW1003 there is no key scripts/,
  },
  {
    what: 'a range that is none',
    change: manifestIn((manifest) => {
      manifest['requires'] = {runtime: 'latest'};
    }),
    says: /^JW1017 latest is not a version range/,
  },
  {
    what: 'a newer runtime',
    change: manifestIn((manifest) => {
      manifest['requires'] = {runtime: '^99.0.0'};
    }),
    says: /^JW6003 needs Jobwire \^99\.0\.0/,
  },
  {
    what: 'a package.json of its own',
    change: (source) => source.write('package.json', '{"scripts": {"postinstall": "x"}}'),
    says: /^JW6001 package\.json: is written by jobwire pack/,
  },
  {
    what: 'code beside a connector',
    change: (source) => source.write('connectors/acme-desk/index.js', 'x'),
    says: /^JW6001 connectors\/acme-desk\/index\.js: only \.json/,
  },
  {
    what: 'a hidden file',
    change: (source) => source.write('connectors/acme-desk/.env', 'TOKEN=x'),
    says: /^JW6001 connectors\/acme-desk\/\.env: names begin/,
  },
  {
    what: 'a folder of secrets',
    change: (source) => source.write('connectors/acme-desk/secrets/token.json', '{}'),
    says: /^JW6001 connectors\/acme-desk\/secrets\/token\.json: the name says credentials/,
  },
  {
    what: 'a private key in a text',
    change: (source) => source.write('connectors/acme-desk/NOTES.md', privateKey),
    says: /^JW6001 connectors\/acme-desk\/NOTES\.md: holds a private key/,
  },
  {
    what: 'an access key in a case',
    change: (source) =>
      source.change('connectors/acme-desk/cases/add-note.json', (text) => text.replace('desk-secret', accessKey)),
    says: /^JW6001 connectors\/acme-desk\/cases\/add-note\.json: begins like an access key$/,
  },
  {
    what: 'a symbolic link to a file',
    change: (source) => symlinkSync('/etc/hostname', join(source.dir, 'connectors/acme-desk/more.md')),
    says: /^JW6001 connectors\/acme-desk\/more\.md: is a symbolic link/,
  },
  {
    what: 'a symbolic link to a folder',
    change: (source) => {
      source.remove('connectors/acme-desk/samples');
      symlinkSync(tmpdir(), join(source.dir, 'connectors/acme-desk/samples'));
    },
    says: /^JW6001 connectors\/acme-desk\/samples: is a symbolic link/,
  },
  {
    what: 'a README that is a link',
    change: (source) => {
      source.remove('README.md');
      symlinkSync('LICENSE', join(source.dir, 'README.md'));
    },
    says: /^JW6001 README\.md: is a symbolic link/,
  },
  {
    what: 'a file that is too large',
    change: (source) => source.write('connectors/acme-desk/large.md', 'x'.repeat(1024 * 1024 + 1)),
    says: /^JW6001 connectors\/acme-desk\/large\.md: larger than 1048576 bytes/,
  },
  {
    what: 'names that differ in case only',
    change: (source) => source.write('connectors/acme-desk/readme.md', 'x'),
    says: /^JW6001 connectors\/acme-desk\/readme\.md: one name with connectors\/acme-desk\/README\.md/,
  },
  {
    what: 'a picture with a script',
    change: (source) => source.write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>'),
    says: /^JW6001 icon\.svg: <svg> has the script onload/,
  },
];

describe('a source is refused for', () => {
  let source: SourceFolder;
  beforeEach(() => {
    source = copySource();
  });
  afterEach(() => source.close());

  for (const {what, change, says} of broken)
    it(what, () => {
      change(source);
      assert.throws(
        () => packSource(readSource(source.dir)),
        (error: unknown) => error instanceof JobwireError && says.test(`${error.code} ${error.message}`),
      );
    });

  it('nothing that is not packed: connections, secrets, state and other units stay where they are', () => {
    const wanted = packFixture().integrity;
    source.write('connections/desk-main.json', '{"not": "checked"}');
    source.write('connections/secrets/desk', accessKey);
    source.write('.jobwire/jobwire.db', 'x');
    source.write('trust.json', '{}');
    source.write('jobwire.lock', '{}');
    source.write('notes.txt', 'x');
    source.write('connectors/acme-other/connector.json', '{}');
    source.write('connectors/acme-desk/.DS_Store', 'x');
    const {issues} = readSource(source.dir);
    assert.deepEqual(issues, []);
    assert.equal(packSource(readSource(source.dir)).integrity, wanted);
  });

  it('nothing but the first finding when jobwire-package.json is missing', () => {
    source.remove('jobwire-package.json');
    assert.throws(() => readSource(source.dir), {jobwireCode: 'JW1001'});
  });

  it('everything at once: each finding has its file', () => {
    source.remove('LICENSE');
    source.write('connectors/acme-desk/index.js', 'x');
    const {issues} = readSource(source.dir);
    assert.deepEqual(
      issues.map(({code, at}) => [code, at?.file.slice(source.dir.length + 1)]),
      [
        ['JW6001', 'connectors/acme-desk/index.js'],
        ['JW6006', 'LICENSE'],
      ],
    );
    assert.throws(() => packSource(readSource(source.dir)), /\(and 1 more\)$/);
  });

  it('nothing in a folder that is itself reached by a link', () => {
    const link = join(dirname(source.dir), 'link');
    symlinkSync(source.dir, link);
    assert.equal(packSource(readSource(link)).integrity, packFixture().integrity);
  });
});

it('an archive in the way does not stop a second packing', () => {
  const source = copySource();
  try {
    writeFileSync(join(source.dir, 'acme-incident-automation-1.0.0.tgz'), packFixture().archive);
    assert.equal(packSource(readSource(source.dir)).integrity, packFixture().integrity);
  } finally {
    source.close();
  }
});
