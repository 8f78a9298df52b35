/** Where a signature stands in a delivery: header, query or body, alone or among others. Must never decide whether it is right. */
import {fail} from '../../errors/jobwire-error.ts';
import {evaluateText} from '../../expressions/evaluate.ts';
import type {VerifyRule} from '../../generated/types.ts';
import {absent} from './absent.ts';
import type {Proof} from './proof.ts';

export type HashName = 'sha1' | 'sha256' | 'sha512';

export interface Candidate {
  readonly text: string;
  readonly algorithm: HashName;
}

export interface Extracted {
  readonly candidates: readonly Candidate[];
  /** The other pairs of the same header, by name: a timestamp may stand there. */
  readonly fields: ReadonlyMap<string, string>;
}

/** No candidates when there is nothing that could be this rule's signature. JW4001 for a header or parameter that came twice. */
export function extractSignatures(rule: VerifyRule, proof: Proof): Extracted {
  const candidates: Candidate[] = [];
  const fields = new Map<string, string>();
  for (const text of placesOf(rule, proof)) {
    for (const item of splitItems(text, rule.signature?.split)) {
      const pair = readPair(item, rule.signature?.pair);
      if (!pair) continue;
      if (pair.name !== undefined && !fields.has(pair.name)) fields.set(pair.name, pair.value);
      const candidate = candidateOf(rule, pair);
      if (candidate) candidates.push(candidate);
    }
  }
  return {candidates, fields};
}

function placesOf({signature = {}}: VerifyRule, {request, scope}: Proof): string[] {
  const {headers, query} = request.delivery;
  const texts: string[] = [];
  const add = (text: string | undefined): void => {
    if (text !== undefined && text !== '') texts.push(text);
  };
  const {header = []} = signature;
  for (const name of typeof header === 'string' ? [header] : header)
    add(single(headers[name.toLowerCase()], `header ${name}`));
  if (signature.query !== undefined) add(single(valuesOf(query[signature.query]), `query ${signature.query}`));
  if (signature.body !== undefined) add(absent(() => evaluateText(signature.body, scope())));
  return texts;
}

/** Node would join repeated headers; which of them a check would then see is a matter of luck, so neither is taken. */
export function single(values: readonly string[] | undefined, place: string): string | undefined {
  if (values && values.length > 1)
    throw fail('JW4001', {problem: `the ${place} came ${values.length} times; exactly one is expected`});
  return values?.[0];
}

export function valuesOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : value;
}

function splitItems(text: string, separator: string | undefined): string[] {
  const items = separator === undefined ? [text] : text.split(separator);
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

interface Pair {
  readonly name?: string;
  readonly value: string;
}

function readPair(item: string, separator: string | undefined): Pair | undefined {
  if (separator === undefined) return {value: item};
  const at = item.indexOf(separator);
  return at < 0 ? undefined : {name: item.slice(0, at), value: item.slice(at + separator.length)};
}

/** Pairs with another key, and texts without the prefix, belong to somebody else: they are skipped, not refused. */
function candidateOf({signature = {}, algorithm}: VerifyRule, {name, value}: Pair): Candidate | undefined {
  const {prefix = '', key} = signature;
  if (!value.startsWith(prefix) || value.length === prefix.length) return undefined;
  const text = value.slice(prefix.length);
  const allowed = namedAlgorithms(algorithm);
  if (allowed) {
    const chosen = allowed.find((one) => one === name);
    return chosen && {text, algorithm: chosen};
  }
  return key !== undefined && key !== name ? undefined : {text, algorithm: fixedAlgorithm(algorithm)};
}

/** The names a pair key may choose from, where the rule leaves the choice to it. */
export function namedAlgorithms(algorithm: VerifyRule['algorithm']): readonly HashName[] | undefined {
  return typeof algorithm === 'object' && algorithm !== null && 'fromKey' in algorithm
    ? (algorithm as {fromKey: HashName[]}).fromKey
    : undefined;
}

export function fixedAlgorithm(algorithm: VerifyRule['algorithm']): HashName {
  return algorithm === 'sha1' || algorithm === 'sha512' ? algorithm : 'sha256';
}
