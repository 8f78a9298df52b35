/** Waits between attempts, as pure functions. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {type Backoff, backoffMs, maxRetryAfterMs, retryAfterMs} from '../../src/http/retry.ts';

const rules = fc.record({
  baseMs: fc.integer({min: 0, max: 60_000}),
  factor: fc.double({min: 1, max: 10, noNaN: true}),
  capMs: fc.integer({min: 0, max: 3_600_000}),
});
const attempts = fc.integer({min: 1, max: 200});
const chances = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});

describe('the wait before the next attempt', () => {
  for (const [attempt, wait] of [
    [1, 500],
    [2, 1000],
    [3, 2000],
    [7, 32_000],
    [8, 60_000],
    [100, 60_000],
    [2000, 60_000],
  ] as const)
    it(`after attempt ${attempt} is ${wait} ms without jitter`, () => {
      assert.equal(
        backoffMs({baseMs: 500, factor: 2, capMs: 60_000, jitter: 'none'}, attempt, () => 0.5),
        wait,
      );
    });

  it('O15 grows with the attempts and never passes the cap', () => {
    fc.assert(
      fc.property(rules, attempts, (rule, attempt) => {
        const whole = (n: number) => backoffMs({...rule, jitter: 'none'}, n, () => 0);
        assert.ok(whole(attempt) <= whole(attempt + 1) && whole(attempt + 1) <= rule.capMs);
      }),
    );
  });

  it('O15 lies with jitter between nothing and the whole wait', () => {
    fc.assert(
      fc.property(rules, attempts, chances, (rule, attempt, chance) => {
        const wait = backoffMs({...rule, jitter: 'full'}, attempt, () => chance);
        assert.ok(
          Number.isInteger(wait) && wait >= 0 && wait <= backoffMs({...rule, jitter: 'none'}, attempt, () => 0),
        );
      }),
    );
  });

  it('O15 adds up to the horizon the rule promises', () => {
    const rule: Backoff = {baseMs: 1000, factor: 3, capMs: 10_000, jitter: 'none'};
    const waits = [1, 2, 3, 4, 5].map((attempt) => backoffMs(rule, attempt, () => 0));
    assert.deepEqual(waits, [1000, 3000, 9000, 10_000, 10_000]);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-12T08:15:30Z');
  for (const [header, wait] of [
    ['0', 0],
    ['5', 5000],
    [' 5 ', 5000],
    ['1.5', 1500],
    ['600', 600_000],
    ['1000000000', maxRetryAfterMs],
    ['9'.repeat(400), maxRetryAfterMs],
    ['Mon, 12 Jan 2026 08:16:00 GMT', 30_000],
    ['Mon, 12 Jan 2026 08:15:00 GMT', 0],
    ['Tue, 12 Jan 2027 08:15:30 GMT', maxRetryAfterMs],
    ['-1', undefined],
    ['soon', undefined],
    ['', undefined],
    ['5 apples', undefined],
    ['Mon, 45 Jan 2026 08:16:00 GMT', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    [undefined, undefined],
  ] as const)
    it(`E16 "${header?.slice(0, 40)}" means ${wait === undefined ? 'nothing' : `${wait} ms`}`, () =>
      assert.equal(retryAfterMs(header, now), wait));

  it('E16 is never negative, never above ten minutes, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.float().map(String),
          fc.date({noInvalidDate: true}).map((date) => date.toUTCString()),
        ),
        (header) => {
          const wait = retryAfterMs(header, now);
          assert.ok(wait === undefined || (wait >= 0 && wait <= maxRetryAfterMs));
        },
      ),
    );
  });
});
