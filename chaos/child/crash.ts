/** Ends this process with SIGKILL at the named point it was started with. Must do nothing where none is given. */
import {writeSync} from 'node:fs';
import process from 'node:process';
import type {Point} from '../points.ts';

const [wanted, passes] = (process.env['CHAOS_KILL_AT'] ?? '').split('#');
let left = Number(passes ?? 1);

/** Said when the server passes a point. */
export function pass(point: Point): void {
  if (point !== wanted || --left > 0) return;
  writeSync(2, `chaos: killed at ${point}\n`);
  process.kill(process.pid, 'SIGKILL');
}
