/** Puts a catalogue into a folder of its own. Must never touch a file that it did not make. */
import {existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import type {PackageFiles} from '../files.ts';

/** The list of what was written, by which the next build knows its own files. */
export const listFile = '.jobwire-catalog';

export interface Written {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

/** Safe to repeat: what is the same stays, what is no longer part of it goes. JW7101 for a folder that holds something else. */
export function writeCatalog(out: string, files: PackageFiles): Written {
  const before = ownFiles(out);
  const gone = before.filter((path) => !files.has(path) && existsSync(join(out, path)));
  const written: string[] = [];
  const kept: string[] = [];
  for (const [path, bytes] of files) (put(join(out, path), bytes) ? written : kept).push(path);
  for (const path of gone) remove(out, path);
  put(join(out, listFile), Buffer.from(`${[...files.keys()].join('\n')}\n`));
  return {written, kept, removed: gone};
}

function ownFiles(out: string): string[] {
  if (!existsSync(out) || readdirSync(out).length === 0) return [];
  const list = join(out, listFile);
  if (!existsSync(list))
    throw fail(
      'JW7101',
      {problem: `${out} is not empty and was not written by jobwire catalog build`},
      {
        hint: 'name a new folder with --out',
      },
    );
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((path) => /^[\w@-][\w@./-]*$/.test(path) && !path.includes('..'));
}

function put(path: string, bytes: Uint8Array): boolean {
  if (existsSync(path) && Buffer.compare(readFileSync(path), bytes) === 0) return false;
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, bytes);
  return true;
}

/** The file, and the folders that are empty without it. */
function remove(out: string, path: string): void {
  rmSync(join(out, path));
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    if (readdirSync(join(out, folder)).length > 0) return;
    rmdirSync(join(out, folder));
  }
}
