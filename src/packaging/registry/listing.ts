/** What a registry says about one package, read from its package document. Must never believe a digest other than sha512. */
import {maxSatisfying, prerelease, rcompare, valid, validRange} from 'semver';
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';

export interface Release {
  readonly version: string;
  /** Path and query of the archive; its host does not count. */
  readonly archivePath: string;
  /** sha512, as the lock writes it; absent when the registry states none. */
  readonly integrity?: string;
  /** Milliseconds since 1970; absent when the registry does not say. */
  readonly publishedAt?: number;
  /** What the registry says; not proved by anything. */
  readonly publisher?: string;
  readonly deprecated?: string;
}

export interface Listing {
  readonly name: string;
  readonly summary: string;
  readonly keywords: readonly string[];
  readonly releases: ReadonlyMap<string, Release>;
  readonly tags: ReadonlyMap<string, string>;
}

/** Undefined when it is no document of this package. */
export function readListing(document: JsonObject, name: string): Listing | undefined {
  const versions = own(document, 'versions');
  if (own(document, 'name') !== name || !isObject(versions)) return undefined;
  const times = own(document, 'time');
  const releases = Object.entries(versions).flatMap(([version, manifest]): [string, Release][] => {
    const release = readRelease(version, manifest, own(times, version));
    return release ? [[version, release]] : [];
  });
  const tags = Object.entries(asObject(own(document, 'dist-tags'))).filter(
    (tag): tag is [string, string] => typeof tag[1] === 'string',
  );
  const latest = own(versions, tags.find(([tag]) => tag === 'latest')?.[1] ?? '');
  return {
    name,
    summary: textOf(own(latest, 'description')) ?? textOf(own(document, 'description')) ?? '',
    keywords: textsOf(own(latest, 'keywords')),
    releases: new Map(releases),
    tags: new Map(tags),
  };
}

function readRelease(version: string, manifest: Json, time: Json | undefined): Release | undefined {
  const dist = own(manifest, 'dist');
  const archive = URL.parse(textOf(own(dist, 'tarball')) ?? '');
  if (valid(version) !== version || !archive) return undefined;
  const integrity = textOf(own(dist, 'integrity'))
    ?.split(/\s+/)
    .find((one) => /^sha512-[A-Za-z0-9+/]{86}==$/.test(one));
  const publishedAt = Date.parse(textOf(time) ?? '');
  const publisher = textOf(own(own(manifest, '_npmUser'), 'name'));
  const deprecated = textOf(own(manifest, 'deprecated'));
  return {
    ...{version, archivePath: `${archive.pathname}${archive.search}`},
    ...(integrity !== undefined && {integrity}),
    ...(!Number.isNaN(publishedAt) && {publishedAt}),
    ...(publisher !== undefined && {publisher}),
    ...(deprecated !== undefined && deprecated !== '' && {deprecated}),
  };
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** What is wanted of a package: an exact version, a tag, a range. */
export type Wanted =
  | {readonly kind: 'version'; readonly version: string}
  | {readonly kind: 'tag'; readonly tag: string}
  | {readonly kind: 'range'; readonly range: string};

/** Undefined for a text that is none of them. */
export function readWanted(text: string): Wanted | undefined {
  const version = valid(text);
  if (version !== null && version === text) return {kind: 'version', version};
  if (text !== '' && validRange(text) !== null) return {kind: 'range', range: text};
  return /^[a-z][a-z0-9._-]{0,50}$/i.test(text) ? {kind: 'tag', tag: text} : undefined;
}

export interface Choice {
  readonly release?: Release;
  /** Versions that would have been taken if they were not so new, latest first. */
  readonly tooNew: readonly Release[];
}

/**
 * The release to take. With `before`, a moment, nothing is chosen by range or tag that was published later, or that the registry
 * gives no time for; an exact version is what the operator wrote.
 */
export function chooseRelease({releases, tags}: Listing, wanted: Wanted, before?: number): Choice {
  if (wanted.kind === 'version') return choice(releases.get(wanted.version), []);
  const isOld = ({publishedAt}: Release): boolean => before === undefined || (publishedAt ?? Infinity) <= before;
  if (wanted.kind === 'tag') {
    const release = releases.get(tags.get(wanted.tag) ?? '');
    return release && !isOld(release) ? {tooNew: [release]} : choice(release, []);
  }
  const fitting = [...releases.values()].filter(({version}) => maxSatisfying([version], wanted.range) !== null);
  const latest = releases.get(tags.get('latest') ?? '');
  const best = (among: readonly Release[]): Release | undefined =>
    latest && among.includes(latest)
      ? latest
      : [...among].sort((a, b) => rank(a) - rank(b) || rcompare(a.version, b.version))[0];
  const old = fitting.filter(isOld);
  const chosen = best(old);
  const tooNew = fitting
    .filter((release) => !old.includes(release) && prerelease(release.version) === null)
    .filter((release) => !chosen || rcompare(release.version, chosen.version) < 0)
    .sort((a, b) => rcompare(a.version, b.version));
  return choice(chosen, tooNew);
}

/** What its publisher warns of, or has not finished, comes last. */
function rank({version, deprecated}: Release): number {
  return (prerelease(version) === null ? 0 : 2) + (deprecated === undefined ? 0 : 1);
}

function choice(release: Release | undefined, tooNew: readonly Release[]): Choice {
  return release ? {release, tooNew} : {tooNew};
}
