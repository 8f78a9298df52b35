/** Texts that a disk may hold but nobody may read without the key: AES-256-GCM. Must never accept what was altered or moved. */
import {createCipheriv, createDecipheriv, createHash, randomBytes} from 'node:crypto';

export interface Sealer {
  /** `place` is bound in: what was sealed for one place does not open in another. */
  seal(text: string, place: string): string;
  /** SealFault when it was sealed with another key, altered, or meant for another place. */
  open(sealed: string, place: string): string;
}

/** Why a sealed text does not open. The caller turns it into its own coded error. */
export class SealFault extends Error {
  readonly kind: 'key' | 'damaged';
  constructor(kind: SealFault['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export const sealKeyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const cipher = 'aes-256-gcm';

/**
 * Sealed texts are `v1.<mark of the key>.<nonce, tag and cipher text in base64url>`. The mark tells which key, or that it is none of
 * ours. Seals with `key`; what a `former` one sealed before a change of keys still opens.
 */
export function createSealer(key: Uint8Array, former?: Uint8Array): Sealer {
  const keys = [key, ...(former ? [former] : [])];
  if (keys.some(({length}) => length !== sealKeyBytes)) throw new TypeError(`a key has ${sealKeyBytes} bytes`);
  const byMark = new Map(keys.map((each) => [markOf(each), each]));
  const mark = markOf(key);
  return {
    seal(text, place) {
      const nonce = randomBytes(nonceBytes);
      const sealing = createCipheriv(cipher, key, nonce, {authTagLength: tagBytes}).setAAD(Buffer.from(place));
      const body = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
      return `v1.${mark}.${Buffer.concat([nonce, sealing.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed, place) {
      const [version, madeWith, packed = ''] = sealed.split('.');
      const bytes = Buffer.from(packed, 'base64url');
      if (version !== 'v1' || madeWith === undefined || bytes.length < nonceBytes + tagBytes)
        throw new SealFault('damaged', 'it is not a sealed text');
      const opener = byMark.get(madeWith);
      if (opener === undefined) throw new SealFault('key', 'it was sealed with another key');
      return decrypt(opener, bytes, place);
    },
  };
}

function markOf(key: Uint8Array): string {
  return createHash('sha256').update('jobwire seal key').update(key).digest('hex').slice(0, 12);
}

function decrypt(key: Uint8Array, bytes: Buffer, place: string): string {
  try {
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), {authTagLength: tagBytes})
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([opening.update(bytes.subarray(nonceBytes + tagBytes)), opening.final()]).toString('utf8');
  } catch {
    throw new SealFault('damaged', 'it was altered, or belongs to another place');
  }
}

/** 32 bytes in hex or base64; undefined for anything else. */
export function readSealKey(text: string): Uint8Array | undefined {
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(text)
      ? Buffer.from(text, 'base64')
      : undefined;
  return bytes?.length === sealKeyBytes ? bytes : undefined;
}
