/** Where an archive goes on the disk. Must never leave half a file, nor touch one that is the same already. */
import {readFileSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {writeWhole} from './durable.ts';
import {archiveName, type Packed} from './pack.ts';

/** `out` names the archive itself when it ends with .tgz, else the folder that it goes into. */
export function archivePath(out: string, manifest: Packed['manifest']): string {
  return resolve(out.endsWith('.tgz') ? out : join(out, archiveName(manifest)));
}

/** Whether the file changed. JW7101 when it cannot be written. */
export function placeArchive(file: string, {archive}: Packed): boolean {
  const isThere = statSync(file, {throwIfNoEntry: false})?.isFile() === true;
  if (isThere && Buffer.compare(readFileSync(file), archive) === 0) return false;
  writeWhole(file, archive);
  return true;
}
