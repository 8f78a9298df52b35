/** Is a package what its manifest says? Every file against its digest, and the label against the connectors. Must never trust the label. */
import type {Package} from '../generated/types.ts';
import {checkFormat} from '../manifest/format.ts';
import {type Json, JsonFault} from '../values/json.ts';
import {byCodeUnit, manifestFile, type PackageFiles, readJsonFile, sha256, unlistedFiles} from './files.ts';
import {labelProblems} from './label.ts';

export interface IntegrityProblem {
  readonly path: string;
  /** `manifest`: jobwire-package.json cannot be used. `label`: a file is intact, but says something else than another one. */
  readonly kind: 'manifest' | 'missing' | 'changed' | 'extra' | 'label';
  /** Ends a sentence that begins with the path. */
  readonly problem: string;
}

/** Empty when everything is as it was packed. Signatures are looked at elsewhere. */
export function checkFiles(files: PackageFiles): IntegrityProblem[] {
  const read = readManifest(files);
  if ('problem' in read) return [read];
  const problems = compareDigests(files, read.manifest.files ?? {});
  return problems.length > 0 ? problems : labelProblems(files, read.manifest);
}

/** The completed manifest, or why there is none. */
export function readManifest(files: PackageFiles): {readonly manifest: Package} | IntegrityProblem {
  const bytes = files.get(manifestFile);
  const unusable = (problem: string): IntegrityProblem => ({path: manifestFile, kind: 'manifest', problem});
  if (!bytes) return unusable('is missing');
  let value: Json;
  try {
    value = readJsonFile(bytes);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return unusable(`is not strict JSON: ${error.message}`);
  }
  const [finding] = checkFormat('package', value);
  if (finding) return unusable(`is not a package manifest: ${finding.pointer || 'the whole'} does not fit`);
  const manifest = value as unknown as Package;
  if (!manifest.files || !manifest.permissions || !manifest.language)
    return unusable('was not completed by jobwire pack');
  return {manifest};
}

function compareDigests(files: PackageFiles, listed: Readonly<Record<string, string>>): IntegrityProblem[] {
  const expected = new Map(Object.entries(listed));
  const problems: IntegrityProblem[] = [];
  for (const [path, digest] of expected) {
    const bytes = files.get(path);
    if (!bytes) problems.push({path, kind: 'missing', problem: 'is missing'});
    else if (sha256(bytes) !== digest) problems.push({path, kind: 'changed', problem: 'is not what was packed'});
  }
  for (const path of files.keys())
    if (!expected.has(path) && !unlistedFiles.has(path))
      problems.push({path, kind: 'extra', problem: 'was not packed'});
  return problems.sort((a, b) => byCodeUnit(a.path, b.path));
}
