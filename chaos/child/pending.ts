/** What of this process waits for a commit: so that a commit can be named by what it makes durable. Shared by its threads. */
import {getEnvironmentData, setEnvironmentData} from 'node:worker_threads';
import type {Point, Task} from '../points.ts';
import {pass} from './crash.ts';

type Pending = 'accept' | 'poll' | Task;

const kinds: readonly Pending[] = ['accept', 'poll', 'start', 'resend', 'recover', 'settle', 'track', 'end'];
const shared = 'chaos: what waits for a commit';
const waiting = new Int32Array(sharedMemory());

/** The thread that writes the store begins with what the first thread left for it. */
function sharedMemory(): SharedArrayBuffer {
  const given = getEnvironmentData(shared);
  if (given instanceof SharedArrayBuffer) return given;
  const made = new SharedArrayBuffer(kinds.length * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(shared, made);
  return made;
}

export function begin(kind: Pending): void {
  Atomics.add(waiting, kinds.indexOf(kind), 1);
}

export function done(kind: Pending): void {
  if (Atomics.sub(waiting, kinds.indexOf(kind), 1) <= 0) Atomics.store(waiting, kinds.indexOf(kind), 0);
}

export function beforeCommit(): void {
  for (const kind of waitingKinds()) pass(`${kind}:before-commit` satisfies Point);
}

/** A transition tells nobody when it is stored: it was in the first commit after it was given. */
export function afterCommit(): void {
  for (const kind of waitingKinds()) {
    pass(`${kind}:after-commit` satisfies Point);
    if (kind !== 'accept' && kind !== 'poll') Atomics.store(waiting, kinds.indexOf(kind), 0);
  }
}

function waitingKinds(): Pending[] {
  return kinds.filter((_, i) => Atomics.load(waiting, i) > 0);
}
