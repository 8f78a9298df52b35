/** What every command about packages works with: the project, its registries, its trust and lock, the time. */
import {globSync} from 'node:fs';
import {basename, join} from 'node:path';
import {packageRoot} from '../../values/package-root.ts';
import {processSecrets} from '../../values/secret.ts';
import type {Clock} from '../../values/time.ts';
import {type Lock, readLock} from '../lock.ts';
import {readTrust, type Trust} from '../trust.ts';
import type {Keep} from './keep.ts';
import type {NpmrcFile} from './npmrc.ts';
import {type Registries, readRegistries} from './registries.ts';

export interface Desk {
  /** Absolute. */
  readonly project: string;
  readonly registries: Registries;
  readonly lock: Lock;
  readonly trust: Trust;
  readonly keep: Keep;
  readonly clock: Clock;
  /** Ids of the connectors that come with Jobwire. */
  readonly shipped: ReadonlySet<string>;
}

export interface DeskSettings {
  readonly project: string;
  readonly npmrc: readonly NpmrcFile[];
  readonly variable: (name: string) => string | undefined;
  readonly archives: string;
}

/** Errors: those of lock, trust and .npmrc files. */
export function openDesk({project, npmrc, variable, archives}: DeskSettings, clock: Clock, asked?: string): Desk {
  const lock = readLock(project);
  return {
    ...{project, lock, clock, trust: readTrust(project), keep: {folder: archives}},
    registries: readRegistries({files: npmrc, variable, redactor: processSecrets, asked, lock}),
    shipped: new Set(globSync('*/', {cwd: join(packageRoot, 'connectors')}).map((path) => basename(path))),
  };
}
