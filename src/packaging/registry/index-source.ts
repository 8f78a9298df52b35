/** Gets an index from a file or an address, and remembers the youngest one seen. Must never use one that `readIndex` refuses. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fail} from '../../errors/jobwire-error.ts';
import {own, parseJson} from '../../values/json.ts';
import {iso} from '../../values/time.ts';
import {writeWhole} from '../durable.ts';
import {packagesFolder} from '../installed.ts';
import type {Desk} from './desk.ts';
import {ask} from './exchange.ts';
import {type RegistryIndex, readIndex} from './index-file.ts';
import {registryOf, registryUrl} from './registries.ts';

/** JW6028, JW6020, JW7101 */
export async function openIndex(place: string, desk: Desk, maxAgeMs: number): Promise<RegistryIndex> {
  const {project, trust, lock, clock} = desk;
  const seen = readSeen(project);
  const registries = Object.values(lock.packages).flatMap(({source}) => registryOf(source) ?? []);
  const index = readIndex(await bytesOf(place, desk), {
    ...{trust, maxAgeMs, now: clock.now(), registries: [...new Set(registries)]},
    seen: (key) => seen.get(key),
  });
  writeSeen(project, seen.set(index.key, Math.max(index.issuedAt, seen.get(index.key) ?? 0)));
  return index;
}

async function bytesOf(place: string, {registries}: Desk): Promise<Uint8Array> {
  if (!/^https?:\/\//.test(place)) return fileBytes(place);
  const url = new URL(registryUrl(place, '--index').replace(/\/$/, ''));
  const registry = registries.at(`${url.origin}/`);
  const path = url.pathname.slice(1);
  const bytes = await ask({registry, path, accept: 'application/json', maxBytes: 8 * 1024 * 1024, timeoutMs: 30_000});
  if (bytes) return bytes;
  throw fail('JW6028', {problem: `${url.origin} has no ${path}`});
}

function fileBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail('JW7101', {problem: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`}, {cause: error});
  }
}

function seenFile(project: string): string {
  return join(packagesFolder(project), '.index-seen.json');
}

function readSeen(project: string): Map<string, number> {
  const file = seenFile(project);
  if (!existsSync(file)) return new Map();
  try {
    const value = parseJson(readFileSync(file, 'utf8'));
    const times = Object.entries(own(value, 'seen') ?? {}).map(([key, time]): [string, number] => [
      key,
      Date.parse(String(time)),
    ]);
    return new Map(times.filter(([, time]) => !Number.isNaN(time)));
  } catch {
    return new Map();
  }
}

function writeSeen(project: string, seen: ReadonlyMap<string, number>): void {
  const times = Object.fromEntries([...seen].sort().map(([key, time]) => [key, iso(time)]));
  writeWhole(seenFile(project), `${JSON.stringify({seen: times}, null, 2)}\n`);
}
