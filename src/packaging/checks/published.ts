/** Lays the published version out as a folder, to compare with. An archive is read by the rules of packages and removed again. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import {readArchive} from '../archive.ts';

export interface PublishedFolder extends Disposable {
  readonly dir: string;
}

/** A folder as it is, or an archive unpacked. JW7102 when there is neither, JW6001 for an archive that is no package. */
export async function openPublished(path: string): Promise<PublishedFolder> {
  const place = resolve(path);
  const stat = statSync(place, {throwIfNoEntry: false});
  if (!stat) throw fail('JW7102', {what: 'published archive or folder', id: path});
  if (stat.isDirectory()) return {dir: place, [Symbol.dispose]: () => {}};
  const files = await readArchive(readFileSync(place));
  const dir = mkdtempSync(join(tmpdir(), 'jobwire-published-'));
  for (const [name, bytes] of files) {
    const file = join(dir, name);
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, bytes);
  }
  return {dir, [Symbol.dispose]: () => rmSync(dir, {recursive: true, force: true})};
}
