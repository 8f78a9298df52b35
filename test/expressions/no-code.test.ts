/** T31 and T28: the tests of the runtime pass where no code can be made from text, and where Object.prototype is frozen. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rooms = ['helpers', 'parse', 'evaluate', 'directives', 'places', 'threats'];
const tests = rooms.map((name) => `test/expressions/${name}.test.ts`);

async function runUnder(flags: readonly string[], options: readonly string[] = []): Promise<string> {
  const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--extension', 'ts', '--reporter', 'dot'];
  const {stdout} = await promisify(execFile)(process.execPath, [...flags, ...mocha, ...options, ...tests], {cwd: root});
  return stdout;
}

describe('the runtime', function () {
  this.timeout(30_000);

  it('makes no code from text (T31)', async () => {
    assert.match(await runUnder(['--disallow-code-generation-from-strings']), /\d{3} passing/);
  });

  it('works with a frozen Object.prototype (T28)', async () => {
    // The grammar's package sets `toString` on a plain object while it loads, so it is loaded before.
    const grammar = new URL('../../node_modules/handlebars/lib/index.js', import.meta.url);
    const freeze = `data:text/javascript,import ${JSON.stringify(grammar.href)}; Object.freeze(Object.prototype)`;
    assert.match(await runUnder(['--import', freeze], ['--fgrep', 'polluted', '--invert']), /\d{3} passing/);
  });
});
