/** Proof by a signature whose certificate the delivery names, at an address of hosts the rule trusts. Must never trust another one. */
import {verify, X509Certificate} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import {evaluateText, renderUrl} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import {createGuard} from '../../http/egress.ts';
import {ms} from '../../values/time.ts';
import type {KeyDocument} from '../key-source.ts';
import {renderBase, templatesOf} from './base.ts';
import {extractSignatures, type HashName} from './extract.ts';
import {decode} from './key.ts';
import {evidenceOf, type Proof} from './proof.ts';
import {placeOf} from './signed.ts';
import {checkWindow, readTimestamp} from './timestamp.ts';
import {type Gatherer, type Prover, provesAll} from './verdict.ts';

type Rule = NonNullable<VerifyRule['x509']>;

export const gatherCertificate: Gatherer = async (rule, proof, keys) => {
  const {x509} = rule;
  if (!x509 || extractSignatures(rule, proof).candidates.length === 0) return undefined;
  return {certificate: await keys.read(certificateAt(allowedUrl(x509, proof)))};
};

export const proveCertified: Prover = (rule, proof) => {
  const evidence = evidenceOf(rule, proof);
  if (!rule.x509 || !evidence || !('certificate' in evidence)) return 'absent';
  const {certificate} = evidence;
  refuseUnfit(certificate, proof.now);
  const extracted = extractSignatures(rule, proof);
  const stamp = rule.timestamp && readTimestamp(rule.timestamp, extracted, proof);
  const algorithm = hashOf(rule.x509, proof);
  const signatures = extracted.candidates.flatMap(({text}) => decode(text, rule.encoding ?? 'hex') ?? []);
  const scope = proof.scope(stamp && {timestamp: stamp.text});
  const fits = templatesOf(rule)
    .flatMap((template) => renderBase(template, scope) ?? [])
    .some((base) => signatures.some((signature) => verify(algorithm, base, certificate.publicKey, signature)));
  if (!fits)
    throw fail('JW4001', {
      problem: `the key of the certificate does not give the signature in ${placeOf(rule)}: the delivery was altered, or somebody else signed it`,
    });
  if (rule.timestamp && stamp) checkWindow(rule.timestamp, stamp, proof.now);
  return provesAll;
};

/**
 * A certificate is a file: with a query, an API on a trusted host could be made to answer with one of the sender's making.
 * JW4001 for an address the rule does not allow.
 */
function allowedUrl({certificate, hosts}: Rule, proof: Proof): string {
  const url = new URL(renderUrl(certificate, proof.scope()));
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw fail('JW4001', {problem: 'the address of the certificate is not that of a file over https'});
  try {
    createGuard({hosts, allowPrivate: []}).check(url);
  } catch (error) {
    throw fail(
      'JW4001',
      {problem: `the certificate is at ${url.host}, which is not a host of the sender`},
      {cause: error},
    );
  }
  return url.href;
}

/** A file under one address does not change; what expires says so itself. */
function certificateAt(url: string): KeyDocument<X509Certificate> {
  return {url, parse: readCertificate, freshMs: ms('1h'), keptMs: ms('1d')};
}

const onlyPem = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----$/;

/** One certificate and nothing around it: a reader that searched for it would also find one inside a page. */
function readCertificate(text: string): X509Certificate {
  if (!onlyPem.test(text.trim())) throw new Error('it holds something else than one certificate');
  return new X509Certificate(text);
}

function refuseUnfit({validFromDate, validToDate, publicKey}: X509Certificate, now: number): void {
  if (now < validFromDate.getTime() || now > validToDate.getTime())
    throw fail('JW4001', {problem: 'the certificate of the signature does not hold now'});
  const {asymmetricKeyType: type, asymmetricKeyDetails: details} = publicKey;
  if (type !== 'ec' && !(type === 'rsa' && (details?.modulusLength ?? 0) >= 2048))
    throw fail('JW4001', {problem: 'the certificate holds a key that is too weak or of an unknown kind'});
}

const hashes: readonly string[] = ['sha1', 'sha256', 'sha512'] satisfies HashName[];

export function hashOf({algorithm}: Rule, proof: Proof): string {
  const name = evaluateText(algorithm, proof.scope());
  if (!hashes.includes(name)) throw fail('JW4001', {problem: 'the delivery names a hash that is not taken here'});
  return name;
}
