/** Packages that only a bench needs, installed when it is run into bench/.cache, which is not committed. Must never be imported by tests. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

/** Folder of a package in exactly this version. */
export function installed(name: string, version: string): string {
  const cache = join(import.meta.dirname, '.cache', `${name}-${version}`);
  const folder = join(cache, 'node_modules', name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, {recursive: true});
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', cache, `${name}@${version}`];
  execFileSync('npm', args, {stdio: ['ignore', 'ignore', 'inherit']});
  return folder;
}

/** Its main module. Nothing of it is known to the compiler: the caller says what it uses. */
export function loaded<T>(name: string, version: string): T {
  const folder = installed(name, version);
  return createRequire(join(folder, 'package.json'))(folder) as T;
}
