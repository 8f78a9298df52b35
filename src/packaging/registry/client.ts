/** An npm registry as the marketplace's transport: listings, archives, search, publishing. Must never run, extract or cache what it fetches. */
import {publish} from 'libnpmpublish';
import {fail} from '../../errors/jobwire-error.ts';
import {isObject, type Json, own} from '../../values/json.ts';
import {integrityOf} from '../pack.ts';
import {ask, askJson, clientOptions, faultOf} from './exchange.ts';
import {openGate} from './gate.ts';
import {type Listing, type Release, readListing} from './listing.ts';
import type {Registry} from './registries.ts';

const mebibyte = 1024 * 1024;
/** A listing of hundreds of versions; what an archive may be at most, and a little. */
const limits = {json: 8 * mebibyte, archive: 6 * mebibyte};
const times = {json: 30_000, archive: 60_000, publish: 120_000};

export const packageKeyword = 'jobwire-package';

/** Undefined when the registry does not have it. Errors: JW6020, JW6022. */
export async function fetchListing(registry: Registry, name: string): Promise<Listing | undefined> {
  const path = escaped(name);
  const document = await askJson({registry, path, maxBytes: limits.json, timeoutMs: times.json});
  if (document === undefined) return undefined;
  const listing = readListing(document, name);
  if (listing) return listing;
  throw fail('JW6020', {registry: registry.url, problem: `the answer to GET ${path} is no document of ${name}`});
}

/**
 * The bytes of an archive, exactly as the listing says they are (JW6002 otherwise). They come from the registry itself, whatever host
 * its listing names.
 */
export async function fetchArchive(registry: Registry, name: string, release: Release): Promise<Uint8Array> {
  const what = `${name} ${release.version}`;
  if (release.integrity === undefined)
    throw fail(
      'JW6002',
      {problem: `${registry.url} states no sha512 of ${what}`},
      {hint: 'ask its publisher to publish it with jobwire publish'},
    );
  const path = archivePath(registry, release);
  const request = {registry, path, maxBytes: limits.archive, timeoutMs: times.archive};
  const bytes = await ask({...request, accept: 'application/octet-stream, */*'});
  if (bytes === undefined)
    throw fail('JW6021', {package: what, registry: registry.url, problem: 'it is listed, its archive is gone'});
  if (integrityOf(bytes) !== release.integrity)
    throw fail('JW6002', {problem: `the archive of ${what} from ${registry.url} is not the one its listing describes`});
  return bytes;
}

/** Registries behind a proxy name themselves by other addresses, with or without the path they stand under. */
function archivePath({url}: Registry, {archivePath: path}: Release): string {
  const base = new URL(url).pathname;
  return path.startsWith(base) ? path.slice(base.length) : path.replace(/^\/+/, '');
}

function escaped(name: string): string {
  return name.replace('/', '%2f');
}

export interface Found {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly publisher: string;
  /** ISO time; empty when the registry does not say. */
  readonly date: string;
}

/**
 * Jobwire packages by words, in the registry's order. Registries differ: those of npm's make filter by keyword and look at texts,
 * smaller ones take every word for a text to look for. So both are asked, and the keyword is looked at here.
 */
export async function searchPackages(registry: Registry, words: readonly string[], limit: number): Promise<Found[]> {
  const byKeyword = await searchText(registry, [`keywords:${packageKeyword}`, ...words].join(' '));
  const byText = searchText(registry, words.join(' '));
  const others = byKeyword.length > 0 ? await byText.catch(() => []) : await byText;
  return [...new Map([...byKeyword, ...others].map((one) => [one.name, one])).values()].slice(0, limit);
}

async function searchText(registry: Registry, text: string): Promise<Found[]> {
  const [path, query] = ['-/v1/search', {text, size: '250', from: '0'}];
  const answer = await askJson({registry, path, query, maxBytes: limits.json, timeoutMs: times.json});
  const objects = own(answer, 'objects');
  if (Array.isArray(objects)) return objects.flatMap(readFound);
  throw fail('JW6020', {registry: registry.url, problem: 'it has no search as npm registries have'});
}

function readFound(value: Json): Found[] {
  const entry = own(value, 'package');
  const [name, keywords] = [own(entry, 'name'), own(entry, 'keywords')];
  const version = own(entry, 'version') ?? own(own(entry, 'dist-tags'), 'latest');
  if (typeof name !== 'string' || typeof version !== 'string') return [];
  if (!Array.isArray(keywords) || !keywords.includes(packageKeyword)) return [];
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
  const people = [own(own(entry, 'publisher'), 'username'), own(own(entry, 'author'), 'name'), own(entry, 'author')];
  return [
    {
      ...{name, version, summary: text(own(entry, 'description'))},
      publisher: people.map(text).find((person) => person !== '') ?? '',
      date: text(own(entry, 'date')) || text(own(own(entry, 'time'), 'modified')),
    },
  ];
}

export interface Publication {
  /** Content of package.json in the archive. */
  readonly npmManifest: object;
  readonly archive: Uint8Array;
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  /** Whether everybody may read it; registries that have no such thing ignore it. */
  readonly access: 'public' | 'restricted';
}

/** The archive as it is, under a tag. Errors: JW6020, JW6022, JW6023. */
export async function publishArchive(registry: Registry, publication: Publication): Promise<void> {
  const {npmManifest, archive, name, version, tag, access} = publication;
  if (!isObject(npmManifest)) throw fail('JW6001', {path: 'package.json', problem: 'it is no object'});
  const {origin, hostname} = new URL(registry.url);
  const gate = openGate({origin, trustedHost: hostname, maxBytes: limits.json});
  const signal = AbortSignal.timeout(times.publish);
  const options = {...clientOptions(registry, gate), signal, access, defaultTag: tag};
  try {
    await publish({...npmManifest}, Buffer.from(archive), options);
  } catch (error) {
    if (isTaken(error)) throw fail('JW6023', {package: name, version, registry: registry.url}, {cause: error});
    const request = `PUT ${escaped(name)}`;
    throw (
      faultOf(error, {registry, request, stop: gate.stopped(), timeoutMs: times.publish}) ??
      fail('JW6020', {registry: registry.url, problem: `it does not take ${name}: it answers 404`}, {cause: error})
    );
  }
}

/** A conflict; or, as the registry of npm says it, forbidden. */
function isTaken(error: unknown): boolean {
  const {statusCode, body} = error as {readonly statusCode?: number; readonly body?: unknown};
  const said = own(body, 'error');
  return statusCode === 409 || (statusCode === 403 && typeof said === 'string' && /previously published/i.test(said));
}
