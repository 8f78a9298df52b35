/** The installed packages of a project, each verified against lock and trust whenever it is read. Must never load what is refused. */
import {type Dirent, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {asJobwireError, fail, type Issue} from '../errors/jobwire-error.ts';
import type {Package} from '../generated/types.ts';
import {isError} from '../manifest/issues.ts';
import type {PackageRoot} from '../manifest/library.ts';
import {withoutClashes} from './clashes.ts';
import {manifestFile} from './files.ts';
import {readInstalledFiles} from './installed-files.ts';
import {type Lock, type LockEntry, lockEntryOf, lockFile, readLock} from './lock.ts';
import {describeWidening, widened} from './permissions.ts';
import {untrusted} from './problem.ts';
import {requireRuntime} from './runtime-version.ts';
import {readTrust, type Trust} from './trust.ts';
import {type Verdict, verifyPackage} from './verify.ts';

export interface Installed {
  /** `@scope/name` */
  readonly name: string;
  /** What the lock says, else what the package says; empty when neither says one. */
  readonly version: string;
  readonly dir: string;
  /** Absent when there is no readable one. */
  readonly manifest?: Package;
  readonly lockEntry?: LockEntry;
  /** With what is wrong beyond the files as well: not locked, not consented to, too new. Without problems it may be loaded. */
  readonly verdict: Verdict;
  /** Ids of the connectors it brings, or would. */
  readonly connectors: readonly string[];
  readonly templates: readonly string[];
}

export function packagesFolder(projectDir: string): string {
  return join(projectDir, '.jobwire', 'packages');
}

/** By name; those that the lock names and that are not there as well. Errors: a lock or trust file that cannot be read. */
export function installedPackages(projectDir: string, now: number): Installed[] {
  const present = listPackages(packagesFolder(projectDir));
  const lock = readLock(projectDir);
  const names = new Set([...present.keys(), ...Object.keys(lock.packages)]);
  if (names.size === 0) return [];
  const look: Look = {lock, trust: readTrust(projectDir), now, folder: packagesFolder(projectDir)};
  return [...names]
    .sort()
    .map((name) => readInstalled(name, {...look, link: present.get(name)?.isSymbolicLink() ?? false}));
}

/** For `loadLibrary`: what is refused comes with the reasons instead of connectors. Never throws for a bad file. */
export function packageRoots(
  projectDir: string,
  {shipped, now}: {readonly shipped: string; readonly now: number},
): PackageRoot[] {
  try {
    const installed = installedPackages(projectDir, now);
    if (installed.length === 0) return [];
    const taken = new Set(readdirSync(join(shipped, 'connectors')));
    return withoutClashes(installed, taken).map(({dir, connectors, verdict: {problems}}) => {
      const refused = problems.filter(isError);
      return {root: dir, connectors, ...(refused.length > 0 && {refused})};
    });
  } catch (error) {
    return [{root: packagesFolder(projectDir), connectors: [], refused: [asJobwireError(error).issue()]}];
  }
}

interface Look {
  readonly lock: Lock;
  readonly trust: Trust;
  readonly now: number;
  readonly folder: string;
  readonly link?: boolean;
}

function readInstalled(name: string, {lock, trust, now, folder, link}: Look): Installed {
  const dir = join(folder, ...name.split('/'));
  const lockEntry = lockEntryOf(lock, name);
  const verdict = link ? linked(dir) : verifyFolder(dir, {trust, lockEntry, now});
  const {manifest} = verdict;
  const problems = [...verdict.problems, ...(manifest ? beyondFiles(name, manifest, lockEntry) : [])];
  return {
    name,
    version: lockEntry?.version ?? manifest?.version ?? '',
    dir,
    ...(manifest && {manifest}),
    ...(lockEntry && {lockEntry}),
    verdict: {...verdict, problems},
    connectors: unitsOf(dir, 'connectors', manifest?.contents.connectors),
    templates: unitsOf(dir, 'templates', manifest?.contents.templates),
  };
}

function verifyFolder(dir: string, context: Parameters<typeof verifyPackage>[1]): Verdict {
  const {files, problems} = readInstalledFiles(dir);
  if (files.size === 0 && problems.length === 0)
    return {state: 'modified', problems: [untrusted(`${lockFile} names what is not in ${dir}`, 'jobwire install')]};
  const verdict = verifyPackage(files, {...context, dir});
  if (problems.length === 0) return verdict;
  return {...verdict, state: 'modified', problems: [...problems, ...verdict.problems]};
}

function linked(dir: string): Verdict {
  return {
    state: 'modified',
    problems: [untrusted(`${dir} is a link; a package is a folder`, 'remove it, then: jobwire install')],
  };
}

/** What sound files do not say: that somebody wanted them, here, and with these permissions. */
function beyondFiles(name: string, {id, permissions = {}, requires}: Package, entry: LockEntry | undefined): Issue[] {
  const problems: Issue[] = [];
  if (id !== name)
    problems.push(untrusted(`${manifestFile} in the folder of ${name} is that of ${id}`, 'jobwire install'));
  if (!entry)
    problems.push(untrusted(`${name} is not in ${lockFile}`, `jobwire install ${name}, or remove its folder`));
  const more = entry ? widened(entry.permissions, permissions) : [];
  if (more.length > 0)
    problems.push(
      fail(
        'JW6004',
        {problem: `${name} may do more than ${lockFile} says was accepted: ${more.map(describeWidening).join('; ')}`},
        {hint: `look at what it asks for and accept it: jobwire install ${name}`},
      ).issue(),
    );
  try {
    requireRuntime(requires?.runtime);
  } catch (error) {
    const issue = asJobwireError(error).issue();
    problems.push({...issue, detail: `${name} ${issue.detail}`});
  }
  return problems;
}

/** Both what the folder has and what the manifest says: one of them may have been tampered with. */
function unitsOf(dir: string, group: 'connectors' | 'templates', named: readonly string[] = []): string[] {
  const folders = entriesOf(join(dir, group)).map((entry) => entry.name);
  return [...new Set([...named, ...folders])].sort();
}

/** `<folder>/@scope/name`. Names that begin with a dot are drafts of an installation under way. */
function listPackages(folder: string): Map<string, Dirent> {
  const found = new Map<string, Dirent>();
  for (const scope of entriesOf(folder).filter(({name}) => name.startsWith('@'))) {
    const inside = scope.isSymbolicLink() ? [] : entriesOf(join(folder, scope.name));
    for (const entry of inside.filter(({name}) => !name.startsWith('.')))
      found.set(`${scope.name}/${entry.name}`, entry);
  }
  return found;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, {withFileTypes: true});
  } catch {
    return [];
  }
}
