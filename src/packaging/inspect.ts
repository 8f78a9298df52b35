/** What `jobwire verify` tells of installed packages and of archives. Must never change, extract or install anything. */
import {readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {asJobwireError, fail, type Issue, nearest} from '../errors/jobwire-error.ts';
import {isError} from '../manifest/issues.ts';
import {readArchive} from './archive.ts';
import {withoutClashes} from './clashes.ts';
import type {PackageFiles} from './files.ts';
import {installedPackages} from './installed.ts';
import {type LockEntry, lockEntryOf, lockFile, readLock} from './lock.ts';
import {integrityOf} from './pack.ts';
import {untrusted} from './problem.ts';
import {verifyProvenance} from './provenance.ts';
import {readTrust} from './trust.ts';
import {type Signer, type State, type Verdict, verifyPackage} from './verify.ts';

export interface Inspected {
  readonly name: string;
  readonly version: string;
  /** Where it is: `installed`, or the path of an archive. */
  readonly place: string;
  readonly state: State;
  readonly signer?: Signer;
  /** Since it was signed, in milliseconds; absent for what is not signed. */
  readonly age?: number;
  /** Who built the archive, where a provenance bundle was looked at. */
  readonly publisher?: {readonly issuer: string; readonly subject: string; readonly revision?: string};
  readonly problems: readonly Issue[];
}

export interface Inspection {
  readonly project: string;
  /** Folder of Jobwire with its connectors/. */
  readonly shipped: string;
  readonly now: number;
}

/** All of them, or the named ones. JW7102 for a name that neither lock nor folder has. */
export function inspectInstalled({project, shipped, now}: Inspection, names: readonly string[] = []): Inspected[] {
  const all = withoutClashes(installedPackages(project, now), new Set(readdirSync(join(shipped, 'connectors'))));
  for (const name of names)
    if (!all.some((one) => one.name === name)) {
      const suggestions = nearest(
        name,
        all.map((one) => one.name),
      );
      throw fail(
        'JW7102',
        {what: 'installed package', id: name},
        {suggestions, hint: 'an archive is named by its path: ./name.tgz'},
      );
    }
  return all
    .filter(({name}) => names.length === 0 || names.includes(name))
    .map(({name, version, verdict: {state, signer, problems}}) => ({
      ...{name, version, place: 'installed', state, problems},
      ...(signer && {signer, age: ageOf(signer, now)}),
    }));
}

export interface Archive {
  readonly path: string;
  /** A sigstore bundle and whom to believe about it. */
  readonly provenance?: {readonly bundle: string; readonly trustedRoot: string} | undefined;
}

/** JW7101 when there is no such file. What is wrong inside is told as problems. */
export async function inspectArchive({path, provenance}: Archive, {project, now}: Inspection): Promise<Inspected> {
  const bytes = readGiven(path);
  const files = await readArchive(bytes).catch((error: unknown) => asJobwireError(error));
  if (!(files instanceof Map)) return broken(path, asJobwireError(files).issue());
  const {verdict, entry} = judge(files, {project, now});
  const {state, signer, manifest} = verdict;
  const {id = basename(path), version = ''} = manifest ?? {};
  const found = provenance && (await identityOf(bytes, provenance));
  const problems = [...verdict.problems, ...(found && 'problem' in found ? [found.problem] : [])];
  if (entry && entry.integrity !== integrityOf(bytes))
    problems.push(
      untrusted(`${path} is not the archive of ${id} ${version} that ${lockFile} names`, 'ask where it comes from'),
    );
  return {
    ...{name: id, version, place: path, state, problems},
    ...(signer && {signer, age: ageOf(signer, now)}),
    ...(found && 'publisher' in found && {publisher: found.publisher}),
  };
}

/** What the project says of a package: by the keys it trusts and, where its lock names this version, by the lock. */
export function judge(
  files: PackageFiles,
  {project, now}: Pick<Inspection, 'project' | 'now'>,
): {readonly verdict: Verdict; readonly entry?: LockEntry} {
  const context = {trust: readTrust(project), now};
  const first = verifyPackage(files, context);
  const {manifest} = first;
  const entry = manifest && lockEntryOf(readLock(project), manifest.id);
  if (!entry || entry.version !== manifest.version) return {verdict: first};
  return {verdict: verifyPackage(files, {...context, lockEntry: entry}), entry};
}

/** Whether anything of it must not be used. */
export function isRefused({problems}: Inspected): boolean {
  return problems.some(isError);
}

async function identityOf(
  bytes: Uint8Array,
  {bundle, trustedRoot}: NonNullable<Archive['provenance']>,
): Promise<{publisher: NonNullable<Inspected['publisher']>} | {problem: Issue}> {
  try {
    const found = await verifyProvenance(readGiven(bundle), {archive: bytes, trustedRoot: readGiven(trustedRoot)});
    return {publisher: found};
  } catch (error) {
    return {problem: asJobwireError(error).issue()};
  }
}

function readGiven(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail('JW7101', {problem: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`}, {cause: error});
  }
}

function broken(path: string, problem: Issue): Inspected {
  return {name: basename(path), version: '', place: path, state: 'modified', problems: [problem]};
}

function ageOf({signedAt}: Signer, now: number): number {
  return Math.max(0, now - Date.parse(signedAt));
}
