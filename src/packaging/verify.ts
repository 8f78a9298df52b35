/** Whether the files of a package are what was published, signed and locked. Must never reach a network: what it needs is given to it. */
import {fail, type Issue} from '../errors/jobwire-error.ts';
import type {Package, PackageSignature, Publisher} from '../generated/types.ts';
import {loadForm} from '../manifest/load.ts';
import {semver} from '../manifest/reference.ts';
import {manifestFile, type PackageFiles, sha256, signatureFile} from './files.ts';
import {checkFiles} from './integrity.ts';
import {type LockEntry, lockFile} from './lock.ts';
import {untrusted} from './problem.ts';
import {readSignature, verifySignature} from './signature.ts';
import {acceptSignature, keyOf, type Trust} from './trust.ts';

export type State = 'signed' | 'unsigned' | 'modified' | 'invalid' | 'built-in';

export interface Signer {
  readonly key: string;
  /** What the operator calls the key; absent when it is not trusted. */
  readonly name?: string;
  readonly signedAt: string;
  readonly expiresAt?: string;
}

export interface Verdict {
  readonly state: State;
  /** Who says to have signed it; only in the state `signed` is that proved. */
  readonly signer?: Signer;
  /** Empty when the package may be used. */
  readonly problems: readonly Issue[];
  /** Absent when there is no readable one. */
  readonly manifest?: Package;
  /** sha256 of jobwire-package.json. */
  readonly digest?: string;
}

export interface VerifyContext {
  readonly trust: Trust;
  /** What the lock says about exactly these files; for a package that is not installed yet there is none. */
  readonly lockEntry?: LockEntry | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Folder of the files, for the places of problems. */
  readonly dir?: string;
}

/** Files, lock and signature, each for itself: all problems are told at once. */
export function verifyPackage(files: PackageFiles, context: VerifyContext): Verdict {
  const place = (name: string): string => (context.dir === undefined ? name : `${context.dir}/${name}`);
  const bytes = files.get(manifestFile);
  if (!bytes) return {state: 'modified', problems: [untrusted(`${place(manifestFile)} is missing`, reinstall)]};
  const digest = sha256(bytes);
  const {manifest, issues} = loadForm<Package>('package', place(manifestFile), bytes);
  if (!manifest) {
    const problems = issues.map(({detail, at}) => untrusted(`${manifestFile} is not usable: ${detail}`, reinstall, at));
    return {state: 'modified', problems, digest};
  }
  const changed = [...checkContents(files, manifest), ...checkLock({manifest, digest}, context.lockEntry)];
  const {signature, problems: wrong} = checkSignature(
    files,
    {bytes, manifest},
    {...context, path: place(signatureFile)},
  );
  const state = changed.length > 0 ? 'modified' : wrong.length > 0 ? 'invalid' : signature ? 'signed' : 'unsigned';
  const signer = signature && describe(signature, context.trust);
  return {state, ...(signer && {signer}), problems: [...changed, ...wrong], manifest, digest};
}

const reinstall = 'install it again: jobwire install restores what jobwire.lock says';

function checkContents(files: PackageFiles, {id, version}: Package): Issue[] {
  return checkFiles(files).map(({path, problem}) => untrusted(`${path} of ${id} ${version} ${problem}`, reinstall));
}

function checkLock({manifest: {id, version}, digest}: Subject, entry: LockEntry | undefined): Issue[] {
  if (!entry) return [];
  if (entry.version !== version)
    return [untrusted(`${lockFile} says ${id} ${entry.version}, the package says ${version}`, reinstall)];
  if (entry.digest === digest) return [];
  return [
    untrusted(
      `${manifestFile} of ${id} ${version} has the digest ${digest.slice(0, 12)}…, ${lockFile} says ${entry.digest.slice(0, 12)}…`,
      reinstall,
    ),
  ];
}

interface Subject {
  readonly manifest: Package;
  readonly digest: string;
}

