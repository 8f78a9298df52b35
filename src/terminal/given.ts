/** What people hand over and take away: JSON, content and files. Must never write a file that was not named. */
import {readFileSync, writeFileSync} from 'node:fs';
import {userInfo} from 'node:os';
import {basename} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import {readJson} from '../operations/typed-input.ts';
import type {Json} from '../values/json.ts';

/** JSON, `@FILE`, or `-` for standard input. Errors: JW7101 no JSON, JW7102 no such file. */
export function readValue(text: string, what: string): Json {
  if (text === '-') return readJson(read('-').toString('utf8'), what);
  return text.startsWith('@') ? readJson(read(text.slice(1)).toString('utf8'), what) : readJson(text, what);
}

/** Who sits at this terminal, for the log of what they decide. */
export function localUser(): string {
  try {
    return `${userInfo().username} (command line)`;
  } catch {
    // An account without a name, as containers have it.
    return 'command line';
  }
}

/** The flag of a member that the API takes, too: `olderThan` is `--older-than`. */
export function flagName(member: string): string {
  return `--${member.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export interface Content {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A file, standard input or a text, with a name. Errors: JW7101 no name, JW7102 no such file. */
export function readContent(given: {
  readonly file?: string | undefined;
  readonly content?: string | undefined;
  readonly name?: string | undefined;
}): Content {
  const {file, content, name = file === undefined || file === '-' ? '' : basename(file)} = given;
  if (name.trim() === '') throw fail('JW7101', {problem: 'what does not come from a file needs a --name'});
  return {name, content: content ?? read(file ?? '-')};
}

function read(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw fail('JW7102', {what: 'readable file', id: file}, {cause: error, hint: (error as Error).message});
  }
}

/** Into the file, or as they are to standard output for `-`. JW7101 without a name, or when the file cannot be written. */
export function writeBytes(
  bytes: Uint8Array,
  out: string | undefined,
  say: (text: string) => void,
): {readonly bytes: number; readonly out: string} {
  if (out === undefined)
    throw fail(
      'JW7101',
      {problem: `this is a file of ${bytes.byteLength} bytes`},
      {hint: 'name a file with --out, or - for standard output'},
    );
  if (out === '-') process.stdout.write(bytes);
  else save(out, bytes);
  if (out !== '-') say(`${bytes.byteLength} bytes written to ${out}`);
  return {bytes: bytes.byteLength, out};
}

function save(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    throw fail(
      'JW7101',
      {problem: `${path} cannot be written: ${(error as Error).message}`},
      {cause: error, hint: 'name another file with --out'},
    );
  }
}
