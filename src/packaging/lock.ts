/** jobwire.lock: what exactly is installed and consented to. Must never be written in two ways, nor read when it is not understood. */
import {join} from 'node:path';
import type {Lock, LockedPackage} from '../generated/types.ts';
import {writeWhole} from './durable.ts';
import {byCodeUnit} from './files.ts';
import {readState, sorted} from './state-file.ts';

export type {Lock};
export type LockEntry = LockedPackage;

export const lockFile = 'jobwire.lock';

export const emptyLock: Lock = {lockVersion: 1, packages: {}};

/** Empty where there is none. Errors: JW1001 to JW1003 with file, line and column; JW6003 for a later lockVersion. */
export function readLock(projectDir: string): Lock {
  return readState<Lock>({form: 'lock', versionKey: 'lockVersion', path: join(projectDir, lockFile)}) ?? emptyLock;
}

export function lockEntryOf({packages}: Lock, id: string): LockEntry | undefined {
  return Object.hasOwn(packages, id) ? packages[id] : undefined;
}

/** The text of the file: the same for the same packages. */
export function formatLock({packages}: Lock): string {
  return `${JSON.stringify({lockVersion: 1, packages: sorted(packages, inOrder)}, null, 2)}\n`;
}

/** Atomic: a reader sees the lock before or after. JW7101 when it cannot be written. */
export function writeLock(projectDir: string, lock: Lock): void {
  writeWhole(join(projectDir, lockFile), formatLock(lock));
}

function inOrder({version, source, range, integrity, digest, signer, permissions, ...rest}: LockEntry): LockEntry {
  const {replaces, provenance} = rest;
  return {
    ...{
      version,
      source,
      range,
      integrity,
      digest,
      signer,
      permissions: ordered(permissions) as LockEntry['permissions'],
    },
    ...(replaces && replaces.length > 0 && {replaces: [...replaces].sort(byCodeUnit)}),
    ...(provenance && {provenance: {issuer: provenance.issuer, subject: provenance.subject}}),
  };
}

/** Permissions are sets: lists and keys in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort(byCodeUnit);
  if (typeof value !== 'object' || value === null) return value;
  return sorted(value as Readonly<Record<string, unknown>>, ordered);
}
