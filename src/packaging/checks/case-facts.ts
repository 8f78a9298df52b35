/** What cases of a unit are about and how they end. Must never run one. */
import {JobwireError} from '../../errors/jobwire-error.ts';
import {evaluateTest} from '../../expressions/evaluate.ts';
import type {Case, ErrorRow, Feed} from '../../generated/types.ts';
import {covers, provedAlike} from './facts.ts';
import type {ConnectorPart, TemplatePart} from './subject.ts';

/** Cases whose subject has this name. */
export function casesAbout(part: ConnectorPart, key: 'action' | 'feed' | 'job' | 'lookup', name: string): Case[] {
  return part.cases.map(({manifest}) => manifest).filter(({of}) => (of as Record<string, unknown>)[key] === name);
}

export function casesOfVerb(part: ConnectorPart, kind: string, verb: string): Case[] {
  return casesAbout(part, 'job', kind).filter(({of}) => 'verb' in of && of.verb === verb);
}

export function endOf({expect: {outcome, error}}: Case): string {
  return outcome ?? (error ? 'failed' : 'succeeded');
}

/** A fault or a fault of the server somewhere in the conversation, or an outcome that stays open. */
export function isUnclear({exchanges = [], expect}: Case): boolean {
  return (
    expect.outcome === 'unknown' ||
    expect.error?.code === 'JW3009' ||
    exchanges.some(({fault, response}) => fault !== undefined || (response?.status ?? 0) >= 500)
  );
}

export function isNotFound({exchanges = [], expect: {error}}: Case): boolean {
  return (
    exchanges.some(({response}) => response?.status === 404 || response?.status === 410) ||
    /not-found|no-such|unknown|missing|gone|removed|JW3016|JW3101/.test(error?.code ?? '')
  );
}

type CaseResponse = NonNullable<Case['exchanges']>[number]['response'];

/** Whether the row is about this answer of a case; a test that needs more than the answer is not known to hold. */
export function meets(row: ErrorRow, answer: CaseResponse): boolean {
  if (answer === undefined || !covers(row, answer.status)) return false;
  const {test} = row.when;
  if (test === undefined) return true;
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  try {
    return evaluateTest(test, {response: {status: answer.status, headers, body: answer.body ?? null}});
  } catch (thrown) {
    if (thrown instanceof JobwireError) return false;
    throw thrown;
  }
}

/** Whether a delivery to this feed, or to one that is proved alike, is refused with the code. */
export function refusesDelivery(part: ConnectorPart, feed: Feed, code: string): boolean {
  return provedAlike(part.manifest, feed).some(([name]) =>
    casesAbout(part, 'feed', name).some(({expect}) => expect.error?.code === code),
  );
}

/** Targets of a template; the only one may have no id. */
export function targetsOf({manifest}: Pick<TemplatePart, 'manifest'>): {id: string; pointer: string}[] {
  const list = manifest.do;
  return Array.isArray(list)
    ? list.map(({id = ''}, i) => ({id, pointer: `/do/${i}`}))
    : [{id: list.id ?? '', pointer: '/do'}];
}

/** Ids of the targets that some case runs. */
export function ranTargets({cases, manifest}: TemplatePart): Set<string> {
  const targets = targetsOf({manifest});
  const [only] = targets;
  return new Set(
    cases.flatMap(({manifest: {expect}}) => {
      const named = Object.entries(expect.targets ?? {}).flatMap(([id, {outcome}]) =>
        outcome === 'skipped' ? [] : [id],
      );
      return only && targets.length === 1 && expect.outcome !== 'skipped' ? [only.id, ...named] : named;
    }),
  );
}
