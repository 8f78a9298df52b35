/** The header of W3C Trace Context, as its specification reads it. */
import assert from 'node:assert/strict';
import {freshTraceparent, idsOf, readTraceparent, traceIdOf} from '../../src/telemetry/traceparent.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';

describe('a traceparent', () => {
  for (const [header, read] of [
    [`00-${trace}-${parent}-01`, `00-${trace}-${parent}-01`],
    [`00-${trace}-${parent}-00`, `00-${trace}-${parent}-00`],
    [`00-${trace}-${parent}-03`, `00-${trace}-${parent}-01`],
    [`cc-${trace}-${parent}-01`, `00-${trace}-${parent}-01`],
    [`cc-${trace}-${parent}-01-what-the-future-brings`, `00-${trace}-${parent}-01`],
    [`00-${trace}-${parent}-01-more`, undefined],
    [`ff-${trace}-${parent}-01`, undefined],
    [`00-${trace.toUpperCase()}-${parent}-01`, undefined],
    [`00-${'0'.repeat(32)}-${parent}-01`, undefined],
    [`00-${trace}-${'0'.repeat(16)}-01`, undefined],
    [`00-${trace}-${parent}-1`, undefined],
    [`00-${trace}-${parent}-01\n`, undefined],
    [`00-${trace}-${parent}`, undefined],
    ['', undefined],
    [undefined, undefined],
    [[`00-${trace}-${parent}-01`], undefined],
  ] as const)
    it(`${JSON.stringify(header)} is ${read === undefined ? 'none' : read}`, () =>
      assert.equal(readTraceparent(header), read));

  it('is made anew with other ids each time, and reads as what it is', () => {
    const [one, another] = [freshTraceparent(), freshTraceparent()];
    assert.equal(readTraceparent(one), one);
    assert.notEqual(traceIdOf(one), traceIdOf(another));
    assert.deepEqual(idsOf(`00-${trace}-${parent}-01`), {trace, parent, sampled: true});
    assert.equal(idsOf(one).sampled, false);
  });

  it('is absent in what was stored before there were any', () => assert.equal(traceIdOf(undefined), undefined));
});
