/** What all commands share: data on stdout, messages on stderr, coded errors and exit codes. */

import type {Interfaces} from '@oclif/core';
import * as Errors from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import {parse} from '@oclif/core/parser';
import {type Code, isCode} from './errors/catalog.ts';
import {asJobwireError, fail, type Issue, JobwireError, nearest} from './errors/jobwire-error.ts';
import type {Json} from './values/json.ts';
import {processSecrets} from './values/secret.ts';

// By part: a command needs the parser; the whole of oclif is loaded where help is asked for.
export * as Args from '@oclif/core/args';
export {Flags};

/**
 * 0 ok · 1 failure · 2 usage · 3 validation · 4 permission · 5 remote system · 6 conflict or unknown outcome · 124 time-out
 * · 130 interrupted.
 */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  validation: 3,
  permission: 4,
  remote: 5,
  conflict: 6,
  timeout: 124,
  interrupted: 130,
};

/** Answer of every command under --json. */
export interface Answer {
  readonly ok: boolean;
  readonly data?: unknown;
  readonly error?: Issue & {readonly exit: number};
}

type Answers = Record<string, unknown>;

/** What oclif's help knows of a command, and its parser; a command runs without the rest of oclif. */
export abstract class JobwireCommand {
  static summary: string;
  static description: string;
  static examples: string[] = [];
  static args: Interfaces.ArgInput = {};
  static flags: Interfaces.FlagInput = {};
  /** Whether words that no argument takes are refused. */
  static strict = true;
  static enableJsonFlag = true;
  static baseFlags = {
    project: Flags.string({
      char: 'C',
      summary: 'Folder with connections/, connectors/ and templates/ (JOBWIRE_PROJECT; the current folder)',
      helpGroup: 'GLOBAL',
    }),
    quiet: Flags.boolean({char: 'q', summary: 'Print no messages on stderr', helpGroup: 'GLOBAL'}),
  };

  protected readonly argv: readonly string[];

  constructor(argv: readonly string[]) {
    this.argv = argv;
  }

  static async run(this: new (argv: readonly string[]) => JobwireCommand, argv: readonly string[]): Promise<unknown> {
    const command = new this(argv);
    const result = await command.run();
    const answer: Answer = {ok: true, data: withoutSecrets(result)};
    if (result !== undefined && command.jsonEnabled()) writeOut(JSON.stringify(answer, null, 2));
    return result;
  }

  abstract run(): Promise<unknown>;

  protected async parse<F extends Answers, B extends Answers, A extends Answers>(
    options: Interfaces.Input<F, B, A>,
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const flags = {json: jsonFlag, ...options.baseFlags, ...options.flags} as Interfaces.FlagInput<F>;
    return parse<F, B, A>([...this.argv], {...options, flags});
  }

  jsonEnabled(): boolean {
    const ends = this.argv.indexOf('--');
    return this.argv.slice(0, ends < 0 ? this.argv.length : ends).includes('--json');
  }

  /** A message for a person; never on stdout. */
  say(message = ''): void {
    if (!this.argv.includes('-q') && !this.argv.includes('--quiet')) process.stderr.write(`${shown(message)}\n`);
  }

  /** Data for a person: the command's result on stdout. Silent under --json. */
  print(text = ''): void {
    if (!this.jsonEnabled()) writeOut(shown(text));
  }
}

const jsonFlag = Flags.boolean({description: 'Format output as json.', helpGroup: 'GLOBAL'});

let isHeard = false;

/** Whoever reads may stop reading, as `head` does: that is no fault. */
function writeOut(text: string): void {
  if (!isHeard)
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  isHeard = true;
  process.stdout.write(`${text}\n`);
}

/** C0 and C1 controls but tab and line feed, and escapes that do more than choose a colour. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
const unprintable = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]|\u001b(?!\[[0-9;]*m)/g;

/** Control characters of outside data must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** No secret, and no control characters of outside data, reach a terminal. */
function shown(text: string): string {
  return printable(processSecrets.text(text));
}

/** What commands return is JSON, though their types are narrower. */
function withoutSecrets(value: unknown): unknown {
  return processSecrets.json(value as Json);
}

/** Prints what went wrong and gives the exit code. Usage errors of the parser become JW7101; argv is never echoed. */
export function printFailure(error: unknown, context: {json: boolean; commands: readonly string[]}): number {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? 1;
  const failure =
    error instanceof JobwireError ? error : (usageError(error, context.commands) ?? asJobwireError(error));
  const exit = exitCode(failure);
  const answer: Answer = {ok: false, error: {...failure.issue(), exit}};
  if (context.json) process.stdout.write(`${JSON.stringify(withoutSecrets(answer), null, 2)}\n`);
  else process.stderr.write(`${shown(describe(failure))}\n`);
  return exit;
}

function describe(failure: JobwireError): string {
  const {at, hint, suggestions, choices, evidence} = failure.issue();
  return [
    `${at?.file ? `${at.file}:${at.line}:${at.column}: ` : ''}${failure.code}: ${failure.message}`,
    evidence?.serverText && !failure.message.includes(evidence.serverText)
      ? `  server says: ${evidence.serverText}`
      : '',
    suggestions?.length ? `  did you mean: ${suggestions.join(', ')}` : '',
    choices?.length ? `  choices: ${choices.map((choice) => JSON.stringify(choice)).join('  ')}` : '',
    hint ? `  fix: ${hint}` : '',
    isCode(failure.jobwireCode) ? `  more: jobwire explain ${failure.jobwireCode}` : '',
  ]
    .filter(Boolean)
    .join('\n');
}

function usageError(error: unknown, commands: readonly string[]): JobwireError | undefined {
  if (!(error instanceof Errors.CLIError)) return undefined;
  const message = withoutValues(error.message.replace(/\nSee more help with --help$/, ''));
  const unknown = /command (\S+) not found/i.exec(message)?.[1];
  const suggestions = unknown
    ? nearest(
        unknown.replaceAll(':', ' '),
        commands.map((id) => id.replaceAll(':', ' ')),
      )
    : [];
  return fail('JW7101', {problem: message}, {suggestions});
}

/** The parser repeats what was typed; a credential typed in the wrong place must not go on into a log. */
function withoutValues(message: string): string {
  return message
    .replace(/\s+/g, ' ')
    .replace(/^(Unexpected arguments?): .*$/, '$1')
    .replace(/ but received: .*$/, '')
    .replace(
      /^Expected (--[a-z-]+)?.*? to be one of: /,
      (_whole, flag = 'the argument') => `Expected ${flag} to be one of: `,
    );
}

const byCode: Partial<Record<Code, number>> = {
  JW7101: exitCodes.usage,
  JW3114: exitCodes.failure,
  JW3202: exitCodes.failure,
  JW3015: exitCodes.permission,
  JW3012: exitCodes.permission,
  JW3009: exitCodes.conflict,
  JW5007: exitCodes.conflict,
  JW5010: exitCodes.conflict,
  JW5011: exitCodes.conflict,
  JW6020: exitCodes.remote,
  JW6022: exitCodes.permission,
  JW6023: exitCodes.conflict,
  JW6027: exitCodes.conflict,
  JW6001: exitCodes.validation,
  JW6006: exitCodes.validation,
};

function exitCode({jobwireCode}: JobwireError): number {
  const block = jobwireCode[2];
  return (
    byCode[jobwireCode] ??
    {'1': exitCodes.validation, '2': exitCodes.validation, '3': exitCodes.remote, '7': exitCodes.failure}[
      block ?? ''
    ] ??
    exitCodes.failure
  );
}
