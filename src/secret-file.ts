/** Secrets in files: read when they are asked for, and again when the file is not the one that was read. Must never give for longer than a moment what the file does not hold any more. */
import {type BigIntStats, readFileSync, statSync} from 'node:fs';
import {isAbsolute, relative, resolve} from 'node:path';
import {fail} from './errors/jobwire-error.ts';
import {type Clock, systemClock} from './values/time.ts';

interface Kept {
  readonly path: string;
  readonly text: string;
  readonly stats: BigIntStats;
  /** When the file was last looked at; a clock may be set. */
  seenAt: number;
}

const kept = new Map<string, Kept>();

/** A file system's clock is coarse: a file that was just written may be written again without a trace. */
const settledMs = 1000n;
/** Requests of one moment share one look at the file: under load a look for each would cost more than what it is needed for. */
const momentMs = 5;
const most = 1000;

export interface SecretFile {
  readonly name: string;
  readonly dir: string;
  /** As the connection names it, for messages. */
  readonly reference: string;
  readonly clock?: Clock;
}

/** The text of a file below the folder, without one final line break. JW7001 when there is none. */
export function readSecretFile({name, dir, reference, clock = systemClock}: SecretFile): string {
  const key = `${dir}\n${name}`;
  const known = kept.get(key);
  const now = clock.now();
  if (known && Math.abs(now - known.seenAt) < momentMs) return known.text;
  const path = known?.path ?? pathOf(name, dir, reference);
  try {
    const stats = statSync(path, {bigint: true});
    if (known && isSame(known.stats, stats)) {
      known.seenAt = now;
      return known.text;
    }
    const text = readText(path, stats);
    kept.delete(key);
    if (BigInt(now) - stats.ctimeMs > settledMs && kept.size < most) kept.set(key, {path, text, stats, seenAt: now});
    return text;
  } catch (error) {
    kept.delete(key);
    const problem = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : (error as Error).message;
    throw fail('JW7001', {secret: reference, reference, problem});
  }
}

function pathOf(name: string, dir: string, reference: string): string {
  const path = resolve(dir, name);
  const inside = relative(resolve(dir), path);
  if (isAbsolute(inside) || inside.startsWith('..'))
    throw fail('JW7001', {secret: name, reference, problem: 'leaves the folder of the connection'});
  return path;
}

function readText(path: string, {size}: BigIntStats): string {
  if (size > 64n * 1024n) throw new Error('is larger than 64 KB');
  const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  if (text === '') throw new Error('is empty');
  return text;
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.ctimeNs === b.ctimeNs && a.mtimeNs === b.mtimeNs && a.ino === b.ino && a.size === b.size && a.dev === b.dev;
}
