/** Watching a project: a change is noticed wherever it is made, and the wait ends when it is told to. */
import assert from 'node:assert/strict';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isLookedAt, onEveryChange, watchProject} from '../../src/authoring/watch.ts';
import {VirtualClock} from '../../src/values/time.ts';
import {connectionFile, type DeskProject, makeDesk, templateFile} from './desk.ts';

describe('watching a project', () => {
  let project: DeskProject;
  let ended: AbortController;
  beforeEach(() => {
    project = makeDesk();
    ended = new AbortController();
  });
  afterEach(() => project.remove());

  const tools = () => ({clock: new VirtualClock(0), signal: ended.signal});

  const changes: readonly (readonly [what: string, make: () => void])[] = [
    ['a template', () => project.write(templateFile, '{}')],
    ['a connection', () => project.write(connectionFile, '{}')],
    ['a case two folders down', () => project.write('templates/route/cases/one.json', '{}')],
    ['a new template', () => project.write('templates/other/template.json', '{}')],
    ['a file that is gone', () => rmSync(join(project.dir, templateFile))],
    ['a folder that is gone', () => rmSync(join(project.dir, 'connections'), {recursive: true})],
  ];
  for (const [what, make] of changes)
    it(`notices ${what}`, async () => {
      const {seen} = watchProject(project.dir, tools());
      make();
      assert.equal(await seen, true);
    });

  it('notices the first template of a project without any', async () => {
    rmSync(join(project.dir, 'templates'), {recursive: true});
    const {seen} = watchProject(project.dir, tools());
    mkdirSync(join(project.dir, 'templates'));
    assert.equal(await seen, true);
  });

  it('looks at manifests, cases, samples and folders, and at nothing editors and engines leave behind', () => {
    for (const path of ['uipath-prod.json', 'route/template.json', 'route\\cases\\a.json', 'route', 'desk/samples'])
      assert.equal(isLookedAt(path), true, path);
    for (const path of ['.desk.json.swp', 'route/template.json~', 'desk/README.md', 'a/.git', 'x.tmp', '#a.json#'])
      assert.equal(isLookedAt(path), false, path);
  });

  it('ends with the signal, also when it came before', async () => {
    const {seen} = watchProject(project.dir, tools());
    ended.abort();
    assert.equal(await seen, false);
    assert.equal(await watchProject(project.dir, tools()).seen, false);
  });

  it('refuses a folder that does not exist with JW7101', async () => {
    await assert.rejects(watchProject(join(project.dir, 'nowhere'), tools()).seen, {code: 'JW7101'});
  });

  it('acts at once, again after each change, and no more after the signal', async () => {
    let looks = 0;
    await onEveryChange(project.dir, tools(), () => {
      looks++;
      if (looks < 4) writeFileSync(join(project.dir, templateFile), `{"look": ${looks}}`);
      else ended.abort();
    });
    assert.equal(looks, 4);
  });

  it('hands on the error of an act and watches no more', async () => {
    const broken = onEveryChange(project.dir, tools(), () => {
      throw new RangeError('broken');
    });
    await assert.rejects(broken, RangeError);
  });
});
