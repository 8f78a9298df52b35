/** Public keys as bytes, as an id and as one line of text. Must never touch a private key. */
import {createHash, createPublicKey, type KeyObject} from 'node:crypto';
import {base32} from '../values/time.ts';

export interface PublicKey {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly publicKey: string;
  /** What its owner calls it. A claim: the operator names the key himself. */
  readonly name?: string;
}

const word = 'jobwire-key';

export function keyId(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest();
  return `jwk1-${base32(digest).slice(0, 26)}`;
}

/** `jobwire-key ed25519 <base64> <name>`: one line for a mail or a web page. */
export function formatPublicKey({publicKey, name}: Omit<PublicKey, 'id'>): string {
  return [word, 'ed25519', publicKey, ...(name === undefined ? [] : [name])].join(' ');
}

/** Undefined for a text that is not exactly one key. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const [first, algorithm, publicKey = '', name, ...more] = text.trim().split(/[ \t]+/);
  if (first !== word || algorithm !== 'ed25519' || more.length > 0 || !isPublicKey(publicKey)) return undefined;
  if (name !== undefined && !/^[a-z][a-z0-9-]{0,63}$/.test(name)) return undefined;
  return {id: keyId(publicKey), publicKey, ...(name !== undefined && {name})};
}

/** 32 bytes, written in the one way base64 has for them. */
export function isPublicKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}

export function toKeyObject(publicKey: string): KeyObject {
  const x = Buffer.from(publicKey, 'base64').toString('base64url');
  return createPublicKey({key: {kty: 'OKP', crv: 'Ed25519', x}, format: 'jwk'});
}

export function fromKeyObject(key: KeyObject): string {
  return Buffer.from(key.export({format: 'jwk'}).x ?? '', 'base64url').toString('base64');
}
