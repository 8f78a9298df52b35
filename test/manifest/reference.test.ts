/** Plain versions and ranges are compared without semver, and to the same end. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import semver from 'semver';
import {isRange, satisfies} from '../../src/manifest/reference.ts';

const part = fc.constantFrom('0', '1', '2', '10', '007', '1234567890', '99999999999999999999');
const version = fc.oneof(
  fc.tuple(part, part, part).map((parts) => parts.join('.')),
  fc.constantFrom('', '1', '1.2', '1.0.0-rc.1', '1.2.3+build', 'v1.2.3', ' 1.2.3', '1.2.3.4', 'x'),
);
const range = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '~', '^'), fc.array(part, {minLength: 1, maxLength: 3}))
    .map(([sign, parts]) => `${sign}${parts.join('.')}`),
  fc.constantFrom('', '*', '>=1.2.0', '1.x', '^1.2.3-rc.1', '1 || 2', '~', '^x'),
);

describe('versions and ranges', () => {
  it('a version satisfies what semver says it satisfies', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(version, range, (a, b) => {
        seen.add(satisfies(a, b));
        assert.equal(satisfies(a, b), semver.satisfies(a, b), `${a} ${b}`);
      }),
      {numRuns: 3000},
    );
    assert.equal(seen.size, 2);
  });

  it('a range is what semver reads of the forms that a reference may have', () => {
    const form = /^(\d+\.\d+\.\d+|[~^]\d+(\.\d+){0,2})$/;
    fc.assert(
      fc.property(range, (text) =>
        assert.equal(isRange(text), form.test(text) && semver.validRange(text) !== null, text),
      ),
      {numRuns: 1000},
    );
  });
});
