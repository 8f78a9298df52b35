/** The program as it is published: built, packed, and run where nothing but its dependencies is. */
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {packedProgram} from '../scripts/packed.ts';
import {digestOfConnector} from '../src/manifest/vouched.ts';

describe('the packed program', function () {
  this.timeout(120_000);
  let folder: string;
  let program: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jobwire-packed-'));
    program = await packedProgram(folder);
    run('init', 'project', '--template', 'incident-to-triage');
  });
  after(() => rmSync(folder, {recursive: true, force: true}));

  function run(...args: string[]): {code: number | null; stdout: string; stderr: string} {
    const {status, stdout, stderr} = spawnSync(process.execPath, [join(program, 'bin', 'jobwire.js'), ...args], {
      cwd: folder,
      env: {...process.env, XDG_CACHE_HOME: join(folder, 'cache')},
      encoding: 'utf8',
    });
    return {code: status, stdout, stderr};
  }

  it('knows every shipped connector that was checked by its bytes', () => {
    const vouchers = JSON.parse(readFileSync(join(program, 'dist', 'checked.json'), 'utf8')) as Record<string, string>;
    const dirs = globSync('connectors/*/connector.json').map(dirname);
    const expected = Object.fromEntries(dirs.map((dir) => [basename(dir), digestOfConnector(dir)]));
    assert.deepEqual(vouchers, expected);
  });

  it('checks a new project', () => {
    const {code, stderr} = run('check', '-C', 'project');
    assert.equal(stderr, '4 connectors, 1 templates, 4 connections: 0 errors, 0 warnings\n');
    assert.equal(code, 0);
  });

  it('finds a byte that was changed in a connector that came with it', () => {
    const file = join(program, 'connectors', 'github', 'connector.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"operations":', '"opertions":'));
    const {code, stdout} = run('check', '-C', 'project', '--json');
    writeFileSync(file, text);
    assert.equal(code, 3);
    assert.match(stdout, /JW1003/);
    assert.equal(run('check', '-C', 'project').code, 0);
  });

  it('explains, helps, suggests and says its version', () => {
    assert.match(run('explain', 'JW3102').stdout, /^JW3102 {2}lookup found several/);
    assert.match(run('check', '--help').stdout, /^Validate connectors, templates and connections/);
    assert.match(run('runs').stdout, /jobwire runs COMMAND/);
    assert.match(run('chek').stderr, /did you mean: check/);
    assert.match(run('runs', 'list', 'more').stderr, /command runs:list:more not found/);
    assert.match(run('--version').stdout, /^jobwire\/\d+\.\d+\.\d+ /);
  });

  it('writes types and schemas, lists, and runs the demonstration', () => {
    for (const args of [['types'], ['schema'], ['connectors', 'list'], ['demo']]) {
      const {code, stderr} = run(...args, '-C', 'project');
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    }
  });

  it('has every command in a file of its own', () => {
    const commands = (root: string, kind: string): string[] =>
      globSync(`**/*${kind}`, {cwd: join(root, 'commands')})
        .filter((path) => !path.endsWith('.d.ts'))
        .map((path) => path.slice(0, -kind.length))
        .sort();
    assert.deepEqual(commands(join(program, 'dist'), '.js'), commands('src', '.ts'));
  });

  it('is a library with types', () => {
    const script = "import * as jobwire from 'jobwire'; console.log(Object.keys(jobwire).length > 5);";
    writeFileSync(join(folder, 'use.mjs'), script);
    const {stdout, stderr} = spawnSync(process.execPath, ['use.mjs'], {cwd: folder, encoding: 'utf8'});
    assert.equal(stdout, 'true\n', stderr);
    assert.ok(existsSync(join(program, 'dist', 'index.d.ts')));
  });

  it('brings the licences of what is put into it', () => {
    const licences = readFileSync(join(program, 'dist', 'LICENSES.txt'), 'utf8');
    for (const name of ['@oclif/core', 'handlebars']) assert.match(licences, new RegExp(`^${name} \\d`, 'm'));
  });
});
