/** What a scheme answers about a delivery, as types. */
import type {VerifyRule} from '../../generated/types.ts';
import type {Json} from '../../values/json.ts';
import type {Proof} from './proof.ts';

export interface Verified {
  /** The items that are proved: all of them, unless the proof stands in each item. */
  keep(items: readonly Json[]): readonly Json[];
  /** Nothing is proved before `keep` has looked at the items. */
  readonly perItem: boolean;
}

/** `absent`: the delivery holds nothing this rule could check, so the next alternative is asked. Refusals are thrown. */
export type Prover = (rule: VerifyRule, proof: Proof) => Verified | 'absent';

export const provesAll: Verified = {keep: (items) => items, perItem: false};
