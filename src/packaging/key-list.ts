/** Own and trusted keys side by side, as `jobwire keys list` shows them. Must never hold a private key. */
import {existsSync, readFileSync, statSync} from 'node:fs';
import {fail} from '../errors/jobwire-error.ts';
import {durationMs} from '../values/time.ts';
import {listKeys} from './keys.ts';
import {type PublicKey, parsePublicKey} from './public-key.ts';
import {type KeyState, keyState, readTrust} from './trust.ts';

export interface ListedKey {
  readonly id: string;
  readonly name: string;
  /** `own`: signs. `project`: listed in trust.json. A key can be both. */
  readonly place: 'own' | 'project';
  readonly state: KeyState | 'sealed' | 'not sealed';
  readonly scopes?: readonly string[];
  readonly since: string;
  readonly expiresAt?: string;
  /** It is time to ask for, or to make, the next one. */
  readonly expiresSoon: boolean;
}

const soon = 30 * 86_400_000;

export function keysOf({
  project,
  folder,
  now,
}: {
  readonly project: string;
  readonly folder: string;
  readonly now: number;
}): ListedKey[] {
  const ours = listKeys(folder).map(({id, name, createdAt, sealed}): ListedKey => {
    return {id, name, place: 'own', state: sealed ? 'sealed' : 'not sealed', since: createdAt, expiresSoon: false};
  });
  const trusted = Object.entries(readTrust(project).keys).map(([id, entry]): ListedKey => {
    const {name, scopes, addedAt, expiresAt} = entry;
    const state = keyState(entry, now);
    const left = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt) - now;
    return {
      ...{id, name, place: 'project', state, since: addedAt, expiresSoon: state === 'trusted' && left <= soon},
      ...(scopes && {scopes}),
      ...(expiresAt !== undefined && {expiresAt}),
    };
  });
  return [...ours, ...trusted];
}

/** The text of a public key, or the path of a file that holds nothing else. JW7101. */
export function givenPublicKey(textOrPath: string): PublicKey {
  const known = parsePublicKey(textOrPath);
  if (known) return known;
  const isFile = existsSync(textOrPath) && statSync(textOrPath).isFile() && statSync(textOrPath).size <= 4096;
  const key = isFile ? parsePublicKey(readFileSync(textOrPath, 'utf8')) : undefined;
  if (key) return key;
  const problem = isFile
    ? `${textOrPath} does not hold a public key`
    : 'that is neither a public key nor a file with one';
  throw fail('JW7101', {problem}, {hint: 'a public key is one line: jobwire-key ed25519 <44 characters> <name>'});
}

/** `365d`, `2027-01-12` (its first moment in UTC) or `2027-01-12T08:15:40Z`. JW7101. */
export function givenMoment(text: string, now: number): number {
  const duration = durationMs(text);
  if (duration !== undefined) return now + duration;
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/.test(text);
  const time = isDate ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw fail('JW7101', {
      problem: `${JSON.stringify(text)} is neither a date such as 2027-01-12 nor a time such as 365d`,
    });
  return time;
}
