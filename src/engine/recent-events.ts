/** Events that came a moment ago, for the runs that start at once: not read back from the store. Must never hold more than a bounded amount. */
import type {Json} from '../values/json.ts';
import type {Engine} from './engine.ts';
import type {EventRecord} from './run.ts';

const most = 256;
/** Characters and members of one event's data. */
const largest = 16_384;

export interface RecentEvents {
  /** The same engine; what it accepts is remembered. */
  readonly engine: Engine;
  /** As it was stored, but for the counters of its deliveries. */
  event(uid: string): Promise<EventRecord | undefined>;
}

export function withRecentEvents(engine: Engine): RecentEvents {
  const recent = new Map<string, EventRecord>();
  const remember = (event: EventRecord): void => {
    if (roomAfter(event.data, largest) < 0) return;
    if (recent.size >= most) recent.delete(recent.keys().next().value as string);
    recent.set(event.uid, event);
  };
  return {
    engine: {
      ...engine,
      accept(batch) {
        // Before they are stored: their runs may be claimed with the same commit.
        for (const {event, drafts} of batch.events) if (drafts.length > 0) remember(event);
        return engine.accept(batch);
      },
    },
    event: async (uid) => recent.get(uid) ?? engine.events.get(uid),
  };
}

/** What is left of the room when the value is in it; ends early when nothing is. */
function roomAfter(value: Json, room: number): number {
  if (typeof value === 'string') return room - value.length;
  if (typeof value !== 'object' || value === null) return room - 1;
  let left = room;
  for (const key of Object.keys(value)) {
    left = roomAfter((value as {[key: string]: Json})[key] as Json, left - key.length - 1);
    if (left < 0) break;
  }
  return left;
}
