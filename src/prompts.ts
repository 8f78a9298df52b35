/** Questions on a terminal. Must never ask where nobody can answer, and never write to stdout: that is for data. */
import type {Prompts, Question} from './authoring/scaffold/questions.ts';

/** The part of the prompting library that is used; commands bring it, so that others start without it. */
interface Library {
  input(
    config: {message: string; default?: string; validate: (text: string) => boolean | string},
    context: {output: NodeJS.WritableStream},
  ): Promise<string>;
  select(
    config: {message: string; choices: {value: string; name: string}[]},
    context: {output: NodeJS.WritableStream},
  ): Promise<string>;
}

/** Undefined without a person: no terminal, or they asked not to be asked. */
export async function terminalPrompts(wanted: boolean, load: () => Promise<Library>): Promise<Prompts | undefined> {
  if (!wanted || process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined;
  const library = await load();
  const context = {output: process.stderr};
  return {
    input: ({message, preset, problem}: Question) =>
      library.input(
        {
          message,
          ...(preset !== undefined && {default: preset}),
          validate: (text) => problem?.(text) ?? true,
        },
        context,
      ),
    select: ({message, choices = []}: Question) =>
      library.select({message, choices: choices.map(({value, name}) => ({value, name}))}, context),
  };
}
