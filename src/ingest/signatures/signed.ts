/** Proof by a signature over bytes: hmac, digest, ed25519. Any live key, base and URL spelling may fit; nothing else may. */
import {createHash} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import {evaluateText, type Scope} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import {refuseAmbiguity, renderBase, urlSpellings} from './base.ts';
import {keyProblem} from './configured.ts';
import {type Candidate, extractSignatures, type HashName, single, valuesOf} from './extract.ts';
import {decode, sameDigest} from './key.ts';
import type {Checker} from './keyed.ts';
import type {Proof} from './proof.ts';
import {type LiveKey, signedRule} from './signed-rule.ts';
import {checkWindow, readTimestamp} from './timestamp.ts';
import {type Prover, provesAll} from './verdict.ts';

export const proveSigned: Prover = (rule, proof) => {
  const bodyHash = hashParameter(rule, proof);
  const extracted = extractSignatures(rule, proof);
  if (extracted.candidates.length === 0 || (rule.bodyHash && bodyHash === undefined)) return 'absent';
  const stamp = rule.timestamp && readTimestamp(rule.timestamp, extracted, proof);
  refuseAmbiguity(signedRule(rule).separated, proof.request.delivery);
  if (!anyMatches(rule, {proof, candidates: extracted.candidates, timestamp: stamp?.text})) throw mismatch(rule, proof);
  if (rule.bodyHash) checkBodyHash(rule.bodyHash, bodyHash ?? '', proof);
  if (rule.timestamp && stamp) checkWindow(rule.timestamp, stamp, proof.now);
  return provesAll;
};

interface Trial {
  readonly proof: Proof;
  readonly candidates: readonly Candidate[];
  readonly timestamp: string | undefined;
}

/** One key and spelling of the URL after another, because how many live texts there are is known only when the first was read. */
function anyMatches(rule: VerifyRule, {proof, candidates, timestamp}: Trial): boolean {
  const {readsSecrets, templates} = signedRule(rule);
  const signatures = candidates.map(({text, algorithm}) => ({algorithm, bytes: decode(text, rule.encoding ?? 'hex')}));
  const spellings = urlSpellings(proof.request.url, rule.url);
  for (let round = 0; round < proof.secrets.rounds(); round++)
    for (const url of spellings) {
      const scope = proof.scope({round, url, timestamp, secrets: readsSecrets});
      const key = keyOf(rule, proof, {round, scope});
      for (const base of templates.map((template) => renderBase(template, scope)))
        if (base && isAmong(signatures, base, checkerOf(rule, proof, key))) return true;
    }
  return false;
}

interface Signature {
  readonly algorithm: HashName;
  /** Undefined where the text is not in the rule's encoding. */
  readonly bytes: Uint8Array | undefined;
}

/** Each expected signature is computed once and held against all candidates, however many a sender writes into the header. */
function isAmong(signatures: readonly Signature[], base: Uint8Array, checker: Checker): boolean {
  const [only] = signatures;
  const algorithms =
    signatures.length === 1 && only ? [only.algorithm] : new Set(signatures.map((one) => one.algorithm));
  for (const algorithm of algorithms) {
    const fits = checker(algorithm, base);
    if (signatures.some((one) => one.algorithm === algorithm && one.bytes && fits(one.bytes))) return true;
  }
  return false;
}

function keyOf(rule: VerifyRule, proof: Proof, {round, scope}: {round: number; scope: Scope}): LiveKey {
  const {keySecret, key: liveKey, noKey} = signedRule(rule);
  if (rule.key === undefined) return noKey;
  const key = liveKey(keySecret === undefined ? evaluateText(rule.key, scope) : proof.secrets.text(keySecret, round));
  if (!key) throw keyProblem(rule, proof.keyring, `the key is not ${rule.keyEncoding ?? 'utf8'} text, or empty`);
  return key;
}

function checkerOf(rule: VerifyRule, proof: Proof, key: LiveKey): Checker {
  try {
    return key.checker();
  } catch (error) {
    throw keyProblem(rule, proof.keyring, `the key cannot be used: ${(error as Error).message}`);
  }
}

function hashParameter({bodyHash}: VerifyRule, {request}: Proof): string | undefined {
  return bodyHash && single(valuesOf(request.delivery.query[bodyHash.query]), `query ${bodyHash.query}`);
}

function checkBodyHash(rule: NonNullable<VerifyRule['bodyHash']>, given: string, {request}: Proof): void {
  const expected = createHash(rule.algorithm ?? 'sha256')
    .update(request.delivery.raw)
    .digest();
  const bytes = decode(given, rule.encoding ?? 'hex');
  if (!bytes || !sameDigest(expected, bytes))
    throw fail('JW4001', {problem: `query ${rule.query} is not the hash of the body: the body was altered on the way`});
}

function mismatch(rule: VerifyRule, {request}: Proof): Error {
  return fail('JW4001', {
    problem: `no live key gives the signature in ${placeOf(rule)} over the ${request.delivery.raw.length} bytes received: the secret differs, or the body was altered on the way`,
  });
}

/** Where the sender should have put it, for messages. */
export function placeOf({signature = {}}: VerifyRule): string {
  const {header, query, prefix} = signature;
  const place =
    header !== undefined
      ? `header ${[header].flat().join(' or ')}`
      : query !== undefined
        ? `query ${query}`
        : 'the body';
  return prefix === undefined ? place : `${place} after ${JSON.stringify(prefix)}`;
}
