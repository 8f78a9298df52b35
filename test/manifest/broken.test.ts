/** Broken manifests as small edits of a good one: each gives its code at its place, with what was meant. */
import assert from 'node:assert/strict';
import {type Broken, groups} from './broken-rows.ts';
import {connector, edited, loadProject, positionOf, sample, shown} from './project.ts';

describe('broken manifests', () => {
  for (const [group, list] of groups)
    describe(group, () => {
      for (const broken of list) it(`finds ${broken.name}: ${broken.code}`, () => check(broken));
    });
});

/** Where an expected code is found, at which place, and with which words. */
function check(broken: Broken): void {
  const {file, to, code, at = to, plus = 0, suggestion, says} = broken;
  const files = edited(broken);
  const {issues} = loadProject(files).library;
  const found = issues.filter((issue) => issue.code === code);
  const all = issues.map(shown).join('\n');
  const expectedFile = file === sample ? connector : file;
  const {line, column} = positionOf(files[expectedFile], at);
  const here = found.find((issue) => issue.at?.line === line && issue.at.column === column + plus);
  assert.ok(here, `${code} is expected at ${line}:${column + plus}, found:\n${all}`);
  assert.ok(here.at?.file.endsWith(expectedFile), here.at?.file);
  if (suggestion !== undefined)
    assert.ok(here.suggestions?.includes(suggestion), `${suggestion} is not suggested: ${all}`);
  if (says) assert.match(here.detail, says);
}
