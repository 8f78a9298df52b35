/** Names that look like others, and what people write for a package. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {chooseRelease, type Listing} from '../../src/packaging/registry/listing.ts';
import {isNear, likenesses} from '../../src/packaging/registry/names.ts';
import {readSpec} from '../../src/packaging/registry/spec.ts';
import {refuses} from './market.ts';

describe('names of packages', () => {
  for (const [a, b, near] of [
    ['helpdesk', 'helpdesk', false],
    ['helpdesk', 'helpdesks', true],
    ['helpdesk', 'helpdsek', true],
    ['helpdesk', 'halpdesk', true],
    ['helpdesk', 'helpdeskxx', false],
    ['modern', 'modem', true],
    ['he1pdesk', 'helpdesk', true],
    ['desk', 'disk', false],
  ] as const)
    it(`${a} is ${near ? '' : 'not '}like ${b}`, () => {
      assert.equal(isNear(a, b), near);
      assert.equal(isNear(b, a), near);
    });

  it('one letter more, less or different is always near', () => {
    const word = fc.stringMatching(/^[a-z]{6,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('q', 'zz', ''), (text, seed, letters) => {
        const at = seed % text.length;
        const other = `${text.slice(0, at)}${letters.slice(0, 1)}${text.slice(at + (letters === 'zz' ? 0 : 1))}`;
        assert.equal(isNear(text, other), text !== other);
      }),
    );
  });

  it('P16: a scope like another one is told, the same scope is one publisher', () => {
    const known = {packages: ['@servicedesk/incidents', '@acme/agents'], connectors: ['hmac-webhook']};
    assert.deepEqual(
      likenesses('@servicedesks/other', [], known).map(({why}) => why),
      ['the scope @servicedesks is like @servicedesk'],
    );
    assert.deepEqual(likenesses('@acme/agentz', [], known), []);
    assert.deepEqual(likenesses('@acme/agents', ['hmac-webhoook'], known), []);
    assert.equal(likenesses('@foo/agentz', [], known).length, 1);
  });

  for (const [text, code] of [
    ['incident-automation', 'JW7101'],
    ['@Acme/x', 'JW7101'],
    ['@acme/x@>=1 <2', 'JW7101'],
    ['@acme/x@', 'JW7101'],
    ['file:no-such.tgz', 'JW7102'],
    ['./no-such-folder', 'JW7102'],
    ['@acme/\u0435vil', 'JW6025'],
  ] as const)
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => readSpec(text, '/tmp'), refuses(code));
    });

  it('reads a name, a range, a version and a tag', () => {
    const wanted = ['@a/b', '@a/b@^1.2', '@a/b@1.2.3', '@a/b@next'].map((text) => readSpec(text, '/tmp'));
    assert.deepEqual(wanted, [
      {kind: 'registry', name: '@a/b'},
      {kind: 'registry', name: '@a/b', wanted: {kind: 'range', range: '^1.2'}},
      {kind: 'registry', name: '@a/b', wanted: {kind: 'version', version: '1.2.3'}},
      {kind: 'registry', name: '@a/b', wanted: {kind: 'tag', tag: 'next'}},
    ]);
  });
});

describe('the release that is taken', () => {
  const listing = (versions: Record<string, object>, latest: string): Listing => ({
    ...{name: '@a/b', summary: '', keywords: [], tags: new Map([['latest', latest]])},
    releases: new Map(
      Object.entries(versions).map(([version, more]) => [version, {version, archivePath: '/', ...more}]),
    ),
  });
  const take = (of: Listing, range: string, before?: number): string | undefined =>
    chooseRelease(of, {kind: 'range', range}, before).release?.version;

  it('is the newest of the range, what is latest before others', () => {
    const all = listing({'1.0.0': {}, '1.1.0': {}, '1.2.0': {}, '2.0.0': {}}, '1.1.0');
    assert.deepEqual([take(all, '^1'), take(all, '~1.2'), take(all, '^3')], ['1.1.0', '1.2.0', undefined]);
  });

  it('is a deprecated one only where there is no other', () => {
    const all = listing({'1.0.0': {}, '1.1.0': {deprecated: 'no'}, '2.0.0': {deprecated: 'no'}}, '9.9.9');
    assert.deepEqual([take(all, '^1'), take(all, '^2')], ['1.0.0', '2.0.0']);
  });

  it('P19: is never one that says no time, where time counts', () => {
    const all = listing({'1.0.0': {publishedAt: 5}, '1.1.0': {}}, '1.1.0');
    assert.deepEqual([take(all, '^1'), take(all, '^1', 10), take(all, '^1', 4)], ['1.1.0', '1.0.0', undefined]);
  });
});
