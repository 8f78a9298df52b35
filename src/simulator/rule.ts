/** A rule of the manifest with its parts put in: what happens when an operation or route is called. Prepared once, no behaviour. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Simulator} from '../generated/types.ts';
import {
  type Insert,
  type LetRow,
  listOf,
  type Notice,
  type OperationOData,
  type RejectRow,
  type Remove,
  type Reply,
  type Rule,
  type Selection,
  type Update,
} from './format.ts';

/** What is looked up and refused before anything happens; parts come first. */
export interface Stage {
  readonly lets: readonly LetRow[];
  readonly rejects: readonly RejectRow[];
}

export interface PreparedRule extends Selection {
  readonly stages: readonly Stage[];
  readonly from: string | undefined;
  readonly filter: unknown;
  readonly odata: OperationOData;
  readonly order: readonly {readonly by: unknown; readonly desc?: boolean | undefined}[];
  readonly skip: unknown;
  readonly top: unknown;
  readonly select: unknown;
  readonly inserts: readonly Insert[];
  readonly updates: readonly Update[];
  readonly remove: Remove | undefined;
  readonly notices: readonly Notice[];
  readonly replies: readonly Reply[];
  readonly delay: unknown;
  readonly auth: boolean | readonly string[];
  /** Name of the limit that requests count against. */
  readonly limit: string | undefined;
  /** Where the rule has no reply: the operation's own status and sample. */
  readonly otherwise: {readonly status: number; readonly body?: unknown};
}

/** JW1004 for a part that is not there. */
export function prepareRule(rule: Rule, simulator: Simulator, otherwise: PreparedRule['otherwise']): PreparedRule {
  const sources = withParts(rule, simulator, []);
  const merged: Rule = Object.assign({}, ...sources);
  return {
    stages: sources.map(({let: lets = [], reject = []}) => ({lets, rejects: reject})),
    from: merged.from,
    by: merged.by,
    where: merged.where,
    filter: merged.filter,
    odata: Object.assign({}, simulator.odata, ...sources.map(({odata}) => odata)),
    order: merged.order ?? [],
    skip: merged.skip,
    top: merged.top,
    select: merged.select,
    inserts: listOf<Insert>(merged.insert),
    updates: listOf<Update>(merged.update),
    remove: merged.remove,
    notices: listOf<Notice>(merged.notify),
    replies: listOf<Reply>(merged.reply),
    delay: merged.delay,
    auth: merged.auth ?? true,
    limit: merged.limit,
    otherwise,
  };
}

/** Parts in the order in which they apply, the rule itself last. A part that uses itself is refused. */
function withParts(rule: Rule, simulator: Simulator, using: readonly string[]): Rule[] {
  const parts = (rule.uses ?? []).flatMap((name) => {
    const part = Object.hasOwn(simulator.parts ?? {}, name) ? simulator.parts?.[name] : undefined;
    if (!part || using.includes(name))
      throw fail('JW1004', {what: 'part', name}, {suggestions: nearest(name, Object.keys(simulator.parts ?? {}))});
    return withParts(part, simulator, [...using, name]);
  });
  return [...parts, rule];
}
