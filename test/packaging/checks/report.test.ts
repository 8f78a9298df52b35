/** Profiles, score and the forms in which a report is written, on single units and from the command line. */
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {discoverCases} from '../../../src/cases/discover.ts';
import {runCase} from '../../../src/cases/run.ts';
import {loadLibrary} from '../../../src/manifest/library.ts';
import {openPublished} from '../../../src/packaging/checks/published.ts';
import {rules} from '../../../src/packaging/checks/rules.ts';
import {runChecks} from '../../../src/packaging/checks/run.ts';
import {weights} from '../../../src/packaging/checks/score.ts';
import {packSource} from '../../../src/packaging/pack.ts';
import {readSource} from '../../../src/packaging/source.ts';
import {markdownReport, sarifReport, workflowReport} from '../../../src/terminal/publish-check.ts';
import {endAll, jobwire} from '../../support/process.ts';
import {around, base, check, connector, drop, edited, readme, set, swap} from './overlay.ts';

const context = {version: '1.0.0', root: '/', rules};

describe('a report of the publish check', () => {
  it('keeps its score when the profile asks for less', () => {
    const changes = [drop(connector, '/listing/support')];
    const [ordinary, strict] = (['default', 'strict'] as const).map((profile) => check(changes, {profile}));
    assert.deepEqual(ordinary?.findings, []);
    assert.equal(strict?.findings.length, 1);
    assert.equal(ordinary?.score, strict?.score);
    assert.deepEqual(
      strict?.reasons.filter(({rules: missed}) => missed.length > 0).map(({theme, rules: missed}) => [theme, missed]),
      [['listing', ['PC113']]],
    );
  });

  it('does not lose more points the more often one rule is broken', () => {
    const once = check([drop(connector, '/connection/secrets/token/summary')]);
    const twice = check([
      drop(connector, '/connection/secrets/token/summary', '/connection/secrets/webhookSecret/summary'),
    ]);
    assert.equal(twice.findings.length, 2);
    assert.equal(once.score, twice.score);
  });

  it('gives 100 points in all, also where a unit has nothing that some themes look at', () => {
    assert.equal(
      Object.values(weights).reduce((sum, points) => sum + points, 0),
      100,
    );
    const unit = runChecks({dir: join(base, 'templates', 'urgent-ticket')}, {...around, profile: 'strict'});
    assert.equal(unit.kind, 'template');
    assert.deepEqual(unit.findings, []);
    assert.equal(unit.score, 100);
    assert.ok(Math.abs(unit.reasons.reduce((sum, {of}) => sum + of, 0) - 100) < 0.6);
  });

  it('judges a connector by its folder alone', () => {
    const unit = runChecks({dir: join(base, 'connectors', 'desk')}, {...around, profile: 'strict'});
    assert.deepEqual([unit.kind, unit.id, unit.findings.length], ['connector', 'desk', 0]);
  });

  it('is a SARIF log with the rules it speaks of', () => {
    const report = check([drop(connector, '/listing/support', '/listing/homepage')]);
    const log = sarifReport([report], context) as {
      runs: {tool: {driver: {rules: {id: string}[]}}; results: {ruleId: string; ruleIndex: number}[]}[];
    };
    const [run] = log.runs;
    assert.deepEqual(
      run?.tool.driver.rules.map(({id}) => id),
      ['PC113', 'PC115'],
    );
    assert.deepEqual(
      run?.results.map(({ruleId, ruleIndex}) => [ruleId, ruleIndex]),
      [
        ['PC113', 0],
        ['PC115', 1],
      ],
    );
  });

  it('is notes for a workflow run, and a page that no finding can break', () => {
    const report = check([set(connector, '/listing/support', 'a|b')]);
    assert.match(workflowReport(report, context), /^::error file=.*connector\.json,line=\d+,col=\d+,title=PC114 /);
    assert.match(markdownReport(report, context), /\| PC114 \| error \| .*:\d+ \| a\\\|b is neither/);
  });
});

describe('the good package', () => {
  const library = loadLibrary({project: base, shipped: process.cwd(), only: []});
  for (const unit of discoverCases(library).cases)
    it(`keeps its case: ${unit.manifest.title}`, async () => {
      assert.deepEqual((await runCase(unit, library)).problems, []);
    });
});

describe('the publish check against what is published', () => {
  it('reads an archive as it reads a folder, and leaves nothing behind', async () => {
    using folder = edited([]);
    const place = mkdtempSync(join(tmpdir(), 'publish-archive-'));
    const file = join(place, 'desk.tgz');
    writeFileSync(file, packSource(readSource(folder.dir)).archive);
    let dir: string;
    {
      using published = await openPublished(file);
      ({dir} = published);
      assert.deepEqual(check([], {published: dir}).findings, []);
      const found = check([set(connector, '/title', 'Desk'), swap(readme, '# Acme Desk', '# Desk')], {published: dir});
      assert.deepEqual(
        found.findings.map(({rule}) => rule),
        ['PC963', 'PC964'],
      );
    }
    assert.throws(() => readFileSync(join(dir, 'jobwire-package.json')), /ENOENT/);
    rmSync(place, {recursive: true});
  });

  it('says that there is nothing to compare with', async () => {
    await assert.rejects(openPublished('/nowhere/at-all.tgz'), {jobwireCode: 'JW7102'});
  });

  it('says that the folder it is given is nothing to publish', () => {
    assert.throws(() => runChecks({dir: 'docs'}, {...around, profile: 'default'}), {jobwireCode: 'JW7101'});
  });
});

describe('jobwire publish-check', function () {
  this.timeout(30_000);
  after(endAll);

  it('passes the good package under every profile', async () => {
    const {code, stdout} = await jobwire(['publish-check', base, '--profile', 'uipath-marketplace']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /package @acme\/desk: 100 of 100 points, 0 errors/);
  });

  it('ends with exit code 3 and says file, line, reason and what to do', async () => {
    using folder = edited([drop(connector, '/listing/support')]);
    const {code, stdout, stderr} = await jobwire(['publish-check', folder.dir, '--profile', 'uipath-marketplace']);
    assert.equal(code, 3);
    assert.match(stdout, /connector\.json:\d+:\d+ {2}error {2}PC113 {2}there is no support address/);
    assert.match(stdout, /fix: add listing\.support/);
    assert.match(stderr, /1 checked: 1 error, 0 warnings, 0 notes/);
  });

  it('mends with --fix and answers with --json', async () => {
    using folder = edited([swap(connector, '"Add a note"', '"Add a note."')]);
    const {code, stdout} = await jobwire(['publish-check', folder.dir, '--profile', 'strict', '--fix', '--json']);
    assert.equal(code, 0);
    const {data} = JSON.parse(stdout) as {
      data: {fixed: {rule: string}[]; reports: {score: number; reasons: object[]}[]};
    };
    assert.deepEqual(
      data.fixed.map(({rule}) => rule),
      ['PC712'],
    );
    assert.equal(data.reports[0]?.score, 100);
    assert.ok((data.reports[0]?.reasons.length ?? 0) > 5);
  });
});
