/** check, types, schema and init as people type them. */
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {packageRoot} from '../../src/values/package-root.ts';
import {inProcess, openWorkshop, type Workshop} from '../commands/jobs-line.ts';
import {endAll, jobwire} from '../support/process.ts';
import {connectionFile, type DeskProject, makeDesk, templateFile} from './desk.ts';

describe('the authoring commands', function () {
  this.timeout(20_000);
  let desk: DeskProject;
  beforeEach(() => {
    desk = makeDesk();
  });
  afterEach(() => {
    endAll();
    desk.remove();
  });

  const inDesk = (...argv: string[]) => inProcess([...argv, '-C', desk.dir]);
  const misspell = (): void => {
    desk.replace(templateFile, '"criteria":', '"critera":');
    desk.replace(templateFile, '[{{event.data.number', '[{{event.data.numbr');
  };

  describe('jobwire check', () => {
    it('mends with --fix, says what, and finds nothing afterwards', async () => {
      const before = desk.read(templateFile);
      misspell();
      const fixed = await jobwire(['check', '--fix'], {cwd: desk.dir});
      assert.equal(fixed.code, 0, fixed.stdout);
      assert.equal(
        fixed.stdout,
        `fixed  ${templateFile}:8:4  critera → criteria\nfixed  ${templateFile}:17:30  numbr → number\n`,
      );
      assert.equal(desk.read(templateFile), before);
      const again = await inDesk('check', '--fix', '--json');
      assert.deepEqual(JSON.parse(again.stdout), {ok: true, data: {issues: [], fixed: []}});
    });

    it('mends only in the paths that are named', async () => {
      misspell();
      desk.replace(connectionFile, '"url":', '"urll":');
      const {code, stdout} = await inDesk('check', '--fix', '--json', join(desk.dir, 'connections'));
      assert.equal(code, 0);
      const {data} = JSON.parse(stdout) as {data: {fixed: {from: string; to: string; line: number}[]}};
      assert.deepEqual(
        data.fixed.map(({from, to, line}) => [from, to, line]),
        [['urll', 'url', 8]],
      );
      assert.match(desk.read(templateFile), /"critera":/);
    });

    it('writes one document or one command per finding on stdout, and the rest on stderr', async () => {
      misspell();
      const sarif = await inDesk('check', '--format', 'sarif');
      assert.equal(sarif.code, 3);
      const log = JSON.parse(sarif.stdout) as {runs: {results: {ruleId: string; fixes: object[]}[]}[]};
      assert.deepEqual(
        log.runs[0]?.results.map(({ruleId, fixes}) => [ruleId, fixes.length]),
        [['JW1003', 1]],
      );
      const github = await inDesk('check', '--format', 'github');
      assert.match(github.stdout, /^::error file=[^,]+template\.json,line=8,col=3,title=JW1003 unknown key::[^\n]+\n$/);
      assert.match(github.stderr, /1 error, 0 warnings/);
      const json = await inDesk('check', '--format', 'json');
      assert.equal((JSON.parse(json.stdout) as {issues: {code: string}[]}).issues[0]?.code, 'JW1003');
    });

    it('T24: escapes what a terminal would obey, and no value begins a line of its own', async () => {
      desk.replace(templateFile, '"criteria":', '"a\\u001b[2J\\u009b31m\\u0007\\r\\nJW0000 forged":');
      const {code, stdout, stderr} = await inDesk('check');
      assert.equal(code, 3);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
      assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      assert.doesNotMatch(stdout, /^JW0000/m);
      assert.match(stdout, /there is no key a\\u001b\[2J\\u009b31m\\u0007\\r\\nJW0000 forged here/);
    });

    it('refuses an unknown format, and --watch with --fix, as wrong usage', async () => {
      assert.equal((await inDesk('check', '--format', 'xml')).code, 2);
      assert.equal((await inDesk('check', '--watch', '--fix')).code, 2);
      assert.equal((await inDesk('check', '--watch', '--json')).code, 2);
    });

    it('checks again after a change with --watch, and ends on Ctrl-C with 130', async () => {
      const child = spawn(
        process.execPath,
        [join(packageRoot, 'bin/jobwire.js'), 'check', '--watch', '--format', 'json'],
        {cwd: desk.dir},
      );
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk;
      });
      const looks = async (count: number): Promise<void> => {
        while (stderr.split('watching for changes').length <= count) await once(child.stderr, 'data');
      };
      await looks(1);
      misspell();
      await looks(2);
      child.kill('SIGINT');
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 130, stderr);
      const counts = stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as {issues: unknown[]}).issues.length);
      assert.equal(counts[0], 0);
      assert.equal(counts.at(-1), 1);
    });
  });

  describe('jobwire types', () => {
    it('prints declarations, or writes them to a file of their own', async () => {
      const printed = await jobwire(['types'], {cwd: desk.dir});
      assert.equal(printed.code, 0, printed.stderr);
      assert.match(printed.stdout, /^\/\*\* Events and inputs.*\n[\s\S]*"ticket\.created": DeskTicketCreated/);
      const out = join(desk.dir, 'types', 'jobwire.d.ts');
      assert.equal((await inDesk('types', '--out', out)).code, 0);
      assert.equal(desk.read('types/jobwire.d.ts'), printed.stdout);
      assert.equal((await inDesk('types', '--out', out)).code, 0);
    });

    it('refuses a file someone wrote, a name that is no .d.ts, and a project that check refuses', async () => {
      desk.write('mine.d.ts', 'export type Mine = 1;\n');
      const mine = await inDesk('types', '--out', join(desk.dir, 'mine.d.ts'));
      assert.equal(mine.code, 2);
      assert.match(mine.stderr, /was not written by jobwire types/);
      assert.equal(desk.read('mine.d.ts'), 'export type Mine = 1;\n');
      assert.equal((await inDesk('types', '--out', join(desk.dir, 'x.ts'))).code, 2);
      misspell();
      assert.equal((await inDesk('types')).code, 3);
    });

    describe('with connections', () => {
      let shop: Workshop;
      before(async () => {
        shop = await openWorkshop();
      });
      after(() => shop.close());

      it('asks simulated targets for the arguments of each process and job', async () => {
        const asked = ['--connection', 'uipath-prod', '--connection', 'kubiya-main'];
        const {code, stdout, stderr} = await inProcess(['types', ...asked, '-C', shop.project.dir]);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /\{process: "SupportTriage"; arguments: UipathProdStartJobSupportTriageArguments\}/);
        assert.match(stdout, /export interface UipathProdStartJobSupportTriageArguments \{\n {2}IncidentId: string/);
        assert.match(stdout, /\{job: "Nightly Backup"; parameters\??: KubiyaMainTriggerJobNightlyBackupParameters\}/);
      });

      it('says that there is no such connection, with the nearest', async () => {
        const {code, stderr} = await inProcess(['types', '--connection', 'uipath-prd', '-C', shop.project.dir]);
        assert.equal(code, 1);
        assert.match(stderr, /JW7102: there is no connection uipath-prd\n {2}did you mean: uipath-prod/);
      });
    });
  });

  describe('jobwire schema', () => {
    it('prints the schema of one file, and says when it knows no more than the kind', async () => {
      const one = await jobwire(['schema', '--for', templateFile], {cwd: desk.dir});
      assert.equal(one.code, 0, one.stderr);
      assert.match(one.stdout, /"\{\{event\.data\.requester\.name\}\}"/);
      assert.equal(
        (JSON.parse(one.stdout) as {$schema: string}).$schema,
        'https://json-schema.org/draft/2020-12/schema',
      );
      misspell();
      const broken = await inDesk('schema', '--for', join(desk.dir, templateFile), '--out', join(desk.dir, 's.json'));
      assert.equal(broken.code, 0);
      assert.match(broken.stderr, /only what is true of every template is known: there is no key critera/);
      assert.doesNotMatch(desk.read('s.json'), /event\.data\.number/);
    });

    it('wires the whole project once, and keeps the schema of a file that is broken for now', async () => {
      desk.write('.vscode/settings.json', '{\n  "editor.tabSize": 2\n}\n');
      const first = await inDesk('schema', '--json');
      const {written} = (JSON.parse(first.stdout) as {data: {written: string[]}}).data;
      const own = '.jobwire/schemas/templates/route.schema.json';
      for (const path of [own, '.jobwire/schemas/case.schema.json', '.vscode/settings.json'])
        assert.ok(written.includes(path) && existsSync(join(desk.dir, path)), path);
      assert.match(desk.read('.vscode/settings.json'), /"editor\.tabSize": 2\n\}\n$/);
      const again = await inDesk('schema');
      assert.equal(again.stdout, '');
      const text = desk.read(own);
      desk.replace(templateFile, '"action": "addNote"', '"action": "addNotes"');
      const kept = await inDesk('schema');
      assert.equal(kept.code, 0);
      assert.equal(desk.read(own).includes('{{event.data.number}}'), true, kept.stderr);
      assert.ok(text.length > 0);
    });

    it('leaves settings with comments alone and prints what to add', async () => {
      desk.write('.vscode/settings.json', '{\n  // mine\n}\n');
      const {code, stderr} = await inDesk('schema');
      assert.equal(code, 0);
      assert.match(stderr, /left alone; add to "json\.schemas":[\s\S]*templates\/route\.schema\.json/);
      assert.equal(desk.read('.vscode/settings.json'), '{\n  // mine\n}\n');
    });
  });

  it('init wires the editor, and templates point to their own schema', async () => {
    const folder = join(desk.dir, 'fresh');
    const {code} = await inProcess(['init', folder, '--template', 'incident-to-triage']);
    assert.equal(code, 0);
    const template = JSON.parse(desk.read('fresh/templates/incident-to-triage/template.json')) as {$schema: string};
    assert.ok(existsSync(join(folder, 'templates/incident-to-triage', template.$schema)), template.$schema);
    assert.match(desk.read('fresh/.vscode/settings.json'), /\.jobwire\/schemas\/case\.schema\.json/);
    const again = await inProcess(['init', folder, '--template', 'incident-to-triage', '--json']);
    assert.deepEqual((JSON.parse(again.stdout) as {data: {created: []; editor: {written: []}}}).data.created, []);
    assert.deepEqual((JSON.parse(again.stdout) as {data: {editor: {written: []}}}).data.editor.written, []);
  });
});
