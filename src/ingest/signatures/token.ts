/** Proof by a shared token that stands in the request, or in each item of it. It proves the sender, not the body. */
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import {evaluateText} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import type {Json} from '../../values/json.ts';
import {sameBytes} from './key.ts';
import {pathsIn} from './paths.ts';
import type {Proof} from './proof.ts';
import {type Prover, provesAll} from './verdict.ts';

type Rule = NonNullable<VerifyRule['token']>;

export const proveToken: Prover = ({token}, proof) => {
  if (!token) return 'absent';
  if (pathsIn(token.from).some(([root]) => root === 'item'))
    return {perItem: true, keep: (items) => items.filter((item) => holds(token, proof, item))};
  if (!readToken(token.from, proof)) return 'absent';
  if (!holds(token, proof)) throw fail('JW4001', {problem: 'the token of the delivery is not a live one'});
  return provesAll;
};

function holds({from, equals}: Rule, proof: Proof, item?: Json): boolean {
  const given = readToken(from, proof, item);
  if (!given) return false;
  for (let round = 0; round < proof.secrets.rounds(); round++) {
    const live = evaluateText(equals, proof.scope({round}));
    if (live !== '' && sameBytes(given, live)) return true;
  }
  return false;
}

/** Where the sender put something else than text, there is no token. */
function readToken(from: unknown, proof: Proof, item?: Json): string | undefined {
  try {
    return evaluateText(from, proof.scope({item}));
  } catch (error) {
    if (error instanceof JobwireError && error.jobwireCode.startsWith('JW21')) return undefined;
    throw error;
  }
}
