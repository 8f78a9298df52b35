/** One item that arrived, as the engine takes it: the event, what every template decided about it, and the runs it starts. */
import type {Engine, NewEvent} from '../engine/engine.ts';
import type {Connector} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import {currentTraceparent} from '../telemetry/spans.ts';
import type {Traceparent} from '../telemetry/traceparent.ts';
import type {Json} from '../values/json.ts';
import {ms} from '../values/time.ts';
import {hintsOf} from './hints.ts';
import {match} from './match.ts';
import {type Arrival, normalise} from './normalise.ts';

export interface Arrived extends Arrival {
  readonly traceparent?: Traceparent | undefined;
}

/** Never throws for what the item holds: that is a dead letter. */
export function newEvent(item: Json, arrival: Arrived, library: Library): NewEvent {
  const {traceparent = currentTraceparent()} = arrival;
  const event = {...normalise(item, arrival), traceparent};
  const {decisions, drafts} =
    event.state === 'accepted' ? match(event, library, arrival.receivedAt) : {decisions: [], drafts: []};
  const {window = '7d', on = 'accepted'} = arrival.feed.feed.dedupe ?? {};
  return {event: {...event, decisions}, drafts, windowMs: ms(window), on};
}

/** After the commit and without a say in anything: a hint that is lost costs time, not truth. Undefined where there is none. */
export function wakeJobs(
  events: readonly NewEvent[],
  connector: Connector,
  engine: Pick<Engine, 'wake'>,
): Promise<unknown> | undefined {
  const hints = events.flatMap(({event}) => (event.state === 'accepted' ? hintsOf(event, connector) : []));
  return hints.length === 0 ? undefined : Promise.allSettled(hints.map((hint) => engine.wake(hint)));
}
