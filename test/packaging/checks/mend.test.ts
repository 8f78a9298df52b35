/** What `publish-check --fix` changes, and that it changes nothing else. */
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {mendAll} from '../../../src/packaging/checks/mend.ts';
import {rules} from '../../../src/packaging/checks/rules.ts';
import {runChecks} from '../../../src/packaging/checks/run.ts';
import {around, base, type Change, connector, drop, edited, manifest, readme, set, swap, template} from './overlay.ts';

function mend(dir: string, mayChange: (file: string) => boolean = () => true) {
  return mendAll({
    check: () => runChecks({dir}, {...around, profile: 'strict'}),
    mayChange,
    read: (file) => readFileSync(file, 'utf8'),
    write: (file, text) => writeFileSync(file, text),
  });
}

/** Slips whose only correction is the text of the good package again. */
const slips: readonly (readonly [rule: string, file: string, change: Change])[] = [
  [
    'PC004',
    template,
    swap(template, '"jobwire": "1",\n  "kind": "template",', '"kind": "template",\n  "jobwire": "1",'),
  ],
  ['PC005', readme, swap(readme, 'Attachments are not read.', 'Attachments are not read.  ')],
  ['PC006', 'CHANGELOG.md', swap('CHANGELOG.md', 'line breaks.\n', 'line breaks.\n\n\n')],
  ['PC007', 'CHANGELOG.md', swap('CHANGELOG.md', '# Changelog\n', '# Changelog\r\n')],
  ['PC009', connector, swap(connector, '"*.acme-desk.com", "connection:url"', '"connection:url", "*.acme-desk.com"')],
  ['PC102', manifest, swap(manifest, '"Desk automation"', '"Desk automation."')],
  ['PC105', manifest, swap(manifest, 'urgent ones"', 'urgent ones. "')],
  ['PC108', connector, swap(connector, '"customer-service"', '"ticketing"')],
  ['PC116', connector, swap(connector, 'https://acme.example.com/desk', 'http://acme.example.com/desk')],
  ['PC216', readme, swap(readme, '<https://acme', '<http://acme')],
  ['PC712', connector, swap(connector, '"Add a note"', '"Add a note."')],
  ['PC716', connector, swap(connector, 'Sets the priority', 'Sets the the priority')],
  ['PC718', connector, swap(connector, 'Sets the priority', 'Sets  the priority')],
];

describe('publish-check --fix', () => {
  for (const [rule, file, change] of slips)
    it(`${rule} gives the text of the good package again`, () => {
      using folder = edited([change]);
      assert.deepEqual(
        mend(folder.dir).map((done) => done.rule),
        [rule],
      );
      assert.equal(readFileSync(join(folder.dir, file), 'utf8'), readFileSync(join(base, file), 'utf8'));
      assert.deepEqual(mend(folder.dir), []);
    });

  it('adds $schema in front of the other keys', () => {
    using folder = edited([drop(template, '/$schema')]);
    assert.deepEqual(
      mend(folder.dir).map(({rule}) => rule),
      ['PC003'],
    );
    assert.match(
      readFileSync(join(folder.dir, template), 'utf8'),
      /^\{\n {2}"\$schema": "https:\/\/jobwire\.dev\/schemas\/1\/template\.schema\.json",\n {2}"jobwire"/,
    );
  });

  it('puts the heading above a changelog without one', () => {
    using folder = edited([swap('CHANGELOG.md', '# Changelog\n\n', '')]);
    mend(folder.dir);
    assert.match(readFileSync(join(folder.dir, 'CHANGELOG.md'), 'utf8'), /^# Changelog\n\n## \[1\.2\.0\]/);
  });

  it('writes misspelt words right, and http as https in texts of a manifest', () => {
    using folder = edited([
      swap(readme, 'Attachments are not read.', 'Recieved attachments are lost.'),
      set(connector, '/http/errors/0/hint', 'see http://acme.example.com'),
    ]);
    assert.deepEqual(
      mend(folder.dir)
        .map(({rule}) => rule)
        .sort(),
      ['PC513', 'PC715'],
    );
    assert.match(readFileSync(join(folder.dir, readme), 'utf8'), /Received attachments/);
    assert.match(readFileSync(join(folder.dir, connector), 'utf8'), /see https:/);
  });

  it('mends several slips in one text one after the other', () => {
    using folder = edited([set(connector, '/actions/setPriority/summary', 'Sets the the  priority of a ticket')]);
    mend(folder.dir);
    assert.match(readFileSync(join(folder.dir, connector), 'utf8'), /"Sets the priority of a ticket"/);
  });

  it('leaves files alone that it may not change', () => {
    using folder = edited([set(manifest, '/title', 'Desk automation.')]);
    assert.deepEqual(
      mend(folder.dir, () => false),
      [],
    );
  });

  it('offers an edit only for rules that say so', () => {
    using folder = edited(slips.map(([, , change]) => change).slice(0, 1));
    const says = new Set<string>(rules.flatMap(({id, mends}) => (mends ? [id] : [])));
    const offered = runChecks({dir: folder.dir}, {...around, profile: 'strict'}).findings.filter(({edits}) => edits);
    assert.ok(offered.every(({rule}) => says.has(rule)));
    assert.equal(says.size, slips.length + 4);
  });
});
