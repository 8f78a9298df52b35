/** Rules about what a list of connectors shows before anybody opens one: title, summary, categories, addresses. */

import {nearest} from '../../../errors/jobwire-error.ts';
import type {Unit} from '../../../manifest/library.ts';
import {categories, categoryAliases} from '../listing-words.ts';
import {at, replaceString} from '../places.ts';
import {eachConnector, eachUnit, everything, type Found, type Row, wholePackage} from '../rule.ts';
import {packageFile, type Subject} from '../subject.ts';

interface Listed {
  readonly unit: Unit<unknown>;
  readonly title: string;
  readonly summary?: string | undefined;
}

/** The package and every unit in it. */
function listed({pack, connectors, templates}: Subject): Listed[] {
  return [
    ...(pack ? [{unit: pack, title: pack.manifest.title, summary: pack.manifest.summary}] : []),
    ...[...connectors, ...templates].map(({unit, manifest: {title, summary}}) => ({unit, title, summary})),
  ];
}

function eachListed(look: (one: Listed) => readonly Found[]): Pick<Row, 'of' | 'check'> {
  return everything((subject) => listed(subject).flatMap(look));
}

function address(value: string): boolean {
  return /^https:\/\/[^\s/]+\.[^\s]+$/.test(value) || /^mailto:[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);
}

