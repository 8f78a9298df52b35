/** Proof by a signature over bytes: hmac, digest, ed25519. Any live key, base and URL spelling may fit; nothing else may. */
import {createHash} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import {evaluateText, type Scope} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import {refuseAmbiguity, renderBase, templatesOf, urlSpellings} from './base.ts';
import {keyProblem} from './configured.ts';
import {type Candidate, extractSignatures, single, valuesOf} from './extract.ts';
import {decode, keyBytes, sameDigest} from './key.ts';
import {type KeyedName, keyedSchemes} from './keyed.ts';
import type {Proof} from './proof.ts';
import {checkWindow, readTimestamp} from './timestamp.ts';
import {type Prover, provesAll} from './verdict.ts';

export const proveSigned: Prover = (rule, proof) => {
  const bodyHash = hashParameter(rule, proof);
  const extracted = extractSignatures(rule, proof);
  if (extracted.candidates.length === 0 || (rule.bodyHash && bodyHash === undefined)) return 'absent';
  const stamp = rule.timestamp && readTimestamp(rule.timestamp, extracted, proof);
  for (const template of templatesOf(rule)) refuseAmbiguity(template, proof.request.delivery);
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

/** Each expected signature is computed once and held against all candidates, however many a sender writes into the header. */
function anyMatches(rule: VerifyRule, {proof, candidates, timestamp}: Trial): boolean {
  const encoding = rule.encoding ?? 'hex';
  const signatures = candidates.map(({text, algorithm}) => ({algorithm, bytes: decode(text, encoding)}));
  const algorithms = new Set(candidates.map(({algorithm}) => algorithm));
  for (const scope of scopes(rule, proof, timestamp)) {
    const key = keyOf(rule, scope, proof);
    for (const base of templatesOf(rule).map((template) => renderBase(template, scope)))
      for (const algorithm of base ? algorithms : []) {
        const fits = checkerOf(rule, proof, {algorithm, key, base: base as Uint8Array});
        if (signatures.some((one) => one.algorithm === algorithm && one.bytes && fits(one.bytes))) return true;
      }
  }
  return false;
}

/** One after another, because how many live texts there are is known only when the first has been read. */
function* scopes(rule: VerifyRule, proof: Proof, timestamp: string | undefined): Iterable<Scope> {
  const spellings = urlSpellings(proof.request.url, rule.url);
  for (let round = 0; round < proof.secrets.rounds(); round++)
    for (const url of spellings) yield proof.scope({round, url, ...(timestamp !== undefined && {timestamp})});
}

function keyOf(rule: VerifyRule, scope: Scope, proof: Proof): Uint8Array {
  if (rule.key === undefined) return new Uint8Array();
  const key = keyBytes(evaluateText(rule.key, scope), rule.keyStrip, rule.keyEncoding);
  if (!key) throw keyProblem(rule, proof.keyring, `the key is not ${rule.keyEncoding ?? 'utf8'} text, or empty`);
  return key;
}

function checkerOf(
  rule: VerifyRule,
  proof: Proof,
  signing: Parameters<(typeof keyedSchemes)[KeyedName]['checker']>[0],
): (signature: Uint8Array) => boolean {
  try {
    return keyedSchemes[rule.scheme as KeyedName].checker(signing);
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
