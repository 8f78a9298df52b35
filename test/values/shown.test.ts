/** What is read and shown many times over must be right each time: bytes as text, masked values, written times. */
import assert from 'node:assert/strict';
import {decodeUtf8, ExactNumber, type Json, JsonFault} from '../../src/values/json.ts';
import {mask, Redactor} from '../../src/values/secret.ts';
import {iso} from '../../src/values/time.ts';

describe('bytes as text', () => {
  const half = Buffer.from([0x22, 0xc3]);

  it('are read as if nothing had been refused before', () => {
    assert.throws(() => decodeUtf8(half), JsonFault);
    assert.equal(decodeUtf8(Buffer.from('"é"')), '"é"');
    assert.throws(() => decodeUtf8(half), JsonFault);
  });

  it('lose their byte-order mark each time', () => {
    const marked = Buffer.from('\ufeffa');
    assert.deepEqual([decodeUtf8(marked), decodeUtf8(marked)], ['a', 'a']);
  });
});

describe('a masked value', () => {
  const redactor = new Redactor();
  redactor.add('canary-secret');

  it('is the value itself where there is nothing to mask', () => {
    const value: Json = {list: ['plain', {number: new ExactNumber('12345678901234567890')}], none: null};
    assert.equal(redactor.json(value), value);
  });

  it('is another one where a member, a name or an item is a secret, and the first stays as it was', () => {
    const value: Json = {a: ['x', 'is canary-secret'], 'canary-secret': 1};
    assert.deepEqual(redactor.json(value), {a: ['x', `is ${mask}`], [mask]: 1});
    assert.deepEqual(value, {a: ['x', 'is canary-secret'], 'canary-secret': 1});
  });

  it('knows a secret that was added after it was asked for the first time', () => {
    assert.equal(redactor.text('short6'), 'short6');
    redactor.add('short6');
    assert.equal(redactor.text('short6'), mask);
  });
});

describe('a written time', () => {
  it('is its own, whichever was written before it', () => {
    const times = [1_768_205_730_000, 1_768_205_730_250, 1_768_205_730_000, 1_768_205_730_000];
    assert.deepEqual(times.map(iso), [
      '2026-01-12T08:15:30Z',
      '2026-01-12T08:15:30.250Z',
      '2026-01-12T08:15:30Z',
      '2026-01-12T08:15:30Z',
    ]);
  });
});
