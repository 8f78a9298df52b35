/** What is installed is what was published, signed, locked and accepted, or it is not loaded: at every load anew. */
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {readConfig} from '../../src/config.ts';
import {refuseBroken} from '../../src/manifest/refuse.ts';
import {signatureFile} from '../../src/packaging/files.ts';
import {installedPackages, packageRoots, packagesFolder} from '../../src/packaging/installed.ts';
import {lockFile, readLock, writeLock} from '../../src/packaging/lock.ts';
import {originsOf} from '../../src/packaging/origins.ts';
import {formatSignature, signManifest} from '../../src/packaging/signature.ts';
import {revokeKey, trustFile, trustKey} from '../../src/packaging/trust.ts';
import {readProject} from '../../src/read-project.ts';
import {packageRoot} from '../../src/values/package-root.ts';
import {elapsed} from '../../src/values/time.ts';
import {begin, type Desk, day, deskWithPackage, install, look, openDesk, pack, sentences} from './parcel.ts';

type PackedDesk = ReturnType<typeof deskWithPackage>;
const name = '@acme/agents';

describe('an installed package', () => {
  let desk: PackedDesk;
  const path = (file: string): string => join(packagesFolder(desk.dir), name, file);
  const relock = (change: object): void => {
    const lock = readLock(desk.dir);
    const entry = lock.packages[name];
    assert.ok(entry);
    writeLock(desk.dir, {...lock, packages: {...lock.packages, [name]: {...entry, ...change}}});
  };
  const resign = (keyName: string, days?: number): void => {
    const manifest = readFileSync(path('jobwire-package.json'));
    const options = {clock: desk.clock, ...(days !== undefined && {expiresInDays: days})};
    writeFileSync(path(signatureFile), formatSignature(signManifest(manifest, desk.key(keyName), options)));
  };
  beforeEach(() => {
    desk = deskWithPackage();
  });
  afterEach(() => desk.remove());

  it('is signed by a key that is trusted, and loaded', () => {
    assert.deepEqual(look(desk), {state: 'signed', problems: []});
    assert.deepEqual(packageRoots(desk.dir, {shipped: packageRoot, now: desk.clock.now()}), [
      {root: path('.').replace(/\/$/, ''), connectors: ['acme-agents']},
    ]);
  });

  it('P22: is verified with nothing but the files of the project', () => {
    const [only] = installedPackages(desk.dir, desk.clock.now());
    assert.deepEqual(only?.verdict.signer, {
      key: desk.key('release').id,
      name: 'Acme releases',
      signedAt: '2026-01-12T08:15:40Z',
    });
  });

  const refusals: readonly {
    readonly title: string;
    readonly change: () => void;
    readonly state: string;
    readonly says: RegExp;
  }[] = [
    {
      title: 'P13: the signature was removed',
      change: () => rmSync(path(signatureFile)),
      state: 'invalid',
      says: /^JW6002 jobwire-signature\.json of @acme\/agents 1\.0\.0 is missing; jobwire\.lock says jwk1-\S+ signed it$/,
    },
    {
      title: 'P13: the signature is that of another package',
      change: () => {
        const other = pack({
          id: '@acme/other',
          connector: 'acme-other',
          signed: {key: desk.key('release'), clock: desk.clock},
        });
        writeFileSync(path(signatureFile), other.files.get(signatureFile) ?? '');
      },
      state: 'invalid',
      says: /^JW6002 jobwire-signature\.json was made for @acme\/other 1\.0\.0 with the digest .* it belongs to other bytes$/,
    },
    {
      title: 'P13: a trusted key signed it, but not the one of the lock',
      change: () => {
        trustKey(desk.dir, {key: desk.key('second'), name: 'Second'}, desk.clock);
        resign('second');
      },
      state: 'invalid',
      says: /^JW6002 @acme\/agents 1\.0\.0 is signed by jwk1-\S+; jobwire\.lock says jwk1-\S+$/,
    },
    {
      title: 'P13: a key signed it that nobody trusts, and the lock was changed as well',
      change: () => {
        resign('stranger');
        relock({signer: desk.key('stranger').id});
      },
      state: 'invalid',
      says: /^JW6002 @acme\/agents 1\.0\.0 is signed by jwk1-\S+, which trust\.json does not list$/,
    },
    {
      title: 'P13: the key was revoked after it signed',
      change: () => {
        desk.clock.advance(day);
        revokeKey(desk.dir, desk.key('release').id, desk.clock);
      },
      state: 'invalid',
      says: /signed by jwk1-\S+ \(Acme releases\), which was revoked at 2026-01-13T08:15:40Z$/,
    },
    {
      title: 'P13: the digest is not the one of the lock',
      change: () => relock({digest: '0'.repeat(64)}),
      state: 'modified',
      says: /^JW6002 jobwire-package\.json of @acme\/agents 1\.0\.0 has the digest \S+…, jobwire\.lock says 000000000000…$/,
    },
    {
      title: 'the key counts for another scope',
      change: () => trustKey(desk.dir, {key: desk.key('release'), name: 'Umbrella', scopes: ['@umbrella']}, desk.clock),
      state: 'invalid',
      says: /signed by jwk1-\S+ \(Umbrella\), which counts for @umbrella only$/,
    },
    {
      title: 'the lock says another version',
      change: () => relock({version: '1.1.0'}),
      state: 'modified',
      says: /^JW6002 jobwire\.lock says @acme\/agents 1\.1\.0, the package says 1\.0\.0$/,
    },
    {
      title: 'the lock says that nobody signed it',
      change: () => relock({signer: null}),
      state: 'invalid',
      says: /has a signature by jwk1-\S+; jobwire\.lock says it is not signed$/,
    },
    {
      title: 'a file is missing',
      change: () => rmSync(path('LICENSE')),
      state: 'modified',
      says: /^JW6002 LICENSE of @acme\/agents 1\.0\.0 is missing$/,
    },
    {
      title: 'there is one file more',
      change: () => writeFileSync(path('connectors/acme-agents/more.json'), '{}'),
      state: 'modified',
      says: /^JW6002 connectors\/acme-agents\/more\.json of @acme\/agents 1\.0\.0 was not packed$/,
    },
    {
      title: 'there is a file of a kind that no package has',
      change: () => writeFileSync(path('run.js'), ''),
      state: 'modified',
      says: /^JW6002 in .*: run\.js: only \.json/,
    },
    {
      title: 'a file became a link to the same bytes',
      change: () => {
        renameSync(path('LICENSE'), join(desk.dir, 'LICENSE'));
        symlinkSync(join(desk.dir, 'LICENSE'), path('LICENSE'));
      },
      state: 'modified',
      says: /LICENSE: is a symbolic link$/,
    },
    {
      title: 'its folder became a link to the same files',
      change: () => {
        renameSync(path(''), join(desk.dir, 'elsewhere'));
        symlinkSync(join(desk.dir, 'elsewhere'), path('').replace(/\/$/, ''));
      },
      state: 'modified',
      says: /is a link; a package is a folder$/,
    },
    {
      title: 'its folder is gone',
      change: () => rmSync(path(''), {recursive: true}),
      state: 'modified',
      says: /^JW6002 jobwire\.lock names what is not in /,
    },
    {
      title: 'it is not in the lock',
      change: () => writeLock(desk.dir, {lockVersion: 1, packages: {}}),
      state: 'signed',
      says: /^JW6002 @acme\/agents is not in jobwire\.lock$/,
    },
    {
      title: 'it may do more than was accepted',
      change: () => relock({permissions: {}}),
      state: 'signed',
      says: /^JW6004 @acme\/agents may do more than jobwire\.lock says was accepted: .*secret acme-agents\/\w+/,
    },
  ];
  for (const {title, change, state, says} of refusals)
    it(`is refused when ${title.replace(/^(P\d\d): (.*)$/, '$2 ($1)')}`, () => {
      change();
      const seen = look(desk);
      assert.equal(seen.state, state);
      assert.match(sentences(seen.problems).join('\n'), new RegExp(says.source, 'm'));
      for (const {hint} of seen.problems) assert.ok(hint.length > 10, hint);
      const [root] = packageRoots(desk.dir, {shipped: packageRoot, now: desk.clock.now()});
      assert.ok((root?.refused?.length ?? 0) > 0, 'it is not loaded');
    });

  it('P13: is refused from the moment on at which key or signature expire, and not before', () => {
    const {clock} = desk;
    const stateAt = (time: number): string =>
      look({...desk, clock: Object.assign(Object.create(clock), {now: () => time})}).state;
    const second = 1000;
    trustKey(desk.dir, {key: desk.key('release'), name: 'Acme', expiresAt: begin + 100 * day}, clock);
    assert.equal(stateAt(begin + 100 * day - second), 'signed');
    assert.equal(stateAt(begin + 100 * day), 'invalid');
    resign('release', 30);
    assert.equal(stateAt(begin + 30 * day - second), 'signed');
    assert.equal(stateAt(begin + 30 * day), 'invalid');
    trustKey(desk.dir, {key: desk.key('release'), name: 'Acme', expiresAt: begin + 20 * day}, clock);
    assert.equal(stateAt(begin + 20 * day), 'invalid');
  });

  it('is refused when its signature is from the future, further away than clocks differ', () => {
    const at = (time: number): string =>
      look({...desk, clock: Object.assign(Object.create(desk.clock), {now: () => time})}).state;
    assert.equal(at(begin - day), 'signed');
    assert.equal(at(begin - day - 1000), 'invalid');
  });

  it('is refused after any one byte of any of its files was changed', () => {
    const files = [...desk.packed.files].filter(([, bytes]) => bytes.length > 0);
    const anyByte = fc
      .nat(files.length - 1)
      .chain((i) => fc.tuple(fc.constant(i), fc.nat((files[i]?.[1].length ?? 1) - 1), fc.integer({min: 1, max: 255})));
    fc.assert(
      fc.property(anyByte, ([i, at, change]) => {
        const [file = '', bytes = new Uint8Array()] = files[i] ?? [];
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        writeFileSync(path(file), changed);
        const {state, problems} = look(desk);
        writeFileSync(path(file), bytes);
        assert.ok(problems.length > 0, `${file} at ${at}`);
        assert.ok(state === 'modified' || state === 'invalid', state);
      }),
      {numRuns: 150},
    );
    assert.deepEqual(look(desk).problems, []);
  });

  it('is refused after a blank in its signature became another one, though it is the same JSON', () => {
    const bytes = desk.packed.files.get(signatureFile) ?? new Uint8Array();
    const blanks = [0x20, 0x0a, 0x09];
    const places = [...bytes].flatMap((byte, at) => (blanks.includes(byte) ? [at] : []));
    assert.ok(places.length > 20);
    for (const at of places)
      for (const blank of blanks.filter((other) => other !== bytes[at])) {
        const changed = Uint8Array.from(bytes);
        changed[at] = blank;
        writeFileSync(path(signatureFile), changed);
        assert.equal(look(desk).state, 'invalid', `byte ${at}`);
      }
  });

  describe('in a project', () => {
    const connection = (connector: string): string =>
      JSON.stringify({
        jobwire: '1',
        kind: 'connection',
        id: 'main',
        title: 'Main',
        connector,
        variant: 'sha256-hex',
        config: {},
      });
    const refer = (connector = 'acme-agents@^1'): void => {
      mkdirSync(join(desk.dir, 'connections'), {recursive: true});
      writeFileSync(join(desk.dir, 'connections/main.json'), connection(connector));
    };
    const project = (only: 'used' | readonly string[] = 'used') =>
      readProject(readConfig({project: desk.dir}, {}), only);
    const codes = (): string[] =>
      project()
        .issues.filter(({code}) => code.startsWith('JW6') || code === 'JW1004')
        .map(({code, severity}) => `${code} ${severity}`);
    const spoil = (): void => writeFileSync(path('LICENSE'), 'GPL\n');

    it('gives its connectors to templates and connections', () => {
      refer();
      const library = project();
      assert.equal(library.connector('acme-agents@^1').dir, path('connectors/acme-agents'));
      assert.deepEqual(codes(), []);
    });

    it('stops everything when it is refused and referred to, with one reason and no guess', () => {
      refer();
      spoil();
      assert.deepEqual(codes(), ['JW6002 error']);
      assert.throws(() => refuseBroken(project()), /LICENSE of @acme\/agents 1\.0\.0 is not what was packed/);
    });

    it('is a warning when it is refused and nobody refers to it', () => {
      spoil();
      assert.deepEqual(codes(), ['JW6002 warning']);
    });

    it('gives way to a connector of the project of the same id, refused or not', () => {
      refer();
      mkdirSync(join(desk.dir, 'connectors'), {recursive: true});
      renameSync(path('connectors/acme-agents'), join(desk.dir, 'connectors/acme-agents'));
      assert.equal(project().connector('acme-agents').dir, join(desk.dir, 'connectors/acme-agents'));
      assert.deepEqual([...new Set(codes())], ['JW6002 warning']);
    });

    it('does not let the connector of Jobwire take its place when it is refused', () => {
      const replacing = pack({
        connector: 'github',
        from: 'github',
        signed: {key: desk.key('release'), clock: desk.clock},
      });
      install(desk.dir, replacing, {signer: desk.key('release').id, replaces: ['github']});
      refer('github@^1');
      assert.equal(project().connector('github').dir, path('connectors/github'));
      spoil();
      assert.equal(project().connectors.has('github'), false);
      assert.deepEqual(codes(), ['JW6002 error']);
    });

    it('may not take the place of a connector of Jobwire without the word of the operator', () => {
      const replacing = pack({
        connector: 'github',
        from: 'github',
        signed: {key: desk.key('release'), clock: desk.clock},
      });
      install(desk.dir, replacing, {signer: desk.key('release').id});
      refer('github@^1');
      assert.deepEqual(codes(), ['JW6029 error']);
    });

    it('says nothing more about a lock or a trust file that cannot be read than where', () => {
      writeFileSync(
        join(desk.dir, lockFile),
        '{\n  "lockVersion": 1,\n  "packages": {"@acme/agents": {"version": "1"}}\n}\n',
      );
      const [issue] = project().issues;
      assert.equal(issue?.severity, 'error');
      assert.equal(issue?.at?.file, join(desk.dir, lockFile));
      assert.equal(issue?.at?.line, 3);
    });

    it('is listed with where its connectors come from', () => {
      spoil();
      const rows = (): string[] =>
        originsOf(project(['acme-agents', 'github']), {
          shipped: packageRoot,
          installed: installedPackages(desk.dir, desk.clock.now()),
        }).map(({id, origin, state, refused}) => `${id} ${origin} ${state} ${refused}`);
      assert.deepEqual(rows(), ['acme-agents @acme/agents@1.0.0 modified true', 'github built-in built-in false']);
      writeFileSync(path('LICENSE'), desk.packed.files.get('LICENSE') ?? '');
      assert.equal(rows()[0], 'acme-agents @acme/agents@1.0.0 signed false');
    });
  });
});

