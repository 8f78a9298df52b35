/** The language reference and the schemas say the same: what the text shows stands among the examples. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {catalog} from '../../src/errors/catalog.ts';
import {isObject, type Json, type JsonObject, own, sameJson} from '../../src/values/json.ts';
import {concepts, schemaFiles} from './formats.ts';

const text = readFileSync('docs/language.md', 'utf8');

/** Objects in code spans that follow "Valid" or "Invalid". */
function shownAs(word: 'Valid' | 'Invalid'): JsonObject[] {
  const pattern = new RegExp(`\\b${word}\\b[^\`\\n]*\`(\\{[^\`]*\\})\``, 'gi');
  return [...text.matchAll(pattern)].flatMap(([, json = '']) => {
    try {
      return [JSON.parse(json) as JsonObject];
    } catch {
      return [];
    }
  });
}

function partsOf(value: Json): Json[] {
  if (Array.isArray(value)) return [value, ...value.flatMap(partsOf)];
  return isObject(value) ? [value, ...Object.values(value).flatMap(partsOf)] : [];
}

/** Whether an object of the examples has all that is shown; the text may leave out the rest of a file. */
function tell(keyword: 'examples' | 'antiExamples'): (shown: JsonObject) => boolean {
  const objects = concepts.flatMap(({schema}) => partsOf(own(schema, keyword) ?? [])).filter(isObject);
  return (shown) =>
    objects.some((object) => Object.entries(shown).every(([key, value]) => sameJson(own(object, key) ?? null, value)));
}

describe('docs/language.md', () => {
  it('shows as valid only what the schemas give as an example', () => {
    const isTold = tell('examples');
    const shown = shownAs('Valid');
    assert.ok(shown.length > 15, `${shown.length} found`);
    assert.deepEqual(
      shown.filter((object) => !isTold(object)),
      [],
    );
  });

  it('shows as invalid only what the schemas give as an antiExample', () => {
    const isTold = tell('antiExamples');
    const shown = shownAs('Invalid');
    assert.ok(shown.length > 15, `${shown.length} found`);
    assert.deepEqual(
      shown.filter((object) => !isTold(object)),
      [],
    );
  });

  it('names no code that the catalogue has not', () => {
    const codes = new Set([...text.matchAll(/JW\d{4}/g)].map(([code]) => code));
    assert.deepEqual(
      [...codes].filter((code) => !Object.hasOwn(catalog, code)),
      [],
    );
  });

  it('names every kind of file there is a schema for', () => {
    const kinds = (own(own(own(schemaFiles.get('index.schema.json'), 'properties'), 'kind'), 'enum') ?? []) as string[];
    assert.ok(kinds.length > 0);
    for (const kind of kinds) assert.match(text, new RegExp(`\\| ${kind} +\\|`));
  });
});
