/** Reads the .npmrc files of a project and of a person, as far as they are about registries. Must never put a value into a sentence. */
import {readFileSync} from 'node:fs';

export interface NpmrcFile {
  readonly path: string;
  /** Part of the project, and so perhaps written by somebody else: it may not read any variable of the environment. */
  readonly shared: boolean;
}

/** One setting, and the variables that it names and that are not there. */
export interface Setting {
  readonly value: string;
  readonly file: string;
  readonly missing: readonly string[];
}

/**
 * The only variables a project's file may name. With any other, a project somebody hands over could have the secrets of its reader
 * sent to a registry of its choice.
 */
const sharedVariables = /^(NPM_[A-Z0-9_]*TOKEN|NODE_AUTH_TOKEN|JOBWIRE_REGISTRY_TOKEN)$/;

/** Later files win. `variable` gives the value of an environment variable. A file that is not there says nothing. */
export function readNpmrc(
  files: readonly NpmrcFile[],
  variable: (name: string) => string | undefined,
): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const {path, shared} of files) {
    const allowed = (name: string): string | undefined =>
      shared && !sharedVariables.test(name) ? undefined : variable(name);
    for (const [key, raw] of parse(read(path))) settings.set(key, {file: path, ...expand(raw, allowed)});
  }
  return settings;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `key = value` lines of the ini format; comments and sections say nothing about registries. */
function parse(text: string): [string, string][] {
  const top = text.split(/^\s*\[/m)[0] ?? '';
  return top.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, key, value] = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[unquote(key), unquote(value)]];
  });
}

function unquote(text: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  return (
    quoted?.[2] ??
    text
      .replace(/(?<!\\)[;#].*$/, '')
      .replace(/\\([;#\\])/g, '$1')
      .trim()
  );
}

/** `${NAME}`, and `${NAME?}` for what may be missing. */
function expand(text: string, variable: (name: string) => string | undefined): {value: string; missing: string[]} {
  const missing: string[] = [];
  const value = text.replace(/\$\{([^}?]+)(\?)?\}/g, (_whole, name: string, optional?: string) => {
    const found = variable(name);
    if (found === undefined && optional === undefined) missing.push(name);
    return found ?? '';
  });
  return {value, missing};
}
