import assert from 'node:assert/strict';
import {mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {JobwireError} from '../../src/errors/jobwire-error.ts';
import {readSecretFile} from '../../src/secret-file.ts';
import {systemClock, VirtualClock} from '../../src/values/time.ts';

describe('a secret in a file', () => {
  let dir = '';
  let clock = new VirtualClock(0);
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'jobwire-secret-'));
    clock = new VirtualClock(systemClock.now());
  });
  afterEach(() => rmSync(dir, {recursive: true, force: true}));

  const path = (name = 'key') => join(dir, name);
  const read = (name = 'key') => readSecretFile({name, dir, reference: `file:${name}`, clock});
  /** Long after the last change, so that what is read now may be kept. */
  const settle = () => clock.advance(60_000);
  const problemOf = (name: string) => {
    try {
      return read(name);
    } catch (error) {
      assert.ok(error instanceof JobwireError && error.jobwireCode === 'JW7001', String(error));
      return error.message;
    }
  };

  it('is read anew while it is young: it may change without a trace', () => {
    writeFileSync(path(), 'first-secret');
    assert.equal(read(), 'first-secret');
    writeFileSync(path(), 'other-secret');
    assert.equal(read(), 'other-secret');
  });

  it('is seen when it is written over, replaced, or linked elsewhere, though it was kept', () => {
    const changes: readonly (() => void)[] = [
      () => writeFileSync(path(), 'a longer second secret'),
      () => {
        writeFileSync(path('new'), 'third');
        renameSync(path('new'), path());
      },
      () => {
        writeFileSync(path('elsewhere'), 'fourth');
        unlinkSync(path());
        symlinkSync(path('elsewhere'), path());
      },
    ];
    writeFileSync(path(), 'first');
    for (const [i, change] of changes.entries()) {
      settle();
      const before = read();
      assert.equal(read(), before);
      change();
      clock.advance(10);
      assert.notEqual(read(), before, `change ${i}`);
    }
    assert.equal(read(), 'fourth');
  });

  it('is gone when its file is gone, and back when it is back', () => {
    writeFileSync(path(), 'secret\n');
    settle();
    assert.equal(read(), 'secret');
    unlinkSync(path());
    clock.advance(10);
    assert.match(problemOf('key'), /does not exist/);
    writeFileSync(path(), 'again');
    assert.equal(read(), 'again');
  });

  it('is told from one of the same name in another folder', () => {
    const other = mkdtempSync(join(tmpdir(), 'jobwire-secret-'));
    writeFileSync(path(), 'here');
    writeFileSync(join(other, 'key'), 'there');
    settle();
    assert.equal(read(), 'here');
    assert.equal(readSecretFile({name: 'key', dir: other, reference: 'file:key', clock}), 'there');
    rmSync(other, {recursive: true});
  });

  it('must be there, not empty, not large, and below the folder', () => {
    writeFileSync(path('empty'), '\n');
    writeFileSync(path('large'), 'x'.repeat(65 * 1024));
    assert.match(problemOf('empty'), /is empty/);
    assert.match(problemOf('large'), /larger than 64 KB/);
    assert.match(problemOf('../key'), /leaves the folder/);
    assert.match(problemOf('/etc/hostname'), /leaves the folder/);
  });
});
