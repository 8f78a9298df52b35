/** What a template makes of an event by itself: which targets it starts, and with which input. Must never call a target. */
import {eventRoot, runRoot} from '../engine/roots.ts';
import type {Draft} from '../engine/run.ts';
import {targetsOf} from '../engine/task.ts';
import {asJobwireError} from '../errors/jobwire-error.ts';
import {evaluateJson} from '../expressions/evaluate.ts';
import type {Template} from '../generated/types.ts';
import {match, sourceOf} from '../ingest/match.ts';
import type {Unmatched} from '../ingest/normalise.ts';
import type {Library} from '../manifest/library.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {own} from '../values/json.ts';
import {iso} from '../values/time.ts';

/** By target: skipped and why, the input, or the error that ends it. */
export type Mapping = JsonObject;

export function mapEvent(
  event: JsonObject,
  template: Template,
  {library, now}: {library: Library; now: number},
): Mapping {
  const whole = eventOf(event, template, now);
  const {decisions, drafts} = match(whole, library, now);
  return Object.fromEntries(
    decisions
      .filter((decision) => decision.template === template.id)
      .map(({target, outcome, because}): [string, Json] => {
        const draft = drafts.find((one) => one.template === template.id && one.target === target);
        if (outcome === 'skipped' || !draft) return [target, {skipped: because ?? ''}];
        return [target, draft.error ? {error: draft.error.code} : inputOf(template, draft, {event: whole, now})];
      }),
  );
}

/** An error is told by its code and sentence: the sentence names the path. */
function inputOf(template: Template, draft: Draft, {event, now}: {event: Unmatched; now: number}): JsonObject {
  const target = targetsOf(template.do).find(({id}) => id === draft.target)?.target;
  const {id, delivery, target: name} = draft;
  const facts = {id, template: template.id, target: name, delivery, attempt: 0};
  try {
    const scope = {event: eventRoot({...event, decisions: []}), run: runRoot(facts, now)};
    return {input: evaluateJson(target?.input ?? {}, scope)};
  } catch (thrown) {
    const {code, message} = asJobwireError(thrown);
    return {error: `${code}: ${message}`};
  }
}

function eventOf(event: JsonObject, template: Template, now: number): Unmatched {
  const {connection, event: type} = sourceOf(template);
  const text = (key: string): string | undefined => {
    const value = own(event, key);
    return typeof value === 'string' ? value : undefined;
  };
  const subject = text('subject');
  return {
    uid: 'mutant',
    connection,
    feed: 'mutant',
    type,
    id: text('id') ?? 'mutant',
    time: text('time') ?? iso(now),
    ...(subject !== undefined && {subject}),
    data: own(event, 'data') ?? {},
    receivedAt: now,
    state: 'accepted',
    deliveries: 1,
    bodyHash: '',
    conflicts: 0,
  };
}
