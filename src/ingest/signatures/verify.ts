/** Is a delivery authentic? A pure function of bytes, headers, keys and now; it fails closed. Must never parse what it need not. */
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import type {VerifyRule} from '../../generated/types.ts';
import type {Hook, Keyring} from '../hook.ts';
import {isConfigured, keyProblem} from './configured.ts';
import {proveJwt} from './jwt.ts';
import type {Proof} from './proof.ts';
import {placeOf, proveSigned} from './signed.ts';
import {proveToken} from './token.ts';
import {type Prover, provesAll, type Verified} from './verdict.ts';
import {proveCertified} from './x509.ts';

const provers: {readonly [S in VerifyRule['scheme']]: Prover} = {
  hmac: proveSigned,
  digest: proveSigned,
  ed25519: proveSigned,
  token: proveToken,
  jwt: proveJwt,
  x509: proveCertified,
  none: () => provesAll,
};

/**
 * Alternatives in order: the first whose signature can be extracted decides alone, so that a valid weak proof never repairs a
 * wrong strong one. Alternatives without a configured key do not take part. Rules whose keys must be fetched need the proof that
 * `gatherEvidence` gives. JW4001, JW4002, JW4012, JW4014.
 */
export function verify(rules: readonly VerifyRule[], proof: Proof): Verified {
  const usable: VerifyRule[] = [];
  for (const rule of rules) {
    if (!isConfigured(rule, proof.keyring)) continue;
    const verdict = prove(rule, proof);
    if (verdict !== 'absent') return verdict;
    usable.push(rule);
  }
  const [first] = rules;
  if (usable.length === 0 && first) throw keyProblem(first, proof.keyring);
  throw fail('JW4001', {
    problem: `the delivery carries no proof: expected ${usable.map(expectation).join(', or ') || 'none'}`,
  });
}

function prove(rule: VerifyRule, proof: Proof): Verified | 'absent' {
  const guard = <T>(check: () => T): T => {
    try {
      return check();
    } catch (error) {
      throw refusal(error, rule, proof.keyring);
    }
  };
  const verdict = guard(() => provers[rule.scheme](rule, proof));
  if (verdict === 'absent' || verdict === provesAll) return verdict;
  return {...verdict, keep: (items) => guard(() => verdict.keep(items))};
}

/** What cannot be evaluated is not proved: data of the sender's choice must not turn into another answer. */
function refusal(error: unknown, rule: VerifyRule, keyring: Keyring): unknown {
  if (!(error instanceof JobwireError)) return error;
  if (error.jobwireCode === 'JW7001') return keyProblem(rule, keyring, error.message);
  if (!error.jobwireCode.startsWith('JW2')) return error;
  return fail('JW4001', {problem: `the proof cannot be read: ${error.message}`}, {cause: error});
}

function expectation(rule: VerifyRule): string {
  if (rule.scheme === 'token') return 'a token';
  return rule.scheme === 'jwt' ? 'a token signed by its issuer' : `a signature in ${placeOf(rule)}`;
}

/** Why a feed must not receive: no rule (JW1013), or none with its key (JW4012). The same holds at each request. */
export function proofProblem(hook: Hook): JobwireError | undefined {
  const {feedName, feed} = hook;
  const rules = feed.webhook?.verify ?? [];
  const [first] = rules;
  if (!first) return fail('JW1013', {problem: `feed ${feedName} has no verify list`});
  return rules.some((rule) => isConfigured(rule, hook)) ? undefined : keyProblem(first, hook);
}
