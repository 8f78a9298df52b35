/** What of this process waits for a commit: so that a commit can be named by what it makes durable. */
import type {Point, Task} from '../points.ts';
import {pass} from './crash.ts';

type Pending = 'accept' | 'poll' | Task;

const waiting = new Map<Pending, number>();

export function begin(kind: Pending): void {
  waiting.set(kind, (waiting.get(kind) ?? 0) + 1);
}

export function done(kind: Pending): void {
  waiting.set(kind, Math.max(0, (waiting.get(kind) ?? 0) - 1));
}

export function beforeCommit(): void {
  for (const [kind, count] of waiting) if (count > 0) pass(`${kind}:before-commit` satisfies Point);
}

/** A transition tells nobody when it is stored: it was in the first commit after it was given. */
export function afterCommit(): void {
  for (const [kind, count] of waiting) {
    if (count > 0) pass(`${kind}:after-commit` satisfies Point);
    if (kind !== 'accept' && kind !== 'poll') waiting.set(kind, 0);
  }
}
