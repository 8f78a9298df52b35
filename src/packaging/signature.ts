/** jobwire-signature.json: a detached ed25519 signature over a package's manifest. Must never decide whose signature counts. */
import {verify} from 'node:crypto';
import type {Issue} from '../errors/jobwire-error.ts';
import type {Package, PackageSignature} from '../generated/types.ts';
import {loadForm} from '../manifest/load.ts';
import {type Clock, iso} from '../values/time.ts';
import {jsonFile, readJsonFile, sha256, signatureFile} from './files.ts';
import {type SigningKey, seconds} from './keys.ts';
import {untrusted} from './problem.ts';
import {isPublicKey, keyId, toKeyObject} from './public-key.ts';

export interface SignOptions {
  readonly clock: Clock;
  /** After so many days the signature counts no more. Without it, it lasts as long as its key. */
  readonly expiresInDays?: number | undefined;
}

const day = 86_400_000;

/** `manifestBytes`: jobwire-package.json as it is packed, a manifest that fits its format. */
export function signManifest(
  manifestBytes: Uint8Array,
  key: SigningKey,
  {clock, expiresInDays}: SignOptions,
): PackageSignature {
  const {id, version} = readJsonFile(manifestBytes) as unknown as Package;
  const now = seconds(clock.now());
  const said: Said = {
    ...{signatureVersion: 1, package: id, version, digest: sha256(manifestBytes)},
    ...{key: key.id, publicKey: key.publicKey, signedAt: iso(now)},
    ...(expiresInDays !== undefined && {expiresAt: iso(now + expiresInDays * day)}),
  };
  return {...said, signature: Buffer.from(key.sign(statement(said, manifestBytes))).toString('base64')};
}

/** The one way its file is written: another byte anywhere is another file. */
export function formatSignature(signature: PackageSignature): Uint8Array {
  const {
    signatureVersion,
    package: id,
    version,
    digest,
    key,
    publicKey,
    signedAt,
    expiresAt,
    signature: proof,
  } = signature;
  return jsonFile({
    ...{signatureVersion, package: id, version, digest, key, publicKey, signedAt},
    ...(expiresAt !== undefined && {expiresAt}),
    signature: proof,
  });
}

export type SignatureReading =
  | {readonly signature: PackageSignature; readonly problems: readonly []}
  | {readonly signature?: undefined; readonly problems: readonly Issue[]};

/** `path` is the name it is called by in sentences. */
export function readSignature(bytes: Uint8Array, path: string = signatureFile): SignatureReading {
  const {manifest, issues} = loadForm<PackageSignature>('package-signature', path, bytes);
  if (!manifest)
    return {problems: issues.map(({detail, at}) => untrusted(`${path} is no signature: ${detail}`, reinstall, at))};
  if (Buffer.compare(formatSignature(manifest), bytes) !== 0)
    return {problems: [untrusted(`${path} is not written as jobwire writes it`, reinstall)]};
  return {signature: manifest, problems: []};
}

/** Whether it is a signature over these bytes, by the key it names. Times, trust and scope are not looked at. */
export function verifySignature(signature: PackageSignature, manifestBytes: Uint8Array): Issue[] {
  const {package: id, version, digest, key, publicKey, signature: proof} = signature;
  const actual = sha256(manifestBytes);
  if (digest !== actual)
    return [
      untrusted(
        `${signatureFile} was made for ${id} ${version} with the digest ${digest.slice(0, 12)}…, the package has ${actual.slice(0, 12)}…: it belongs to other bytes`,
        reinstall,
      ),
    ];
  if (!isPublicKey(publicKey) || keyId(publicKey) !== key)
    return [untrusted(`${signatureFile} names the key ${key} beside the public key of another one`, reinstall)];
  if (!proves(signature, manifestBytes, proof))
    return [untrusted(`the signature by ${key} in ${signatureFile} is wrong`, reinstall)];
  const manifest = readJsonFile(manifestBytes) as unknown as Partial<Package>;
  if (manifest.id !== id || manifest.version !== version)
    return [
      untrusted(
        `${signatureFile} says ${id} ${version}, the package says ${manifest.id} ${manifest.version}`,
        reinstall,
      ),
    ];
  return [];
}

const reinstall =
  'remove the package and install it again from a source you trust; if it comes back, tell its publisher';

type Said = Omit<PackageSignature, 'signature'>;

/**
 * What is signed: a line that says what for, one line each for key, begin and end, then the manifest. No line can hold a line break,
 * so that no two statements have the same bytes.
 */
function statement({key, signedAt, expiresAt = '-'}: Said, manifestBytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`jobwire-package-v1\n${key}\n${signedAt}\n${expiresAt}\n`), manifestBytes]);
}

function proves(said: Said, manifestBytes: Uint8Array, proof: string): boolean {
  const bytes = Buffer.from(proof, 'base64');
  if (bytes.length !== 64 || bytes.toString('base64') !== proof) return false;
  try {
    return verify(null, statement(said, manifestBytes), toKeyObject(said.publicKey), bytes);
  } catch {
    return false;
  }
}
