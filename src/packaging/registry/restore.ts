/** Brings the packages of a project to what its lock says. Must never install other bytes, nor change the lock. */
import {resolve} from 'node:path';
import {asJobwireError, fail, type Issue} from '../../errors/jobwire-error.ts';
import {isError} from '../../manifest/issues.ts';
import {readArchive} from '../archive.ts';
import type {PackageFiles} from '../files.ts';
import {type Installed, installedPackages} from '../installed.ts';
import {type LockEntry, lockFile} from '../lock.ts';
import {integrityOf} from '../pack.ts';
import {verifyPackage} from '../verify.ts';
import {fetchArchive, fetchListing} from './client.ts';
import {holding} from './commit.ts';
import type {Desk} from './desk.ts';
import {keepArchive, readKept} from './keep.ts';
import {archiveAt} from './offer.ts';
import {displacePackage, placePackage} from './place-package.ts';
import {registryOf} from './registries.ts';

export interface Restored {
  readonly id: string;
  readonly version: string;
  readonly outcome: 'kept' | 'restored' | 'removed' | 'failed';
  /** Why it failed. */
  readonly problem?: Issue;
}

/** Every package by itself: one that cannot be had does not keep the others away. */
export async function restorePackages(desk: Desk): Promise<Restored[]> {
  return holding(desk, async (held) => {
    const restored: Restored[] = [];
    for (const installed of installedPackages(desk.project, desk.clock.now())) {
      const one = await restoreOne(installed, desk, held.check);
      restored.push(one);
    }
    return restored;
  });
}

async function restoreOne(
  {name: id, version, lockEntry, verdict}: Installed,
  desk: Desk,
  check: () => void,
): Promise<Restored> {
  if (!lockEntry) {
    check();
    displacePackage(desk.project, id);
    return {id, version, outcome: 'removed'};
  }
  if (!verdict.problems.some(isError)) return {id, version, outcome: 'kept'};
  try {
    const files = await lockedFiles(id, lockEntry, desk);
    check();
    placePackage(desk.project, id, files);
    return {id, version, outcome: 'restored'};
  } catch (error) {
    return {id, version, outcome: 'failed', problem: asJobwireError(error).issue()};
  }
}

/** JW6002 when what is there is not what was locked, JW6020 when nothing can be had. */
async function lockedFiles(id: string, entry: LockEntry, desk: Desk): Promise<PackageFiles> {
  const archive = readKept(desk.keep, entry.integrity) ?? (await fetchLocked(id, entry, desk));
  if (integrityOf(archive) !== entry.integrity)
    throw fail(
      'JW6002',
      {problem: `${entry.source} now has other bytes for ${id} ${entry.version} than ${lockFile} names`},
      {hint: 'a published version never changes: ask its publisher what happened'},
    );
  const files = await readArchive(archive);
  const {problems} = verifyPackage(files, {trust: desk.trust, now: desk.clock.now(), lockEntry: entry});
  const problem = problems.find(isError);
  if (problem) throw fail('JW6002', {problem: problem.detail}, {hint: problem.hint});
  keepArchive(desk.keep, archive);
  return files;
}

async function fetchLocked(id: string, {source, version}: LockEntry, desk: Desk): Promise<Uint8Array> {
  const url = registryOf(source);
  if (url === undefined) return localArchive(resolve(desk.project, source.replace(/^file:/, '')));
  const registry = desk.registries.at(url);
  const release = (await fetchListing(registry, id))?.releases.get(version);
  if (release) return fetchArchive(registry, id, release);
  throw fail(
    'JW6021',
    {package: `${id} ${version}`, registry: url, problem: 'the lock names it; it was unpublished'},
    {hint: `look at the package and install another version: jobwire install ${id}`},
  );
}

function localArchive(path: string): Uint8Array {
  return archiveAt(path.endsWith('.tgz') ? 'file' : 'folder', path);
}