export const listingRules: readonly Row[] = [
  {
    id: 'PC101',
    title: 'a title has 2 to 60 characters',
    levels: 'warning/error/error',
    why: 'lists cut longer ones off',
    fix: 'shorten the title to the name of the system or of what is done',
    ...eachListed(({unit, title}) =>
      title.length >= 2 && title.length <= 60 ? [] : [at(unit, '/title', `the title has ${title.length} characters`)],
    ),
  },
  {
    id: 'PC102',
    title: 'a title has no blanks around it and no full stop at its end',
    levels: 'info/warning/warning',
    why: 'it stands in sentences and lists',
    fix: 'take them away',
    mends: true,
    ...eachListed(({unit, title}) => {
      const clean = title.trim().replace(/\.+$/, '');
      return clean === title
        ? []
        : [
            at(unit, '/title', `${JSON.stringify(title)} ends or begins with a blank or full stop`, {
              edits: replaceString(unit, '/title', clean),
            }),
          ];
    }),
  },
  {
    id: 'PC103',
    title: 'there is a summary',
    levels: 'warning/error/error',
    why: 'it is all that a search shows beside the title',
    fix: 'add "summary": one sentence that says what it does',
    ...eachListed(({unit, summary}) =>
      (summary ?? '').trim() === '' ? [at(unit, '/summary', 'there is no summary')] : [],
    ),
  },
  {
    id: 'PC104',
    title: 'a summary has 30 to 160 characters',
    levels: 'info/warning/warning',
    why: 'shorter ones say nothing, longer ones are cut off',
    fix: 'say what comes in and what can be done, in one sentence',
    ...eachListed(({unit, summary = ''}) =>
      summary.trim() === '' || (summary.length >= 30 && summary.length <= 160)
        ? []
        : [at(unit, '/summary', `the summary has ${summary.length} characters`)],
    ),
  },
  {
    id: 'PC105',
    title: 'a summary has no blanks around it and no full stop at its end',
    levels: 'info/info/warning',
    why: 'one sentence in a list needs none',
    fix: 'take it away',
    mends: true,
    ...eachListed(({unit, summary = ''}) => {
      const clean = summary.trim().replace(/\.+$/, '');
      return clean === summary || clean === ''
        ? []
        : [
            at(unit, '/summary', 'the summary ends or begins with a blank or full stop', {
              edits: replaceString(unit, '/summary', clean),
            }),
          ];
    }),
  },
  {
    id: 'PC106',
    title: 'a summary says more than the title',
    levels: 'info/warning/warning',
    why: '"X connector" below "X" tells nobody anything',
    fix: 'say what comes in and what can be done',
    ...eachListed(({unit, title, summary = ''}) => {
      const words = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
      const known = new Set([
        ...words(title),
        'a',
        'an',
        'the',
        'for',
        'connector',
        'integration',
        'template',
        'package',
        'this',
        'with',
        'to',
        'is',
        'of',
      ]);
      const fresh = words(summary).filter((word) => !known.has(word));
      return summary.trim() === '' || fresh.length >= 3 ? [] : [at(unit, '/summary', 'the summary repeats the title')];
    }),
  },
  {
    id: 'PC107',
    title: 'a connector has one to three categories',
    levels: 'warning/error/error',
    why: 'people look for connectors by category; one that is in all is in none',
    fix: 'add listing.categories with what it is mainly for',
    ...eachConnector(({unit, manifest: {listing}}) => {
      const count = listing?.categories.length ?? 0;
      return count >= 1 && count <= 3 ? [] : [at(unit, '/listing/categories', `there are ${count} categories`)];
    }),
  },
  {
    id: 'PC108',
    title: 'categories come from the known list',
    levels: 'warning/error/error',
    why: 'two words for one thing split the list',
    fix: `choose from: ${categories.join(', ')}`,
    mends: true,
    ...eachConnector(({unit, manifest: {listing}}) =>
      (listing?.categories ?? []).flatMap((category, i) => {
        if (categories.includes(category)) return [];
        const pointer = `/listing/categories/${i}`;
        const same = categoryAliases.get(category);
        const edits =
          same === undefined || listing?.categories.includes(same) ? undefined : replaceString(unit, pointer, same);
        const meant = same ?? nearest(category, categories)[0];
        return [
          at(unit, pointer, `${category} is no known category${meant ? `; ${meant} is` : ''}`, edits ? {edits} : {}),
        ];
      }),
    ),
  },
  {
    id: 'PC113',
    title: 'a connector says where to get help',
    levels: 'off/error/warning',
    why: 'who cannot make it work asks the vendor first, who did not write it',
    fix: 'add listing.support: an https address or mailto:',
    ...eachConnector(({unit, manifest: {listing}}) =>
      listing?.support === undefined ? [at(unit, '/listing', 'there is no support address', {key: true})] : [],
    ),
  },
  {
    id: 'PC114',
    title: 'the support address can be used',
    levels: 'warning/error/error',
    why: 'it is shown as a link',
    fix: 'write https://… or mailto:…',
    ...eachConnector(({unit, manifest: {listing}}) =>
      listing?.support === undefined || address(listing.support)
        ? []
        : [at(unit, '/listing/support', `${listing.support} is neither https:// nor mailto:`)],
    ),
  },
  {
    id: 'PC115',
    title: 'a connector names its homepage',
    levels: 'off/error/warning',
    why: 'people look there for what the vendor says about the interface',
    fix: 'add listing.homepage: the page of the project or of the vendor’s interface',
    ...eachConnector(({unit, manifest: {listing}}) =>
      listing?.homepage === undefined ? [at(unit, '/listing', 'there is no homepage', {key: true})] : [],
    ),
  },
  {
    id: 'PC116',
    title: 'the homepage begins with https://',
    levels: 'warning/error/error',
    why: 'what comes over http can be changed on the way',
    fix: 'write https://',
    mends: true,
    ...eachConnector(({unit, manifest: {listing}}) => {
      const {homepage} = listing ?? {};
      if (homepage === undefined || (address(homepage) && homepage.startsWith('https:'))) return [];
      const secure = homepage.replace(/^http:/, 'https:');
      const edits = address(secure) ? replaceString(unit, '/listing/homepage', secure) : undefined;
      return [at(unit, '/listing/homepage', `${homepage} is no https address`, edits ? {edits} : {})];
    }),
  },
  {
    id: 'PC117',
    title: 'the author is named, with an address',
    levels: 'info/error/warning',
    why: 'operators decide by the publisher whom they trust',
    fix: 'fill in author.name and author.url (https://)',
    ...wholePackage(({pack}) => {
      const {name, url} = pack.manifest.author;
      if (/^(your name|author|name|example|unknown|me)$/i.test(name.trim()))
        return [at(pack, '/author/name', `${name} names nobody`)];
      return url?.startsWith('https://') ? [] : [at(pack, '/author', 'the author has no https address', {key: true})];
    }),
  },
  {
    id: 'PC118',
    title: 'titles differ within a package',
    levels: 'warning/error/error',
    why: 'nobody can choose between two lines that say the same',
    fix: 'say in the titles what is different',
    ...eachUnit(({unit, manifest}, {connectors, templates}) => {
      const twin = [...connectors, ...templates].find(
        (other) => other.manifest.title.toLowerCase() === manifest.title.toLowerCase(),
      );
      return !twin || twin.unit === unit ? [] : [at(unit, '/title', `${twin.unit.id} has the same title`)];
    }),
  },
  {
    id: 'PC119',
    title: 'the package file lists what it is: id, title and contents',
    levels: 'warning/error/error',
    why: 'an empty package installs nothing',
    fix: `name connectors or templates in contents of ${packageFile}`,
    ...wholePackage(({pack}) => {
      const {connectors = [], templates = []} = pack.manifest.contents;
      return connectors.length + templates.length > 0 ? [] : [at(pack, '/contents', 'nothing is packed')];
    }),
  },
];
