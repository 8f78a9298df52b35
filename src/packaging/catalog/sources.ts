/** Opens what a catalogue is made of: folders of connectors, package sources, archives, what is shipped and what is installed. */
import {existsSync, readFileSync, statSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import {isError} from '../../manifest/issues.ts';
import {readArchive} from '../archive.ts';
import {manifestFile, sortFiles} from '../files.ts';
import {listFiles} from '../folder.ts';
import {installedPackages} from '../installed.ts';
import {readInstalledFiles} from '../installed-files.ts';
import {integrityOf} from '../pack.ts';
import type {Registry} from '../registry/registries.ts';
import {asError, readSource} from '../source.ts';
import type {Trust} from '../trust.ts';
import {verifyPackage} from '../verify.ts';
import type {Origin, Shelf} from './entry.ts';
import {type RegistryTools, registryShelves} from './registry-source.ts';
import {verifiedShelf} from './verified-shelf.ts';

export interface SourceTools extends RegistryTools {
  /** Folder of Jobwire itself, with its connectors/ and templates/. */
  readonly shipped: string;
  readonly project: string;
  /** Keys of the project: who signed it is judged by them. */
  readonly trust: Trust;
  readonly now: number;
  /** By its address, or the one that is set up. */
  readonly registry: (address: string | undefined) => Registry;
}

/** `shipped`, `installed`, `registry`, `registry:<address>`, a folder or a `.tgz`. Errors: JW7102 for what is not there, and those of bad packages. */
export async function openSources(sources: readonly string[], tools: SourceTools): Promise<Shelf[]> {
  const shelves: Shelf[] = [];
  for (const source of sources) shelves.push(...(await openSource(source, tools)));
  return shelves;
}

async function openSource(source: string, tools: SourceTools): Promise<Shelf[]> {
  if (source === 'shipped') return [folderShelf(tools.shipped, {place: 'Jobwire', state: 'built-in', problems: []})];
  if (source === 'installed') return installedShelves(tools);
  const [, address] = /^registry(?::(.+))?$/.exec(source) ?? [];
  if (/^registry(:|$)/.test(source)) return await registryShelves(tools.registry(address), tools);
  if (!existsSync(source))
    throw fail('JW7102', {what: 'source', id: source}, {hint: 'name a folder, a .tgz, shipped or installed'});
  if (statSync(source).isFile()) return [await archiveShelf(source, tools)];
  if (existsSync(join(source, manifestFile))) return [sourceShelf(source)];
  if (existsSync(join(source, 'connectors')))
    return [folderShelf(source, {place: source, state: 'unsigned', problems: []})];
  throw fail(
    'JW7102',
    {what: 'source', id: source},
    {
      detail: `${source} has neither ${manifestFile} nor connectors/`,
      hint: 'name the folder that holds connectors/, or a package',
    },
  );
}

/** What pages are made of; cases, cassettes and simulators are left where they are. */
const shown =
  /^(connectors|templates)\/[^/]+\/(connector\.json|template\.json|README\.md|CHANGELOG\.md|icon\.svg|(samples|schemas)\/.+\.json)$/;

function folderShelf(dir: string, origin: Origin): Shelf {
  const paths = ['connectors', 'templates'].flatMap((name) => listFiles(dir, name, {refused: () => undefined}));
  return {
    files: sortFiles(paths.filter((path) => shown.test(path)).map((path) => [path, readFileSync(join(dir, path))])),
    origin,
  };
}

function sourceShelf(folder: string): Shelf {
  const {files, manifest, issues} = readSource(folder);
  const first = issues.find(isError);
  if (first) throw asError(first);
  const {id, version} = manifest;
  return {
    files,
    package: manifest,
    origin: {place: folder, state: 'unsigned', problems: [], install: `jobwire install ${id}@${version}`},
  };
}

async function archiveShelf(file: string, {trust, now}: SourceTools): Promise<Shelf> {
  const bytes = readFileSync(file);
  const files = await readArchive(bytes);
  const verdict = verifyPackage(files, {trust, now});
  return verifiedShelf(
    {files, verdict, place: file},
    {
      integrity: integrityOf(bytes),
      install: `jobwire install ./${basename(file)}`,
    },
  );
}

function installedShelves({project, now}: SourceTools): Shelf[] {
  return installedPackages(project, now).map(({dir, verdict, lockEntry, name, version}) =>
    verifiedShelf(
      {files: readInstalledFiles(dir).files, verdict, place: dir},
      {
        install: `jobwire install ${name}@${version}`,
        ...(lockEntry && {integrity: lockEntry.integrity}),
      },
    ),
  );
}
