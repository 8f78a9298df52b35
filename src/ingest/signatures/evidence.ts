/** Gathers what must be fetched or computed before `verify` can decide, so that deciding stays pure. Must never decide itself. */
import {fail} from '../../errors/jobwire-error.ts';
import type {VerifyRule} from '../../generated/types.ts';
import type {KeySource} from '../key-source.ts';
import {isConfigured} from './configured.ts';
import {gatherToken} from './jwt.ts';
import type {Evidence, Proof} from './proof.ts';
import type {Gatherer} from './verdict.ts';
import {gatherCertificate} from './x509.ts';

const gatherers: {readonly [S in VerifyRule['scheme']]?: Gatherer} = {jwt: gatherToken, x509: gatherCertificate};

/** The same proof with its evidence; at once where no rule needs any. */
export function gatherEvidence(
  rules: readonly VerifyRule[],
  proof: Proof,
  keys: KeySource = noKeys,
): Proof | Promise<Proof> {
  return rules.some(({scheme}) => gatherers[scheme]) ? gather(rules, proof, keys) : proof;
}

/** Once one rule has something to say, later ones of these schemes cannot decide any more. */
async function gather(rules: readonly VerifyRule[], proof: Proof, keys: KeySource): Promise<Proof> {
  const evidence = new Map<VerifyRule, Evidence>();
  for (const rule of rules) {
    const gatherer = gatherers[rule.scheme];
    if (!gatherer || !isConfigured(rule, proof.keyring)) continue;
    const found = await gatherer(rule, proof, keys).catch((refusal: unknown) => ({refusal}));
    if (!found) continue;
    evidence.set(rule, found);
    break;
  }
  return {...proof, evidence};
}

const refuse: KeySource['read'] = async ({url}) => {
  throw fail('JW4014', {url, problem: 'this receiver makes no requests'});
};
const noKeys: KeySource = {read: refuse, reread: refuse};
