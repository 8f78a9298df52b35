/** What people write to name a package: a name with a version, an archive, a folder. Must never look into a registry. */
import {existsSync, statSync} from 'node:fs';
import {resolve} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import {isRange} from '../../manifest/reference.ts';
import {readWanted, type Wanted} from './listing.ts';

export type Spec =
  | {readonly kind: 'registry'; readonly name: string; readonly wanted?: Wanted}
  | {readonly kind: 'file' | 'folder' /** Absolute. */; readonly path: string};

export function isPackageId(text: string): boolean {
  return /^@[a-z][a-z0-9]*(-[a-z0-9]+)*\/[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text) && text.length <= 130;
}

/** `@scope/name`, `@scope/name@^1.2`, `file:path`, `./archive.tgz`, `./folder`. Errors: JW7101, JW7102, JW6025. */
export function readSpec(text: string, cwd: string): Spec {
  const file = /^file:(.+)$/.exec(text)?.[1] ?? (/^[./~]|\.tgz$|^[a-z]:[\\/]/i.test(text) ? text : undefined);
  if (file !== undefined) return readPath(resolve(cwd, file), file);
  return readName(text);
}

function readPath(path: string, given: string): Spec {
  if (!existsSync(path)) throw fail('JW7102', {what: 'archive or folder', id: given});
  return {kind: statSync(path).isDirectory() ? 'folder' : 'file', path};
}

function readName(text: string): Spec {
  const at = text.indexOf('@', 1);
  const name = at < 0 ? text : text.slice(0, at);
  const foreign = foreignLetters(name);
  if (foreign.length > 0)
    throw fail(
      'JW6025',
      {problem: `the name has ${foreign.join(', ')}; names of packages are ASCII, and no registry has this one`},
      {hint: 'write the name yourself instead of copying it'},
    );
  if (!isPackageId(name))
    throw fail('JW7101', {
      problem: `${JSON.stringify(text)} is no package: write @scope/name, @scope/name@^1.2, ./archive.tgz or ./folder`,
    });
  if (at < 0) return {kind: 'registry', name};
  const wanted = readWanted(text.slice(at + 1));
  if (!wanted || (wanted.kind === 'range' && !isRange(wanted.range)))
    throw fail('JW7101', {
      problem: `${JSON.stringify(text)}: a version is 1.2.3, ~1.2, ^1, ^1.2, or a tag such as latest`,
    });
  return {kind: 'registry', name, wanted};
}

/** The characters of a name that are not ASCII, told so that a person sees them: `а (U+0430)`. */
function foreignLetters(text: string): string[] {
  return [...new Set(text)]
    .filter((letter) => (letter.codePointAt(0) ?? 0) > 0x7e)
    .map((letter) => `${letter} (U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')})`);
}
