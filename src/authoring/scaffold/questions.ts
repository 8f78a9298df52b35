/** What a scaffold has to know: each question is also a flag. Must never ask by itself: a command brings the means. */
import {fail} from '../../errors/jobwire-error.ts';

export interface Question {
  /** Of the flag, without dashes. */
  readonly flag: string;
  readonly message: string;
  /** Closed choices, where there are any. */
  readonly choices?: readonly {readonly value: string; readonly name: string}[];
  readonly preset?: string;
  /** Why an answer cannot be taken. */
  readonly problem?: (answer: string) => string | undefined;
}

/** How a person is asked; absent where nobody is there. */
export interface Prompts {
  input(question: Question): Promise<string>;
  select(question: Question): Promise<string>;
}

/** The flag's value, else the person's. JW7101 names the flag where it is missing or cannot be taken. */
export async function answer(
  question: Question,
  given: string | undefined,
  prompts: Prompts | undefined,
): Promise<string> {
  const {flag, choices} = question;
  const value = given ?? (await asked(question, prompts));
  const known = choices?.map((choice) => choice.value);
  const problem =
    known && !known.includes(value)
      ? `is none of: ${known.join(', ') || 'nothing to choose from'}`
      : question.problem?.(value);
  if (problem !== undefined) throw fail('JW7101', {problem: `--${flag} ${value}: ${problem}`});
  return value;
}

function asked(question: Question, prompts: Prompts | undefined): Promise<string> {
  const {flag, message, choices} = question;
  if (!prompts)
    throw fail(
      'JW7101',
      {problem: `--${flag} is missing (${message})`},
      choices ? {choices: choices.map(({value}) => value)} : {},
    );
  if (choices?.length === 0) throw fail('JW7101', {problem: `--${flag} (${message}): there is nothing to choose from`});
  return choices ? prompts.select(question) : prompts.input(question);
}

export function idProblem(id: string): string | undefined {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) && id.length <= 64
    ? undefined
    : 'lower-case letters, digits and single dashes, at most 64';
}
