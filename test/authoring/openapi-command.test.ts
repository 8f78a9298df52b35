/** jobwire import openapi as people run it: data on stdout, nothing overwritten, exit codes, the same again. */
import assert from 'node:assert/strict';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {endAll, jobwire} from '../support/process.ts';
import {definition, fixtures, removeTemporary, temporary} from './openapi-desk.ts';

const file = join(fixtures, 'depot-2.0.yaml');

describe('jobwire import openapi', function () {
  this.timeout(60_000);
  let project: string;
  before(() => {
    project = temporary();
  });
  after(() => {
    endAll();
    removeTemporary();
  });

  it('writes nothing with --dry-run, and says what it would', async () => {
    const {code, stdout} = await jobwire(['import', 'openapi', file, '--dry-run', '--json', '-C', project]);
    assert.equal(code, 0);
    const {data} = JSON.parse(stdout) as {
      data: {id: string; written: string[]; operations: unknown[]; notes: {pointer: string}[]};
    };
    assert.equal(data.id, 'depot');
    assert.equal(data.operations.length, 4);
    assert.ok(data.written.includes('connector.json'));
    assert.ok(data.notes.every(({pointer}) => typeof pointer === 'string'));
    assert.ok(!existsSync(join(project, 'connectors')));
  });

  it('writes a connector that check and test accept', async () => {
    const {code, stdout, stderr} = await jobwire(['import', 'openapi', file, '-C', project]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /written .*connector\.json/);
    assert.match(stdout, /Taken for granted:/);
    assert.match(stderr, /4 operations, .* 2 cases/);
    const check = await jobwire(['check', '-C', project]);
    assert.equal(check.code, 0, check.stdout);
    assert.match(check.stderr, /0 errors, 0 warnings/);
    const test = await jobwire(['test', '-C', project]);
    assert.match(test.stderr, /2 passed, 0 failed/);
  });

  it('does nothing the second time', async () => {
    const {code, stdout} = await jobwire(['import', 'openapi', file, '--json', '-C', project]);
    assert.equal(code, 0);
    assert.deepEqual((JSON.parse(stdout) as {data: {written: string[]}}).data.written, []);
  });

  it('overwrites only with --force, and then removes cases of what is gone', async () => {
    const path = join(project, 'connectors/depot/connector.json');
    const before = readFileSync(path, 'utf8');
    const changed = before.replace('"Depot"', '"My depot"');
    writeFileSync(path, changed);
    const refused = await jobwire(['import', 'openapi', file, '-C', project]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /JW7101.*other content: connector\.json[\s\S]*--force/);
    assert.equal(readFileSync(path, 'utf8'), changed);
    const part = ['import', 'openapi', file, '--operations', 'Goods_List', '--force', '--json', '-C', project];
    const {code, stdout} = await jobwire(part);
    assert.equal(code, 0);
    assert.deepEqual((JSON.parse(stdout) as {data: {removed: string[]}}).data.removed, ['cases/goods-get-label.json']);
  });

  it('ends with 3 and the place for a reference that leads out', async () => {
    const bad = definition({
      openapi: '3.0.0',
      info: {title: 'A', version: '1'},
      paths: {'/a': {$ref: 'https://a.example/x.json'}},
    });
    const {code, stdout, stderr} = await jobwire(['import', 'openapi', bad, '-C', project]);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /api\.json:1:\d+: JW1020: the reference https:\/\/a\.example/);
  });

  it('refuses an id that is not the folder', async () => {
    const {code} = await jobwire(['import', 'openapi', file, '--out', join(project, 'other'), '--id', 'depot']);
    assert.equal(code, 2);
  });
});
