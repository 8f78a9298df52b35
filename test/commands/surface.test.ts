/** The command line as people meet it: data on stdout, messages on stderr, exit codes, --json everywhere. */
import assert from 'node:assert/strict';
import {Config} from '@oclif/core';
import {endAll, jobwire} from '../support/process.ts';
import {makeProject, shipped, type TestProject} from '../support/project.ts';

describe('the command line', function () {
  this.timeout(30_000);
  let project: TestProject;
  before(() => {
    project = makeProject(['incident-to-triage', 'github-issue-to-job']);
  });
  after(() => {
    endAll();
    project.remove();
  });

  it('says what a code means', async () => {
    const {code, stdout} = await jobwire(['explain', 'jw3102']);
    assert.equal(code, 0);
    assert.match(stdout, /^JW3102 {2}lookup found several/);
  });

  it('suggests the nearest code with exit code 1', async () => {
    const {code, stderr} = await jobwire(['explain', 'JW3999']);
    assert.equal(code, 1);
    assert.match(stderr, /JW7102: there is no code JW3999/);
  });

  it('suggests the nearest command with exit code 2, also without a terminal', async () => {
    const {code, stdout, stderr} = await jobwire(['chek']);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /did you mean: check/);
  });

  it('gives usage errors exit code 2 and never echoes the arguments', async () => {
    const {code, stdout} = await jobwire(['runs', 'list', '--state', 'canary-value', '--json']);
    assert.equal(code, 2);
    const answer = JSON.parse(stdout) as {ok: boolean; error: {code: string; exit: number}};
    assert.equal(answer.ok, false);
    assert.equal(answer.error.code, 'JW7101');
    assert.equal(answer.error.exit, 2);
    assert.ok(!('argv' in answer.error));
  });

  it('finds nothing wrong with a new project', async () => {
    const {code, stdout, stderr} = await jobwire(['check', '-C', project.dir]);
    assert.equal(code, 0, stdout);
    assert.match(stderr, /2 templates, 4 connections: 0 errors/);
  });

  it('is silent on stdout with -q when all is well', async () => {
    const {stdout, stderr} = await jobwire(['check', '-q', '-C', project.dir]);
    assert.equal(stdout + stderr, '');
  });

  it('shows file, line and column of a wrong path, with exit code 3', async () => {
    const broken = makeProject(['incident-to-triage']);
    const file = 'templates/incident-to-triage/template.json';
    broken.write(file, broken.read(file).replace('{{event.data.number}}"', '{{event.data.numbr}}"'));
    const {code, stdout} = await jobwire(['check'], {cwd: broken.dir});
    broken.remove();
    assert.equal(code, 3);
    assert.match(
      stdout,
      /^templates\/incident-to-triage\/template\.json:\d+:\d+ {2}error {2}JW2005 {2}there is no event\.data\.numbr/m,
    );
    assert.match(stdout, /did you mean: number/);
    assert.match(stdout, /^ +\d+ \| .*\n +\| +\^/m);
  });

  it('wraps every answer in ok and data under --json', async () => {
    const {stdout} = await jobwire(['check', '--json', '-C', project.dir]);
    assert.deepEqual(JSON.parse(stdout), {ok: true, data: {issues: []}});
  });

  it('makes a project once and keeps what is there', async () => {
    const {code, stdout, stderr} = await jobwire(['init', project.dir]);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /created/);
    assert.match(stderr, /kept/);
  });

  it('refuses to run on manifests that check refuses', async () => {
    const broken = makeProject(['incident-to-triage']);
    broken.write('templates/incident-to-triage/template.json', '{"jobwire": "1",}');
    const {code, stderr} = await jobwire(['plan', 'incident-to-triage', '-C', broken.dir]);
    broken.remove();
    assert.equal(code, 3);
    assert.match(stderr, /template\.json:1:\d+: JW1001/);
  });

  it('names a missing secret, its reference and the next step', async () => {
    const file = 'connections/uipath-prod.json';
    const kept = project.read(file);
    project.write(file, kept.replace('file:secrets/uipath-client-secret', 'env:JOBWIRE_TEST_MISSING'));
    const {code, stderr, stdout} = await jobwire(['plan', 'incident-to-triage', '-C', project.dir]);
    project.write(file, kept);
    assert.equal(code, 1);
    assert.match(stderr + stdout, /JW7001.*env:JOBWIRE_TEST_MISSING/);
  });

  it('says what each command does, with examples first', async () => {
    const config = await Config.load({root: process.cwd()});
    assert.ok(config.commands.length >= 20);
    for (const {id, summary, examples = []} of config.commands) {
      assert.match(summary ?? '', /^[A-Z].*[^.]$/, id);
      assert.ok(examples.length >= 2, `${id} has ${examples.length} examples`);
    }
    const {code, stdout} = await jobwire(['plan', '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /EXAMPLES/);
  });

  it('runs the cases of a template, and shows what differs', async () => {
    const file = 'templates/incident-to-triage/cases/low-priority.json';
    project.write(file, shipped(file));
    const good = await jobwire(['test', '-C', project.dir]);
    assert.equal(good.code, 0, good.stdout);
    assert.match(good.stderr, /1 passed, 0 failed/);
    project.write(file, {...shipped<object>(file), expect: {targets: {triage: {outcome: 'succeeded'}}}});
    const bad = await jobwire(['test', '-C', project.dir]);
    project.write(file, shipped(file));
    assert.equal(bad.code, 1);
    assert.match(bad.stdout, /FAILED.*low-priority\.json[\s\S]*JW7012[\s\S]*expected.*succeeded/);
  });
});
