import assert from 'node:assert/strict';
import fc from 'fast-check';
import {base32, durationMs, iso, randomHex, timedId} from '../../src/values/time.ts';

describe('times as text', () => {
  it('are what the calendar says, without a fraction that is zero', () => {
    const far = 8.64e15;
    const times = fc.oneof(
      fc.integer({min: -far, max: far}),
      fc.integer({min: -1e6, max: 1e6}).map((s) => s * 1000),
    );
    fc.assert(
      fc.property(times, (time) => assert.equal(iso(time), new Date(time).toISOString().replace('.000Z', 'Z'))),
      {numRuns: 1000},
    );
  });

  it('are refused where no calendar goes', () => {
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 8.65e15]) assert.throws(() => iso(time), RangeError);
  });
});

describe('durations', () => {
  for (const [text, ms] of [
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['', undefined],
    ['s', undefined],
    ['5', undefined],
    ['-5s', undefined],
    ['5 s', undefined],
    ['5sec', undefined],
    ['5s\n', undefined],
  ] as const)
    it(`are ${ms === undefined ? 'none' : `${ms} ms`}: ${JSON.stringify(text)}`, () =>
      assert.equal(durationMs(text), ms));
});

describe('ids', () => {
  // RFC 4648, section 10.
  for (const [text, encoded] of [
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ] as const)
    it(`are base32: ${text}`, () => assert.equal(base32(Buffer.from(text)), encoded));

  it('are of a part of the bytes where one is named', () =>
    assert.equal(base32(Buffer.from('xfoobary'), 1, 7), 'mzxw6ytboi'));

  it('never come twice', () => {
    const ids = Array.from({length: 5000}, () => timedId(1_768_205_740_000));
    assert.ok(ids.every((id) => /^[a-z2-7]{26}$/.test(id)));
    assert.equal(new Set(ids).size, 5000);
    assert.equal(new Set(Array.from({length: 5000}, () => randomHex(24))).size, 5000);
  });

  it('of one moment begin alike', () => {
    const beginnings = Array.from({length: 100}, () => timedId(1_768_205_740_000).slice(0, 9));
    assert.equal(new Set(beginnings).size, 1);
  });

  it('are as long as asked, in hex', () => assert.match(randomHex(24), /^[0-9a-f]{48}$/));
});
