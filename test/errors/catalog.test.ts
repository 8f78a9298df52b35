/** The catalogue, the code that throws and the language reference say the same. */
import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {catalog} from '../../src/errors/catalog.ts';

const codes = Object.keys(catalog);
const sources = globSync('src/**/*.ts').filter((file) => !file.startsWith('src/errors/codes/'));
const thrown = new Set(sources.flatMap((file) => readFileSync(file, 'utf8').match(/\bJW\d{4}\b/g) ?? []));
const reference = readFileSync('docs/language.md', 'utf8').split(/^## 11/m)[1] ?? '';
const documented = new Set((reference.match(/\b\d{4}\b/g) ?? []).map((digits) => `JW${digits}`));

describe('the error catalogue', () => {
  it('has a row for every code that the program mentions', () => {
    assert.deepEqual(
      [...thrown].filter((code) => !codes.includes(code)),
      [],
    );
  });

  it('is documented row by row in section 11 of the language reference', () => {
    assert.deepEqual(
      codes.filter((code) => !documented.has(code) && !code.startsWith('JW90')),
      [],
    );
  });

  it('documents no code that it does not have', () => {
    assert.deepEqual(
      [...documented].filter((code) => !codes.includes(code)),
      [],
    );
  });

  it('fills every fact of a sentence with a word in braces only', () => {
    const odd = Object.entries(catalog).filter(([, {detail, fix}]) =>
      /[{}]/.test(`${detail} ${fix}`.replace(/\{\w+\}/g, '')),
    );
    assert.deepEqual(odd, []);
  });
});
