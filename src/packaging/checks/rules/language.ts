/** Rules about words: how titles and sentences are written, and what says nothing. */

import {at, inText, replaceString} from '../places.ts';
import {type Prose, proseOf} from '../prose.ts';
import {withoutCode} from '../readme.ts';
import {eachUnit, everything, type Found, type Looking, type Row} from '../rule.ts';
import {textFiles, type UnitPart} from '../subject.ts';
import {misspellings, placeholder, praise} from '../words.ts';

/** A rule about each text of a manifest that people read. */
function eachText(look: (prose: Prose) => {problem: string; to?: string} | undefined): Looking {
  return eachUnit((part) =>
    proseOf(part).flatMap((prose): Found[] => {
      const found = look(prose);
      if (!found) return [];
      const edits = found.to === undefined ? undefined : replaceString(part.unit, prose.pointer, found.to);
      return [at(part.unit, prose.pointer, found.problem, edits ? {edits} : {})];
    }),
  );
}

const shown: ReadonlySet<string> = new Set(['title', 'summary', 'description', 'message', 'hint', 'label']);

const doubled = /\b(the|a|an|of|to|in|is|and|or|for|with|on|it|be|by|this|not)\s+\1\b/i;

export const languageRules: readonly Row[] = [
  {
    id: 'PC711',
    title: 'titles of several words begin with a capital letter or a digit',
    levels: 'info/info/warning',
    why: 'lists look like lists',
    fix: 'write the first letter large',
    ...eachText(({kind, text}) =>
      kind === 'title' && /^[a-z]+\s/.test(text)
        ? {problem: `${JSON.stringify(text)} begins with a small letter`}
        : undefined,
    ),
  },
  {
    id: 'PC712',
    title: 'titles of parts end without a full stop',
    levels: 'info/info/warning',
    why: 'they stand in sentences and lists',
    fix: 'take it away',
    mends: true,
    ...eachText(({kind, text, pointer}) => {
      if (kind !== 'title' || pointer === '/title' || !/[^.]\.$/.test(text)) return undefined;
      return {problem: `${JSON.stringify(text)} ends with a full stop`, to: text.slice(0, -1)};
    }),
  },
  {
    id: 'PC713',
    title: 'no text shouts',
    levels: 'info/warning/warning',
    why: 'capital letters and exclamation marks are for emergencies',
    fix: 'write it as a plain sentence',
    ...eachText(({kind, text}) => {
      if (!shown.has(kind)) return undefined;
      if (/[a-z]!(\s|$)/i.test(text)) return {problem: 'there is an exclamation mark'};
      return kind === 'title' && /^[A-Z]{4,}( [A-Z]{2,})+$/.test(text)
        ? {problem: `${text} is all capital letters`}
        : undefined;
    }),
  },
  {
    id: 'PC714',
    title: 'no word only praises',
    levels: 'info/error/warning',
    why: 'it takes the place of a word that says something',
    fix: 'say what it does instead',
    ...everything(({pack, connectors, templates}) => [
      ...(pack
        ? (['title', 'summary'] as const).flatMap((key) =>
            praiseIn(pack.manifest[key]).map((word) => at(pack, `/${key}`, `${word} says nothing`)),
          )
        : []),
      ...[...connectors, ...templates].flatMap((part) => [
        ...proseOf(part).flatMap(({kind, text, pointer}) =>
          shown.has(kind) ? praiseIn(text).map((word) => at(part.unit, pointer, `${word} says nothing`)) : [],
        ),
        ...readmePraise(part),
      ]),
    ]),
  },
  {
    id: 'PC715',
    title: 'frequent misspellings do not occur',
    levels: 'info/warning/warning',
    why: 'people judge the care of the whole by them',
    fix: 'write the word right',
    mends: true,
    ...everything(({files}) =>
      textFiles(files)
        .filter(({path}) => path.endsWith('.md') || /(^|\/)(connector|template|jobwire-package)\.json$/.test(path))
        .flatMap((file) =>
          [...file.text.matchAll(/\b[A-Za-z]{3,}\b/g)].flatMap(({index, 0: word}) => {
            const right = misspellings.get(word.toLowerCase());
            if (right === undefined) return [];
            const to = /^[A-Z]/.test(word) ? right.charAt(0).toUpperCase() + right.slice(1) : right;
            return [
              inText(file, index, `${word} is written ${to}`, [
                {file: file.file, start: index, end: index + word.length, to},
              ]),
            ];
          }),
        ),
    ),
  },
  {
    id: 'PC716',
    title: 'no small word stands twice in a row',
    levels: 'info/warning/warning',
    why: 'it is a slip in every language rule',
    fix: 'take one away',
    mends: true,
    ...eachText(({text}) => {
      const match = doubled.exec(text);
      return match ? {problem: `${JSON.stringify(match[0])} stands there`, to: text.replace(doubled, '$1')} : undefined;
    }),
  },
  {
    id: 'PC717',
    title: 'no text stands for one that was meant to come',
    levels: 'warning/error/error',
    why: 'it tells everybody that nobody looked',
    fix: 'write the text',
    ...everything(({pack, connectors, templates}) => [
      ...(pack
        ? (['title', 'summary'] as const).flatMap((key) =>
            placeholder.test((pack.manifest[key] ?? '').trim()) ? [at(pack, `/${key}`, 'this is a placeholder')] : [],
          )
        : []),
      ...[...connectors, ...templates].flatMap((part) =>
        proseOf(part).flatMap(({text, pointer}) =>
          placeholder.test(text.trim()) ? [at(part.unit, pointer, `${JSON.stringify(text)} is a placeholder`)] : [],
        ),
      ),
    ]),
  },
  {
    id: 'PC718',
    title: 'texts have no blanks around them and no two in a row',
    levels: 'info/info/warning',
    why: 'they show in lists and search',
    fix: 'take them away',
    mends: true,
    ...eachText(({text, pointer}) => {
      if (pointer === '/title' || pointer === '/summary' || text.includes('{{')) return undefined;
      const clean = text.trim().replace(/ {2,}/g, ' ');
      return clean === text ? undefined : {problem: 'there are blanks too many', to: clean};
    }),
  },
];

function praiseIn(text = ''): string[] {
  const word = praise.exec(text)?.[0];
  return word === undefined ? [] : [word];
}

function readmePraise({readme}: UnitPart): Found[] {
  const match = readme && praise.exec(withoutCode(readme.text));
  return readme && match ? [inText(readme, match.index, `${match[0]} says nothing`)] : [];
}
