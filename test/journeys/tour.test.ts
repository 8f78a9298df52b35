/** The five minutes of README.md, executed as they are printed. */
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {endAll, jobwire, type Running, startJobwire} from '../support/process.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The command lines of a step, without the word jobwire; `&` marks those that stay. */
function stepOf(name: string): {args: string[]; stays: boolean}[] {
  const block = new RegExp(`<!-- tour: ${name} -->\\n\`\`\`\\n([^\`]+)\`\`\``).exec(readme)?.[1];
  assert.ok(block, `README has no step ${name}`);
  return block
    .trim()
    .split('\n')
    .map((line) => ({args: line.replace(/ &$/, '').split(/\s+/).slice(1), stays: line.endsWith(' &')}));
}

describe('the tour of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobwire-tour-'));
  const running: Running[] = [];
  let event = '';

  after(() => {
    endAll();
    rmSync(folder, {recursive: true, force: true});
  });

  async function play(name: string, codes: readonly number[] = []): Promise<string[]> {
    const outputs: string[] = [];
    for (const [i, {args, stays}] of stepOf(name).entries()) {
      const words = args.map((word) => (word === '<event>' ? event : word));
      if (stays) running.push(await startJobwire(words, {cwd: folder}));
      else {
        const {code, stdout, stderr} = await jobwire(words, {cwd: folder});
        assert.equal(code, codes[i] ?? 0, `${words.join(' ')}\n${stdout}\n${stderr}`);
        outputs.push(stdout);
      }
    }
    return outputs;
  }

  it('makes a project that passes its check', async function () {
    this.timeout(30_000);
    const [created] = await play('init');
    assert.match(created ?? '', /created {2}templates\/incident-to-triage\/template.json/);
  });

  it('plans without writing', async function () {
    this.timeout(30_000);
    const [plan] = await play('plan');
    assert.match(plan ?? '', /withheld POST .*StartJobs/);
    assert.match(plan ?? '', /"ReleaseKey"/);
  });

  it('starts a job for a signed delivery', async function () {
    this.timeout(40_000);
    const [emitted] = await play('serve');
    assert.match(emitted ?? '', /^202/);
    const state = async (): Promise<string> => (await jobwire(['runs', 'list', '-C', 'tour'], {cwd: folder})).stdout;
    let listed = await state();
    const until = performance.now() + 25_000;
    while (performance.now() < until && !/succeeded/.test(listed)) listed = await state();
    assert.match(listed, /succeeded/);
  });

  it('refuses a wrong signature and starts nothing for a duplicate', async function () {
    this.timeout(30_000);
    const [refused, twice] = await play('refuse', [5, 0]);
    assert.match(refused ?? '', /^401 .*JW4001/);
    assert.match(twice ?? '', /^202.*\n202/);
  });

  it('says why', async function () {
    this.timeout(30_000);
    const events = await jobwire(['events', 'list', '-C', 'tour', '--json'], {cwd: folder});
    event = (JSON.parse(events.stdout) as {data: {items: {uid: string}[]}}).data.items[0]?.uid ?? '';
    const [, why] = await play('why');
    assert.match(why ?? '', /delivered 2 times/);
    assert.match(why ?? '', /yes {2}criteria\[0\]/);
  });

  it('ends cleanly', async function () {
    this.timeout(30_000);
    for (const process of running.reverse()) assert.equal(await process.stop(), 0, process.output().stderr);
  });
});
