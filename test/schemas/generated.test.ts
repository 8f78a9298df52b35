/** The generated types are what the schemas say. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {generateTypes} from '../../scripts/generate-types.ts';

describe('generated types', () => {
  it('are fresh: npm run generate changes nothing', async () => {
    assert.equal(await generateTypes(), readFileSync('src/generated/types.ts', 'utf8'));
  });

  it('are the same however often they are made', async () => {
    assert.equal(await generateTypes(), await generateTypes());
  });
});
