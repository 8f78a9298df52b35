import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {discoverCases} from '../../src/cases/discover.ts';
import {runCase} from '../../src/cases/run.ts';
import type {Issue} from '../../src/errors/jobwire-error.ts';
import {loadLibrary} from '../../src/manifest/library.ts';

const root = process.cwd();
const library = loadLibrary({project: workspace(), shipped: root});
const {cases, broken} = discoverCases(library);

const print = (issues: readonly Issue[]): string =>
  issues
    .map(({code, at, detail}) => `${at ? `${relative(root, at.file)}:${at.line} ` : ''}${code} ${detail}`)
    .join('\n');

/** The shipped templates as a project sees them: with connections of the names they use. */
function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-shipped-'));
  after(() => rmSync(folder, {recursive: true}));
  for (const [name, target] of [
    ['connectors', 'connectors'],
    ['templates', 'templates'],
    ['connections', 'starter/connections'],
  ] as const)
    symlinkSync(join(root, target), join(folder, name));
  return folder;
}

describe('the shipped connectors and templates', () => {
  it('have nothing to complain about', () => {
    assert.equal(print(library.issues), '');
    assert.equal(print(broken.flatMap(({issues}) => issues)), '');
  });

  for (const [id, {manifest}] of library.connectors)
    it(`${id} has a case for each of its actions and feeds`, () => {
      const named = cases.filter(({owner}) => owner.unit.id === id).flatMap(({manifest: {of}}) => Object.values(of));
      const parts = [...Object.keys(manifest.actions ?? {}), ...Object.keys(manifest.feeds ?? {})];
      assert.deepEqual(
        parts.filter((part) => !named.includes(part)),
        [],
      );
    });

  for (const unit of cases)
    it(`${unit.owner.unit.id}: ${unit.manifest.title}`, async () => {
      const {problems} = await runCase(unit, library);
      assert.equal(print(problems), '');
    });
});
