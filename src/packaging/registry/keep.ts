/** Archives that this person has installed before, by their digest: what restores a project without a network. Must never give bytes of another digest. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {writeWhole} from '../durable.ts';
import {integrityOf} from '../pack.ts';

/** `folder` is the one of config.ts: below the cache of this person. */
export interface Keep {
  readonly folder: string;
}

export function readKept({folder}: Keep, integrity: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(fileOf(folder, integrity));
    return integrityOf(bytes) === integrity ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written is no reason to fail. */
export function keepArchive({folder}: Keep, archive: Uint8Array): void {
  try {
    writeWhole(fileOf(folder, integrityOf(archive)), archive);
  } catch {
    // The next restore asks the registry.
  }
}

function fileOf(folder: string, integrity: string): string {
  return join(folder, `${Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')}.tgz`);
}
