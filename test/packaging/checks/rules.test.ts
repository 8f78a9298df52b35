/** Each rule of the publish check, broken once by an overlay of the good package, and kept by the package itself. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {levelOf, profiles} from '../../../src/packaging/checks/rule.ts';
import {rules} from '../../../src/packaging/checks/rules.ts';
import {base, check, type Failing, placesOf} from './overlay.ts';
import {behaviourRows} from './rows-behaviour.ts';
import {caseRows} from './rows-cases.ts';
import {documentationRows} from './rows-documentation.ts';
import {listingRows} from './rows-listing.ts';
import {manifestRows} from './rows-manifest.ts';
import {nameRows} from './rows-names.ts';
import {packageRows} from './rows-package.ts';
import {wordRows} from './rows-words.ts';

const rows: readonly Failing[] = [
  ...manifestRows,
  ...listingRows,
  ...documentationRows,
  ...caseRows,
  ...wordRows,
  ...behaviourRows,
  ...nameRows,
  ...packageRows,
];

describe('the publish check', () => {
  it('finds nothing wrong with the good package, and gives it all points', () => {
    const report = check([]);
    assert.deepEqual(report.findings, []);
    assert.equal(report.score, 100);
  });

  for (const {rule, changes, at, also = [], published} of rows)
    it(`${rule} refuses what is not so: ${rules.find(({id}) => id === rule)?.title}`, () => {
      const report = check(changes, published ? {published: base} : {});
      assert.deepEqual([...new Set(report.findings.map((finding) => finding.rule))].sort(), [rule, ...also].sort());
      assert.deepEqual(placesOf(report, rule), [at].flat());
      assert.ok(report.score < 100 || levelOf(rules.find(({id}) => id === rule) ?? assert.fail(), 'strict') === 'info');
    });

  it('has a row for every rule, and a rule for every row', () => {
    assert.deepEqual(
      rows.map(({rule}) => rule).sort(),
      rules.map(({id}) => id),
    );
  });

  it('asks for no less the stricter the profile', () => {
    const order = ['off', 'info', 'warning', 'error'];
    for (const rule of rules) {
      const [ordinary, , strict] = profiles.map((profile) => order.indexOf(levelOf(rule, profile)));
      assert.ok((ordinary ?? 9) <= (strict ?? 0), rule.id);
    }
  });

  it('says of every rule why and what to do, in sentences without a full stop', () => {
    for (const {id, title, why, fix} of rules)
      for (const text of [title, why, fix]) assert.match(text, /^[^\s].*[^.\s]$/s, id);
  });

  it('is documented, rule by rule', () => {
    const page = readFileSync('docs/reference/publish-check.md', 'utf8');
    assert.deepEqual(
      [...page.matchAll(/^\| (PC\d{3}) \|/gm)].map(([, id]) => id),
      rules.map(({id}) => id),
    );
  });
});
