/** What a scheme answers about a delivery, as types. */
import type {VerifyRule} from '../../generated/types.ts';
import type {Json} from '../../values/json.ts';
import type {KeySource} from '../key-source.ts';
import type {Evidence, Proof} from './proof.ts';

export interface Verified {
  /** The items that are proved: all of them, unless the proof stands in each item. */
  keep(items: readonly Json[]): readonly Json[];
  /** Nothing is proved before `keep` has looked at the items. */
  readonly perItem: boolean;
}

/** `absent`: the delivery holds nothing this rule could check, so the next alternative is asked. Refusals are thrown. */
export type Prover = (rule: VerifyRule, proof: Proof) => Verified | 'absent';

/** Undefined: the delivery holds nothing this rule could check. What rejects is a refusal. */
export type Gatherer = (rule: VerifyRule, proof: Proof, keys: KeySource) => Promise<Evidence | undefined>;

export const provesAll: Verified = {keep: (items) => items, perItem: false};
