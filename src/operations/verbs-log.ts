/** What a job writes while it runs, piece by piece. Must never give a piece twice. */
import {fail} from '../errors/jobwire-error.ts';
import {type Json, own} from '../values/json.ts';
import {type JobTarget, kindOf, runVerb} from './verbs.ts';
import type {JobRef} from './verbs-refs.ts';
import {pollDelay} from './verbs-states.ts';

export interface LogOptions {
  /** Goes on until the target says that the log is complete. */
  readonly follow?: boolean | undefined;
  /** Milliseconds between two reads; without it, as `poll` of the job kind says. */
  readonly everyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Pieces as they come. Errors: JW3202 when the kind has no log, and those of the read. */
export async function* readLog(target: JobTarget, ref: JobRef, options: LogOptions = {}): AsyncGenerator<string> {
  const {connection, kind: name} = target;
  const kind = kindOf(connection.connector.jobs, name);
  let cursor: Json = null;
  for (let reads = 0; ; reads++) {
    const [answer] = await runVerb({...target, verb: 'log', jobs: [ref], roots: {cursor}});
    const {output = null} = answer ?? {};
    const text = own(output, 'text');
    const done = own(output, 'done');
    if (typeof done !== 'boolean') throw fail('JW1012', {problem: 'the verb log gives no done'}, {outcome: 'fail'});
    if (typeof text === 'string' && text !== '') yield text;
    const next = own(output, 'cursor') ?? null;
    const moved = next !== null && JSON.stringify(next) !== JSON.stringify(cursor);
    const more = moved && text !== '';
    if (done || (!more && options.follow !== true)) return;
    if (moved) cursor = next;
    // More is there at once as long as the cursor moves; only after an empty piece there is a wait.
    if (!more) await connection.clock.sleep(options.everyMs ?? pollDelay(kind, reads), options.signal);
  }
}
