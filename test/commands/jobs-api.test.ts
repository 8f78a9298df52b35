/** The guide for programs, executed: every example of docs/guides/api.md in one program, and what each is said to print. */
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {openWorkshop, type Workshop} from './jobs-line.ts';

const guide = readFileSync('docs/guides/api.md', 'utf8');
const examples = [...guide.matchAll(/```ts\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(([, code = '', printed]) => ({
  code,
  printed,
}));

describe('the guide for programs', function () {
  this.timeout(20_000);
  let shop: Workshop;
  before(async () => {
    shop = await openWorkshop();
  });
  after(() => shop.close());

  it('has an answer below every example', () => {
    assert.ok(examples.length >= 9);
    assert.deepEqual(
      examples.filter(({printed}) => printed === undefined),
      [],
    );
  });

  it('prints what it says', async () => {
    const names = [...new Set(examples.flatMap(({code}) => /import \{(\w+)\} from 'jobwire'/.exec(code)?.[1] ?? []))];
    const body = examples.map(({code}) => `${code.replace(/^import .*\n+/gm, '')}\nnext();`).join('\n');
    const file = join(shop.project.dir, 'guide.ts');
    const library = pathToFileURL('src/index.ts').href;
    writeFileSync(
      file,
      `import {${names.join(', ')}} from '${library}';
export async function run(print: (...values: unknown[]) => void, next: () => void): Promise<void> {
${body.replaceAll("'.'", JSON.stringify(shop.project.dir))}
}`,
    );
    const printed: string[][] = [[]];
    const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
    const program = (await import(pathToFileURL(file).href)) as {run(print: unknown, next: unknown): Promise<void>};
    await program.run(
      (...values: unknown[]) => printed.at(-1)?.push(values.map(show).join(' ')),
      () => printed.push([]),
    );
    assert.deepEqual(
      printed.slice(0, -1).map((lines) => lines.join('\n')),
      examples.map(({printed: expected = ''}) => expected.trimEnd()),
    );
  });
});
