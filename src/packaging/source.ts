/** Reads a package source: what would be packed, checked. Must never follow a symbolic link, nor take a file that does not belong. */
import {lstatSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {asJobwireError, fail, type Issue, JobwireError} from '../errors/jobwire-error.ts';
import type {Package} from '../generated/types.ts';
import type {Document} from '../manifest/document.ts';
import type {Library} from '../manifest/library.ts';
import {loadFile} from '../manifest/load.ts';
import {contentProblem} from './contents.ts';
import {credentialProblem} from './credentials.ts';
import {byCodeUnit, generatedFiles, manifestFile, type PackageFiles} from './files.ts';
import {listFiles} from './folder.ts';
import {openIntake, refuse} from './policy.ts';
import {isAnyRange} from './runtime-version.ts';
import {checkUnits} from './source-units.ts';

export interface PackageSource {
  /** Absolute. */
  readonly dir: string;
  /** As the author wrote it. */
  readonly manifest: Package;
  /** The manifest as written, and everything that is packed with it. */
  readonly files: PackageFiles;
  /** The units of the source, and the shipped ones its templates use. */
  readonly library: Library;
  /** Everything `pack` has to say; an error among it stops the packing. Files are absolute. */
  readonly issues: readonly Issue[];
}

/** Left beside the files of a unit by editors and desktops; not packed and not complained about. */
const litter: ReadonlySet<string> = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.gitkeep', '.gitignore']);
const companions = ['README.md', 'CHANGELOG.md', 'LICENSE', 'icon.svg', 'icon.png'];

/** Errors: the first finding when there is no usable jobwire-package.json. Everything else is an issue. */
export function readSource(folder: string): PackageSource {
  const dir = resolve(folder);
  const {manifest, document, issues: found} = loadFile<Package>(join(dir, manifestFile), 'package');
  if (!manifest || !document) throw asError(found[0]);
  const issues: Issue[] = [];
  const files = readFiles(dir, manifest, issues);
  const {library, issues: unitIssues} = checkUnits(dir, manifest);
  issues.push(...checkCompleteness({dir, document, manifest, files}), ...unitIssues);
  return {dir, manifest, files, library, issues};
}

/** The first finding of a list, thrown as what it is. */
export function asError(issue: Issue | undefined): JobwireError {
  if (!issue) return fail('JW9001', {problem: 'there is no finding to report'});
  const {jobwireCode, detail, owner, hint, at, suggestions} = issue;
  return new JobwireError(jobwireCode, {}, {detail, owner, hint, ...(at && {at}), ...(suggestions && {suggestions})});
}

function readFiles(dir: string, {contents}: Package, issues: Issue[]): PackageFiles {
  const {connectors = [], templates = []} = contents;
  const roots = [...connectors.map((id) => `connectors/${id}`), ...templates.map((id) => `templates/${id}`)];
  const wanted = [manifestFile, ...companions, ...roots].sort(byCodeUnit);
  const intake = openIntake();
  const refused = (path: string, problem: string): void => {
    issues.push(located(refuse(path, problem), join(dir, path)));
  };
  for (const path of wanted.flatMap((name) => listFiles(dir, name, {refused, skip: litter})))
    try {
      const bytes = readFileSync(join(dir, path));
      const problem = contentProblem(path, bytes) ?? credentialProblem(path, bytes);
      if (problem !== undefined) throw refuse(path, problem);
      intake.open(path, bytes.length);
      intake.add(bytes);
    } catch (error) {
      issues.push(located(asJobwireError(error), join(dir, path)));
    }
  return intake.files();
}

function located(error: JobwireError, file: string): Issue {
  return error.with({at: {file, pointer: '', line: 1, column: 1}}).issue();
}

interface Completeness {
  readonly dir: string;
  readonly document: Document;
  readonly manifest: Package;
  readonly files: PackageFiles;
}

/** What a reader of a package relies on is there (JW6006), and nothing that pack writes itself. */
function checkCompleteness({dir, document, manifest, files}: Completeness): Issue[] {
  const lacks = (path: string, problem: string): Issue => located(fail('JW6006', {path, problem}), join(dir, path));
  const atContents = (path: string, problem: string): Issue =>
    fail('JW6006', {path, problem}, {at: document.locate('/contents')}).issue();
  const {connectors = [], templates = []} = manifest.contents;
  const dangling = [
    ...connectors.map((id) => ({path: `connectors/${id}/connector.json`, id})),
    ...templates.map((id) => ({path: `templates/${id}/template.json`, id})),
  ].filter(({path}) => !files.has(path));
  const changes = files.get('CHANGELOG.md');
  return [
    ...['README.md', 'CHANGELOG.md', 'LICENSE']
      .filter((path) => (files.get(path)?.length ?? 0) === 0)
      .map((path) => lacks(path, 'is missing or empty')),
    ...(changes && changes.length > 0 && !hasEntry(changes, manifest.version)
      ? [lacks('CHANGELOG.md', `has no heading for version ${manifest.version}`)]
      : []),
    ...(connectors.length + templates.length === 0 ? [atContents(manifestFile, 'contents names nothing')] : []),
    ...(manifest.requires?.runtime !== undefined && !isAnyRange(manifest.requires.runtime)
      ? [
          fail(
            'JW1017',
            {problem: `${manifest.requires.runtime} is not a version range`},
            {at: document.locate('/requires/runtime')},
          ).issue(),
        ]
      : []),
    ...dangling.map(({path, id}) => atContents(path, `is missing, and contents names ${id}`)),
    ...[...generatedFiles]
      .filter((path) => lstatSync(join(dir, path), {throwIfNoEntry: false}))
      .map((path) => located(refuse(path, 'is written by jobwire pack; a source has none'), join(dir, path))),
  ];
}

/** A heading that names the version, as in `## 1.2.0` or `## [1.2.0] - 2026-11-24`. */
function hasEntry(changelog: Uint8Array, version: string): boolean {
  const escaped = version.replaceAll(/[.+]/g, '\\$&');
  return new RegExp(`^#{1,4}\\s.*(?<![\\w.+-])v?${escaped}(?![\\w.+-])`, 'm').test(Buffer.from(changelog).toString());
}
