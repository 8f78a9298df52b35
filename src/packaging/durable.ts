/** Writes a file so that it is there whole or not at all. Must never leave a draft behind. */
import {randomBytes} from 'node:crypto';
import {closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';

/** JW7101 when it cannot be written. */
export function writeWhole(file: string, content: Uint8Array | string): void {
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(dirname(file), {recursive: true});
    const handle = openSync(draft, 'wx');
    try {
      const bytes = Buffer.from(content);
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, {force: true});
    throw fail('JW7101', {problem: `${file} cannot be written: ${(error as Error).message}`}, {cause: error});
  }
}
