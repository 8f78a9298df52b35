/** Signs a delivery as the app would, by the same rule that verifies it. For emitted samples and cases; never for real traffic. */
import {createHash, createPrivateKey, type KeyObject, sign} from 'node:crypto';
import {evaluate, evaluateText, OMIT, type Scope} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import type {Json, JsonObject} from '../../values/json.ts';
import type {ParseMode} from '../body.ts';
import type {Secrets} from '../hook.ts';
import {type Delivery, readRequest} from '../request.ts';
import {renderBase, templatesOf, urlSpellings} from './base.ts';
import {cannot, type Draft, fill, fillItems, withHeader, withQuery} from './draft.ts';
import {fixedAlgorithm, namedAlgorithms} from './extract.ts';
import {keyBytes, sameBytes} from './key.ts';
import {type KeyedName, keyedSchemes} from './keyed.ts';
import {pathsIn} from './paths.ts';
import {createProof, type Proof} from './proof.ts';
import {signToken} from './sign-jwt.ts';
import {writeTimestamp} from './timestamp.ts';
import {hashOf} from './x509.ts';

export interface Unsigned {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Uint8Array;
}

export interface SignOptions {
  /** For schemes whose receiver holds no secret, `privateKey` is the sender's key (PEM). */
  readonly secrets: Secrets;
  readonly config: JsonObject;
  readonly subscription?: JsonObject;
  /** When it is signed, in milliseconds since 1970. */
  readonly at: number;
  /** How the feed parses bodies; by content type where it does not say. */
  readonly parse?: ParseMode | undefined;
  /** Spoils the signature, as a change of the body after signing would. */
  readonly tamper?: boolean;
}

export interface Signed {
  /** All headers of the delivery, names in lower case. */
  readonly headers: Record<string, string>;
  /** Parameters to append to the URL, in order; `url` has them already. */
  readonly query?: Record<string, string>;
  readonly url: string;
  /** The body: with the proof in it, where the rule looks for it there. */
  readonly raw: Uint8Array;
}

type Signer = (rule: VerifyRule, draft: Draft, options: SignOptions) => Draft;

const signers: {readonly [S in VerifyRule['scheme']]: Signer} = {
  hmac: addSignature,
  digest: addSignature,
  ed25519: addSignature,
  token: addToken,
  jwt: addIssued,
  x509: addSignature,
  none: (_rule, draft) => draft,
};

/** JW4012 without a key, JW7101 for a proof that cannot be made from its rule. */
export function signDelivery(rule: VerifyRule, unsigned: Unsigned, options: SignOptions): Signed {
  const draft: Draft = {
    method: unsigned.method,
    url: unsigned.url,
    headers: lower(unsigned.headers),
    query: {},
    raw: unsigned.raw,
  };
  const {headers, query, url, raw} = signers[rule.scheme](rule, addBodyHash(rule, draft), options);
  return {headers, url, raw, ...(Object.keys(query).length > 0 && {query})};
}

