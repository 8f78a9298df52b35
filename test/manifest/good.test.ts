/** What is good stays without findings: our small project, everything shipped, and the examples of the language reference. */
import assert from 'node:assert/strict';
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {loadLibrary} from '../../src/manifest/library.ts';
import {overlaid, rows} from './good-rows.ts';
import {good, loadProject, shown} from './project.ts';

const examples = 'test/fixtures/design-examples';

describe('good manifests', () => {
  it('has nothing to say about the small project', () => {
    const {library} = loadProject(good);
    assert.deepEqual(library.issues.map(shown), []);
    assert.deepEqual(
      [...library.connectors.keys(), ...library.templates.keys(), ...library.connections.keys()],
      ['acme', 'help', 'acme-main'],
    );
  });

  it('lets an optional secret prove a delivery: a rule without its key takes no part', () => {
    const files = Object.fromEntries(
      Object.entries(good).map(([file, text]) => [
        file,
        text.replace(/("key": \{ "title": "[^"]*")( \})/, '$1, "optional": true$2'),
      ]),
    );
    assert.notDeepEqual(files, good);
    const about = loadProject(files).library.issues.filter(({at}) => at?.pointer.includes('/verify/'));
    assert.deepEqual(about.map(shown), []);
  });

  it('has nothing to say about what is shipped, with the starter as project', () => {
    const project = mkdtempSync(join(tmpdir(), 'jobwire-shipped-'));
    try {
      cpSync('starter/connections', join(project, 'connections'), {recursive: true});
      cpSync('templates', join(project, 'templates'), {recursive: true});
      const library = loadLibrary({project, shipped: '.'});
      assert.deepEqual(library.issues.map(shown), []);
      assert.ok(library.connectors.size >= 4);
      assert.ok(library.templates.size >= 2);
    } finally {
      rmSync(project, {recursive: true, force: true});
    }
  });

  it('finds in the examples of the language reference only what they really lack', () => {
    const library = loadLibrary({project: examples, shipped: examples});
    // `attach` without a file and without an id has no attachment to link; the shipped connector says so in its input schema.
    assert.deepEqual(
      library.issues.map(({code, at}) => `${code} ${at?.pointer}`),
      ['JW2006 /jobs/job/attach/steps/2/with/id', 'JW2006 /jobs/job/attach/output/id'],
    );
  });

  for (const [group, list] of rows)
    describe(group, () => {
      for (const [name, change] of list)
        it(`has nothing to say about ${name}`, () => {
          const files = overlaid(change);
          assert.notDeepEqual(
            files,
            overlaid(() => undefined),
          );
          assert.deepEqual(loadProject(files).library.issues.map(shown), []);
        });
    });
});
