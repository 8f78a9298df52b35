/** Folders as packages see them: every file is listed, none is reached through a link. Must never follow one, nor write. */
import {lstatSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {contentProblem} from './contents.ts';
import {byCodeUnit, type PackageFiles} from './files.ts';
import {defaultLimits, openIntake, pathProblem, refuse} from './policy.ts';

export interface Listing {
  /** Hears of what may not be there; it is left out of the list. */
  readonly refused: (path: string, problem: string) => void;
  /** Names that are passed over. */
  readonly skip?: ReadonlySet<string>;
}

/** Paths of the allowed files at or below `name`, sorted; nothing when there is no such name. */
export function listFiles(dir: string, name: string, listing: Listing): string[] {
  const {refused, skip} = listing;
  const node = look(dir, name);
  if (node === 'missing') return [];
  if (node === 'folder')
    return readdirSync(join(dir, name))
      .filter((entry) => !skip?.has(entry))
      .sort(byCodeUnit)
      .flatMap((entry) => listFiles(dir, `${name}/${entry}`, listing));
  if (node === 'file') return [name];
  refused(name, node);
  return [];
}

/** An unpacked package, by the same rules as an archive. Errors: JW6001. */
export function readFolder(dir: string): PackageFiles {
  const intake = openIntake();
  const refused = (path: string, problem: string): never => {
    throw refuse(path, problem);
  };
  const names = readdirSync(dir).sort(byCodeUnit);
  for (const path of names.flatMap((name) => listFiles(dir, name, {refused}))) {
    const bytes = readFileSync(join(dir, path));
    const problem = contentProblem(path, bytes);
    if (problem !== undefined) throw refuse(path, problem);
    intake.open(path, bytes.length);
    intake.add(bytes);
  }
  return intake.files();
}

/** file, folder, missing, or why it is not allowed. Each step is looked at itself, so that no link leads out. */
function look(dir: string, name: string): string {
  let stats: ReturnType<typeof lstatSync> | undefined;
  let here = dir;
  for (const step of name.split('/')) {
    here = join(here, step);
    stats = lstatSync(here, {throwIfNoEntry: false});
    if (stats?.isSymbolicLink()) return 'is a symbolic link';
  }
  if (!stats) return 'missing';
  if (stats.isDirectory()) return 'folder';
  if (!stats.isFile()) return 'is not a plain file';
  if (stats.size > defaultLimits.fileBytes) return `larger than ${defaultLimits.fileBytes} bytes`;
  return pathProblem(name) ?? 'file';
}
