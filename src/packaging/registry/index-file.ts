/**
 * jobwire-index.json: a signed and dated list of what a registry has. A registry that is frozen or altered cannot make a present one.
 * Must never believe an index that is unsigned, signed by a stranger, too old, or older than one seen before.
 */
import {verify} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import {isObject, type Json, JsonFault, type JsonObject, own} from '../../values/json.ts';
import {type Clock, iso} from '../../values/time.ts';
import {jsonFile, readJsonFile} from '../files.ts';
import {type SigningKey, seconds} from '../keys.ts';
import {isPublicKey, keyId, toKeyObject} from '../public-key.ts';
import {sorted} from '../state-file.ts';
import {keyOf, keyState, type Trust} from '../trust.ts';

export interface RegistryIndex {
  /** Address of the registry it is about. */
  readonly registry: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly key: string;
  /** Package id, version, sha512. */
  readonly packages: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface IndexContent {
  readonly registry: string;
  readonly packages: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The bytes of the file. */
export function signIndex({registry, packages}: IndexContent, key: SigningKey, clock: Clock): Uint8Array {
  const said = {
    ...{indexVersion: 1, registry, issuedAt: iso(seconds(clock.now())), key: key.id},
    packages: sorted(packages, (versions) => sorted(versions, (integrity) => integrity)),
  };
  return jsonFile({...said, signature: Buffer.from(key.sign(statement(said))).toString('base64')});
}

export interface IndexContext {
  readonly trust: Trust;
  readonly now: number;
  readonly maxAgeMs: number;
  /** The registry whose packages are looked up in it. */
  readonly registries: readonly string[];
  /** When the last index by the same key was issued that was seen here. */
  readonly seen: (key: string) => number | undefined;
}

const clockTolerance = 300_000;

/** JW6028 */
export function readIndex(bytes: Uint8Array, {trust, now, maxAgeMs, registries, seen}: IndexContext): RegistryIndex {
  const {signature, ...said} = parsed(bytes);
  const [key, registry, issued, packages] = [said['key'], said['registry'], said['issuedAt'], said['packages']];
  if (said['indexVersion'] !== 1 || typeof key !== 'string' || typeof registry !== 'string' || !isObject(packages))
    throw unusable('it is no index of version 1');
  const issuedAt = Date.parse(typeof issued === 'string' ? issued : '');
  if (Number.isNaN(issuedAt)) throw unusable('it does not say when it was issued');
  refuseSigner({key, trust, now});
  if (typeof signature !== 'string' || !proves(said, keyOf(trust, key)?.publicKey ?? '', signature))
    throw unusable(`its signature by ${key} is wrong: it was changed after it was signed`);
  if (issuedAt > now + clockTolerance) throw unusable(`it is of ${iso(issuedAt)}, which is yet to come`);
  if (now - issuedAt > maxAgeMs)
    throw unusable(
      `it is of ${iso(issuedAt)}, older than ${Math.floor(maxAgeMs / 3_600_000)} h: what came since is kept back`,
    );
  const before = seen(key);
  if (before !== undefined && issuedAt < before)
    throw unusable(`it is of ${iso(issuedAt)}; one of ${iso(before)} was seen here already`);
  if (!registries.includes(registry))
    throw unusable(
      `it is about ${registry}, the installed packages come from ${registries.join(', ') || 'no registry'}`,
    );
  return {
    registry,
    issuedAt,
    key,
    packages: new Map(Object.entries(packages).map(([id, all]) => [id, versionsOf(all)])),
  };
}

function versionsOf(value: Json): Map<string, string> {
  const entries = Object.entries(isObject(value) ? value : {});
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function parsed(bytes: Uint8Array): JsonObject {
  try {
    const value = readJsonFile(bytes);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw unusable(`it is not strict JSON: ${error.message}`);
  }
  throw unusable('it is no object');
}

function refuseSigner({key, trust, now}: {readonly key: string; readonly trust: Trust; readonly now: number}): void {
  const entry = keyOf(trust, key);
  if (!entry) throw unusable(`it is signed by ${key}, which trust.json does not list`);
  const state = keyState(entry, now);
  if (state !== 'trusted')
    throw unusable(
      `it is signed by ${key} (${entry.name}), which has ${state === 'revoked' ? 'been revoked' : 'expired'}`,
    );
}

function statement(said: object): Uint8Array {
  return Buffer.concat([Buffer.from('jobwire-index-v1\n'), jsonFile(said)]);
}

function proves(said: JsonObject, publicKey: string, signature: string): boolean {
  const proof = Buffer.from(signature, 'base64');
  if (!isPublicKey(publicKey) || proof.length !== 64 || keyId(publicKey) !== own(said, 'key')) return false;
  return verify(null, statement(said), toKeyObject(publicKey), proof);
}

function unusable(problem: string): Error {
  return fail('JW6028', {problem});
}
