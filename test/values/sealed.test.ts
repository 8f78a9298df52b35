/** Sealed values: they open with their key and in their place, and in no other way. */
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {readSecretKey} from '../../src/config.ts';
import type {JobwireError} from '../../src/errors/jobwire-error.ts';
import {createSealer, readSealKey, SealFault} from '../../src/values/sealed.ts';

const keyOf = (name: string): Uint8Array => createHash('sha256').update(name).digest();

function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SealFault) return error.kind;
    throw error;
  }
  return assert.fail('it opened');
}

describe('a sealed text', () => {
  const sealer = createSealer(keyOf('one'));

  it('opens with its key in its place', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, place) => {
        assert.equal(sealer.open(sealer.seal(text, place), place), text.toWellFormed());
      }),
      {numRuns: 50},
    );
  });

  it('is another one each time, and never holds the text', () => {
    const sealed = [1, 2].map(() => sealer.seal('canary-canary-canary', 'here'));
    assert.notEqual(sealed[0], sealed[1]);
    for (const text of sealed) {
      const bytes = Buffer.from(text.split('.')[2] ?? '', 'base64url');
      assert.equal(bytes.includes('canary') || text.includes('canary'), false);
    }
  });

  it('says that another key is at fault', () => {
    const sealed = sealer.seal('text', 'here');
    assert.equal(
      faultOf(() => createSealer(keyOf('two')).open(sealed, 'here')),
      'key',
    );
  });

  it('does not open in another place', () => {
    const sealed = sealer.seal('text', 'here');
    assert.equal(
      faultOf(() => sealer.open(sealed, 'there')),
      'damaged',
    );
  });

  it('does not open when any byte of it was changed', () => {
    const sealed = sealer.seal('a text of some length', 'here');
    const [version, mark, packed = ''] = sealed.split('.');
    const bytes = Buffer.from(packed, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      assert.equal(
        faultOf(() => sealer.open(`${version}.${mark}.${changed.toString('base64url')}`, 'here')),
        'damaged',
      );
    }
  });

  for (const text of ['', 'plain', 'v1', 'v1..', `v2.${'0'.repeat(12)}.AAAA`, 'v1.x.AAAA'])
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(
        faultOf(() => sealer.open(text, 'here')),
        'damaged',
      );
    });
});

describe('the key', () => {
  const key = Buffer.from(keyOf('of a project'));
  for (const [form, text] of [
    ['hex', key.toString('hex')],
    ['capital hex', key.toString('hex').toUpperCase()],
    ['base64', key.toString('base64')],
    ['base64url', key.toString('base64url')],
  ] as const)
    it(`is read in ${form}`, () => {
      assert.deepEqual(Buffer.from(readSealKey(text) ?? []), key);
    });

  for (const text of ['', 'secret', 'a'.repeat(63), key.subarray(1).toString('base64'), `${key.toString('hex')}00`])
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(readSealKey(text), undefined);
    });

  describe('of a project', () => {
    let dir = '';
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'jobwire-key-'));
    });
    afterEach(() => rmSync(dir, {recursive: true, force: true}));
    const file = (): string => join(dir, '.jobwire', 'secret.key');

    it('is the one of JOBWIRE_SECRET_KEY, and no file is made then', () => {
      assert.deepEqual(Buffer.from(readSecretKey(dir, {JOBWIRE_SECRET_KEY: key.toString('hex')})), key);
      assert.equal(existsSync(file()), false);
    });

    it('is made once, for its owner alone, and stays', () => {
      const made = readSecretKey(dir, {});
      assert.equal(statSync(file()).mode & 0o777, 0o600);
      assert.deepEqual(readSecretKey(dir, {}), made);
      assert.deepEqual(Buffer.from(readFileSync(file(), 'utf8').trim(), 'base64'), Buffer.from(made));
    });

    it('is refused when it is none, without showing it', () => {
      mkdirSync(dirname(file()), {recursive: true});
      writeFileSync(file(), 'canary-key');
      for (const environment of [{}, {JOBWIRE_SECRET_KEY: 'canary-key'}])
        assert.throws(
          () => readSecretKey(dir, environment),
          (error: JobwireError) => error.jobwireCode === 'JW7101' && !error.message.includes('canary'),
        );
    });
  });
});
