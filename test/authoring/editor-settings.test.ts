/** Settings of an editor learn of schemas; every character that stands there stays. */
import assert from 'node:assert/strict';
import {addSchemas} from '../../src/authoring/editor-settings.ts';

const entry = {fileMatch: ['/a.json'], url: './a.schema.json'};
const other = {fileMatch: ['/b.json'], url: './b.schema.json'};
const row = JSON.stringify(entry);

const cases: readonly (readonly [what: string, before: string | undefined, after: string | undefined])[] = [
  ['makes the file', undefined, `{\n  "json.schemas": [\n    ${row}\n  ]\n}\n`],
  ['fills an empty file', ' \n', `{\n  "json.schemas": [\n    ${row}\n  ]\n}\n`],
  [
    'keeps other settings, their spaces and their indentation',
    '{\n\t"editor.tabSize":   2, "x": [ 1,2 ]\n}',
    `{\n\t"json.schemas": [\n\t\t${row}\n\t],\n\t"editor.tabSize":   2, "x": [ 1,2 ]\n}`,
  ],
  [
    'adds before the schemas that are there',
    '{\n  "a": 1,\n  "json.schemas": [ {"url": "./mine.json"} ]\n}\n',
    `{\n  "a": 1,\n  "json.schemas": [\n    ${row}, {"url": "./mine.json"} ]\n}\n`,
  ],
  ['fills an empty list', '{"json.schemas": []}', `{"json.schemas": [\n    ${row}\n  ]}`],
  ['changes nothing when it is there', `{"json.schemas": [${row}]}`, `{"json.schemas": [${row}]}`],
  ['leaves a text with comments to a person', '{\n  // mine\n  "a": 1\n}', undefined],
  ['leaves a trailing comma to a person', '{"a": 1,}', undefined],
  ['leaves what is no list to a person', '{"json.schemas": {"a": 1}}', undefined],
  ['leaves what is no object to a person', '[]', undefined],
];

describe('the settings of an editor', () => {
  for (const [what, before, after] of cases)
    it(what, () => {
      assert.equal(addSchemas(before, [entry]), after);
    });

  it('is strict JSON afterwards, and safe to repeat', () => {
    for (const [what, before, after] of cases) {
      if (after === undefined) continue;
      const all = addSchemas(before, [entry, other]);
      assert.ok(all !== undefined, what);
      const urls = (JSON.parse(all) as {'json.schemas': {url: string}[]})['json.schemas'].map(({url}) => url);
      assert.ok(urls.includes(entry.url) && urls.includes(other.url), what);
      assert.equal(addSchemas(all, [entry, other]), all);
    }
  });
});
