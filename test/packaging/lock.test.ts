/** The lock and the rules by which one version may follow another. */
import assert from 'node:assert/strict';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {formatLock, type Lock, type LockEntry, lockFile, readLock, writeLock} from '../../src/packaging/lock.ts';
import {admit, type Candidate} from '../../src/packaging/verify.ts';
import {type Desk, openDesk, sentences} from './parcel.ts';

const key = `jwk1-${'a'.repeat(26)}`;
const otherKey = `jwk1-${'b'.repeat(26)}`;
const publisher = {issuer: 'https://issuer.example', subject: 'https://code.example/acme/release.yml'};
const entry: LockEntry = {
  version: '1.2.0',
  source: 'registry:https://registry.example/',
  range: '^1',
  integrity: `sha512-${Buffer.alloc(64).toString('base64')}`,
  digest: 'a'.repeat(64),
  signer: key,
  permissions: {hosts: ['b.example', 'a.example'], methods: {'b.example': ['POST', 'GET']}, actions: []},
};

describe('the lock', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.remove());
  const fileText = (text?: string): string => {
    if (text !== undefined) writeFileSync(join(desk.dir, lockFile), text);
    return readFileSync(join(desk.dir, lockFile), 'utf8');
  };
  const refusal = (text: string): JobwireError => {
    fileText(text);
    try {
      readLock(desk.dir);
    } catch (error) {
      if (error instanceof JobwireError) return error;
    }
    throw new Error('it was read');
  };

  it('is empty where there is none', () => {
    assert.deepEqual(readLock(desk.dir), {lockVersion: 1, packages: {}});
  });

  it('is read as it was written, and leaves nothing beside it', () => {
    const lock: Lock = {
      lockVersion: 1,
      packages: {'@acme/crm': {...entry, replaces: ['github'], provenance: publisher}},
    };
    writeLock(desk.dir, lock);
    writeLock(desk.dir, lock);
    assert.equal(formatLock(readLock(desk.dir)), fileText());
    assert.deepEqual(readdirSync(desk.dir), [lockFile]);
  });

  it('is one text for one state, in whatever order it came about', () => {
    const names = ['@b/b', '@a/b', '@a/a', '@a-b/a', '@z/z'];
    const shuffled = fc.shuffledSubarray(names, {minLength: names.length});
    const hosts = fc.shuffledSubarray(['a.example', 'b.example', '*.c.example'], {minLength: 3});
    const of = (order: readonly string[], list: string[]): string =>
      formatLock({
        lockVersion: 1,
        packages: Object.fromEntries(order.map((name) => [name, {...entry, permissions: {hosts: list}}])),
      });
    const wanted = of(names, ['a.example', 'b.example', '*.c.example']);
    fc.assert(fc.property(shuffled, hosts, (order, list) => assert.equal(of(order, list), wanted)));
  });

  it('of a later version is left alone (JW6003)', () => {
    const error = refusal('{\n  "lockVersion": 2,\n  "packages": []\n}');
    assert.equal(error.code, 'JW6003');
    assert.match(error.message, /jobwire\.lock has lockVersion 2, this Jobwire reads 1$/);
    assert.deepEqual([error.extra.at?.line, error.extra.at?.column], [2, 18]);
  });

  const broken: readonly (readonly [title: string, text: string, code: string, line: number, says: RegExp])[] = [
    ['that is half a file', '{"lockVersion": 1,\n', 'JW1001', 1, /./],
    ['with a conflict of a merge', '{\n<<<<<<< ours\n', 'JW1001', 2, /./],
    [
      'that names a package twice',
      '{"lockVersion": 1, "packages": {\n"@a/a": {},\n"@a/a": {}}}',
      'JW1001',
      3,
      /stands twice/,
    ],
    ['without a version', '{"packages": {}}', 'JW1002', 1, /lockVersion/],
    ['with a version below one', '{"lockVersion": 0, "packages": {}}', 'JW1002', 1, /lockVersion must be 1/],
    ['with a key that nobody knows', '{"lockVersion": 1, "packages": {},\n "trusted": true}', 'JW1003', 2, /trusted/],
    [
      'in which the line of the signer was deleted',
      JSON.stringify({lockVersion: 1, packages: {'@acme/crm': {...entry, signer: undefined}}}, null, 1),
      'JW1002',
      4,
      /signer/,
    ],
    [
      'with a digest that is none',
      JSON.stringify({lockVersion: 1, packages: {'@acme/crm': {...entry, digest: 'AAAA'}}}, null, 1),
      'JW1002',
      9,
      /digest/,
    ],
  ];
  for (const [title, text, code, line, says] of broken)
    it(`${title} is refused where it is wrong`, () => {
      const error = refusal(text);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, says);
      assert.equal(error.extra.at?.line, line);
      assert.equal(error.extra.at?.file, join(desk.dir, lockFile));
      assert.match(error.extra.hint ?? '', /version control/);
    });
});

