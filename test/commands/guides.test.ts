/** The guides say what the command line and the server can do: every command, flag, path, link and code exists. Those that teach are played in test/journeys. */
import assert from 'node:assert/strict';
import {existsSync, globSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {Config} from '@oclif/core';
import {isCode} from '../../src/errors/catalog.ts';
import {wordsOf} from '../support/guide.ts';

const folder = 'docs/guides';
const guides = globSync('*.md', {cwd: folder})
  .sort()
  .map((file) => ({name: basename(file, '.md'), text: readFileSync(join(folder, file), 'utf8')}));

/** Lines a person would type; `<event>` and the like stand for words. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:\w*)\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) => [...block.matchAll(/^(?:\$ )?(jobwire .*)$/gm)].map(([, line = '']) => line));
}

describe('the guides', () => {
  let config: Config;
  before(async () => {
    config = await Config.load({root: '.'});
  });

  it('are all in the index, once, and README leads to it', () => {
    const index = guides.find(({name}) => name === 'README')?.text ?? '';
    for (const {name} of guides)
      if (name !== 'README') assert.equal(index.split(`](${name}.md)`).length, 2, `${name} in the index`);
    assert.match(readFileSync('README.md', 'utf8'), /\]\(docs\/guides\/README\.md\)/);
  });

  for (const {name, text} of guides) {
    for (const line of commandsOf(text))
      it(`${name}: ${line}`, () => {
        const words = wordsOf(line.replace(/ +# .*$/, '').replace(/ > \S+$| &$/, '')).slice(1);
        const id = [words.slice(0, 2).join(':'), words[0] ?? ''].find((one) => config.findCommand(one));
        assert.ok(id, 'there is such a command');
        const {flags = {}, args = {}, strict} = config.findCommand(id) ?? {};
        const rest = words.slice(id.split(':').length);
        for (const word of rest)
          if (/^--?[a-zA-Z]/.test(word)) assert.ok(flagOf(word, flags), `${word} is a flag of ${id}`);
        const given = rest.filter((word, i) => !/^--?[a-zA-Z]/.test(word) && !takesValue(rest[i - 1] ?? '', flags));
        const takesMany = strict === false || Object.values(args).some(({multiple}) => multiple);
        if (!takesMany) assert.ok(given.length <= Object.keys(args).length, `${given} for ${Object.keys(args)}`);
        const needed = Object.values(args).filter(({required}) => required);
        assert.ok(given.length >= needed.length, `${given} for ${needed.map((one) => one.name)}`);
      });

    it(`${name} names codes that exist`, () => {
      for (const [code] of text.matchAll(/JW\d{4}/g)) assert.ok(isCode(code), code);
    });

    it(`${name} links to files that are there`, () => {
      for (const [, path = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g))
        if (!/^https?:/.test(path)) assert.ok(existsSync(join(folder, path)), path);
    });
  }
});

type Flags = Readonly<Record<string, {readonly type: string; readonly char?: string; readonly allowNo?: boolean}>>;

function flagOf(word: string, flags: Flags): Flags[string] | undefined {
  const name = word.replace(/^--?/, '').replace(/=.*$/, '');
  if (!word.startsWith('--')) return Object.values(flags).find(({char}) => char === name);
  return Object.hasOwn(flags, name) ? flags[name] : flags[name.replace(/^no-/, '')];
}

function takesValue(word: string, flags: Flags): boolean {
  return /^--?[a-zA-Z]/.test(word) && !word.includes('=') && flagOf(word, flags)?.type === 'option';
}
