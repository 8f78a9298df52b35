/** Packages of a registry for a catalogue: the newest of each, verified here. What cannot be shown is left out and said, never guessed. */
import {rcompare} from 'semver';
import {asJobwireError, fail} from '../../errors/jobwire-error.ts';
import {readArchive} from '../archive.ts';
import {fetchArchive, fetchListing, searchPackages} from '../registry/client.ts';
import type {Listing, Release} from '../registry/listing.ts';
import type {Registry} from '../registry/registries.ts';
import {asError} from '../source.ts';
import type {Trust} from '../trust.ts';
import {verifyPackage} from '../verify.ts';
import {entriesOf} from './entries.ts';
import type {Shelf} from './entry.ts';
import {verifiedShelf} from './verified-shelf.ts';

export interface RegistryTools {
  readonly trust: Trust;
  readonly now: number;
  /** Hears of each package that is left out, and why. */
  readonly leftOut: (name: string, problem: string) => void;
}

/** Nobody reads more on one page. */
const most = 250;

/** Errors: JW6020 and JW6022 of the registry itself. */
export async function registryShelves(registry: Registry, tools: RegistryTools): Promise<Shelf[]> {
  const shelves: Shelf[] = [];
  for (const {name} of await searchPackages(registry, [], most))
    try {
      shelves.push(await shelfOf(registry, name, tools));
    } catch (error) {
      tools.leftOut(name, asJobwireError(error).message);
    }
  return shelves;
}

async function shelfOf(registry: Registry, name: string, {trust, now}: RegistryTools): Promise<Shelf> {
  const listing = await fetchListing(registry, name);
  const release = listing && newest(listing);
  if (!release) throw fail('JW6021', {package: name, registry: registry.url, problem: 'it has no version'});
  const files = await readArchive(await fetchArchive(registry, name, release));
  const verdict = verifyPackage(files, {trust, now});
  if (verdict.manifest && (verdict.manifest.id !== name || verdict.manifest.version !== release.version))
    throw fail('JW6002', {problem: `the archive of ${name} says ${verdict.manifest.id} ${verdict.manifest.version}`});
  if (!verdict.manifest) throw asError(verdict.problems[0]);
  const shelf = verifiedShelf(
    {files, verdict, place: `${registry.url}${name}`},
    {
      install: `jobwire install ${name}@${release.version}`,
      releases: releasesOf(listing),
      ...(release.integrity !== undefined && {integrity: release.integrity}),
    },
  );
  entriesOf([shelf]);
  return shelf;
}

function newest({releases, tags}: Listing): Release | undefined {
  const tagged = releases.get(tags.get('latest') ?? '');
  return tagged ?? [...releases.values()].sort((a, b) => rcompare(a.version, b.version))[0];
}

function releasesOf({releases}: Listing): {version: string; publishedAt?: string}[] {
  return [...releases.values()]
    .sort((a, b) => rcompare(a.version, b.version))
    .map(({version, publishedAt}) => ({
      version,
      ...(publishedAt !== undefined && {publishedAt: new Date(publishedAt).toISOString()}),
    }));
}
