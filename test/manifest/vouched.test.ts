/** Connectors that were checked when the package was built are not checked again, as long as every byte is what it was. */
import assert from 'node:assert/strict';
import {appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Library, loadLibrary} from '../../src/manifest/library.ts';
import {digestOfConnector, type Vouchers, vouchersOfProgram} from '../../src/manifest/vouched.ts';

describe('connectors that were checked when the package was built', () => {
  let root: string;
  let dir: string;
  let manifest: string;
  let sample: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'jobwire-vouched-'));
    dir = join(root, 'connectors', 'datadog');
    mkdirSync(join(root, 'project'));
    cpSync(join('connectors', 'datadog'), dir, {recursive: true});
    manifest = join(dir, 'connector.json');
    const {events} = JSON.parse(readFileSync(manifest, 'utf8')) as {events: Record<string, {sample: string}>};
    sample = join(dir, Object.values(events)[0]?.sample ?? '');
  });
  afterEach(() => rmSync(root, {recursive: true, force: true}));

  const load = (vouchers?: Vouchers): Library =>
    loadLibrary({project: join(root, 'project'), shipped: root, ...(vouchers && {vouchers})});
  const vouchedNow = (): Vouchers => ({datadog: digestOfConnector(dir) ?? ''});
  const edit = (file: string, from: string | RegExp, to: string): void =>
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  const codes = ({issues}: Library): string[] => issues.map(({code}) => code);

  it('are the same as when they are checked', () => {
    const [checked, vouched] = [load({}), load(vouchedNow())];
    assert.deepEqual(vouched.connectors.get('datadog')?.manifest, checked.connectors.get('datadog')?.manifest);
    assert.deepEqual(vouched.issues, checked.issues);
    for (const pointer of ['', '/id', '/operations', '/nowhere'])
      assert.deepEqual(
        vouched.connectors.get('datadog')?.locate(pointer),
        checked.connectors.get('datadog')?.locate(pointer),
      );
  });

  it('are not checked: what is wrong in them is not found', () => {
    edit(
      manifest,
      '"operations": {',
      '"operations": {\n    "spare": {"effect": "read", "request": {"method": "GET", "path": "{{nothing.a}}"}},',
    );
    assert.ok(codes(load({})).length > 0);
    assert.deepEqual(codes(load(vouchedNow())), []);
  });

  it('are checked where there is no record, as in the sources', () => {
    assert.deepEqual(vouchersOfProgram(), {});
    edit(manifest, '"operations": {', '"opertions": {');
    assert.ok(codes(load()).includes('JW1003'));
  });

  const changes: readonly [what: string, code: string | undefined, change: () => void][] = [
    ['a word of the manifest', 'JW1002', () => edit(manifest, '"operations": {', '"opertions": {')],
    ['the syntax of the manifest', 'JW1001', () => edit(manifest, '{', '{,')],
    ['a sample', 'JW1008', () => edit(sample, /"type": *"/, '"type": "not.')],
    ['a sample that is gone', 'JW1006', () => rmSync(sample)],
    ['white space', undefined, () => appendFileSync(manifest, '\n')],
    ['another file among the samples', undefined, () => writeFileSync(join(dir, 'samples', 'more.json'), '{}')],
  ];
  for (const [what, code, change] of changes)
    it(`are checked again when this has changed: ${what}`, () => {
      const vouchers = vouchedNow();
      change();
      assert.notEqual(digestOfConnector(dir), vouchers['datadog']);
      const found = load(vouchers);
      assert.deepEqual(found.issues, load({}).issues);
      assert.deepEqual(code === undefined ? codes(found) : [code], code === undefined ? [] : codes(found).slice(0, 1));
    });

  it('are vouched for by their id: a record of another says nothing', () => {
    edit(manifest, '"operations": {', '"opertions": {');
    assert.ok(codes(load({github: digestOfConnector(dir) ?? ''})).includes('JW1003'));
  });

  it('are checked as ever when the project has its own of the same id', () => {
    const own = join(root, 'project', 'connectors', 'datadog');
    cpSync(dir, own, {recursive: true});
    edit(join(own, 'connector.json'), '"operations": {', '"opertions": {');
    assert.ok(codes(load({datadog: digestOfConnector(own) ?? ''})).includes('JW1003'));
  });
});
