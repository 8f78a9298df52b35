/** When an event that is known may start runs once more: one rule for every engine. */
import type {NewEvent} from '../engine/engine.ts';
import type {EventRecord, RunState} from '../engine/run.ts';

export interface Known {
  readonly state: EventRecord['state'];
  /** End of the window in which a second arrival is a duplicate. */
  readonly expiresAt: number;
  readonly restarts: number;
  /** States of the runs of the event that is stored. */
  readonly runs: readonly RunState[];
}

/** What of an arrival the rule looks at. */
interface Again extends Pick<NewEvent, 'on'> {
  readonly event: Pick<EventRecord, 'state'>;
}

export function letsThrough({state, expiresAt, runs}: Known, {event, on}: Again, now: number): boolean {
  if (on === 'always' || expiresAt <= now) return true;
  if (state !== 'accepted') return event.state === 'accepted';
  return on === 'succeeded' && runs.length > 0 && runs.every((run) => run === 'failed');
}

/** The restart number its runs get: no key is used twice. */
export function restartsAfter({state, restarts}: Known): number {
  return restarts + (state === 'accepted' ? 1 : 0);
}
