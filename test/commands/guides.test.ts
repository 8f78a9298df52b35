/** The guides for operators say what the command line and the server can do: every command, flag, path and code exists. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {Config} from '@oclif/core';
import {isCode} from '../../src/errors/catalog.ts';

const guides = ['runs', 'delivery', 'testing'].map((name) => ({
  name,
  text: readFileSync(`docs/guides/${name}.md`, 'utf8'),
}));

describe('the guides', () => {
  let config: Config;
  before(async () => {
    config = await Config.load({root: '.'});
  });

  for (const {name, text} of guides) {
    const lines = [...text.matchAll(/^jobwire .*$/gm)].map(([line]) => line);

    for (const line of lines)
      it(`${name}: ${line}`, () => {
        const words = line.split(' ').slice(1);
        const id = [words.slice(0, 2).join(':'), words[0] ?? ''].find((one) => config.findCommand(one));
        assert.ok(id, 'there is such a command');
        const {flags = {}, args = {}} = config.findCommand(id) ?? {};
        const rest = words.slice(id.split(':').length);
        for (const [flag] of line.matchAll(/--[a-z-]+/g)) assert.ok(Object.hasOwn(flags, flag.slice(2)), flag);
        const given = rest.filter((word, i) => !word.startsWith('--') && !isValueOf(rest[i - 1], flags));
        assert.ok(given.length <= Object.keys(args).length, `${given} for ${Object.keys(args)}`);
      });

    it(`${name} names codes that exist`, () => {
      for (const [code] of text.matchAll(/JW\d{4}/g)) assert.ok(isCode(code), code);
    });

    it(`${name} links to files that are there`, () => {
      for (const [, path = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
        assert.ok(readFileSync(`docs/guides/${path}`, 'utf8').length > 0, path);
    });
  }
});

function isValueOf(word: string | undefined, flags: Record<string, {readonly type: string}>): boolean {
  return word?.startsWith('--') === true && flags[word.slice(2)]?.type === 'option';
}
