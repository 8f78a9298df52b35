/** Puts a draft into its folder: all of it or nothing, never over something else without being told to. */
import {existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import {marker} from './files.ts';

export interface Written {
  /** Paths below the folder. */
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  /** Cases of an earlier import that the draft does not have any more. */
  readonly removed: readonly string[];
}

export interface WriteOptions {
  readonly force: boolean;
  /** Says what would be done. */
  readonly dryRun: boolean;
}

/** JW7101 when files with other content are there and `force` is not. */
export function writeDraft(folder: string, files: ReadonlyMap<string, string>, {force, dryRun}: WriteOptions): Written {
  const written: string[] = [];
  const unchanged: string[] = [];
  const other: string[] = [];
  for (const [name, text] of files) {
    const path = join(folder, name);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    if (before === text) unchanged.push(name);
    else written.push(name);
    if (before !== undefined && before !== text) other.push(name);
  }
  const removed = staleIn(folder, files);
  const touched = [...other, ...removed];
  if (touched.length > 0 && !force && !dryRun)
    throw fail(
      'JW7101',
      {problem: `${folder} holds other content: ${touched.slice(0, 3).join(', ')}${touched.length > 3 ? ' …' : ''}`},
      {hint: 'choose another --out, or overwrite it with --force'},
    );
  if (!dryRun) {
    for (const name of written) put(join(folder, name), files.get(name) ?? '');
    for (const name of removed) rmSync(join(folder, name));
  }
  return {written, unchanged, removed};
}

function staleIn(folder: string, files: ReadonlyMap<string, string>): string[] {
  return globSync('cases/*.json', {cwd: folder})
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => !files.has(name) && readFileSync(join(folder, name), 'utf8').includes(`"$comment": "${marker}"`))
    .sort();
}

function put(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text);
  } catch (error) {
    throw fail('JW7101', {problem: `${path} cannot be written: ${(error as Error).message}`}, {cause: error});
  }
}
