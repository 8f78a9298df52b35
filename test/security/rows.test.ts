/** Every row of the threat model about egress and secrets is tested under its id, or the guide says why there is nothing to test. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';

/** Rows of the catalogue, section 6.4 and 6.9. */
const rows = [...numbered('E', 24), ...numbered('R', 12)];

function numbered(letter: string, count: number): string[] {
  return Array.from({length: count}, (_, i) => `${letter}${String(i + 1).padStart(2, '0')}`);
}

describe('the rows on egress and secrets', () => {
  /** Ids at the beginning of a title, or of the piece of a title that stands in a table. */
  const tested = new Set(
    globSync('test/**/*.test.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/['`](?:is a reset, sent: )?([ER]\d\d)[ :]/g)].map(([, id]) => id),
    ),
  );
  /** `- **E99**: does not apply, because …` */
  const explained = new Set(
    [
      ...readFileSync('docs/guides/security.md', 'utf8').matchAll(/^- \*\*([ER]\d\d)\*\*: does not apply, because/gm),
    ].map(([, id]) => id),
  );

  for (const row of rows)
    it(`${row} is tested or explained, not both`, () => {
      assert.equal(Number(tested.has(row)) + Number(explained.has(row)), 1);
    });

  it('are all that the guide explains', () => {
    assert.deepEqual(
      [...explained].filter((id) => !rows.includes(id ?? '')),
      [],
    );
  });
});
