/** What a case expects against what came of it. Must never print more than the places that differ. */
import {fail, type Issue, type JobwireError} from '../errors/jobwire-error.ts';
import type {Expectation, TargetExpectation} from '../generated/types.ts';
import type {Json} from '../values/json.ts';
import type {Observed, Outcome} from './case-file.ts';
import {type Difference, differences, listing} from './differences.ts';

/** One JW7012 with every difference, or nothing. */
export function unmet(expected: Expectation, outcome: Outcome): JobwireError | undefined {
  const found = outcome.targets ? targetDifferences(expected, outcome.targets) : wholeDifferences(expected, outcome);
  return found.length === 0 ? undefined : fail('JW7012', {problem: `the outcome is not as expected:${listing(found)}`});
}

function wholeDifferences(expected: Expectation, outcome: Outcome): Difference[] {
  const {events, ack, cursor} = expected;
  return [
    ...observedDifferences(expected, outcome, ''),
    ...(events === undefined ? [] : differences(events, outcome.events as Json | undefined, 'partial', 'events')),
    ...(ack === undefined ? [] : differences(ack, outcome.ack as Json | undefined, 'partial', 'ack')),
    ...(cursor === undefined ? [] : differences(cursor, outcome.cursor, 'exact', 'cursor')),
  ];
}

/** What is said outside `targets` holds for every target that `targets` does not name. */
function targetDifferences(expected: Expectation, targets: ReadonlyMap<string, Observed>): Difference[] {
  const named = expected.targets ?? {};
  const unknown = Object.keys(named).filter((id) => !targets.has(id));
  return [
    ...unknown.map((id) => ({path: `targets.${id}`, text: 'the template has no such target'})),
    ...[...targets].flatMap(([id, observed]) =>
      Object.hasOwn(named, id)
        ? observedDifferences(named[id] ?? {}, observed, `targets.${id}.`)
        : observedDifferences(expected, observed, targets.size > 1 ? `targets.${id}.` : ''),
    ),
  ];
}

function observedDifferences(expected: TargetExpectation, observed: Partial<Observed>, at: string): Difference[] {
  const {outcome, because, output, jobs, error, warnings, writes} = expected;
  return [
    ...(outcome === undefined || outcome === observed.outcome ? [] : [wrongOutcome(outcome, observed, at)]),
    ...(because === undefined ? [] : differences(because, observed.because, 'exact', `${at}because`)),
    ...(output === undefined ? [] : differences(output, observed.output, 'partial', `${at}output`)),
    ...(jobs === undefined ? [] : differences(jobs, observed.jobs as Json | undefined, 'partial', `${at}jobs`)),
    ...(error === undefined ? [] : errorDifferences(error, observed.error, `${at}error`)),
    ...(warnings === undefined ? [] : warningDifferences(warnings, observed.warnings ?? [], `${at}warnings`)),
    ...(writes === undefined ? [] : differences(writes, observed.writes, 'exact', `${at}writes`)),
    ...unexpectedFollows(observed, warnings ?? [], at),
  ];
}

function wrongOutcome(expected: string, {outcome, error, because}: Partial<Observed>, at: string): Difference {
  const why = error ? `: ${describe(error)}` : because === undefined ? '' : `, because of ${because}`;
  return {path: `${at}outcome`, text: `expected ${expected}, got ${outcome ?? 'nothing'}${why}`};
}

function describe({code, jobwireCode, detail}: Issue): string {
  return code === jobwireCode ? `${code} ${detail}` : `${code} (${jobwireCode}) ${detail}`;
}

type ExpectedError = NonNullable<TargetExpectation['error']>;

/** The author's code or ours; the message is contained. */
function errorDifferences(expected: ExpectedError, error: Issue | undefined, at: string): Difference[] {
  if (!error) return [{path: at, text: `expected ${expected.code}, got no error`}];
  const {code, owner, message, choices} = expected;
  const contained = message === undefined || error.detail.includes(message) || error.hint.includes(message);
  return [
    ...(code === error.code || code === error.jobwireCode
      ? []
      : [{path: `${at}.code`, text: `expected ${code}, got ${describe(error)}`}]),
    ...(owner === undefined ? [] : differences(owner, error.owner, 'exact', `${at}.owner`)),
    ...(contained ? [] : [{path: `${at}.message`, text: `expected text with "${message}", got ${describe(error)}`}]),
    ...(choices === undefined
      ? []
      : differences(choices, error.choices as Json | undefined, 'partial', `${at}.choices`)),
  ];
}

function warningDifferences(expected: readonly string[], warnings: readonly string[], path: string): Difference[] {
  const sorted = (codes: readonly string[]): string[] => [...new Set(codes)].sort();
  return differences(sorted(expected), sorted(warnings), 'exact', path);
}

/** A follow-up never changes its run, so that its failure would pass unseen. */
function unexpectedFollows(
  {failedFollows = []}: Partial<Observed>,
  warnings: readonly string[],
  at: string,
): Difference[] {
  if (warnings.includes('JW5008')) return [];
  return failedFollows.map((error) => ({path: `${at}onComplete`, text: `the follow-up failed: ${describe(error)}`}));
}
