/** Which newer versions of installed packages there are, and which of them may be taken now. Must never change the project. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {gt} from 'semver';
import {diff} from '../../authoring/diff.ts';
import {fail, nearest} from '../../errors/jobwire-error.ts';
import type {Library} from '../../manifest/library.ts';
import {satisfies} from '../../manifest/reference.ts';
import type {PackageFiles} from '../files.ts';
import {packagesFolder} from '../installed.ts';
import {type LockEntry, lockEntryOf} from '../lock.ts';
import type {Break} from './assess.ts';
import type {Desk} from './desk.ts';
import {chooseRelease, type Listing, type Release, type Wanted} from './listing.ts';
import {fetchRelease, notThere, type Offer, requireListing} from './offer.ts';
import {registryOf} from './registries.ts';
import {readSpec} from './spec.ts';
import {usersOf} from './users.ts';

export interface Plan {
  readonly id: string;
  readonly installed: string;
  /** The version to take; absent when there is none. */
  readonly offer?: Offer;
  /** In range, and younger than the cooldown. */
  readonly tooNew: readonly Release[];
  /** Newest of all, where the range does not admit it. */
  readonly beyond?: string;
  /** Not from a registry: there is nowhere to ask. */
  readonly local?: true;
}

/** `@scope/name` or `@scope/name@range` of what is installed; nothing stands for all. JW7102, JW7101. */
export function updateSpecs(texts: readonly string[], {lock}: Desk): {readonly id: string; readonly wanted?: Wanted}[] {
  if (texts.length === 0) return Object.keys(lock.packages).map((id) => ({id}));
  return texts.map((text) => {
    const spec = readSpec(text, '.');
    if (spec.kind !== 'registry') throw fail('JW7101', {problem: `${text}: an update names an installed package`});
    requireInstalled(spec.name, lock.packages);
    return {id: spec.name, ...(spec.wanted && {wanted: spec.wanted})};
  });
}

/** JW7102 */
export function requireInstalled(id: string, packages: Readonly<Record<string, LockEntry>>): LockEntry {
  const entry = Object.hasOwn(packages, id) ? packages[id] : undefined;
  if (entry) return entry;
  throw fail('JW7102', {what: 'installed package', id}, {suggestions: nearest(id, Object.keys(packages))});
}

/** `cooldownMs`: how long a version must have been there before it is taken without being named. */
export async function planUpdate(
  {id, wanted}: {readonly id: string; readonly wanted?: Wanted},
  desk: Desk,
  cooldownMs: number,
): Promise<Plan> {
  const entry = requireInstalled(id, desk.lock.packages);
  const {version: installed, source} = entry;
  if (registryOf(source) === undefined) return {id, installed, tooNew: [], local: true};
  const registry = desk.registries.of(id);
  const listing = await requireListing(registry, id);
  const asked = wanted ?? {kind: 'range', range: entry.range};
  const {release, tooNew} = chooseRelease(listing, asked, desk.clock.now() - cooldownMs);
  if (!release && tooNew.length === 0 && wanted) throw notThere(registry, listing, wanted);
  const newer = tooNew.filter(({version}) => gt(version, installed));
  const beyond = beyondRange(listing, release?.version ?? installed, newer);
  const plan = {id, installed, tooNew: newer, ...(beyond !== undefined && {beyond})};
  if (!release || !(wanted?.kind === 'version' ? release.version !== installed : gt(release.version, installed)))
    return plan;
  const range = wanted?.kind === 'range' ? wanted.range : rangeAfter(entry.range, wanted, release);
  return {...plan, offer: await fetchRelease({desk, registry, listing, release, range})};
}

function rangeAfter(range: string, wanted: Wanted | undefined, {version}: Release): string {
  if (!wanted) return range;
  return wanted.kind === 'version' ? version : `^${version.replace(/[-+].*$/, '')}`;
}

function beyondRange({releases, tags}: Listing, chosen: string, tooNew: readonly Release[]): string | undefined {
  const latest = tags.get('latest');
  if (latest === undefined || !releases.has(latest) || !gt(latest, chosen)) return undefined;
  return tooNew.some(({version}) => version === latest) ? undefined : latest;
}

/** What the new version breaks of the project, by connector. Empty where the old version cannot be read. */
export function breaksOf({id, files}: Offer, desk: Desk, library: Library): Break[] {
  if (!lockEntryOf(desk.lock, id)) return [];
  const before = join(packagesFolder(desk.project), ...id.split('/'));
  const after = mkdtempSync(join(tmpdir(), 'jobwire-update-'));
  try {
    unpack(files, after);
    return diff(before, after, library)
      .units.filter(({kind}) => kind === 'connector')
      .map(({id: connector, to, changes, broken}) => ({
        connector,
        changes: changes.filter(({level}) => level === 'major'),
        broken: [...broken, ...leftBehind(connector, to, library)],
      }))
      .filter(({changes, broken}) => changes.length + broken.length > 0);
  } catch {
    // Without a sound old version there is nothing to compare with; the new one is checked like any other.
    return [];
  } finally {
    rmSync(after, {recursive: true, force: true});
  }
}

/** Those whose range does not admit the new version: `jobwire check` will refuse them, whatever else changed. */
function leftBehind(connector: string, version: string, library: Library): Break['broken'] {
  return usersOf(new Set([connector]), library).flatMap(({kind, id, references}) => {
    const range = references.find((one) => one !== undefined && !satisfies(version, one));
    if (range === undefined) return [];
    const problem = `connector ${connector} will have version ${version}, ${range} is asked for`;
    return [{kind, id, issues: [fail('JW1017', {problem}).issue()], because: [], admitted: false}];
  });
}

function unpack(files: PackageFiles, folder: string): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), {recursive: true});
    writeFileSync(join(folder, path), bytes);
  }
}
