/** Names a run for ever: the same event and target give the same key, whoever computes it and however often. */
import {hash} from 'node:crypto';
import {base32} from '../values/time.ts';
import type {Draft, EventRecord} from './run.ts';

export interface RunIdentity {
  readonly template: string;
  readonly target: string;
  readonly connection: string;
  readonly event: string;
  readonly id: string;
  /** Raised when the event is started again on purpose. */
  readonly restart?: number;
}

/** `jw-` and 26 characters: it fits the reference fields of the targets and holds no quote or blank. */
export function runKey({template, target, connection, event, id, restart = 0}: RunIdentity): string {
  const digest = hash('sha256', JSON.stringify([template, target, connection, event, id, restart]), 'buffer');
  return `jw-${base32(digest).slice(0, 26)}`;
}

/** What of an arrival bears keys. */
interface Keyed<E, D> {
  readonly event: E;
  readonly drafts: readonly D[];
}

/** The same for an identity that was accepted before: runs, and the decisions that name them, get keys of their own. */
export function restarted<
  E extends Pick<EventRecord, 'connection' | 'type' | 'id' | 'decisions'>,
  D extends Pick<Draft, 'id' | 'template' | 'target'>,
>({event, ...arrival}: Keyed<E, D>, restart: number): Keyed<E, D> {
  const {connection, type, id} = event;
  const keys = new Map<string, string>();
  const drafts = arrival.drafts.map((draft) => {
    const {template, target} = draft;
    const key = runKey({template, target, connection, event: type, id, restart});
    keys.set(draft.id, key);
    return {...draft, id: key};
  });
  const decisions = event.decisions.map((decision) =>
    decision.run === undefined ? decision : {...decision, run: keys.get(decision.run) ?? decision.run},
  );
  return {drafts, event: {...event, decisions}};
}
