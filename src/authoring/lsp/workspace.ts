/** The open texts and the projects they belong to, checked as the command line checks them, soon after they change. */
import {readFileSync, statSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {TextDocument} from 'vscode-languageserver-textdocument';
import type {Issue} from '../../errors/jobwire-error.ts';
import {checkCompanions} from '../../manifest/check-companions.ts';
import {type OpenText, remembering, seeing, type View} from '../../manifest/disk.ts';
import type {Library} from '../../manifest/library.ts';
import {loadFile, loadForm} from '../../manifest/load.ts';
import {after} from '../../values/time.ts';
import {fixAll} from '../fix.ts';
import {isWithin} from '../project-files.ts';
import {type Source, sourceOf} from './source.ts';
import type {ProjectFiles} from './uses.ts';

/** The project in a folder with the connectors it uses, or with these. Never throws for a bad file. */
export type LoadProject = (folder: string, only?: readonly string[]) => Library;

export interface WorkspaceTools {
  readonly load: LoadProject;
  /** Folder of the installed package. */
  readonly shipped: string;
  /** Hears after each look what is to be said about a file; the same file without issues once they are gone. */
  readonly onChecked: (source: Source, issues: readonly Issue[]) => void;
  readonly onFault: (error: unknown) => void;
  /** So long after the last change a project is looked at. */
  readonly quietMs?: number;
}

/** One folder with connectors/, templates/ and connections/. */
export interface Project {
  readonly root: string;
  library: Library | undefined;
  issues: readonly Issue[];
  /** What was told, by file. */
  told: Set<string>;
  /** Something changed since the last look. */
  isStale: boolean;
  cancel: () => void;
}

export class Workspace {
  readonly #tools: WorkspaceTools;
  readonly #open = new Map<string, {document: TextDocument; source: Source | undefined; version: number}>();
  readonly #texts = new Map<string, OpenText>();
  readonly #view: View = {texts: this.#texts, memory: new Map()};
  readonly #projects = new Map<string, Project>();
  readonly #waiting = new Map<string, () => void>();
  readonly #alone = new Map<string, readonly Issue[]>();
  #version = 0;

  /** How the rest of the server looks files up. */
  readonly files: ProjectFiles = {
    source: (file) => this.source(file),
    libraryOf: (file) => this.libraryOf(file),
    rootOf,
  };

  constructor(tools: WorkspaceTools) {
    this.#tools = tools;
  }

  /** A text was opened or changed. */
  changed(document: TextDocument): void {
    const file = fileOf(document.uri);
    const version = ++this.#version;
    this.#open.set(file, {document, source: undefined, version});
    this.#texts.set(file, {text: document.getText(), version});
    this.#schedule(file);
  }

  closed(uri: string): void {
    const file = fileOf(uri);
    this.#open.delete(file);
    this.#texts.delete(file);
    const source = this.source(file);
    if (source && this.projectOf(file) === undefined) this.#tell(source, []);
    this.#alone.delete(file);
    this.#schedule(file);
  }

  /** Something happened on the disk. */
  refresh(): void {
    for (const project of this.#projects.values()) this.#later(project);
  }

  /** The open text, else what the disk has; undefined when there is neither. */
  source(file: string): Source | undefined {
    const open = this.#open.get(file);
    if (open) {
      open.source ??= sourceOf(file, open.document);
      return open.source;
    }
    if (!statSync(file, {throwIfNoEntry: false})?.isFile()) return undefined;
    return this.see(() =>
      remembering(
        `source ${file}`,
        () => [file],
        () => sourceOf(file, TextDocument.create(pathToFileURL(file).href, 'json', 0, readFileSync(file, 'utf8'))),
      ),
    );
  }

  at(uri: string): Source | undefined {
    return this.source(fileOf(uri));
  }

  /** Runs something that loads files with the open texts laid over them. */
  see<T>(act: () => T): T {
    return seeing(this.#view, act);
  }

  projectOf(file: string): Project | undefined {
    const root = rootOf(file);
    if (root === undefined) return undefined;
    const known = this.#projects.get(root);
    if (known) return known;
    const made: Project = {
      root,
      library: undefined,
      issues: [],
      told: new Set(),
      isStale: true,
      cancel: () => undefined,
    };
    this.#projects.set(root, made);
    return made;
  }

  /** What the project was at the last look; it is looked at now when it never was. */
  libraryOf(file: string): Library | undefined {
    const project = this.projectOf(file);
    if (project && !project.library) this.#check(project);
    return project?.library;
  }

  /** The findings of a file as its text is now. */
  issuesOf(file: string): readonly Issue[] {
    const project = this.projectOf(file);
    if (!project) return this.#alone.get(file) ?? [];
    if (project.isStale) this.#check(project);
    return project.issues.filter(({at}) => at && resolve(at.file) === file);
  }

  /** The text of a file once everything is mended that `check --fix` mends; other files stay as they are. */
  mended(file: string): string | undefined {
    const root = rootOf(file);
    const text = this.source(file)?.text;
    if (root === undefined || text === undefined) return undefined;
    const texts = new Map(this.#texts).set(file, {text, version: ++this.#version});
    const read = (): string => texts.get(file)?.text ?? text;
    fixAll({
      check: () => seeing({texts, memory: this.#view.memory}, () => this.#look(root)).issues,
      mayChange: (other) => other === file,
      read,
      write: (_file, changed) => texts.set(file, {text: changed, version: ++this.#version}),
    });
    return read();
  }

  /** Files below the same project that are open. */
  openFiles(): string[] {
    return [...this.#open.keys()];
  }

  #schedule(file: string): void {
    const project = this.projectOf(file);
    if (project) {
      this.#later(project);
      return;
    }
    this.#waiting.get(file)?.();
    this.#waiting.set(
      file,
      this.#soon(() => this.#checkAlone(file)),
    );
  }

  #later(project: Project): void {
    project.isStale = true;
    project.cancel();
    project.cancel = this.#soon(() => this.#check(project));
  }

  #soon(act: () => void): () => void {
    return after(this.#tools.quietMs ?? 150, () => {
      try {
        act();
      } catch (error) {
        this.#tools.onFault(error);
      }
    });
  }

  #checkAlone(file: string): void {
    this.#waiting.delete(file);
    const source = this.#open.has(file) ? this.source(file) : undefined;
    if (!source) return;
    const issues = source.kind === undefined ? [] : loadForm(source.kind, file, Buffer.from(source.text)).issues;
    this.#alone.set(file, issues);
    this.#tell(source, issues);
  }

  #check(project: Project): void {
    project.cancel();
    project.isStale = false;
    const {library, issues} = this.see(() => this.#look(project.root));
    project.library = library;
    project.issues = issues;
    const byFile = Map.groupBy(issues, ({at}) => (at ? resolve(at.file) : ''));
    const open = this.openFiles().filter((file) => rootOf(file) === project.root);
    const now = new Set([...byFile.keys(), ...open].filter((file) => file !== '' && isWithin(project.root, file)));
    for (const file of new Set([...project.told, ...now])) {
      const source = this.source(file);
      if (source) this.#tell(source, byFile.get(file) ?? []);
    }
    project.told = now;
  }

  /** What cannot be said about one file keeps nothing from the others. */
  #tell(source: Source, issues: readonly Issue[]): void {
    try {
      this.#tools.onChecked(source, issues);
    } catch (error) {
      this.#tools.onFault(error);
    }
  }

  #look(root: string): {library: Library; issues: Issue[]} {
    const {load, shipped} = this.#tools;
    const open = this.openFiles().filter((file) => rootOf(file) === root);
    const used = load(root);
    const own = resolve(root) === resolve(shipped) ? open.map(connectorIdOf).filter((id) => id !== undefined) : [];
    const library = own.some((id) => !used.connectors.has(id)) ? load(root, [...used.connectors.keys(), ...own]) : used;
    const others = open.filter(
      (file) => basename(file) === 'jobwire-package.json' || /[/\\]cassettes[/\\][^/\\]+$/.test(file),
    );
    const issues = [...library.issues, ...checkCompanions(library), ...others.flatMap((file) => loadFile(file).issues)];
    return {library, issues};
  }
}

/** Path of a file; of any other text its address. */
export function fileOf(uri: string): string {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : uri;
  } catch {
    return uri;
  }
}

const units = /^(?:connector|template|simulator)\.json$/;
const companions = /^(?:cases|cassettes|samples|schemas)$/;

/** The folder of the project, as the place of one of its files says it. */
export function rootOf(file: string): string | undefined {
  const dir = dirname(file);
  if (basename(file) === 'jobwire-package.json' || basename(dir) === 'connections')
    return basename(dir) === 'connections' ? dirname(dir) : dir;
  const unit = units.test(basename(file)) ? dir : companions.test(basename(dir)) ? dirname(dir) : undefined;
  const group = unit && dirname(unit);
  return group !== undefined && /^(?:connectors|templates)$/.test(basename(group)) ? dirname(group) : undefined;
}

function connectorIdOf(file: string): string | undefined {
  const unit = units.test(basename(file))
    ? dirname(file)
    : companions.test(basename(dirname(file)))
      ? dirname(dirname(file))
      : undefined;
  return unit !== undefined && basename(dirname(unit)) === 'connectors' ? basename(unit) : undefined;
}

export function uriOf(source: Source): string {
  return source.document.uri;
}

export function siblings(file: string, ...parts: string[]): string {
  return join(dirname(file), ...parts);
}
