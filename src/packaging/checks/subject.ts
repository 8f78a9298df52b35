/** What is judged: a package source, or the folder of one connector or template, read once. Must never judge, nor throw for a bad file. */
import {existsSync, globSync, readFileSync, statSync} from 'node:fs';
import {basename, dirname, extname, join, relative, resolve, sep} from 'node:path';
import type {CaseUnit} from '../../cases/case-file.ts';
import {casesOf} from '../../cases/discover.ts';
import {fail, type Issue} from '../../errors/jobwire-error.ts';
import type {Connector, Package, Template} from '../../generated/types.ts';
import {checkCompanions} from '../../manifest/check-companions.ts';
import {checkTemplate} from '../../manifest/check-template.ts';
import {isError} from '../../manifest/issues.ts';
import {type Library, loadLibrary, type Unit} from '../../manifest/library.ts';
import {loadFile} from '../../manifest/load.ts';
import {callsOf} from '../../manifest/references-template.ts';
import {createUnit} from '../../manifest/unit.ts';
import {isObject, own, parseJson} from '../../values/json.ts';

export interface SourceFile {
  /** Below the folder it was read for, with slashes. */
  readonly path: string;
  readonly file: string;
  readonly size: number;
  /** Of the files that people read and write. */
  readonly text?: string;
}

export type TextFile = SourceFile & {readonly text: string};

interface Part<K extends string, M> {
  readonly kind: K;
  readonly unit: Unit<M>;
  readonly manifest: M;
  /** Paths start at the folder of the unit. */
  readonly files: readonly SourceFile[];
  readonly cases: readonly CaseUnit[];
  readonly readme?: TextFile;
}

export type ConnectorPart = Part<'connector', Connector>;
export type TemplatePart = Part<'template', Template>;
export type UnitPart = ConnectorPart | TemplatePart;

export interface Surroundings {
  /** Folder of the installed Jobwire with its connectors/. */
  readonly shipped: string;
  /** Version of Jobwire. */
  readonly runtime: string;
  readonly now: number;
  /** Folder of the version that is published already. */
  readonly published?: string;
}

export interface Subject extends Surroundings {
  readonly kind: 'package' | 'connector' | 'template';
  /** Of the package or the unit; its folder's name when the manifest cannot be read. */
  readonly id: string;
  readonly dir: string;
  readonly files: readonly SourceFile[];
  readonly pack?: Unit<Package>;
  readonly connectors: readonly ConnectorPart[];
  readonly templates: readonly TemplatePart[];
  readonly library: Library;
  /** What `jobwire check` says about these files. */
  readonly issues: readonly Issue[];
}

export const packageFile = 'jobwire-package.json';

/** JW7101 when the folder is none of the three. */
export function readSubject(path: string, around: Surroundings, known?: Library): Subject {
  const dir = resolve(path);
  if (existsSync(join(dir, packageFile))) return readPackage(dir, around);
  for (const kind of ['connector', 'template'] as const)
    if (existsSync(join(dir, `${kind}.json`))) return readUnit(kind, dir, {around, ...(known && {known})});
  throw fail('JW7101', {problem: `${path} holds no ${packageFile}, no connector.json and no template.json`});
}

function readPackage(dir: string, around: Surroundings): Subject {
  const library = loadLibrary({project: dir, shipped: around.shipped, only: 'used'});
  const {manifest, document, issues} = loadFile<Package & {id: string}>(join(dir, packageFile), 'package');
  const files = filesBelow(dir);
  return {
    ...around,
    kind: 'package',
    id: manifest?.id ?? basename(dir),
    dir,
    files,
    ...(manifest && document && {pack: createUnit(dir, document, manifest)}),
    connectors: [...library.connectors.values()].filter((unit) => isBelow(dir, unit.dir)).map(connectorPart),
    templates: [...library.templates.values()].map(templatePart),
    library,
    issues: [...issues, ...issuesBelow(dir, library)],
  };
}

function readUnit(
  kind: 'connector' | 'template',
  dir: string,
  {around, known}: {around: Surroundings; known?: Library},
): Subject {
  const id = basename(dir);
  const root = dirname(dirname(dir));
  const library =
    known ?? loadLibrary({project: root, shipped: around.shipped, only: kind === 'connector' ? [id] : 'used'});
  const own = <M>(units: ReadonlyMap<string, Unit<M>>): Unit<M>[] =>
    [...units.values()].filter((unit) => unit.dir === dir);
  return {
    ...around,
    kind,
    id,
    dir,
    files: filesBelow(dir),
    connectors: kind === 'connector' ? own(library.connectors).map(connectorPart) : [],
    templates: kind === 'template' ? own(library.templates).map(templatePart) : [],
    library,
    issues: issuesBelow(dir, library),
  };
}

