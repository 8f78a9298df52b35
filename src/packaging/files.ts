/** The files of a package in memory: path to bytes, sorted; and the names of those that Jobwire writes. Must never read or write a disk. */
import {createHash} from 'node:crypto';
import {decodeUtf8, type Json, parseJson} from '../values/json.ts';

/** Path below `package/` to bytes; in the order of the paths, by code unit. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

export const manifestFile = 'jobwire-package.json';
export const signatureFile = 'jobwire-signature.json';
export const sbomFile = 'sbom.json';
export const npmFile = 'package.json';

/** Written by pack; a source must not bring its own. */
export const generatedFiles: ReadonlySet<string> = new Set([npmFile, sbomFile, signatureFile]);
/** Not in the manifest's list of digests: the list itself, and what signs it. */
export const unlistedFiles: ReadonlySet<string> = new Set([manifestFile, signatureFile]);

/** No locale has a say in the order: it is part of the bytes. */
export function sortFiles(files: Iterable<readonly [string, Uint8Array]>): PackageFiles {
  return new Map([...files].sort(([a], [b]) => byCodeUnit(a, b)));
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The one way a package's JSON is written. */
export function jsonFile(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

/** Errors: JsonFault. */
export function readJsonFile(bytes: Uint8Array): Json {
  return parseJson(decodeUtf8(bytes), {depth: 64, nodes: 50_000});
}
