/** Makes the archive of a source: the same source gives the same bytes anywhere. Must never pack what has an error, nor write a disk. */
import {createHash} from 'node:crypto';
import type {Connector, Package, Template} from '../generated/types.ts';
import {isError} from '../manifest/issues.ts';
import {writeArchive} from './archive.ts';
import {
  byCodeUnit,
  jsonFile,
  manifestFile,
  npmFile,
  type PackageFiles,
  sbomFile,
  sha256,
  signatureFile,
  sortFiles,
} from './files.ts';
import {permissionsOf} from './permissions.ts';
import {requireRuntime, runtimeVersion} from './runtime-version.ts';
import {billOfMaterials} from './sbom.ts';
import {asError, type PackageSource} from './source.ts';

export interface Packed {
  /** As packed: completed. */
  readonly manifest: Package;
  readonly files: PackageFiles;
  readonly archive: Uint8Array;
  /** sha512 of the archive, as npm and the lock write it. */
  readonly integrity: string;
  /** sha256 of jobwire-package.json, hexadecimal: what a signature signs. */
  readonly digest: string;
}

export interface PackOptions {
  /** Makes jobwire-signature.json from the bytes of the completed manifest. */
  readonly sign?: ((manifest: Uint8Array) => object) | undefined;
}

/** Errors: the first error of the source; JW6001 for what only shows in the whole; JW6003 when it needs another Jobwire. */
export function packSource(source: PackageSource, {sign}: PackOptions = {}): Packed {
  const errors = source.issues.filter(isError);
  if (errors.length > 0) {
    const error = asError(errors[0]);
    throw errors.length === 1 ? error : error.with({detail: `${error.message} (and ${errors.length - 1} more)`});
  }
  requireRuntime(source.manifest.requires?.runtime);
  const {manifest, files: unsigned} = complete(source);
  const bytes = jsonFile(manifest);
  const files = sortFiles([
    ...unsigned,
    [manifestFile, bytes],
    ...(sign ? [[signatureFile, jsonFile(sign(bytes))] as const] : []),
  ]);
  const archive = writeArchive(files);
  return {manifest, files, archive, integrity: integrityOf(archive), digest: sha256(bytes)};
}

/** What npm and the lock call the integrity of an archive. */
export function integrityOf(archive: Uint8Array): string {
  return `sha512-${createHash('sha512').update(archive).digest('base64')}`;
}

/** The file name npm would give it. */
export function archiveName({id, version}: Pick<Package, 'id' | 'version'>): string {
  return `${id.slice(1).replace('/', '-')}-${version}.tgz`;
}

function complete({manifest: source, files: read, library}: PackageSource): {manifest: Package; files: PackageFiles} {
  const contents = sortedContents(source);
  const connectors = (contents.connectors ?? []).map((id) => library.connectors.get(id)?.manifest);
  const templates = (contents.templates ?? []).map((id) => library.templates.get(id)?.manifest);
  const units = {connectors: present<Connector>(connectors), templates: present<Template>(templates)};
  const data = [...read].filter(([path]) => path !== manifestFile);
  const digests = new Map(data.map(([path, bytes]) => [path, sha256(bytes)]));
  const files = sortFiles([
    ...data,
    [npmFile, jsonFile(npmManifest(source))],
    [sbomFile, jsonFile(billOfMaterials({manifest: source, ...units, digests}))],
  ]);
  const icon = (['icon.svg', 'icon.png'] as const).find((path) => files.has(path));
  return {
    files,
    manifest: {
      jobwire: '1',
      kind: 'package',
      id: source.id,
      version: source.version,
      title: source.title,
      ...(source.summary !== undefined && {summary: source.summary}),
      license: source.license,
      author: personOf(source),
      ...(source.keywords && {keywords: [...source.keywords].sort(byCodeUnit)}),
      ...(source.homepage !== undefined && {homepage: source.homepage}),
      requires: {runtime: source.requires?.runtime ?? `^${runtimeVersion()}`},
      contents,
      ...(icon && {icon}),
      language: '1',
      permissions: permissionsOf(units.connectors, units.templates),
      files: Object.fromEntries([...files].map(([path, bytes]) => [path, sha256(bytes)])),
    },
  };
}

function sortedContents({contents: {connectors = [], templates = []}}: Package): Package['contents'] {
  return {
    ...(connectors.length > 0 && {connectors: [...connectors].sort(byCodeUnit)}),
    ...(templates.length > 0 && {templates: [...templates].sort(byCodeUnit)}),
  };
}

function present<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((item) => item !== undefined);
}

function personOf({author: {name, url}}: Package): Package['author'] {
  return {name, ...(url !== undefined && {url})};
}

/** For registries and npm: a name and what to show. Nothing that npm would run or fetch. */
export function npmManifest(manifest: Package): object {
  const {id, version, title, summary, license, homepage, keywords = []} = manifest;
  return {
    name: id,
    version,
    description: summary ?? title,
    license,
    author: personOf(manifest),
    ...(homepage !== undefined && {homepage}),
    keywords: ['jobwire-package', ...[...keywords].sort(byCodeUnit)],
  };
}
