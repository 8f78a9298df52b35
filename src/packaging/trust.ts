/** trust.json: whose signatures count in a project, for which scopes and until when. Must never trust anybody by default. */
import {join} from 'node:path';
import {fail, type Issue, nearest} from '../errors/jobwire-error.ts';
import type {PackageSignature, Trust, TrustedKey} from '../generated/types.ts';
import {type Clock, iso} from '../values/time.ts';
import {writeWhole} from './durable.ts';
import {seconds} from './keys.ts';
import {untrusted} from './problem.ts';
import {isPublicKey, keyId, type PublicKey} from './public-key.ts';
import {readState, sorted} from './state-file.ts';

export type {Trust, TrustedKey};

export const trustFile = 'trust.json';

export const noTrust: Trust = {trustVersion: 1, keys: {}};

/** Errors: JW1001 to JW1003, JW6003; JW6002 when an id is not the one of its key. */
export function readTrust(projectDir: string): Trust {
  const path = join(projectDir, trustFile);
  const trust = readState<Trust>({form: 'trust', versionKey: 'trustVersion', path}) ?? noTrust;
  for (const [id, {publicKey}] of Object.entries(trust.keys))
    if (!isPublicKey(publicKey) || keyId(publicKey) !== id)
      throw fail(
        'JW6002',
        {problem: `${path} lists a public key under the id ${id}, which is not its id`},
        {hint: 'take the file back from version control, or trust the key again: jobwire keys trust'},
      );
  return trust;
}

/** The text of the file: the same for the same keys. */
export function formatTrust({$schema, keys}: Trust): string {
  const write = ({publicKey, name, scopes, addedAt, revokedAt, expiresAt}: TrustedKey): TrustedKey => ({
    publicKey,
    name,
    ...(scopes && {scopes: [...scopes].sort()}),
    addedAt,
    ...(expiresAt !== undefined && {expiresAt}),
    ...(revokedAt !== undefined && {revokedAt}),
  });
  return `${JSON.stringify({...($schema !== undefined && {$schema}), trustVersion: 1, keys: sorted(keys, write)}, null, 2)}\n`;
}

export interface Trusting {
  readonly key: PublicKey;
  /** Whose key it is, in words of the operator. */
  readonly name: string;
  /** For these scopes only. */
  readonly scopes?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
}

/** Trusts a key from now on, or changes how far. JW6002 for one that was revoked: that is never taken back. JW7101. */
export function trustKey(projectDir: string, {key, name, scopes, expiresAt}: Trusting, clock: Clock): TrustedKey {
  const trust = readTrust(projectDir);
  const before = keyOf(trust, key.id);
  if (before?.revokedAt !== undefined)
    throw fail(
      'JW6002',
      {problem: `the key ${key.id} (${before.name}) was revoked at ${before.revokedAt}`},
      {hint: 'ask its owner for the new key; a revoked one is not trusted again'},
    );
  if (expiresAt !== undefined && expiresAt <= clock.now())
    throw fail('JW7101', {problem: `a key that expires at ${iso(expiresAt)} has expired already`});
  const entry: TrustedKey = {
    ...{publicKey: key.publicKey, name, addedAt: before?.addedAt ?? iso(seconds(clock.now()))},
    ...(scopes && scopes.length > 0 && {scopes: [...new Set(scopes)]}),
    ...(expiresAt !== undefined && {expiresAt: iso(seconds(expiresAt))}),
  };
  write(projectDir, {...trust, keys: {...trust.keys, [key.id]: entry}});
  return entry;
}

/** From now on nothing signed by it counts, whenever it says it was signed. JW7102 for a key that is not trusted. */
export function revokeKey(projectDir: string, id: string, clock: Clock): TrustedKey {
  const trust = readTrust(projectDir);
  const before = keyOf(trust, id);
  if (!before) throw fail('JW7102', {what: 'trusted key', id}, {suggestions: nearest(id, Object.keys(trust.keys))});
  const entry = {...before, revokedAt: before.revokedAt ?? iso(seconds(clock.now()))};
  write(projectDir, {...trust, keys: {...trust.keys, [id]: entry}});
  return entry;
}

function write(projectDir: string, trust: Trust): void {
  writeWhole(join(projectDir, trustFile), formatTrust(trust));
}

export function keyOf({keys}: Trust, id: string): TrustedKey | undefined {
  return Object.hasOwn(keys, id) ? keys[id] : undefined;
}

export type KeyState = 'trusted' | 'expired' | 'revoked';

/** A moment belongs to what comes after it: at `expiresAt` the key has expired. */
export function keyState({revokedAt, expiresAt}: TrustedKey, now: number): KeyState {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && Date.parse(expiresAt) <= now ? 'expired' : 'trusted';
}

/** A clock may be wrong by so much before a signature counts as made in the future. */
const clockTolerance = 86_400_000;

/** Whether a correct signature counts here and now. */
export function acceptSignature(
  signature: PackageSignature,
  {trust, now}: {readonly trust: Trust; readonly now: number},
): Issue[] {
  const {package: id, version, key, publicKey, signedAt, expiresAt} = signature;
  const what = `${id} ${version}`;
  const entry = keyOf(trust, key);
  const scope = id.slice(0, id.indexOf('/'));
  if (entry?.publicKey !== publicKey)
    return [
      untrusted(
        `${what} is signed by ${key}, which ${trustFile} does not list`,
        `ask the publisher whether ${key} is its key; if so: jobwire keys trust "jobwire-key ed25519 ${publicKey}" --name "…" --scope ${scope}`,
      ),
    ];
  const by = `${key} (${entry.name})`;
  const state = keyState(entry, now);
  if (state === 'revoked')
    return [untrusted(`${what} is signed by ${by}, which was revoked at ${entry.revokedAt}`, newVersion)];
  if (state === 'expired')
    return [
      untrusted(
        `${what} is signed by ${by}, which expired at ${entry.expiresAt}`,
        `${newVersion}; or trust the key for longer: jobwire keys trust … --expires`,
      ),
    ];
  if (entry.scopes && !entry.scopes.includes(scope))
    return [
      untrusted(
        `${what} is signed by ${by}, which counts for ${entry.scopes.join(', ')} only`,
        `ask who may publish ${scope}; jobwire keys trust … --scope ${scope} widens the key`,
      ),
    ];
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now)
    return [untrusted(`the signature of ${what} by ${by} expired at ${expiresAt}`, newVersion)];
  if (Date.parse(signedAt) > now + clockTolerance)
    return [
      untrusted(
        `the signature of ${what} by ${by} says ${signedAt}, which is yet to come`,
        'check the clock of this machine',
      ),
    ];
  return [];
}

const newVersion = 'install a version that is signed by a present key of the publisher';
