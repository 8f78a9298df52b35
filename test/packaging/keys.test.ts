/** Keys: made for their owner only, shown in public only, trusted as far as the operator says. */
import assert from 'node:assert/strict';
import {chmodSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readKeyPassphrase, readKeysFolder} from '../../src/config.ts';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {givenMoment, givenPublicKey, keysOf} from '../../src/packaging/key-list.ts';
import {
  createKey,
  formatPublicKey,
  keyId,
  listKeys,
  parsePublicKey,
  readKey,
  showKey,
} from '../../src/packaging/keys.ts';
import {formatTrust, readTrust, revokeKey, trustFile, trustKey} from '../../src/packaging/trust.ts';
import {processSecrets, Secret} from '../../src/values/secret.ts';
import {begin, type Desk, day, openDesk} from './parcel.ts';

function refusal(run: () => unknown): string {
  try {
    run();
    return 'nothing';
  } catch (error) {
    assert.ok(error instanceof JobwireError, String(error));
    return `${error.code} ${error.message}`;
  }
}

describe('keys', () => {
  let desk: Desk;
  let folder: string;
  beforeEach(() => {
    desk = openDesk();
    folder = join(desk.dir, 'keys');
  });
  afterEach(() => desk.remove());

  it('are files that only their owner can read', () => {
    const {file} = createKey({folder, name: 'release'}, desk.clock);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    chmodSync(file, 0o644);
    assert.match(
      refusal(() => readKey({folder, name: 'release'})),
      /^JW6002 .* can be read by other users of this machine$/,
    );
  });

  it('sign what their public line verifies, and nothing that is listed is private', () => {
    const made = createKey({folder, name: 'release'}, desk.clock);
    const key = readKey({folder, name: 'release'});
    assert.equal(key.id, made.id);
    const {privateKey} = JSON.parse(readFileSync(made.file, 'utf8')) as {privateKey: string};
    const shown = JSON.stringify([made, key, listKeys(folder), showKey(folder, 'release'), formatPublicKey(key)]);
    assert.ok(!shown.includes(privateKey) && !shown.includes(privateKey.slice(-40)));
    assert.equal(processSecrets.text(privateKey), '[secret]');
    assert.deepEqual(parsePublicKey(formatPublicKey(made)), {id: made.id, publicKey: made.publicKey, name: 'release'});
  });

  it('have an id that is the beginning of the sha256 of the public key, in base32', () => {
    const zeros = Buffer.alloc(32).toString('base64');
    // sha256 of 32 zero bytes: 66687aadf862bd776c8fc18b8e9f8e20…, in base32 by coreutils.
    assert.equal(keyId(zeros), 'jwk1-mzuhvlpymk6xo3epygfy5h4oea');
  });

  it('are sealed by a passphrase and open with no other', () => {
    const passphrase = new Secret('correct horse battery staple');
    const {file, sealed} = createKey({folder, name: 'sealed', passphrase}, desk.clock);
    assert.equal(sealed, true);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /privateKey|correct/);
    assert.equal(readKey({folder, name: 'sealed', passphrase}).sign(new Uint8Array(3)).length, 64);
    assert.match(
      refusal(() => readKey({folder, name: 'sealed'})),
      /^JW7001 .*env:JOBWIRE_KEY_PASSPHRASE is not set$/,
    );
    const wrong = new Secret('correct horse battery stable');
    assert.match(
      refusal(() => readKey({folder, name: 'sealed', passphrase: wrong})),
      /^JW7107 .*the passphrase is another one$/,
    );
  }).timeout(20_000);

  it('are never overwritten, and have names that are names', () => {
    createKey({folder, name: 'release'}, desk.clock);
    assert.match(
      refusal(() => createKey({folder, name: 'release'}, desk.clock)),
      /^JW7101 there is a key release already$/,
    );
    for (const name of ['../release', 'a/b', 'A', '', 'a'.repeat(65), '__proto__'])
      assert.match(
        refusal(() => createKey({folder, name}, desk.clock)),
        /^JW7101 .* is not a name for a key/,
      );
    assert.match(
      refusal(() => readKey({folder, name: 'releas'})),
      /^JW7102 there is no key releas$/,
    );
    assert.deepEqual(readdirSync(folder), ['release.json']);
  });

  it('whose public part was exchanged are refused', () => {
    const {file} = createKey({folder, name: 'release'}, desk.clock);
    const {publicKey, id} = desk.key('other');
    writeFileSync(file, JSON.stringify({...(JSON.parse(readFileSync(file, 'utf8')) as object), publicKey, id}));
    assert.match(
      refusal(() => readKey({folder, name: 'release'})),
      /^JW6002 .* that is not the one of its private key$/,
    );
  });

  it('lie where the environment says, and the passphrase is known to the redactor', () => {
    assert.equal(readKeysFolder({XDG_CONFIG_HOME: '/etc/xdg'}), '/etc/xdg/jobwire/keys');
    assert.match(readKeysFolder({XDG_CONFIG_HOME: 'relative'}), /\.config\/jobwire\/keys$/);
    assert.equal(readKeyPassphrase({}), undefined);
    assert.equal(
      readKeyPassphrase({JOBWIRE_KEY_PASSPHRASE: 'a passphrase of tests'})?.reveal(),
      'a passphrase of tests',
    );
    assert.equal(processSecrets.text('a passphrase of tests'), '[secret]');
  });

  it('are taken from a line or from a file with nothing else', () => {
    const line = formatPublicKey(desk.key('release'));
    const file = join(desk.dir, 'release.pub');
    writeFileSync(file, `${line}\n`);
    assert.equal(givenPublicKey(line).id, desk.key('release').id);
    assert.equal(givenPublicKey(file).id, desk.key('release').id);
    const {publicKey} = desk.key('release');
    const malformed = [
      line.replace('ed25519', 'rsa'),
      `${line} more`,
      `${line}\n${line}`,
      `jobwire-key ed25519 ${publicKey.slice(4)}`,
    ];
    for (const text of [...malformed, 'nothing', desk.dir])
      assert.match(
        refusal(() => givenPublicKey(text)),
        /^JW7101 that is neither a public key nor a file with one$/,
      );
    writeFileSync(file, `${line}\n${line}\n`);
    assert.match(
      refusal(() => givenPublicKey(file)),
      /^JW7101 .* does not hold a public key$/,
    );
  });
});

