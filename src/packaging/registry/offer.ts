/** Fetches what could be installed and proves that it is sound. Must never write into the project. */
import {readFileSync, statSync} from 'node:fs';
import {relative} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import type {Package, Publisher} from '../../generated/types.ts';
import {readArchive} from '../archive.ts';
import type {PackageFiles} from '../files.ts';
import {integrityOf, packSource} from '../pack.ts';
import {readSource} from '../source.ts';
import type {Trust} from '../trust.ts';
import {type Verdict, verifyPackage} from '../verify.ts';
import {fetchArchive, fetchListing} from './client.ts';
import type {Desk} from './desk.ts';
import {keepArchive, readKept} from './keep.ts';
import {chooseRelease, type Listing, type Release, type Wanted} from './listing.ts';
import type {Registry} from './registries.ts';
import type {Spec} from './spec.ts';

export interface Offer {
  readonly id: string;
  readonly version: string;
  /** As the lock writes it. */
  readonly source: string;
  /** Which versions an update may take. */
  readonly range: string;
  readonly archive: Uint8Array;
  readonly integrity: string;
  readonly files: PackageFiles;
  readonly manifest: Package;
  /** Of the files themselves, without what the lock says. */
  readonly verdict: Verdict;
  /** What the registry says about it. */
  readonly release?: Release;
  /** Of a registry. */
  readonly listing?: Listing;
  /** Proved by its provenance. */
  readonly publisher?: Publisher;
}

/** Errors: JW6001, JW6002, JW6020 to JW6022, JW6024, and those of a package source. */
export async function fetchOffer(spec: Spec, desk: Desk): Promise<Offer> {
  if (spec.kind !== 'registry') return readOffer(spec, desk);
  const registry = desk.registries.of(spec.name);
  const listing = await requireListing(registry, spec.name);
  const wanted = spec.wanted ?? {kind: 'tag', tag: 'latest'};
  const {release} = chooseRelease(listing, wanted);
  if (!release) throw notThere(registry, listing, wanted);
  return fetchRelease({desk, registry, listing, release, range: rangeOf(wanted, release)});
}

/** JW6021 when the registry does not have the package. */
export async function requireListing(registry: Registry, name: string): Promise<Listing> {
  const listing = await fetchListing(registry, name);
  if (listing) return listing;
  throw fail('JW6021', {
    package: name,
    registry: registry.url,
    problem: 'it does not know the name, or does not show it',
  });
}

export function notThere(registry: Registry, {name, releases}: Listing, wanted: Wanted): Error {
  const said = 'version' in wanted ? wanted.version : 'tag' in wanted ? wanted.tag : wanted.range;
  const versions = [...releases.keys()].slice(-10);
  const problem = versions.length === 0 ? 'it has no version' : `it has ${versions.join(', ')}`;
  return fail('JW6021', {package: `${name}@${said}`, registry: registry.url, problem});
}

function rangeOf(wanted: Wanted, {version}: Release): string {
  if (wanted.kind === 'range') return wanted.range;
  return wanted.kind === 'version' ? version : `^${version.replace(/[-+].*$/, '')}`;
}

export interface ReleaseRequest {
  readonly desk: Desk;
  readonly registry: Registry;
  readonly listing: Listing;
  readonly release: Release;
  readonly range: string;
}

/** Its archive, from the registry or kept here, is the package that was asked for. */
export async function fetchRelease({desk, registry, listing, release, range}: ReleaseRequest): Promise<Offer> {
  const kept = release.integrity === undefined ? undefined : readKept(desk.keep, release.integrity);
  const archive = kept ?? (await fetchArchive(registry, listing.name, release));
  const offer = await openOffer(archive, {desk, range, source: `registry:${registry.url}`});
  if (offer.id !== listing.name || offer.version !== release.version)
    throw fail('JW6002', {
      problem: `${registry.url} offers ${offer.id} ${offer.version} as ${listing.name} ${release.version}`,
    });
  if (!kept) keepArchive(desk.keep, archive);
  return {...offer, release, listing};
}

async function readOffer({kind, path}: Exclude<Spec, {kind: 'registry'}>, desk: Desk): Promise<Offer> {
  const place = relative(desk.project, path).replaceAll('\\', '/');
  const archive = archiveAt(kind, path);
  return openOffer(archive, {desk, source: `file:${place === '' ? '.' : place}`});
}

const largest = 6 * 1024 * 1024;

/** The bytes of an archive file, or what a source packs to. JW6001, JW7101. */
export function archiveAt(kind: 'file' | 'folder', path: string): Uint8Array {
  if (kind === 'folder') return packSource(readSource(path)).archive;
  try {
    if (statSync(path).size > largest) throw fail('JW6001', {path, problem: `larger than ${largest} bytes`});
    return readFileSync(path);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw fail('JW7101', {problem: `${path} cannot be read: ${code}`}, {cause: error});
  }
}

interface Opening {
  readonly desk: Desk;
  readonly source: string;
  readonly range?: string;
}

/** Policy of archives first, then digests and signature. JW6001, JW6002. */
async function openOffer(archive: Uint8Array, {desk, source, range}: Opening): Promise<Offer> {
  const files = await readArchive(archive);
  const verdict = verifyPackage(files, {trust: desk.trust, now: desk.clock.now()});
  const {manifest} = verdict;
  if (!manifest) throw refusal(verdict);
  const {id, version} = manifest;
  const integrity = integrityOf(archive);
  return {id, version, source, range: range ?? version, archive, integrity, files, manifest, verdict};
}

function refusal({problems: [first]}: Verdict): Error {
  return fail('JW6002', {problem: first?.detail ?? 'the package has no manifest'}, first ? {hint: first.hint} : {});
}

/** The same offer, judged with another trust. */
export function withTrust(offer: Offer, trust: Trust, now: number): Offer {
  return {...offer, verdict: verifyPackage(offer.files, {trust, now})};
}
