/** Makes entries of what sources hold: one per package, one per connector of a folder. Must never show two things under one name. */
import {rcompare} from 'semver';
import {fail} from '../../errors/jobwire-error.ts';
import type {Package} from '../../generated/types.ts';
import type {ConnectorFacts, Entry, Role, Shelf, TemplateFacts} from './entry.ts';
import {type Icon, iconFrom} from './icon.ts';
import {connectorsOf, templatesOf, textOf} from './read-shelf.ts';

/** In the order of their titles. Errors: those of a bad file, and JW7101 for one name from two places. */
export function entriesOf(shelves: readonly Shelf[]): Entry[] {
  const entries = shelves.flatMap((shelf) =>
    shelf.package ? [packageEntry(shelf, shelf.package)] : folderEntries(shelf),
  );
  const byId = Map.groupBy(entries, ({id}) => id);
  return [...byId.values()].map(oneEntry).sort(byTitle);
}

/** Several versions of a package are one entry, which shows the newest. */
function oneEntry(entries: readonly Entry[]): Entry {
  const [newest, ...older] = [...entries].sort((a, b) => rcompare(a.version, b.version));
  if (!newest) throw fail('JW9001', {problem: 'no entry'});
  const twin = older.find(({version, package: described}) => !described || version === newest.version);
  if (twin)
    throw fail('JW7101', {
      problem: `${newest.id} ${newest.version} comes from two sources: ${newest.origin.place} and ${twin.origin.place}`,
    });
  if (older.length === 0) return newest;
  const known = [newest, ...older].flatMap(({version, origin}) => origin.releases ?? [{version}]);
  const releases = [...new Map(known.map((release) => [release.version, release])).values()].sort((a, b) =>
    rcompare(a.version, b.version),
  );
  return {...newest, origin: {...newest.origin, releases}};
}

function byTitle(a: Entry, b: Entry): number {
  const key = ({title, id}: Entry): string => `${title.toLowerCase()}\n${id}`;
  return key(a) < key(b) ? -1 : 1;
}

function folderEntries(shelf: Shelf): Entry[] {
  const {files, origin} = shelf;
  return connectorsOf(files, origin.place).map((facts): Entry => {
    const {id, title, summary = '', version, listing} = facts.manifest;
    const changelog = textOf(files, `connectors/${id}/CHANGELOG.md`);
    return {
      id,
      page: `connectors/${id}.html`,
      title,
      summary,
      version,
      categories: [...(listing?.categories ?? [])].sort(),
      roles: rolesOf([facts]),
      origin,
      publisher: {name: origin.state === 'built-in' ? 'Jobwire' : 'not stated'},
      license: listing?.license ?? 'not stated',
      ...(listing?.homepage !== undefined && {homepage: listing.homepage}),
      ...(listing?.support !== undefined && {support: listing.support}),
      icon: iconOf(shelf, [`connectors/${id}/icon.svg`], title),
      ...(facts.readme !== undefined && {readme: facts.readme}),
      ...(changelog !== undefined && {changelog}),
      connectors: [facts],
      templates: [],
    };
  });
}

function packageEntry(shelf: Shelf, described: Package): Entry {
  const {files, origin} = shelf;
  const {id, title, summary = '', version, license, author, contents} = described;
  const held = (list: readonly string[] | undefined) => (unit: {manifest: {id: string}}) =>
    list?.includes(unit.manifest.id) === true;
  const connectors = connectorsOf(files, origin.place).filter(held(contents.connectors));
  const templates = templatesOf(files, origin.place, id).filter(held(contents.templates));
  const [scope = '', name = ''] = id.replace(/^@/, '').split('/');
  const readme = textOf(files, 'README.md');
  const changelog = textOf(files, 'CHANGELOG.md');
  const [only] = connectors;
  return {
    id,
    page: `packages/${scope}/${name}.html`,
    title,
    summary: summary || only?.manifest.summary || '',
    version,
    categories: [...new Set(connectors.flatMap(({manifest}) => manifest.listing?.categories ?? []))].sort(),
    roles: rolesOf(connectors),
    origin,
    package: described,
    publisher: author,
    license,
    ...listed(connectors, 'homepage'),
    ...listed(connectors, 'support'),
    icon: iconOf(shelf, ['icon.svg', ...connectors.map((unit) => `connectors/${unit.manifest.id}/icon.svg`)], title),
    ...(readme !== undefined && {readme}),
    ...(changelog !== undefined && {changelog}),
    connectors,
    templates,
  };
}

/** A link is the package's when one connector says it. */
function listed(
  connectors: readonly ConnectorFacts[],
  key: 'homepage' | 'support',
): {readonly [K in typeof key]?: string} {
  const [link, ...more] = [...new Set(connectors.flatMap(({manifest}) => manifest.listing?.[key] ?? []))];
  return link !== undefined && more.length === 0 ? {[key]: link} : {};
}

function rolesOf(connectors: readonly ConnectorFacts[]): Role[] {
  const has = (part: 'events' | 'jobs' | 'actions'): boolean =>
    connectors.some(({manifest}) => Object.keys(manifest[part] ?? {}).length > 0);
  return [
    ...(has('events') ? ['source' as const] : []),
    ...(has('jobs') || (has('actions') && !has('events')) ? ['target' as const] : []),
  ];
}

function iconOf({files}: Shelf, paths: readonly string[], title: string): Icon {
  return iconFrom(
    paths.map((path) => textOf(files, path)).find((text) => text !== undefined),
    title,
  );
}

/** Templates that use one of the connectors, as source or as target, of whatever place. */
export function templatesFor(entry: Entry, all: readonly TemplateFacts[]): TemplateFacts[] {
  const ids = new Set(entry.connectors.map(({manifest}) => manifest.id));
  const own = new Set(entry.templates);
  return all.filter((template) => own.has(template) || connectorsUsed(template).some((id) => ids.has(id)));
}

export function connectorsUsed({manifest}: TemplateFacts): string[] {
  const targets = [manifest.do].flat();
  const references = [
    ...('connector' in manifest.on ? [manifest.on.connector] : []),
    ...targets.flatMap(({connector, onComplete = []}) => [connector, ...onComplete.map((follow) => follow.connector)]),
  ];
  return [...new Set(references.map((reference) => reference.split('@')[0] ?? reference))];
}
