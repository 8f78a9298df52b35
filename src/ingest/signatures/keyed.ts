/** The schemes that sign bytes with a key, sign and check side by side. Must never see anything but bytes. */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type {HashName} from './extract.ts';
import {sameDigest} from './key.ts';

export interface Signing {
  readonly algorithm: HashName;
  /** Absent for digest: there the secret is part of the base. */
  readonly key: Uint8Array;
  readonly base: Uint8Array;
}

export interface KeyedScheme {
  sign(signing: Signing): Buffer;
  /** What checks with a key, made once for many deliveries. Throws what the key, not the signature, is to blame for. */
  checker(key: Uint8Array): Checker;
}

/** A check for several signatures over the same bytes. */
export type Checker = (algorithm: HashName, base: Uint8Array) => (signature: Uint8Array) => boolean;

export const keyedSchemes = {
  hmac: {
    sign: ({algorithm, key, base}) => createHmac(algorithm, key).update(base).digest(),
    checker: (key) => {
      const secret = createSecretKey(key);
      return (algorithm, base) => equalTo(createHmac(algorithm, secret).update(base).digest());
    },
  },
  digest: {
    sign: ({algorithm, base}) => digest(algorithm, base),
    checker: () => (algorithm, base) => equalTo(digest(algorithm, base)),
  },
  ed25519: {
    sign: ({key, base}) => sign(null, base, privateKey(key)),
    checker: (key) => {
      const known = publicKey(key);
      return (_algorithm, base) => (signature) => signature.length === 64 && verify(null, base, known, signature);
    },
  },
} as const satisfies Record<string, KeyedScheme>;

export type KeyedName = keyof typeof keyedSchemes;

function digest(algorithm: HashName, base: Uint8Array): Buffer {
  return createHash(algorithm).update(base).digest();
}

function equalTo(expected: Uint8Array): (signature: Uint8Array) => boolean {
  return (signature) => sameDigest(expected, signature);
}

/** 32 raw bytes, wrapped as RFC 8410 wants them, or PEM text. */
function publicKey(key: Uint8Array): KeyObject {
  if (isPem(key)) return ofCurve(createPublicKey(Buffer.from(key)));
  return createPublicKey({key: wrap('302a300506032b6570032100', key), format: 'der', type: 'spki'});
}

/** A seed of 32 bytes, alone or followed by its public key, or PEM text. */
function privateKey(key: Uint8Array): KeyObject {
  if (isPem(key)) return ofCurve(createPrivateKey(Buffer.from(key)));
  return createPrivateKey({
    key: wrap('302e020100300506032b657004220420', key.subarray(0, 32)),
    format: 'der',
    type: 'pkcs8',
  });
}

function wrap(head: string, key: Uint8Array): Buffer {
  if (key.length !== 32) throw new TypeError('an ed25519 key has 32 bytes');
  return Buffer.concat([Buffer.from(head, 'hex'), key]);
}

function ofCurve(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the key is not an ed25519 key');
  return key;
}

function isPem(key: Uint8Array): boolean {
  return Buffer.from(key.subarray(0, 11)).toString('latin1') === '-----BEGIN ';
}
