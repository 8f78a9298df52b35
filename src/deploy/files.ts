/** The deploy files of each target, and how they get into a folder. Must never change a file that differs without being told to. */
import {chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from '../errors/jobwire-error.ts';
import {composeFile} from './compose.ts';
import type {DeployFacts} from './facts.ts';
import {helmFiles} from './helm.ts';
import {imageFiles} from './image.ts';
import {systemdFiles} from './systemd.ts';

export const targets = ['docker', 'compose', 'systemd', 'helm'] as const;
export type Target = (typeof targets)[number];

const writers: {readonly [T in Target]: (facts: DeployFacts) => ReadonlyMap<string, string>} = {
  docker: imageFiles,
  compose: (facts) => new Map([...imageFiles(facts), ['compose.yaml', composeFile(facts)]]),
  systemd: systemdFiles,
  helm: (facts) => new Map([...imageFiles(facts), ...helmFiles(facts)]),
};

/** Path in the folder to text. */
export function deployFiles(target: Target, facts: DeployFacts): ReadonlyMap<string, string> {
  return writers[target](facts);
}

export interface Deployed {
  readonly written: readonly string[];
  readonly kept: readonly string[];
}

/** All or nothing: JW7101 names every file that is there and differs, unless `force`. */
export function writeDeployFiles(out: string, files: ReadonlyMap<string, string>, force: boolean): Deployed {
  const before = [...files].map(([path, text]) => ({path, text, there: readIfThere(join(out, path))}));
  const changed = before.filter(({text, there}) => there !== undefined && there !== text).map(({path}) => path);
  if (changed.length > 0 && !force)
    throw fail(
      'JW7101',
      {problem: `${changed.map((path) => join(out, path)).join(', ')}: there already, with another text`},
      {hint: 'look at the difference, then say --force to replace them'},
    );
  const due = before.filter(({text, there}) => there !== text);
  for (const {path, text} of due) put(join(out, path), text);
  return {
    written: due.map(({path}) => path),
    kept: before.filter(({text, there}) => there === text).map(({path}) => path),
  };
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, text);
  if (path.endsWith('.sh')) chmodSync(path, 0o755);
}
