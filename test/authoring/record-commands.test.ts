/** diff, mutate, record and test --coverage as people type them: what they print and their exit codes. */
import assert from 'node:assert/strict';
import {join} from 'node:path';
import {endAll, jobwire} from '../support/process.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';
import {edited} from './edited.ts';
import {openPress, type Press, secret} from './record-press.ts';

describe('the commands of an author', function () {
  this.timeout(30_000);
  let press: Press;
  let project: TestProject;
  before(async () => {
    press = await openPress();
    project = makeProject(['github-issue-to-job']);
    for (const name of ['automate-label', 'no-label']) {
      const file = `templates/github-issue-to-job/cases/${name}.json`;
      project.write(file, shipped(file));
    }
  });
  after(async () => {
    endAll();
    await press.close();
    project.remove();
  });

  it('diff names what breaks, the template that breaks, and ends with 1 when the step is too small', async () => {
    const connector = shipped<{version: string}>('connectors/github/connector.json');
    const edits = {'/schemas/issue/properties/author': undefined, '/version': '1.0.1'};
    project.write('new.json', edited(connector, edits));
    project.write('old.json', connector);
    const {code, stdout} = await jobwire(['diff', 'old.json', 'new.json'], {cwd: project.dir});
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^connector github 1\.0\.0 → 1\.0\.1: asks for a major step\n {2}breaks\n/);
    assert.match(stdout, /template github-issue-to-job no longer passes check\n +JW2005 .*author/);
    assert.match(stdout, /JW6005.*\n[\s\S]*fix: raise the version to 2\.0\.0 or later/);
  });

  it('mutate shows the score, and ends with 1 below the least', async () => {
    const good = await jobwire(['mutate', 'github-issue-to-job', '--min', '50', '-C', project.dir]);
    assert.equal(good.code, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /^github-issue-to-job: \d+ %, 2 cases\n {2}\d+ mutants: \d+ noticed/);
  });

  it('test --coverage lists what no case would miss, with its place', async () => {
    const {code, stdout} = await jobwire(['test', '--coverage', '-C', project.dir]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /coverage of template github-issue-to-job: criteria 2\/2, \$switch cases 1\/4/);
    assert.match(stdout, /not covered {2}do\.onComplete\.0\.input\.body: canceled {2}\(.*template\.json:\d+:\d+\)/);
  });

  it('record writes a case that test runs', async () => {
    const args = ['record', 'press-main', 'print', '--input', '{"sheet": "Menu"}', '-C', press.dir];
    const {code, stdout, stderr} = await jobwire(args);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /cassettes\/recorded-print\.json {2}3 exchanges\n.*cases\/recorded-print\.json {2}replays it/);
    assert.ok(!press.read('connectors/press/cassettes/recorded-print.json').includes(secret));
    const tested = await jobwire(['test', join(press.dir, 'connectors'), '-C', press.dir]);
    assert.match(tested.stderr, /1 passed, 0 failed/);
  });
});
