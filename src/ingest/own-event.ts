/** An event that no sender made: a time that came, or something a person gave. Must never look like one of a feed. */
import {createHash} from 'node:crypto';
import type {NewEvent} from '../engine/engine.ts';
import type {Library} from '../manifest/library.ts';
import {traceArrival} from '../telemetry/spans.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import {iso, randomId} from '../values/time.ts';
import {match} from './match.ts';
import type {Unmatched} from './normalise.ts';

export interface Happening {
  readonly feed: 'schedule' | 'manual';
  readonly connection: string;
  readonly type: string;
  readonly id: string;
  readonly data: Json;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Header of whoever asked for it. */
  readonly traceparent?: string | undefined;
}

/** As long as for events of feeds that say nothing else. */
export const windowMs = 7 * 86_400_000;

/** The event with the runs of one template: others that wait for the same event were not asked for. */
export function ownEvent(happening: Happening, template: string, given: {library: Library; now: number}): NewEvent {
  const {library, now} = given;
  const {time, traceparent, ...known} = happening;
  const event: Unmatched = {
    ...known,
    uid: randomId(),
    time: iso(time),
    receivedAt: now,
    state: 'accepted',
    deliveries: 1,
    bodyHash: createHash('sha256').update(stringifyJson(known.data)).digest('hex'),
    conflicts: 0,
    traceparent: traceArrival(known, traceparent),
  };
  const {decisions, drafts} = match(event, library, now);
  return {
    event: {...event, decisions: decisions.filter((decision) => decision.template === template)},
    drafts: drafts.filter((draft) => draft.template === template),
    windowMs,
  };
}