describe('several installed packages', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.remove());
  const roots = () => packageRoots(desk.dir, {shipped: packageRoot, now: desk.clock.now()});

  it('that are not signed are loaded as the lock pins them', () => {
    install(desk.dir, pack(), {signer: null});
    assert.deepEqual(look(desk), {state: 'unsigned', problems: []});
    assert.equal(roots()[0]?.refused, undefined);
  });

  it('with the same connector are both refused until the operator says whose it is', () => {
    const [one, two] = [pack(), pack({id: '@acme/twin'})];
    install(desk.dir, one, {signer: null});
    install(desk.dir, two, {signer: null});
    assert.deepEqual(
      roots().map(({refused = []}) => sentences(refused)),
      [
        ['JW6029 connector acme-agents of @acme/agents is part of @acme/twin already'],
        ['JW6029 connector acme-agents of @acme/twin is part of @acme/agents already'],
      ],
    );
    install(desk.dir, two, {signer: null, replaces: ['acme-agents']});
    assert.deepEqual(
      roots().map(({connectors, refused}) => ({connectors, refused})),
      [
        {connectors: [], refused: undefined},
        {connectors: ['acme-agents'], refused: undefined},
      ],
    );
  });

  it('do not touch a project without packages, nor one without trust.json', () => {
    assert.deepEqual(roots(), []);
    writeFileSync(join(desk.dir, trustFile), '{');
    assert.deepEqual(roots(), []);
  });

  it('that need a newer Jobwire are refused (JW6003)', () => {
    const packed = pack({edit: (_file, text) => text});
    const manifest = JSON.stringify({...packed.manifest, requires: {runtime: '^99.0.0'}});
    const files = new Map([...packed.files, ['jobwire-package.json', Buffer.from(manifest)]]);
    const {createHash} = process.getBuiltinModule('node:crypto');
    const digest = createHash('sha256').update(manifest).digest('hex');
    install(desk.dir, {...packed, files, digest}, {signer: null});
    assert.match(sentences(look(desk).problems).join(), /^JW6003 @acme\/agents needs Jobwire \^99\.0\.0, this is /);
  });

  it('are verified quickly: twenty of them within the time of a command', () => {
    const key = desk.key('release');
    trustKey(desk.dir, {key, name: 'Acme', scopes: ['@acme']}, desk.clock);
    for (let i = 0; i < 20; i++) {
      const packed = pack({
        id: `@acme/p${i}`,
        connector: `acme-p${i}`,
        from: 'hubspot',
        signed: {key, clock: desk.clock},
      });
      install(desk.dir, packed, {signer: key.id});
    }
    roots();
    const start = elapsed();
    const refused = roots().flatMap((root) => root.refused ?? []);
    const took = elapsed() - start;
    console.log(`      20 packages: ${Math.round(took)} ms`);
    assert.deepEqual(refused, []);
    assert.ok(took < 1500, `${Math.round(took)} ms`);
  }).timeout(60_000);
});
