/** Things fall due in order of time, and in order of arrival within one moment. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {DueList} from '../../src/simulator/due.ts';

describe('the due list', () => {
  it('does everything due, earliest first, and keeps the rest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), {maxLength: 60}), fc.nat(50), (times, now) => {
        const due = new DueList();
        const done: [number, number][] = [];
        for (const [order, at] of times.entries()) due.add(at, () => done.push([at, order]));
        due.run(now);
        const expected = times
          .map((at, order): [number, number] => [at, order])
          .filter(([at]) => at <= now)
          .sort(([a, x], [b, y]) => a - b || x - y);
        assert.deepEqual(done, expected);
        due.run(100);
        assert.equal(done.length, times.length);
      }),
    );
  });

  it('does what becomes due meanwhile, at its own time', () => {
    const due = new DueList();
    const seen: number[] = [];
    due.add(1, (at) => due.add(at + 2, (later) => seen.push(later)));
    due.run(10);
    assert.deepEqual(seen, [3]);
  });
});
