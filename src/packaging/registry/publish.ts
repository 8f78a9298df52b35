/** Publishes a package as it was packed, byte for byte. Must never publish what would be refused where it is installed. */
import {existsSync, statSync} from 'node:fs';
import {resolve} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import type {Package} from '../../generated/types.ts';
import {isError} from '../../manifest/issues.ts';
import {packageRoot} from '../../values/package-root.ts';
import {readArchive} from '../archive.ts';
import {type CheckReport, hasErrors, runChecks} from '../checks/run.ts';
import {npmFile, type PackageFiles, readJsonFile, signatureFile} from '../files.ts';
import {integrityOf, packSource} from '../pack.ts';
import {runtimeVersion} from '../runtime-version.ts';
import {readSignature} from '../signature.ts';
import {readSource} from '../source.ts';
import type {Trust} from '../trust.ts';
import {verifyPackage} from '../verify.ts';
import {fetchListing, publishArchive} from './client.ts';
import type {Desk} from './desk.ts';
import {likenesses} from './names.ts';
import {archiveAt} from './offer.ts';
import {popularNames} from './popular.ts';
import type {Registry} from './registries.ts';

export interface PublishRequest {
  /** A package source, or an archive that was packed before. */
  readonly path: string;
  readonly tag: string;
  readonly access: 'public' | 'restricted';
  /** Signs a source; an archive is signed when it is packed. */
  readonly sign?: ((manifest: Uint8Array) => object) | undefined;
  readonly dryRun: boolean;
}

export interface Published {
  readonly id: string;
  readonly version: string;
  readonly registry: string;
  readonly tag: string;
  readonly integrity: string;
  readonly size: number;
  readonly signer: string | null;
  readonly manifest: Package;
  /** Of a source; an archive was checked when it was made. */
  readonly report?: CheckReport;
  readonly published: boolean;
}

/** Errors: JW6001, JW6002, JW6006, JW6020, JW6022, JW6023, JW6025, JW7101 for a tag. */
export async function publishPackage(request: PublishRequest, desk: Desk): Promise<Published | CheckReport> {
  const {path, tag, access, dryRun} = request;
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(tag))
    throw fail('JW7101', {problem: `--tag ${tag}: small letters, digits and dashes, and not a version`});
  const report = reportOn(path, desk);
  if (report && hasErrors(report)) return report;
  const archive = bytesOf(request);
  const files = await readArchive(archive);
  const {manifest, signer} = prove(files, desk);
  const {id, version} = manifest;
  const registry = desk.registries.of(id);
  await refuseTaken(manifest, registry, desk);
  if (!dryRun)
    await publishArchive(registry, {npmManifest: readNpmManifest(files), archive, name: id, version, tag, access});
  return {
    ...{id, version, registry: registry.url, tag, integrity: integrityOf(archive), size: archive.length},
    ...{signer, manifest, published: !dryRun},
    ...(report && {report}),
  };
}

function reportOn(path: string, {clock}: Desk): CheckReport | undefined {
  if (!isFolder(path)) return undefined;
  const around = {shipped: packageRoot, runtime: runtimeVersion(), now: clock.now()};
  return runChecks({dir: resolve(path)}, {...around, profile: 'default'});
}

function isFolder(path: string): boolean {
  if (!existsSync(path)) throw fail('JW7102', {what: 'archive or folder', id: path});
  return statSync(path).isDirectory();
}

function bytesOf({path, sign}: PublishRequest): Uint8Array {
  if (isFolder(path)) return packSource(readSource(path), sign ? {sign} : {}).archive;
  if (sign)
    throw fail('JW7101', {problem: `${path} is packed already`}, {hint: 'sign when you pack: jobwire pack --key NAME'});
  return archiveAt('file', resolve(path));
}

/** Whose signature counts is for those who install it; that it is right is for us: so its own key is the one that is trusted here. */
function prove(files: PackageFiles, {clock}: Desk): {readonly manifest: Package; readonly signer: string | null} {
  const file = files.get(signatureFile);
  const signature = file && readSignature(file).signature;
  const own = signature && {publicKey: signature.publicKey, name: 'publisher', addedAt: signature.signedAt};
  const trust: Trust = {trustVersion: 1, keys: own ? {[signature.key]: own} : {}};
  const {manifest, problems} = verifyPackage(files, {trust, now: clock.now()});
  const wrong = problems.find(isError);
  if (!manifest || wrong)
    throw fail('JW6002', {problem: wrong?.detail ?? 'the package has no manifest'}, {hint: 'pack it again'});
  return {manifest, signer: signature?.key ?? null};
}

function readNpmManifest(files: PackageFiles): object {
  return readJsonFile(files.get(npmFile) ?? new Uint8Array()) as object;
}

/** A version that is there stays as it is; a new name must not be taken for another one. */
async function refuseTaken({id, version, contents}: Package, registry: Registry, desk: Desk): Promise<void> {
  const listing = await fetchListing(registry, id);
  if (listing?.releases.has(version)) throw fail('JW6023', {package: id, version, registry: registry.url});
  if (listing) return;
  const names = {packages: await popularNames(registry), connectors: desk.shipped};
  const [alike] = likenesses(id, contents.connectors ?? [], names);
  if (alike)
    throw fail('JW6025', {problem: `${id} is not published: ${alike.why}`}, {hint: 'give it a name of its own'});
}
