/** Names a run for ever: the same event and target give the same key, whoever computes it and however often. */
import {createHash} from 'node:crypto';
import {base32} from '../values/time.ts';

export interface RunIdentity {
  readonly template: string;
  readonly target: string;
  readonly connection: string;
  readonly event: string;
  readonly id: string;
  /** Raised when an operator starts the event again on purpose. */
  readonly restart?: number;
}

/** `jw-` and 26 characters: it fits the reference fields of the targets and holds no quote or blank. */
export function runKey({template, target, connection, event, id, restart = 0}: RunIdentity): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([template, target, connection, event, id, restart]))
    .digest();
  return `jw-${base32(digest).slice(0, 26)}`;
}
