/** Which files `check --fix` may change: those of the project, and never those that come with Jobwire. */
import assert from 'node:assert/strict';
import {cpSync, mkdirSync, rmSync, symlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fixAll} from '../../src/authoring/fix.ts';
import {isWithin, openProjectFiles} from '../../src/authoring/project-files.ts';
import {loadLibrary} from '../../src/manifest/library.ts';
import {connectorFile, type DeskProject, makeDesk, templateFile} from './desk.ts';

describe('the files of a project', () => {
  let installed: DeskProject;
  let own: DeskProject;
  beforeEach(() => {
    installed = makeDesk();
    own = makeDesk();
    installed.replace(connectorFile, '"call": "whoAmI"', '"call": "whoAmi2"');
  });
  afterEach(() => {
    installed.remove();
    own.remove();
  });

  const mayChange = (file: string, project = own.dir, shipped = installed.dir): boolean =>
    openProjectFiles({project, shipped}).mayChange(file);

  it('may change files of the project', () => {
    assert.equal(mayChange(join(own.dir, templateFile)), true);
    assert.equal(mayChange(join(own.dir, connectorFile)), true);
  });

  it('may not change what comes with Jobwire, outside or inside the project', () => {
    assert.equal(mayChange(join(installed.dir, connectorFile)), false);
    const inside = join(own.dir, 'node_modules', 'jobwire');
    cpSync(installed.dir, inside, {recursive: true});
    assert.equal(mayChange(join(inside, connectorFile), own.dir, inside), false);
    assert.equal(mayChange(join(installed.dir, connectorFile), installed.dir, installed.dir), false);
  });

  it('may not change a file outside the project, also through a link', () => {
    assert.equal(mayChange(join(installed.dir, 'connections/desk-main.json')), false);
    rmSync(join(own.dir, 'connectors'), {recursive: true});
    mkdirSync(join(own.dir, 'connectors'));
    symlinkSync(join(installed.dir, dirname(connectorFile)), join(own.dir, dirname(connectorFile)));
    assert.equal(mayChange(join(own.dir, connectorFile)), false);
  });

  it('mends nothing in a connector that comes with Jobwire, though it has a slip', () => {
    rmSync(join(own.dir, 'connectors'), {recursive: true});
    const text = installed.read(connectorFile);
    const check = () => loadLibrary({project: own.dir, shipped: installed.dir, only: 'used'}).issues;
    assert.ok(check().some(({suggestions}) => suggestions?.includes('whoAmI')));
    assert.deepEqual(fixAll({...openProjectFiles({project: own.dir, shipped: installed.dir}), check}), []);
    assert.equal(installed.read(connectorFile), text);
  });

  it('says with JW7101 that a file cannot be written', () => {
    const {write} = openProjectFiles({project: own.dir, shipped: installed.dir});
    assert.throws(() => write(join(own.dir, 'nowhere', 'x.json'), '{}'), {
      code: 'JW7101',
      message: /cannot be written/,
    });
  });

  it('knows what is below a folder, by whole names', () => {
    assert.equal(isWithin('/a/b', '/a/b/c'), true);
    assert.equal(isWithin('/a/b', '/a/b'), true);
    assert.equal(isWithin('/a/b', '/a/bc'), false);
    assert.equal(isWithin('/a/b', '/a'), false);
    assert.equal(isWithin('/a/b', '/a/b/..c'), true);
  });
});
