/** Sigstore provenance is verified offline, against the root the operator supplies, and says who published. */
import assert from 'node:assert/strict';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {identified, verifyProvenance} from '../../src/packaging/provenance.ts';
import {type Attesting, type FakeSigstore, startSigstore, statementOf} from './fake-sigstore.ts';
import {begin} from './parcel.ts';

const archive = Buffer.from('the bytes of an archive');
const repository = 'https://code.example/acme/packs/.github/workflows/release.yml';
const identity = {subject: `${repository}@refs/tags/v1.0.0`, issuer: 'https://token.actions.example'};

describe('provenance', () => {
  let sigstore: FakeSigstore;
  before(() => {
    sigstore = startSigstore(begin);
  });
  const said = async (
    change: Partial<Attesting> = {},
    given: {readonly archive?: Buffer; readonly trustedRoot?: Buffer; edit?(text: string): string} = {},
  ): Promise<unknown> => {
    const bundle = sigstore.attest({archive, identity, ...change}).toString();
    const context = {archive: given.archive ?? archive, trustedRoot: given.trustedRoot ?? sigstore.trustedRoot};
    try {
      return await verifyProvenance(Buffer.from(given.edit?.(bundle) ?? bundle), context);
    } catch (error) {
      assert.ok(error instanceof JobwireError, String(error));
      assert.equal(error.code, 'JW6002');
      return error.message;
    }
  };
  const publisher = {issuer: identity.issuer, subject: repository, revision: 'refs/tags/v1.0.0'};

  it('P22: of a signature over the archive holds without a network', async () => {
    assert.deepEqual(await said(), publisher);
  });

  it('P22: of a statement that names the archive, as registries have it, holds without a network', async () => {
    assert.deepEqual(await said({statement: statementOf(archive)}), publisher);
  });

  it('P21: tells a changed publisher from a changed revision', async () => {
    const later = await said({identity: {...identity, subject: `${repository}@refs/tags/v1.1.0`}});
    assert.deepEqual(later, {...publisher, revision: 'refs/tags/v1.1.0'});
    const fork = await said({identity: {...identity, subject: identity.subject.replace('acme', 'mallory')}});
    assert.notEqual((fork as {subject: string}).subject, publisher.subject);
    assert.deepEqual(identified('mailto@refs/x', 'i'), {subject: 'mailto@refs/x', issuer: 'i'});
    assert.deepEqual(identified('release@acme.example', 'i'), {subject: 'release@acme.example', issuer: 'i'});
  });

  it('of another archive is refused', async () => {
    const other = Buffer.from('other bytes');
    assert.match(String(await said({}, {archive: other})), /^the provenance does not hold: /);
    assert.equal(await said({statement: statementOf(other)}), 'the provenance is that of another archive');
    for (const subject of [[], [{digest: {}}], [{digest: {md5: 'x'}}], 'all', undefined])
      assert.equal(
        await said({statement: {...statementOf(archive), subject}}),
        'the provenance is that of another archive',
      );
  });

  it('whose digests contradict each other is refused', async () => {
    const {subject} = statementOf(archive) as {subject: {digest: object}[]};
    const digest = {...subject[0]?.digest, sha256: '0'.repeat(64)};
    assert.equal(
      await said({statement: {...statementOf(archive), subject: [{digest}]}}),
      'the provenance is that of another archive',
    );
  });

  it('of another sigstore is refused', async () => {
    const {trustedRoot} = startSigstore(begin);
    assert.match(String(await said({}, {trustedRoot})), /^the provenance does not hold: /);
  });

  it('of a certificate that no log has seen is refused', async () => {
    assert.match(String(await said({without: 'sct'})), /expected 1 SCTs, got 0/);
  });

  it('of a signature that no log has seen is refused', async () => {
    assert.match(String(await said({without: 'log'})), /^the provenance does not hold: /);
  });

  it('that was logged when its certificate was not valid is refused', async () => {
    const loggedAt = begin + 2 * 3_600_000;
    assert.match(
      String(await said({loggedAt})),
      /certificate is not valid or expired at the specified date|verify certificate chain/,
    );
  });

  it('whose time in the log was changed is refused', async () => {
    const later = (text: string): string =>
      text.replace(/"integratedTime":"\d+"/, `"integratedTime":"${begin / 1000 + 60}"`);
    assert.match(String(await said({}, {edit: later})), /inclusion promise could not be verified/);
  });

  it('that names nobody is refused', () => {
    assert.throws(() => identified(undefined, 'i'), /names no identity/);
    assert.throws(() => identified('s', undefined), /names no identity/);
  });

  it('that is not what it should be is refused in a sentence', async () => {
    assert.match(String(await said({}, {edit: () => '{'})), /^the provenance bundle is not strict JSON: /);
    assert.equal(await said({}, {edit: () => '[]'}), 'the provenance bundle is not an object');
    assert.match(String(await said({}, {edit: () => '{}'})), /^the provenance does not hold: /);
    assert.match(String(await said({}, {trustedRoot: Buffer.from('{}')})), /^the provenance does not hold: /);
    assert.match(
      String(await said({}, {trustedRoot: Buffer.from('\xff', 'latin1')})),
      /^the trusted root is not strict JSON: /,
    );
  });
});