describe('what may follow what is installed', () => {
  const candidate: Candidate = {id: '@acme/crm', version: '1.3.0', digest: 'b'.repeat(64), signer: key};
  const said = (change: Partial<Candidate>, locked: Partial<LockEntry> = {}, options = {}): string =>
    sentences(admit({...candidate, ...change}, {...entry, ...locked}, options)).join('\n');

  it('is anything, where nothing is', () =>
    assert.deepEqual(admit({...candidate, version: '0.0.1', signer: null}, undefined), []));
  it('is a later version by the same signer', () => assert.equal(said({}), ''));
  it('is the same version with the same bytes', () => assert.equal(said({version: '1.2.0', digest: entry.digest}), ''));

  it('P14: is no older version, unless the operator allows it', () => {
    for (const version of ['1.1.9', '1.2.0-rc.1', '0.9.0']) {
      assert.equal(said({version}), `JW6026 @acme/crm ${version} is older than 1.2.0`);
      assert.equal(said({version}, {}, {allowDowngrade: true}), '');
    }
  });

  it('P14: a downgrade that is allowed is still by the same signer', () => {
    assert.match(
      said({version: '1.1.0', signer: otherKey}, {}, {allowDowngrade: true}),
      /^JW6002 .* is signed by jwk1-b/,
    );
  });

  it('P13: is not the same version with other bytes', () => {
    assert.match(said({version: '1.2.0'}), /^JW6002 @acme\/crm 1\.2\.0 is offered with other contents/);
    assert.match(said({version: '1.2.0+build.2'}), /^JW6002/);
  });

  it('P13: is not signed by nobody, nor by somebody else, until the operator names him', () => {
    assert.match(
      said({signer: null}),
      /^JW6002 @acme\/crm 1\.3\.0 is not signed; 1\.2\.0, which is installed, was signed by jwk1-a/,
    );
    assert.match(said({signer: otherKey}), /is signed by jwk1-b\S+; 1\.2\.0, which is installed, was signed by jwk1-a/);
    assert.equal(said({signer: otherKey}, {}, {acceptSigner: otherKey}), '');
    assert.match(said({signer: otherKey}, {}, {acceptSigner: key}), /^JW6002/);
    assert.match(said({signer: null}, {}, {acceptSigner: ''}), /^JW6002/);
  });

  it('may be signed where the one before was not', () => assert.equal(said({}, {signer: null}), ''));

  it('P21: is not from another publisher, nor from none, until the operator names him', () => {
    const locked = {provenance: publisher};
    assert.equal(said({provenance: publisher}, locked), '');
    assert.match(
      said({}, locked),
      /^JW6002 @acme\/crm 1\.3\.0 comes without provenance; 1\.2\.0 was published by https:/,
    );
    const other = {...publisher, subject: 'https://code.example/mallory/release.yml'};
    assert.match(
      said({provenance: other}, locked),
      /was published by https:\/\/code\.example\/mallory\/release\.yml .*, 1\.2\.0 by/,
    );
    assert.equal(said({provenance: other}, locked, {acceptPublisher: other.subject}), '');
    const issuer = {...publisher, issuer: 'https://mallory.example'};
    assert.match(said({provenance: issuer}, locked), /\(https:\/\/mallory\.example\)/);
  });
});
