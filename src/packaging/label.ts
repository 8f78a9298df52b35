/** Does the manifest of a package say what its files say? A label that promises less than the connectors do is a lie. */
import type {Connector, Package, Template} from '../generated/types.ts';
import {checkFormat} from '../manifest/format.ts';
import {JsonFault, own} from '../values/json.ts';
import {contentProblem} from './contents.ts';
import {manifestFile, npmFile, type PackageFiles, readJsonFile} from './files.ts';
import type {IntegrityProblem} from './integrity.ts';
import {describeWidening, permissionsOf, widened} from './permissions.ts';

export interface PackedUnits {
  readonly connectors: readonly Connector[];
  readonly templates: readonly Template[];
}

export function labelProblems(files: PackageFiles, manifest: Package): IntegrityProblem[] {
  const names = npmProblems(files, manifest);
  const strays = strayUnits(files, manifest);
  const units = readUnits(files, manifest);
  if ('problem' in units) return [...names, ...strays, units];
  const hidden = widened(manifest.permissions ?? {}, permissionsOf(units.connectors, units.templates));
  return [
    ...names,
    ...strays,
    ...hidden.map((more) => label(manifestFile, `does not tell that the package asks for ${describeWidening(more)}`)),
  ];
}

function label(path: string, problem: string): IntegrityProblem {
  return {path, kind: 'label', problem};
}

/** What the package holds, in the order of `contents`. */
export function readUnits(files: PackageFiles, {contents}: Package): PackedUnits | IntegrityProblem {
  const connectors: Connector[] = [];
  const templates: Template[] = [];
  for (const id of contents.connectors ?? []) {
    const unit = readUnit<Connector>(files, `connectors/${id}/connector.json`, {id, kind: 'connector'});
    if ('problem' in unit) return unit;
    connectors.push(unit.manifest);
  }
  for (const id of contents.templates ?? []) {
    const unit = readUnit<Template>(files, `templates/${id}/template.json`, {id, kind: 'template'});
    if ('problem' in unit) return unit;
    templates.push(unit.manifest);
  }
  return {connectors, templates};
}

function readUnit<M>(
  files: PackageFiles,
  path: string,
  {id, kind}: {readonly id: string; readonly kind: 'connector' | 'template'},
): {readonly manifest: M} | IntegrityProblem {
  const bytes = files.get(path);
  if (!bytes) return label(path, `is missing, and contents names ${id}`);
  try {
    const value = readJsonFile(bytes);
    if (checkFormat(kind, value).length > 0) return label(path, `is not a ${kind} that this Jobwire can read`);
    if (own(value, 'id') !== id) return label(path, `says another id than ${id}`);
    return {manifest: value as unknown as M};
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return label(path, `is not strict JSON: ${error.message}`);
  }
}

/** Folders of units that `contents` does not name: whoever reads the label would not know of them. */
function strayUnits(files: PackageFiles, {contents}: Package): IntegrityProblem[] {
  const named = new Set([
    ...(contents.connectors ?? []).map((id) => `connectors/${id}`),
    ...(contents.templates ?? []).map((id) => `templates/${id}`),
  ]);
  const folders = new Set(
    [...files.keys()].flatMap((path) => /^(?:connectors|templates)\/[^/]+(?=\/)/.exec(path)?.[0] ?? []),
  );
  return [...folders].filter((folder) => !named.has(folder)).map((folder) => label(folder, 'is not in contents'));
}

/** A registry goes by package.json: it must be the same package. */
function npmProblems(files: PackageFiles, {id, version}: Package): IntegrityProblem[] {
  const bytes = files.get(npmFile);
  if (!bytes) return [label(npmFile, 'is missing')];
  const problem = contentProblem(npmFile, bytes);
  if (problem !== undefined) return [label(npmFile, problem)];
  const value = readJsonFile(bytes);
  return own(value, 'name') === id && own(value, 'version') === version
    ? []
    : [label(npmFile, `is not of ${id} ${version}`)];
}
