/** Puts verified files where packages are loaded from. Must never leave a folder there that is not whole. */
import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import type {PackageFiles} from '../files.ts';
import {packagesFolder} from '../installed.ts';

/** Names that no package has: what they hold is never loaded. */
const drafts = /^\.(staging|old)-/;

/**
 * Writes beside, then takes the place in one step. What was there before is moved away first and comes back when the second step
 * fails. A crash between them leaves no package, or one that its lock does not name; neither is loaded.
 */
export function placePackage(project: string, id: string, files: PackageFiles): void {
  const folder = packagesFolder(project);
  const staging = join(folder, `.staging-${randomUUID()}`);
  const old = join(folder, `.old-${randomUUID()}`);
  const place = join(folder, ...id.split('/'));
  try {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(staging, path)), {recursive: true});
      writeFileSync(join(staging, path), bytes, {flag: 'wx'});
    }
    mkdirSync(dirname(place), {recursive: true});
    const wasThere = existsSync(place);
    if (wasThere) renameSync(place, old);
    try {
      renameSync(staging, place);
    } catch (error) {
      if (wasThere) renameSync(old, place);
      throw error;
    }
    rmSync(old, {recursive: true, force: true});
  } catch (error) {
    rmSync(staging, {recursive: true, force: true});
    throw fail('JW7101', {problem: `${place} cannot be written: ${(error as Error).message}`}, {cause: error});
  }
}

export function displacePackage(project: string, id: string): void {
  const folder = packagesFolder(project);
  const place = join(folder, ...id.split('/'));
  const old = join(folder, `.old-${randomUUID()}`);
  if (existsSync(place)) renameSync(place, old);
  rmSync(old, {recursive: true, force: true});
  const scope = dirname(place);
  if (existsSync(scope) && readdirSync(scope).length === 0) rmdirSync(scope);
}

/** What processes that died left behind. Only for whoever holds the place. */
export function sweep(project: string): void {
  const folder = packagesFolder(project);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((one) => drafts.test(one)))
    rmSync(join(folder, name), {recursive: true, force: true});
}
