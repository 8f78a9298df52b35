/** Writes the files of a scaffold. Must never overwrite one. */
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';

export interface Scaffolded {
  /** Paths below the project. */
  readonly created: readonly string[];
  readonly kept: readonly string[];
}

/** JW7101 when a file cannot be written. */
export function writeNew(project: string, files: ReadonlyMap<string, string>): Scaffolded {
  const created: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = join(project, name);
    if (existsSync(path)) kept.push(name);
    else {
      put(path, text);
      created.push(name);
    }
  }
  return {created, kept};
}

function put(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text, {flag: 'wx'});
  } catch (error) {
    throw fail('JW7101', {problem: `${path} cannot be written: ${(error as Error).message}`}, {cause: error});
  }
}
