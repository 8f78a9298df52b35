/** Rules about names: what cannot be told apart, and what nobody may take. */

import {globSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {nearest} from '../../../errors/jobwire-error.ts';
import {connectionParts, members} from '../../../manifest/parts.ts';
import {inputFields} from '../facts.ts';
import {at, inText, ofFile} from '../places.ts';
import {type Field, fieldsOf} from '../prose.ts';
import {eachConnector, eachUnit, everything, type Found, type Row, wholePackage} from '../rule.ts';
import {type ConnectorPart, textFiles, type UnitPart} from '../subject.ts';
import {reservedIds, reservedScopes} from '../words.ts';

interface Named {
  readonly name: string;
  readonly pointer: string;
}

/** Lists of names in which two must not differ by case only. */
function nameLists(part: UnitPart): (readonly Named[])[] {
  if (part.kind === 'template') return [];
  const {manifest} = part;
  const sections = ['operations', 'lookups', 'actions', 'jobs', 'events', 'feeds', 'schemas'] as const;
  return [
    ...sections.map((name) => members<unknown>(manifest[name], `/${name}`)),
    connectionParts(manifest).flatMap(({part: {secrets}, pointer}) => members(secrets, `${pointer}/secrets`)),
    ...connectionParts(manifest).map(({part: {config}, pointer}) => fieldsOf(config, `${pointer}/config`)),
    ...members(manifest.actions, '/actions').map(({value, pointer}) =>
      inputFields(manifest, value.input, `${pointer}/input`),
    ),
    ...members(manifest.events, '/events').map(({value, pointer}) =>
      inputFields(manifest, value.data, `${pointer}/data`),
    ),
  ];
}

function collisions(names: readonly Named[], fold: (name: string) => string): {one: Named; other: Named}[] {
  return names.flatMap((one, i) => {
    const other = names.slice(0, i).find((before) => before.name !== one.name && fold(before.name) === fold(one.name));
    return other ? [{one, other}] : [];
  });
}

/** The style of a name of several words. */
function styleOf(name: string): string | undefined {
  if (/^[a-z0-9]+(_[a-z0-9]+)+$/.test(name)) return 'snake_case';
  if (/^[a-z][a-z0-9]*([A-Z][A-Za-z0-9]*)+$/.test(name)) return 'camelCase';
  return /^[a-z0-9]+(-[a-z0-9]+)+$/.test(name) ? 'kebab-case' : undefined;
}

function mixed(part: ConnectorPart, fields: readonly Field[], what: string): Found[] {
  const styled = fields.filter(({name}) => styleOf(name) !== undefined);
  const [first] = styled;
  const odd = styled.find(({name}) => first && styleOf(name) !== styleOf(first.name));
  return first && odd
    ? [
        at(
          part.unit,
          odd.pointer,
          `${what}: ${first.name} is ${styleOf(first.name)}, ${odd.name} is ${styleOf(odd.name)}`,
          {key: true},
        ),
      ]
    : [];
}

/** Characters that nobody sees, or that turn the direction of what follows. */
const unseen =
  /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]/;
/** A word of Latin letters with one of another alphabet that looks like them. */
const lookalike = /(?<!\p{L})(?=[\p{L}]*[A-Za-z])(?=[\p{L}]*[\p{Script=Cyrillic}\p{Script=Greek}])[\p{L}]+/u;

