/** Keys and signatures as bytes, live secrets one after another, and comparison in constant time. Must never print a key. */
import {hash, timingSafeEqual} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import type {Secrets} from '../hook.ts';

export type KeyEncoding = 'utf8' | 'base64' | 'hex';

/** Equality that takes the same time wherever the difference is, also for texts of different length. */
export function sameBytes(a: Uint8Array | string, b: Uint8Array | string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

/** The same for what an algorithm gives: its length is no secret. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Strictly: undefined for text that is not in this encoding. Base64 is taken url-safe and without padding, too. */
export function decode(text: string, encoding: KeyEncoding): Buffer | undefined {
  if (encoding === 'utf8') return Buffer.from(text, 'utf8');
  if (encoding === 'hex') return /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** A configured key as bytes; undefined when it is not in its encoding, or empty: with an empty key anybody could sign. */
export function keyBytes(text: string, strip: string | undefined, encoding: KeyEncoding = 'utf8'): Buffer | undefined {
  const bare = strip !== undefined && text.startsWith(strip) ? text.slice(strip.length) : text;
  const bytes = decode(bare, encoding);
  return bytes && bytes.length > 0 ? bytes : undefined;
}

export interface LiveSecrets {
  /** The live text of a secret in one try: the first one, then the second, … JW7001 where there is none. */
  text(name: string, round: number): string;
  /** Root `secret` of one try. */
  root(round: number): object;
  /** How many tries there are, as far as the secrets read so far tell. */
  rounds(): number;
}

/** Each secret is read when an expression asks for it, once per delivery. `rounds` is how many tries there are at least. */
export function liveSecrets(secrets: Secrets, rounds = 1): LiveSecrets {
  const read = new Map<string, readonly string[]>();
  let most = Math.max(1, rounds);
  const textsOf = (name: string): readonly string[] => {
    const known = read.get(name);
    if (known) return known;
    const texts = secrets[name]?.() ?? [];
    read.set(name, texts);
    most = Math.max(most, texts.length);
    return texts;
  };
  const textOf = (name: string, round: number): string => {
    const texts = textsOf(name);
    const text = texts[Math.min(round, texts.length - 1)];
    if (!text) throw fail('JW7001', {secret: name, reference: 'its reference', problem: 'gives no text'});
    return text;
  };
  return {
    text: textOf,
    rounds: () => most,
    root(round) {
      const root = Object.create(null) as object;
      for (const name of Object.keys(secrets))
        Object.defineProperty(root, name, {enumerable: true, get: () => textOf(name, round)});
      return root;
    },
  };
}