function checkSignature(
  files: PackageFiles,
  {bytes, manifest: {id, version}}: {readonly bytes: Uint8Array; readonly manifest: Package},
  {lockEntry, trust, now, path}: VerifyContext & {readonly path: string},
): {readonly signature?: PackageSignature; readonly problems: readonly Issue[]} {
  const file = files.get(signatureFile);
  const locked = lockEntry?.signer ?? null;
  if (!file && locked === null) return {problems: []};
  if (!file)
    return {
      problems: [
        untrusted(`${signatureFile} of ${id} ${version} is missing; ${lockFile} says ${locked} signed it`, reinstall),
      ],
    };
  const {signature, problems} = readSignature(file, path);
  if (!signature) return {problems};
  const other: Issue[] = [];
  if (lockEntry && signature.key !== locked)
    other.push(
      untrusted(
        locked === null
          ? `${id} ${version} has a signature by ${signature.key}; ${lockFile} says it is not signed`
          : `${id} ${version} is signed by ${signature.key}; ${lockFile} says ${locked}`,
        reinstall,
      ),
    );
  const wrong = verifySignature(signature, bytes);
  return {signature, problems: [...other, ...(wrong.length > 0 ? wrong : acceptSignature(signature, {trust, now}))]};
}

function describe({key, signedAt, expiresAt}: PackageSignature, trust: Trust): Signer {
  const name = keyOf(trust, key)?.name;
  return {key, ...(name !== undefined && {name}), signedAt, ...(expiresAt !== undefined && {expiresAt})};
}

/** What is about to take the place of an installed package. */
export interface Candidate {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  /** Key id; null when it is not signed. */
  readonly signer: string | null;
  /** From verifyProvenance; undefined when the archive came without. */
  readonly provenance?: Publisher | undefined;
}

export interface Admission {
  readonly allowDowngrade?: boolean;
  /** The key id of another signer, written out by the operator. */
  readonly acceptSigner?: string | undefined;
  /** The subject of another publisher, written out by the operator. */
  readonly acceptPublisher?: string | undefined;
}

/** Throws nothing: problems, or none when it may be installed over what the lock says. For a verdict without problems. */
export function admit(candidate: Candidate, entry: LockEntry | undefined, options: Admission = {}): Issue[] {
  if (!entry) return [];
  return [
    ...admitVersion(candidate, entry, options),
    ...admitSigner(candidate, entry, options),
    ...admitPublisher(candidate, entry, options),
  ];
}

export function candidateOf({state, signer, manifest, digest = ''}: Verdict, provenance?: Publisher): Candidate {
  const {id = '', version = ''} = manifest ?? {};
  return {
    id,
    version,
    digest,
    signer: state === 'signed' ? (signer?.key ?? null) : null,
    ...(provenance && {provenance}),
  };
}

function admitVersion(
  {id, version, digest}: Candidate,
  entry: LockEntry,
  {allowDowngrade = false}: Admission,
): Issue[] {
  if (semver().lt(version, entry.version))
    return allowDowngrade ? [] : [fail('JW6026', {package: id, version, installed: entry.version}).issue()];
  if (!semver().eq(version, entry.version) || digest === entry.digest) return [];
  const problem = `${id} ${version} is offered with other contents than those that are installed`;
  return [untrusted(problem, 'a published version never changes: ask its publisher what happened')];
}

function admitSigner({id, version, signer}: Candidate, entry: LockEntry, {acceptSigner}: Admission): Issue[] {
  if (entry.signer === null || signer === entry.signer) return [];
  if (signer === null)
    return [
      untrusted(
        `${id} ${version} is not signed; ${entry.version}, which is installed, was signed by ${entry.signer}`,
        'ask the publisher for a signed version; to go on without signatures, remove the package first',
      ),
    ];
  if (signer === acceptSigner) return [];
  return [
    untrusted(
      `${id} ${version} is signed by ${signer}; ${entry.version}, which is installed, was signed by ${entry.signer}`,
      `ask the publisher whether he has a new key; if so: --accept-signer ${signer}`,
    ),
  ];
}

function admitPublisher({id, version, provenance}: Candidate, entry: LockEntry, {acceptPublisher}: Admission): Issue[] {
  const before = entry.provenance;
  if (!before || (provenance?.issuer === before.issuer && provenance.subject === before.subject)) return [];
  if (!provenance)
    return [
      untrusted(
        `${id} ${version} comes without provenance; ${entry.version} was published by ${before.subject}`,
        'ask the publisher for a version with provenance; to go on without, remove the package first',
      ),
    ];
  if (provenance.subject === acceptPublisher) return [];
  return [
    untrusted(
      `${id} ${version} was published by ${provenance.subject} (${provenance.issuer}), ${entry.version} by ${before.subject} (${before.issuer})`,
      `ask the publisher whether he publishes from there now; if so: --accept-publisher ${provenance.subject}`,
    ),
  ];
}
