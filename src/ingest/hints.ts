/** Events that say a job may have changed. A hint only makes the poll due; it never decides anything. */
import {eventRoot} from '../engine/roots.ts';
import type {EventRecord} from '../engine/run.ts';
import {evaluateJson} from '../expressions/evaluate.ts';
import type {Connector} from '../generated/types.ts';

export interface Hint {
  readonly connection: string;
  readonly kind: string;
  readonly id: string | number;
}

/** Jobs of the event's connection that it speaks about. An id that cannot be read gives none: the job's own poll finds out. */
export function hintsOf(event: EventRecord, connector: Connector): Hint[] {
  return Object.entries(connector.jobs ?? {}).flatMap(([kind, {hints = []}]) =>
    hints
      .filter((hint) => hint.event === event.type)
      .flatMap((hint) => {
        const id = readId(hint.id, event);
        return id === undefined ? [] : [{connection: event.connection, kind, id}];
      }),
  );
}

function readId(value: unknown, event: EventRecord): string | number | undefined {
  try {
    const id = evaluateJson(value, {event: eventRoot(event)});
    return typeof id === 'string' || typeof id === 'number' ? id : undefined;
  } catch {
    return undefined;
  }
}