function connectorPart(unit: Unit<Connector>): ConnectorPart {
  return {kind: 'connector', unit, manifest: unit.manifest, ...folderOf({kind: 'connector', unit})};
}

function templatePart(unit: Unit<Template>): TemplatePart {
  return {kind: 'template', unit, manifest: unit.manifest, ...folderOf({kind: 'template', unit})};
}

function folderOf(owner: Parameters<typeof casesOf>[0]): Pick<UnitPart, 'files' | 'cases' | 'readme'> {
  const files = filesBelow(owner.unit.dir);
  const readme = files.find((file): file is TextFile => file.path === 'README.md' && file.text !== undefined);
  return {files, cases: casesOf(owner).filter((one) => 'manifest' in one), ...(readme && {readme})};
}

/** Templates are judged as if the connections they name were there: those belong to whoever installs them. */
function issuesBelow(dir: string, library: Library): Issue[] {
  const below = <M>(units: ReadonlyMap<string, Unit<M>>): ReadonlyMap<string, Unit<M>> =>
    new Map([...units].filter(([, unit]) => isBelow(dir, unit.dir)));
  const [connectors, templates] = [below(library.connectors), below(library.templates)];
  const judged = new Set([...templates.values()].map(({file}) => file));
  return [
    ...library.issues.filter(({at}) => at && isBelow(dir, at.file) && !judged.has(at.file)),
    ...[...templates.values()].flatMap((unit) => checkTemplate(unit, neighboursOf(unit, library))),
    ...checkCompanions({...library, connectors, templates}),
  ];
}

function neighboursOf({manifest}: Unit<Template>, library: Library): Parameters<typeof checkTemplate>[1] {
  const broken = library.issues.filter(isError).flatMap(({at}) => at?.file ?? []);
  const sound = [...library.connectors.values()].filter(({dir}) => !broken.some((file) => isBelow(dir, file)));
  const connections = [
    ...('connection' in manifest.on ? [manifest.on.connection] : []),
    ...callsOf(manifest).map(({call}) => call.connection),
  ];
  return {
    library,
    sound: new Set(sound.map(({id}) => id)),
    unreadable: {connectors: new Set(), connections: new Set(connections.filter((id) => !library.connections.has(id)))},
  };
}

export function isBelow(dir: string, file: string): boolean {
  return `${resolve(file)}${sep}`.startsWith(`${resolve(dir)}${sep}`);
}

/** Larger files are no manifests and no prose; their size is a finding of its own. */
const largestText = 1024 * 1024;
const readable = new Set(['.json', '.md', '.svg', '']);

/** Every file of a folder, hidden ones too, in the order of their paths. */
export function filesBelow(dir: string): SourceFile[] {
  const paths = globSync('**/*', {cwd: dir, exclude: (name) => name === 'node_modules' || name === '.git'});
  const hidden = globSync(['**/.*', '**/.*/**'], {
    cwd: dir,
    exclude: (name) => name === 'node_modules' || name === '.git',
  });
  return [...new Set([...paths, ...hidden])].sort().flatMap((path): SourceFile[] => {
    const file = join(dir, path);
    const stat = statSync(file, {throwIfNoEntry: false});
    if (!stat?.isFile()) return [];
    const isText = readable.has(extname(path)) && stat.size <= largestText;
    return [
      {
        path: relative(dir, file).split(sep).join('/'),
        file,
        size: stat.size,
        ...(isText && {text: readFileSync(file, 'utf8')}),
      },
    ];
  });
}

export function textFiles(files: readonly SourceFile[]): TextFile[] {
  return files.filter((file): file is TextFile => file.text !== undefined);
}

/** Text files that may be set anew: a body that a delivery sends unchanged must keep the bytes that were signed. */
export function ownTexts(files: readonly SourceFile[]): TextFile[] {
  const texts = textFiles(files);
  const sent = new Set(texts.flatMap(bodyFileOf));
  return texts.filter(({file}) => !sent.has(resolve(file)));
}

function bodyFileOf({file, path, text}: TextFile): string[] {
  if (!/(^|\/)samples\/.*\.json$/.test(path) || !text.includes('"bodyFile"')) return [];
  try {
    const delivery = parseJson(text);
    const body = isObject(delivery) ? own(delivery, 'bodyFile') : undefined;
    return typeof body === 'string' ? [resolve(dirname(file), body)] : [];
  } catch {
    return [];
  }
}
