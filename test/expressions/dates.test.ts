/** Dates and objects are made by fast paths: they give what the slow way gives, at the edges, too. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {dateFormat} from '../../src/expressions/dates.ts';
import {evaluateJson} from '../../src/expressions/evaluate.ts';
import type {Json} from '../../src/values/json.ts';
import {iso} from '../../src/values/time.ts';

const [first, last] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const pattern = 'yyyy-MM-dd HH:mm:ss.SSS';

describe('dates', () => {
  it('are read back as they were written, in every year', () => {
    const format = dateFormat(pattern);
    fc.assert(
      fc.property(fc.integer({min: first, max: last}), (time) => {
        assert.equal(format?.read(String(format.write(time))), time);
        assert.equal(Date.parse(iso(time)), time);
      }),
      {numRuns: 500},
    );
  });

  it('exist or do not exist as the calendar says', () => {
    const format = dateFormat('yyyy-MM-dd');
    fc.assert(
      fc.property(fc.nat(9999), fc.integer({min: 0, max: 13}), fc.nat(32), (year, month, day) => {
        const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        const exists = month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        assert.equal(format?.read(text), exists ? date.getTime() : undefined, text);
      }),
      {numRuns: 2000},
    );
  });

  it('are refused with a sign, a letter or a blank where a digit belongs', () => {
    for (const text of ['2026-1 -12', '2026-+1-12', '202a-01-12', '2026-01-1', '2026-01-123', '2026/01/12'])
      assert.equal(dateFormat('yyyy-MM-dd')?.read(text), undefined, text);
  });
});

describe('objects with expressions', () => {
  it('have the keys of the manifest in its order, without those that are left out, whatever the keys are', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '1', '0', 'toString', ''));
    const member = fc.constantFrom<[Json, Json | undefined]>(
      ['{{a}}', 5],
      ['{{optional b}}', undefined],
      ['{{c}}', {d: [1]}],
      ['plain', 'plain'],
      [null, null],
      [{e: ['x']}, {e: ['x']}],
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, member), {selector: ([name]) => name}), (members) => {
        const value = Object.fromEntries(members.map(([name, [source]]) => [name, source]));
        if (['$if', '$switch', '$each', '$merge', '$literal'].some((name) => Object.hasOwn(value, name))) return;
        const wanted = Object.fromEntries(
          members.filter(([, [, result]]) => result !== undefined).map(([name, [, result]]) => [name, result]),
        );
        const made = evaluateJson(value, {a: 5, c: {d: [1]}}) as object;
        assert.deepEqual(Object.entries(made), Object.entries(wanted));
        assert.equal(Object.getPrototypeOf(made), Object.prototype);
      }),
      {numRuns: 500},
    );
  });

  it('are made anew each time', () => {
    const value = {a: '{{a}}', b: 1};
    const [one, two] = [evaluateJson(value, {a: 1}), evaluateJson(value, {a: 2})];
    assert.deepEqual(
      [one, two],
      [
        {a: 1, b: 1},
        {a: 2, b: 1},
      ],
    );
  });
});
