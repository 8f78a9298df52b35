/** The guide shows rules that are rules. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {isObject, type Json, own} from '../../../src/values/json.ts';
import {faultsOf} from '../../schemas/formats.ts';

const text = readFileSync('docs/guides/signatures.md', 'utf8');
const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => JSON.parse(json) as Json);
const rules = blocks
  .flatMap((block) => (Array.isArray(block) ? block : [block]))
  .filter((one) => own(one, 'scheme') !== undefined);

describe('docs/guides/signatures.md', () => {
  it('shows a rule of every scheme that proves something', () => {
    const shown = new Set(rules.map((rule) => (isObject(rule) ? rule['scheme'] : undefined)));
    assert.deepEqual([...shown].sort(), ['digest', 'ed25519', 'hmac', 'jwt', 'token', 'x509']);
  });

  for (const rule of rules)
    it(`shows ${JSON.stringify(rule).slice(0, 80)} as the format has it`, () =>
      assert.deepEqual(faultsOf('verify-rule.schema.json', rule), []));
});
