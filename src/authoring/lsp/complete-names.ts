/** The names that may stand at a place, with what they mean. Offers what is declared; must never invent. */
import {dirname, join, relative} from 'node:path';
import {type CompletionItem, CompletionItemKind, type Range} from 'vscode-languageserver';
import {listFiles} from '../../manifest/disk.ts';
import type {Library} from '../../manifest/library.ts';
import {parseReference} from '../../manifest/reference.ts';
import {escapePointer, isObject, own} from '../../values/json.ts';
import type {Files} from './declarations.ts';
import {declarationWords} from './explanations.ts';
import {connectorFileOf, rulesFor, type What} from './names.ts';
import {nodeOf, type Source, valueAt} from './source.ts';

export interface NamePlace {
  readonly source: Source;
  readonly pointer: string;
  /** The string with its quotes, or the empty place of a value. */
  readonly range: Range;
  readonly files: Files;
}

interface Candidate {
  readonly text: string;
  readonly words?: string | undefined;
}

/** For a value that names something. */
export function completeNames(place: NamePlace): CompletionItem[] {
  const {source, pointer, range} = place;
  return rulesFor(source.kind, pointer, false).flatMap(({what}) =>
    candidatesFor(what, place).map(({text, words}) => ({
      label: text,
      kind: what === 'file' ? CompletionItemKind.File : CompletionItemKind.Reference,
      detail: what,
      sortText: `0${text}`,
      filterText: JSON.stringify(text),
      ...(words !== undefined && {documentation: {kind: 'markdown' as const, value: words}}),
      textEdit: {range, newText: JSON.stringify(text)},
    })),
  );
}

function candidatesFor(what: What, place: NamePlace): Candidate[] {
  const {source, pointer, files} = place;
  const library = files.libraryOf(source.file);
  switch (what) {
    case 'connector':
      return connectors(library, source.kind === 'package');
    case 'connection':
      return connections(library, place);
    case 'template':
      return [...(library?.templates.values() ?? [])].map(({id, manifest}) => ({text: id, words: manifest.title}));
    case 'file':
      return filesFor(source, pointer);
    case 'place':
      return places(source);
    case 'collection':
    case 'limit':
    case 'sender':
    case 'part':
      return members(source, `/${what}s`, what);
    default:
      return ofConnector(what, place, library);
  }
}

function connectors(library: Library | undefined, bare: boolean): Candidate[] {
  return [...(library?.connectors.values() ?? [])].map(({id, manifest: {version, title, summary}}) => ({
    text: bare ? id : `${id}@^${version.split('.')[0]}`,
    words: [`**${title}** ${version}`, summary].filter(Boolean).join('\n\n'),
  }));
}

/** Those of the connector that stands beside. */
function connections(library: Library | undefined, {source, pointer}: NamePlace): Candidate[] {
  const beside = valueAt(source, pointer.replace(/\/connection$/, '/connector'));
  const id = typeof beside === 'string' ? parseReference(beside).id : undefined;
  return [...(library?.connections.values() ?? [])]
    .filter(({manifest}) => id === undefined || parseReference(manifest.connector).id === id)
    .map(({id: text, manifest}) => ({text, words: `**${manifest.title}**\n\nconnector \`${manifest.connector}\``}));
}

const sections: Partial<Record<What, readonly string[]>> = {
  operation: ['/operations'],
  lookup: ['/lookups'],
  action: ['/actions'],
  event: ['/events'],
  feed: ['/feeds'],
  'job kind': ['/jobs'],
  'type table': ['/types'],
  budget: ['/http/budgets'],
  variant: ['/connection/variants'],
};

function ofConnector(what: What, {source, pointer, files}: NamePlace, library: Library | undefined): Candidate[] {
  const file = connectorFileOf(source, pointer, library);
  const connector = file === undefined ? undefined : files.source(file);
  if (!connector) return [];
  if (what === 'schema')
    return members(connector, '/schemas', what).map((one) => ({...one, text: `#/schemas/${one.text}`}));
  if (what === 'setting') return settingsOf(connector).map((one) => ({...one, text: `connection:${one.text}`}));
  const found = (sections[what] ?? []).flatMap((section) => members(connector, section, what));
  return what === 'type table' ? [{text: 'dotnet'}, ...found] : found;
}

function settingsOf(connector: Source): Candidate[] {
  const variants = valueAt(connector, '/connection/variants');
  const holders = [
    '/connection',
    ...(isObject(variants) ? Object.keys(variants) : []).map((key) => `/connection/variants/${key}`),
  ];
  return holders.flatMap((holder) => members(connector, `${holder}/config/properties`, 'setting'));
}

function members(source: Source, section: string, what: What): Candidate[] {
  const map = valueAt(source, section);
  if (!isObject(map)) return [];
  return Object.keys(map).map((text) => {
    const pointer = `${section}/${escapePointer(text)}`;
    const found = nodeOf(source, pointer);
    return {text, words: declarationWords(what, {source, pointer, ...(found && {found})})};
  });
}

/** Parts of a connector that evidence may be about. */
function places(source: Source): Candidate[] {
  return ['operations', 'lookups', 'actions', 'jobs', 'events', 'feeds', 'http'].flatMap((section) => {
    const map = valueAt(source, `/${section}`);
    return isObject(map) ? Object.keys(map).map((key) => ({text: `/${section}/${escapePointer(key)}`})) : [];
  });
}

function filesFor({file, kind}: Source, pointer: string): Candidate[] {
  const dir = dirname(file);
  const below = (folder: string): Candidate[] =>
    listFiles(join(dir, folder), '*.json').map((name) => ({
      text: relative(dir, join(dir, folder, name)).replaceAll('\\', '/'),
    }));
  if (kind === 'connector')
    return pointer.endsWith('$ref') ? below('schemas').map(({text}) => ({text: `./${text}`})) : below('samples');
  return below(pointer === '/cassette' ? '../cassettes' : '../samples');
}

/** Names of members that a key may have: inputs of an action, settings, secrets, feeds, budgets, operations of a simulation. */
export function completeKeyNames({source, pointer, files}: Omit<NamePlace, 'range'>): Candidate[] {
  const library = files.libraryOf(source.file);
  return rulesFor(source.kind, `${pointer}/x`, true)
    .flatMap(({what, declares}): Candidate[] => {
      if (declares) return [];
      if (what === 'collection') return members(source, '/collections', what);
      const file = connectorFileOf(source, pointer, library);
      const connector = file === undefined ? undefined : files.source(file);
      if (!connector) return [];
      if (what === 'setting') return settingsOf(connector);
      if (what === 'secret')
        return ['/connection', ...variantsOf(connector)].flatMap((holder) =>
          members(connector, `${holder}/secrets`, what),
        );
      if (what === 'input') {
        const action = valueAt(source, pointer.replace(/\/input.*$/, '/action'));
        return typeof action === 'string'
          ? members(connector, `/actions/${escapePointer(action)}/input/properties`, what)
          : [];
      }
      return (sections[what] ?? []).flatMap((section) => members(connector, section, what));
    })
    .filter(({text}) => own(valueAt(source, pointer), text) === undefined);
}

function variantsOf(connector: Source): string[] {
  const variants = valueAt(connector, '/connection/variants');
  return isObject(variants) ? Object.keys(variants).map((key) => `/connection/variants/${escapePointer(key)}`) : [];
}
