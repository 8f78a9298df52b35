/** Runs one case with everything real but the wire and the clock, and says in what the outcome is not as expected. */
import {asJobwireError, fail, type Issue, type JobwireError} from '../errors/jobwire-error.ts';
import type {Case} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {elapsed} from '../values/time.ts';
import {runLookup, runOperation} from './call-case.ts';
import type {CaseResult, CaseUnit, Outcome} from './case-file.ts';
import {readExchanges} from './cassette.ts';
import {connectionsOf} from './connections.ts';
import type {Watch} from './exchange.ts';
import {unmet} from './expectation.ts';
import {runFeed} from './feed-case.ts';
import {runAction, runTemplate} from './run-case.ts';
import {type Stage, setStage} from './stage.ts';
import {runVerb} from './verb-case.ts';

/** Never rejects: what goes wrong is a problem of the case. `watch` sees what went over the wire. */
export async function runCase(unit: CaseUnit, library: Library, watch?: Watch): Promise<CaseResult> {
  const begun = elapsed();
  const {file, manifest} = unit;
  const problems = await problemsOf(unit, library, watch).catch((error: unknown) => [asJobwireError(error).issue()]);
  return {file, title: manifest.title, ok: problems.length === 0, problems, ms: elapsed() - begun};
}

async function problemsOf(unit: CaseUnit, library: Library, watch: Watch | undefined): Promise<Issue[]> {
  const stage = setStage({
    library,
    now: nowOf(unit.manifest),
    exchanges: readExchanges(unit),
    watch,
    connections: connectionsOf(unit),
  });
  try {
    return judge(unit, stage, await play(unit, stage));
  } catch (error) {
    const surprise = wireProblems(unit, stage).filter(isSurprise);
    return surprise.length > 0 ? surprise : [report(unit, stage, {error: asJobwireError(error), pointer: '/of'})];
  }
}

function play(unit: CaseUnit, stage: Stage): Promise<Outcome> {
  const {manifest, owner} = unit;
  const {of} = manifest;
  if ('action' in of) return runAction(of.action, unit, stage);
  if ('operation' in of) return runOperation(of.operation, unit, stage);
  if ('lookup' in of) return runLookup(of.lookup, unit, stage);
  if ('feed' in of) return runFeed(of.feed, unit, stage);
  if ('job' in of) return runVerb(of, unit, stage);
  if (owner.kind === 'template') return runTemplate(unit, owner, stage);
  return Promise.reject(fail('JW1004', {what: 'template', name: of.template}));
}

/** An unexpected request explains everything after it; otherwise the outcome and what was left over are both told. */
function judge(unit: CaseUnit, stage: Stage, outcome: Outcome): Issue[] {
  const wire = wireProblems(unit, stage);
  if (wire.some(isSurprise)) return wire;
  const error = unmet(unit.manifest.expect, outcome);
  return error ? [report(unit, stage, {error, pointer: '/expect'}), ...wire] : wire;
}

function isSurprise({jobwireCode}: Issue): boolean {
  return jobwireCode === 'JW7010';
}

function wireProblems(unit: CaseUnit, stage: Stage): Issue[] {
  return stage.script.problems().map(({error, exchange}) => {
    const pointer =
      exchange === undefined || unit.manifest.exchanges === undefined ? '' : `/exchanges/${exchange}/request`;
    return report(unit, stage, {error, pointer});
  });
}

/** Masked, with its place in the case. */
function report(unit: CaseUnit, stage: Stage, {error, pointer}: {error: JobwireError; pointer: string}): Issue {
  const detail = stage.redactor.text(error.message);
  return error.with({detail, at: error.extra.at ?? unit.locate(pointer)}).issue();
}

/** A case without `now` plays at the same moment every time. */
const someDay = Date.UTC(2026, 0, 12, 8, 0, 0);

function nowOf({now}: Case): number {
  if (now === undefined) return someDay;
  const time = Date.parse(now);
  if (Number.isNaN(time)) throw fail('JW1008', {problem: `now is no time: ${now}`});
  return time;
}

export type {CaseResult, CaseUnit} from './case-file.ts';