function lower(headers: Unsigned['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function addBodyHash({bodyHash}: VerifyRule, draft: Draft): Draft {
  if (!bodyHash) return draft;
  const hash = createHash(bodyHash.algorithm ?? 'sha256')
    .update(draft.raw)
    .digest(bodyHash.encoding ?? 'hex');
  return withQuery(draft, bodyHash.query, hash);
}

function addSignature(rule: VerifyRule, draft: Draft, options: SignOptions): Draft {
  const stamp = rule.timestamp && writeTimestamp(rule.timestamp, options.at);
  const dated =
    rule.timestamp && stamp !== undefined ? addTimestamp(rule.timestamp, draft, {text: stamp, options}) : draft;
  const {base, scope, proof} = toSign(rule, {draft: dated, options, stamp});
  const {signature, algorithm} = makeSignature(rule, {base, scope, proof, options});
  if (options.tamper) signature[0] = (signature[0] ?? 0) ^ 1;
  const text = `${rule.signature?.prefix ?? ''}${signature.toString(rule.encoding ?? 'hex')}`;
  const signed = place(rule, dated, {text: items(rule, {text, algorithm, stamp}), options});
  if (signed.raw !== dated.raw && !sameBytes(base, toSign(rule, {draft: signed, options, stamp}).base))
    throw cannot('the signed text covers the place of the signature');
  return signed;
}

interface Filling {
  readonly text: string;
  readonly options: SignOptions;
}

function addTimestamp(rule: NonNullable<VerifyRule['timestamp']>, draft: Draft, {text, options}: Filling): Draft {
  if (rule.field !== undefined) return draft;
  return rule.header === undefined
    ? fill(rule.from, draft, {text, config: options.config})
    : withHeader(draft, rule.header, text);
}

interface Signable {
  readonly draft: Draft;
  readonly options: SignOptions;
  readonly stamp: string | undefined;
}

/** The first spelling, and the first template that fits the request: a sender has one of each. */
function toSign(rule: VerifyRule, {draft, options, stamp}: Signable): {base: Uint8Array; scope: Scope; proof: Proof} {
  const proof = proofOf(draft, options);
  const scope = proof.scope({
    round: 0,
    url: urlSpellings(draft.url, rule.url)[0] ?? draft.url,
    ...(stamp !== undefined && {timestamp: stamp}),
  });
  const [base] = templatesOf(rule).flatMap((template) => renderBase(template, scope) ?? []);
  if (!base) throw cannot('a part of the signed text is missing from the request');
  return {base, scope, proof};
}

interface Making {
  readonly base: Uint8Array;
  readonly scope: Scope;
  readonly proof: Proof;
  readonly options: SignOptions;
}

function makeSignature(
  rule: VerifyRule,
  {base, scope, proof, options}: Making,
): {signature: Buffer; algorithm: string} {
  if (rule.x509) {
    const algorithm = hashOf(rule.x509, proof);
    return {signature: sign(algorithm, base, privateKeyOf(options)), algorithm};
  }
  const algorithm = namedAlgorithms(rule.algorithm)?.[0] ?? fixedAlgorithm(rule.algorithm);
  const key = signingKey(rule, scope, options);
  if (!key) throw cannot('the key is empty or not in its encoding');
  return {signature: keyedSchemes[rule.scheme as KeyedName].sign({algorithm, key, base}), algorithm};
}

function signingKey(rule: VerifyRule, scope: Scope, {secrets}: SignOptions): Uint8Array | undefined {
  const pem = rule.scheme === 'ed25519' ? secrets['privateKey']?.()[0] : undefined;
  if (pem !== undefined) return Buffer.from(pem);
  return rule.key === undefined
    ? new Uint8Array()
    : keyBytes(evaluateText(rule.key, scope), rule.keyStrip, rule.keyEncoding);
}

function privateKeyOf({secrets}: SignOptions): KeyObject {
  const pem = secrets['privateKey']?.()[0];
  if (pem === undefined)
    throw cannot(
      'its sender signs with a private key, which only the sender has; for samples, give one as the secret privateKey',
    );
  try {
    return createPrivateKey(pem);
  } catch {
    throw cannot('the secret privateKey is not a private key in PEM');
  }
}

/** `t=…,v1=…`, `sha256=…` or the signature alone. */
function items(rule: VerifyRule, made: {text: string; algorithm: string; stamp: string | undefined}): string {
  const {pair, split = ',', key} = rule.signature ?? {};
  if (pair === undefined) return made.text;
  const name = namedAlgorithms(rule.algorithm) ? made.algorithm : key;
  if (name === undefined) throw cannot('the rule does not say under which key the signature stands');
  const field = rule.timestamp?.field;
  const stamp = field !== undefined && made.stamp !== undefined ? [`${field}${pair}${made.stamp}`] : [];
  return [...stamp, `${name}${pair}${made.text}`].join(split);
}

function place({signature = {}}: VerifyRule, draft: Draft, {text, options}: Filling): Draft {
  const header = [signature.header ?? []].flat()[0];
  if (header !== undefined) return withHeader(draft, header, text);
  if (signature.query !== undefined) return withQuery(draft, signature.query, text);
  return fill(signature.body, draft, {text, config: options.config});
}

function addToken({token}: VerifyRule, draft: Draft, options: SignOptions): Draft {
  if (!token) throw cannot('the rule has no token');
  const live = evaluateText(token.equals, proofOf(draft, options).scope({round: 0}));
  const text = options.tamper ? `${live}-altered` : live;
  if (pathsIn(token.from).some(([root]) => root === 'item')) return fillItems(token.from, draft, text);
  return fill(token.from, draft, {text, config: options.config});
}

/** Lifetime of an issued token, in seconds. */
const lifetime = 3600;

function addIssued({jwt}: VerifyRule, draft: Draft, options: SignOptions): Draft {
  const [issuer] = jwt?.issuer ?? [];
  if (!jwt || issuer === undefined) throw cannot('the rule does not say who issues its tokens');
  const scope = proofOf(draft, options).scope();
  const now = Math.floor(options.at / 1000);
  const expected = Object.entries(jwt.claims ?? {}).flatMap(([name, value]) => {
    const claim = evaluate(value, scope);
    return claim === OMIT ? [] : [[name, claim as Json] as const];
  });
  const claims = {
    iss: evaluateText(issuer, scope),
    aud: evaluateText(jwt.audience, scope),
    iat: now,
    exp: now + lifetime,
    ...Object.fromEntries(expected),
  };
  const [algorithm = 'RS256'] = jwt.algorithms ?? [];
  const token = signToken({algorithm, claims, tamper: options.tamper ?? false}, privateKeyOf(options));
  return jwt.from === undefined
    ? withHeader(draft, 'authorization', `Bearer ${token}`)
    : fill(jwt.from, draft, {text: token, config: options.config});
}

function proofOf(draft: Draft, {secrets, config, subscription, at, parse = 'auto'}: SignOptions): Proof {
  const keyring = {connection: 'sender', feedName: 'sender', config, secrets, ...(subscription && {subscription})};
  return createProof(readRequest(deliveryOf(draft), {parse}), keyring, at);
}

/** A draft as its receiver will see it. */
function deliveryOf({method, url, headers, raw}: Draft): Delivery {
  const {pathname, searchParams} = new URL(url);
  const distinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {method, url, path: pathname, query: Object.fromEntries(searchParams), headers: distinct, raw};
}
