/** Rows of a poll into the engine: events, runs and the place to go on, all together. Must never move the cursor ahead of the events. */
import type {Accepted, Engine, NewEvent} from '../engine/engine.ts';
import type {Feed} from '../generated/types.ts';
import type {Library} from '../manifest/library.ts';
import type {LiveConnection} from '../operations/connection.ts';
import type {Log} from '../operations/trace.ts';
import {type Json, sameJson} from '../values/json.ts';
import type {Redactor} from '../values/secret.ts';
import type {Clock} from '../values/time.ts';
import {newEvent, wakeJobs} from './new-event.ts';
import {markOf, type PollState, writeState} from './poll-state.ts';

export interface PollSource {
  readonly connection: LiveConnection;
  readonly feedName: string;
  readonly feed: Feed;
}

export interface PollTools {
  readonly engine: Pick<Engine, 'cursor' | 'accept' | 'wake'>;
  readonly library: Library;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Ends a poll between two pages: what was stored stays. */
  readonly signal?: AbortSignal;
  readonly log?: Log;
}

export interface PolledEvent {
  readonly uid: string;
  readonly type: string;
  readonly id: string;
  readonly outcome: 'new' | 'duplicate' | 'ignored' | 'dead';
  readonly runs: readonly string[];
}

/** A row that was not read before, as its event. */
export interface Arrived {
  readonly mark: string;
  readonly event: NewEvent;
}

/** With the same identity it is the same row, whatever else changed; one without an event is known by its content. */
export function arrive(item: Json, {connection, feedName, feed}: PollSource, tools: PollTools): Arrived {
  const {id, connector, config} = connection;
  const arrival = {
    feed: {connection: id, feedName, feed, connector, config},
    receivedAt: tools.clock.now(),
    redactor: tools.redactor,
  };
  const event = newEvent(item, arrival, tools.library);
  const {state, type, id: own, bodyHash} = event.event;
  return {mark: state === 'accepted' ? markOf(type, own) : markOf(bodyHash), event};
}

export interface Keeping {
  readonly source: PollSource;
  readonly tools: PollTools;
  readonly events: readonly NewEvent[];
  /** What the state is now, and what it becomes with the last of the events; undefined leaves it. */
  readonly from: PollState | undefined;
  readonly to?: PollState | undefined;
}

/** One transaction takes no more, so that others get their turn; the state moves in the last one. */
const mostAtOnce = 500;

/** Errors: JW7103. Events of transactions before the failing one stay: they are found to be duplicates next time. */
export async function keep({source, tools, events, from, to}: Keeping): Promise<PolledEvent[]> {
  const {connection, feedName} = source;
  const moves = to !== undefined && !sameJson(writeState(to), writeState(from));
  const kept: PolledEvent[] = [];
  for (let at = 0; at === 0 ? events.length > 0 || moves : at < events.length; at += mostAtOnce) {
    const chunk = events.slice(at, at + mostAtOnce);
    const last = at + mostAtOnce >= events.length;
    const cursor = {connection: connection.id, feed: feedName, value: writeState(to), from: writeState(from)};
    const accepted = await tools.engine.accept({events: chunk, ...(last && moves && {cursor})});
    kept.push(...chunk.map((event, i) => outcomeOf(event, accepted[i])));
  }
  await wakeJobs(events, connection.connector, tools.engine);
  return kept;
}

function outcomeOf({event}: NewEvent, accepted: Accepted | undefined): PolledEvent {
  const {uid = event.uid, duplicate = false, runs = []} = accepted ?? {};
  const outcome = duplicate ? 'duplicate' : event.state === 'accepted' ? 'new' : event.state;
  return {uid, type: event.type, id: event.id, outcome, runs};
}