export const nameRules: readonly Row[] = [
  {
    id: 'PC701',
    title: 'an id is no reserved or empty word',
    levels: 'warning/error/error',
    why: 'everybody’s first connector is called test',
    fix: 'name the system, or what the template does',
    ...eachUnit(({unit}) => (reservedIds.has(unit.id) ? [at(unit, '/id', `${unit.id} is reserved`)] : [])),
  },
  {
    id: 'PC702',
    title: 'a connector is not named like another one',
    levels: 'warning/error/error',
    why: 'one letter apart is how false packages are taken for true ones',
    fix: 'choose another id; the same id needs --replace at the operator',
    ...eachConnector(({unit}, {library, kind, shipped}) => {
      if (kind !== 'package') return [];
      const theirs = globSync('*/connector.json', {cwd: join(shipped, 'connectors')}).map((file) => dirname(file));
      const others = [...new Set([...theirs, ...library.connectors.keys()])];
      const near = nearest(unit.id, others).find((id) => differsByOne(id, unit.id));
      return near === undefined ? [] : [at(unit, '/id', `${unit.id} is nearly ${near}`)];
    }),
  },
  {
    id: 'PC703',
    title: 'the scope of a package is its publisher’s own',
    levels: 'warning/error/error',
    why: 'names like @jobwire promise something that only their owners can keep',
    fix: 'use the scope of your organisation',
    ...wholePackage(({pack}) => {
      const [scope = ''] = pack.manifest.id.split('/');
      return reservedScopes.has(scope) ? [at(pack, '/id', `the scope ${scope} is reserved`)] : [];
    }),
  },
  {
    id: 'PC704',
    title: 'names differ by more than capital letters',
    levels: 'warning/error/error',
    why: 'nobody hears the difference, and some systems drop it',
    fix: 'rename one of them',
    ...eachUnit((part) =>
      nameLists(part).flatMap((names) =>
        collisions(names, (name) => name.toLowerCase()).map(({one, other}) =>
          at(part.unit, one.pointer, `${one.name} and ${other.name}`, {key: true}),
        ),
      ),
    ),
  },
  {
    id: 'PC705',
    title: 'names differ by more than letters and digits that look alike',
    levels: 'info/warning/warning',
    why: 'l and 1, O and 0 are one in many fonts',
    fix: 'rename one of them',
    ...eachUnit((part) =>
      nameLists(part).flatMap((names) =>
        collisions(names, (name) =>
          name.replaceAll('l', '1').replaceAll('I', '1').replaceAll('O', '0').replaceAll('o', '0'),
        )
          .filter(({one, other}) => one.name.toLowerCase() !== other.name.toLowerCase())
          .map(({one, other}) => at(part.unit, one.pointer, `${one.name} looks like ${other.name}`, {key: true})),
      ),
    ),
  },
  {
    id: 'PC706',
    title: 'inputs, settings and event fields are written in one style',
    levels: 'info/info/warning',
    why: 'people type them from memory',
    fix: 'use camelCase for inputs and settings; fields of an event may all be written as the vendor writes them',
    ...eachConnector((part) => [
      ...members(part.manifest.actions, '/actions').flatMap(({name, value, pointer}) =>
        mixed(part, inputFields(part.manifest, value.input, `${pointer}/input`), `input of ${name}`),
      ),
      ...connectionParts(part.manifest).flatMap(({part: {config}, pointer}) =>
        mixed(part, fieldsOf(config, `${pointer}/config`), 'settings'),
      ),
      ...members(part.manifest.events, '/events').flatMap(({name, value, pointer}) =>
        mixed(part, inputFields(part.manifest, value.data, `${pointer}/data`), `data of ${name}`),
      ),
    ]),
  },
  {
    id: 'PC707',
    title: 'names of actions and events do not repeat the connector',
    levels: 'info/warning/warning',
    why: 'they are always read together with it',
    fix: 'take the id out of the name',
    ...eachConnector(({unit, manifest}) => {
      const word = unit.id.replaceAll('-', '').toLowerCase();
      return [
        ...members<unknown>(manifest.actions, '/actions'),
        ...members<unknown>(manifest.events, '/events'),
      ].flatMap(({name, pointer}) =>
        word.length > 3 &&
        name
          .toLowerCase()
          .replace(/[^a-z0-9]/g, '')
          .startsWith(word)
          ? [at(unit, pointer, `${name} repeats ${unit.id}`, {key: true})]
          : [],
      );
    }),
  },
  {
    id: 'PC708',
    title: 'no text holds characters that cannot be seen',
    levels: 'error/error/error',
    why: 'they hide differences, and turn what people read',
    fix: 'type the word again',
    ...everything(({files}) =>
      textFiles(files).flatMap((file) => {
        const match = unseen.exec(file.text);
        return match
          ? [
              inText(
                file,
                match.index,
                `U+${match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} cannot be seen`,
              ),
            ]
          : [];
      }),
    ),
  },
  {
    id: 'PC709',
    title: 'no word mixes alphabets',
    levels: 'warning/error/error',
    why: 'a Cyrillic а looks like a Latin one and is another name',
    fix: 'type the word again',
    ...everything(({files}) =>
      textFiles(files).flatMap((file) => {
        const match = lookalike.exec(file.text);
        return match ? [inText(file, match.index, 'a word has letters of two alphabets')] : [];
      }),
    ),
  },
  {
    id: 'PC710',
    title: 'names of cases are written in small letters with dashes',
    levels: 'info/info/warning',
    why: 'they are typed behind jobwire test',
    fix: 'rename the file: cases/comment-refused.json',
    ...eachUnit(({cases}) =>
      cases.flatMap((one) =>
        /[/\\][a-z0-9]+(?:[-.][a-z0-9]+)*\.json$/.test(one.file) ? [] : [ofFile(one, 'the name has other characters')],
      ),
    ),
  },
];

function differsByOne(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
