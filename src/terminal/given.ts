/** What people hand over and take away: JSON, content and files. Must never write a file that was not named. */
import {readFileSync, writeFileSync} from 'node:fs';
import {userInfo} from 'node:os';
import {basename} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import {readJson} from '../operations/typed-input.ts';
import type {Json} from '../values/json.ts';
import {durationMs} from '../values/time.ts';

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

/** Milliseconds of `30d`, `12h`, …; JW7101. */
export function readDuration(text: string, flag: string): number {
  const value = durationMs(text);
  if (value === undefined) throw fail('JW7101', {problem: `${flag} ${text}: write a duration such as 90s, 12h or 30d`});
  return value;
}

/** Milliseconds since 1970 of an ISO time, or of a duration before now; JW7101. */
export function readTime(text: string, flag: string, now: number): number {
  const before = durationMs(text);
  const time = before === undefined ? Date.parse(text) : now - before;
  if (Number.isNaN(time) || (before === undefined && !/^\d{4}-\d\d-\d\d/.test(text)))
    throw fail('JW7101', {
      problem: `${flag} ${text}: write a time such as 2026-01-12T08:00:00Z, or a duration such as 2h`,
    });
  return time;
}

/** Milliseconds between two of `10/s` or `30/m`; JW7101. */
export function readRate(text: string, flag: string): number {
  const [, count, unit] = /^(\d{1,6})\/(s|m)$/.exec(text) ?? [];
  if (count === undefined || Number(count) === 0)
    throw fail('JW7101', {problem: `${flag} ${text}: write a rate such as 10/s or 30/m`});
  return (unit === 's' ? 1000 : 60_000) / Number(count);
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