describe('trust', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.remove());
  const text = (): string => readFileSync(join(desk.dir, trustFile), 'utf8');

  it('is nobody, where there is no file', () => {
    assert.deepEqual(readTrust(desk.dir), {trustVersion: 1, keys: {}});
  });

  it('is the same text in whatever order keys and scopes were named', () => {
    const [a, b] = [desk.key('a'), desk.key('b')];
    trustKey(desk.dir, {key: a, name: 'A', scopes: ['@b', '@a']}, desk.clock);
    trustKey(desk.dir, {key: b, name: 'B'}, desk.clock);
    const first = text();
    writeFileSync(join(desk.dir, trustFile), '{"trustVersion": 1, "keys": {}}');
    trustKey(desk.dir, {key: b, name: 'B'}, desk.clock);
    trustKey(desk.dir, {key: a, name: 'A', scopes: ['@a', '@b']}, desk.clock);
    assert.equal(text(), first);
    assert.equal(formatTrust(readTrust(desk.dir)), first);
    assert.deepEqual(readdirSync(desk.dir), [trustFile]);
  });

  it('can be changed, and keeps since when it is', () => {
    const key = desk.key('a');
    trustKey(desk.dir, {key, name: 'A'}, desk.clock);
    desk.clock.advance(day);
    const changed = trustKey(desk.dir, {key, name: 'Acme', scopes: ['@acme'], expiresAt: begin + 9 * day}, desk.clock);
    assert.deepEqual(changed, {
      ...{publicKey: key.publicKey, name: 'Acme', addedAt: '2026-01-12T08:15:40Z'},
      ...{scopes: ['@acme'], expiresAt: '2026-01-21T08:15:40Z'},
    });
  });

  it('is taken back for good', () => {
    const key = desk.key('a');
    trustKey(desk.dir, {key, name: 'A'}, desk.clock);
    assert.equal(revokeKey(desk.dir, key.id, desk.clock).revokedAt, '2026-01-12T08:15:40Z');
    desk.clock.advance(day);
    assert.equal(revokeKey(desk.dir, key.id, desk.clock).revokedAt, '2026-01-12T08:15:40Z');
    assert.match(
      refusal(() => trustKey(desk.dir, {key, name: 'A'}, desk.clock)),
      /^JW6002 the key jwk1-\S+ \(A\) was revoked at/,
    );
    assert.match(
      refusal(() => revokeKey(desk.dir, 'jwk1-none', desk.clock)),
      /^JW7102/,
    );
  });

  it('does not begin with an end that is over', () => {
    const trusting = {key: desk.key('a'), name: 'A', expiresAt: begin};
    assert.match(
      refusal(() => trustKey(desk.dir, trusting, desk.clock)),
      /^JW7101 .* has expired already$/,
    );
    assert.equal(givenMoment('365d', begin), begin + 365 * day);
    assert.equal(givenMoment('2027-01-12', begin), Date.parse('2027-01-12T00:00:00Z'));
    for (const wrong of ['soon', '2027-13-01', '2027', '12.1.2027'])
      assert.match(
        refusal(() => givenMoment(wrong, begin)),
        /^JW7101/,
      );
  });

  it('of a key under the id of another one is refused', () => {
    trustKey(desk.dir, {key: desk.key('a'), name: 'A'}, desk.clock);
    writeFileSync(join(desk.dir, trustFile), text().replace(desk.key('a').publicKey, desk.key('b').publicKey));
    assert.match(
      refusal(() => readTrust(desk.dir)),
      /^JW6002 .* under the id jwk1-\S+, which is not its id$/,
    );
  });

  it('is shown beside own keys, with what ends soon', () => {
    trustKey(desk.dir, {key: desk.key('a'), name: 'A', expiresAt: begin + 30 * day}, desk.clock);
    trustKey(desk.dir, {key: desk.key('b'), name: 'B', expiresAt: begin + 31 * day}, desk.clock);
    const folder = join(desk.dir, 'own');
    createKey({folder, name: 'mine'}, desk.clock);
    const shown = (now: number): string[] =>
      keysOf({project: desk.dir, folder, now})
        .map(({name, place, state, expiresSoon}) => `${name} ${place} ${state} ${expiresSoon}`)
        .sort();
    assert.deepEqual(shown(begin), ['A project trusted true', 'B project trusted false', 'mine own not sealed false']);
    assert.deepEqual(shown(begin + 30 * day), [
      'A project expired false',
      'B project trusted true',
      'mine own not sealed false',
    ]);
  });
});
