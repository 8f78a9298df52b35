/** What comes with Jobwire passes its own gate, in the profile that asks for everything. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {loadLibrary} from '../../../src/manifest/library.ts';
import {runChecks} from '../../../src/packaging/checks/run.ts';

const units = globSync('{connectors/*/connector,templates/*/template}.json').map(dirname).sort();

describe('publish-check --profile strict', () => {
  const known = loadLibrary({project: '.', shipped: '.'});
  const {version: runtime} = JSON.parse(readFileSync('package.json', 'utf8'));
  const options = {profile: 'strict', shipped: '.', runtime, now: Date.parse('2026-12-01T00:00:00Z')} as const;

  for (const dir of units)
    it(`finds nothing to mend in ${dir}`, () => {
      const {findings, score} = runChecks({dir}, options, known);
      const found = findings.filter(({severity}) => severity !== 'info').map(({rule, at}) => `${rule} ${at?.pointer}`);
      assert.deepEqual(found, []);
      assert.ok(score >= 95, `${score} points`);
    });
});
