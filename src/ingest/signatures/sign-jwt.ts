/** A token as an issuer would sign it, for emitted samples and cases. Must never be used for real traffic. */
import {constants, createHash, createPublicKey, type KeyObject, sign} from 'node:crypto';
import type {JwtRule} from '../../generated/types.ts';
import type {JsonObject} from '../../values/json.ts';

type Algorithm = NonNullable<JwtRule['algorithms']>[number];

const pss = {padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST};
const ieee = {dsaEncoding: 'ieee-p1363'} as const;

/** RFC 7518, section 3. */
const signers: {readonly [A in Algorithm]: (key: KeyObject, text: Uint8Array) => Buffer} = {
  RS256: (key, text) => sign('sha256', text, key),
  RS384: (key, text) => sign('sha384', text, key),
  RS512: (key, text) => sign('sha512', text, key),
  PS256: (key, text) => sign('sha256', text, {key, ...pss}),
  PS384: (key, text) => sign('sha384', text, {key, ...pss}),
  PS512: (key, text) => sign('sha512', text, {key, ...pss}),
  ES256: (key, text) => sign('sha256', text, {key, ...ieee}),
  ES384: (key, text) => sign('sha384', text, {key, ...ieee}),
  ES512: (key, text) => sign('sha512', text, {key, ...ieee}),
  EdDSA: (key, text) => sign(null, text, key),
};

export interface TokenPlan {
  readonly algorithm: Algorithm;
  readonly claims: JsonObject;
  /** Spoils the signature. */
  readonly tamper: boolean;
}

export function signToken({algorithm, claims, tamper}: TokenPlan, key: KeyObject): string {
  const head = encode({alg: algorithm, kid: keyId(key), typ: 'JWT'});
  const text = `${head}.${encode(claims)}`;
  const signature = signers[algorithm](key, Buffer.from(text));
  if (tamper) signature[0] = (signature[0] ?? 0) ^ 1;
  return `${text}.${signature.toString('base64url')}`;
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The thumbprint of a key (RFC 7638): under this id it should stand in the set of its issuer. */
export function keyId(key: KeyObject): string {
  const {crv, e, kty, n, x, y} = (key.type === 'private' ? createPublicKey(key) : key).export({format: 'jwk'});
  return createHash('sha256').update(JSON.stringify({crv, e, kty, n, x, y})).digest('base64url');
}
