/** Which command a line means, by its words: the path of its file. What is not plain is left to oclif. Must never load a second file. */
import {existsSync} from 'node:fs';
import {extname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {JobwireCommand} from './command.ts';
import {programFolder} from './values/package-root.ts';

type CommandClass = typeof JobwireCommand & (new (argv: readonly string[]) => JobwireCommand);

export interface Found {
  readonly command: CommandClass;
  /** What comes after the words of the command. */
  readonly argv: readonly string[];
}

/** undefined for help, for a topic and for what is no command. */
export async function findCommand(argv: readonly string[]): Promise<Found | undefined> {
  if (asksForHelp(argv)) return undefined;
  for (let count = countWords(argv); count > 0; count--) {
    const file = `${join(programFolder, 'commands', ...argv.slice(0, count))}${extname(import.meta.filename)}`;
    if (!existsSync(file)) continue;
    const {default: command} = (await import(pathToFileURL(file).href)) as {readonly default: CommandClass};
    const rest = argv.slice(count);
    return takesWords(command) || !isWord(rest[0] ?? '-') ? {command, argv: rest} : undefined;
  }
  return undefined;
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).includes('--help');
}

function isWord(text: string): boolean {
  return !text.startsWith('-') && !text.includes('=');
}

function countWords(argv: readonly string[]): number {
  const other = argv.findIndex((text) => !/^[a-z]+(-[a-z]+)*$/.test(text));
  return Math.min(other < 0 ? argv.length : other, 3);
}

function takesWords({strict, args}: CommandClass): boolean {
  return !strict || Object.keys(args).length > 0;
}
