/** Works the runs of a case to their end on an in-memory engine, jumping over every wait. Must never wait itself. */
import type {Engine, Step} from '../engine/engine.ts';
import type {EventRecord, Run, RunState} from '../engine/run.ts';
import {createStep} from '../engine/step.ts';
import type {Tools} from '../engine/task.ts';
import {openEngine} from '../engines/index.ts';
import {asJobwireError, fail} from '../errors/jobwire-error.ts';
import {match} from '../ingest/match.ts';
import type {Unmatched} from '../ingest/normalise.ts';
import type {Library} from '../manifest/library.ts';
import {ms} from '../values/time.ts';
import type {Scene} from './stage.ts';

export interface Driven {
  readonly event: EventRecord;
  readonly runs: readonly Run[];
  /** Requests of write operations that each run sent. */
  readonly writes: ReadonlyMap<string, number>;
}

const going: readonly RunState[] = ['queued', 'starting', 'tracking'];
/** A case that needs more goes round in circles. */
const mostTurns = 2000;
/** Longer than any wait: on virtual time a lease must not lapse while its run is worked. */
const leaseMs = ms('400d');

/** Takes the event in, matches it and works everything that follows from it, follow-ups included. */
export async function drive(event: Unmatched, library: Library, stage: Scene): Promise<Driven> {
  const {clock, chance} = stage;
  const engine = await openEngine('sqlite::memory:', {clock, dir: '/'});
  try {
    const {decisions, drafts} = match(event, library, clock.now());
    await engine.accept({events: [{event: {...event, decisions}, drafts, windowMs: ms('7d')}]});
    const tools: Tools = {
      library,
      clock,
      chance,
      connection: stage.connection,
      event: async (uid) => (await engine.events.get(uid)) ?? Promise.reject(fail('JW7102', {what: 'event', id: uid})),
    };
    const writes = await workAll(engine, createStep(tools), stage);
    const {items} = await engine.runs.list({}, {limit: 1000});
    return {event: {...event, decisions}, runs: items, writes};
  } finally {
    await engine.close();
  }
}

/** Until no run is left that goes on by itself. */
async function workAll(engine: Engine, step: Step, stage: Scene): Promise<Map<string, number>> {
  const {clock} = stage;
  const writes = new Map<string, number>();
  for (let turn = 0; turn < mostTurns; turn++) {
    if ((await workOne(engine, step, {stage, writes})) > 0) continue;
    const {items} = await engine.runs.list({state: going}, {limit: 1000});
    const next = Math.min(...items.map(({wakeAt}) => wakeAt));
    if (next === Number.POSITIVE_INFINITY) return writes;
    if (next <= clock.now()) throw fail('JW7012', {problem: 'a run is due but waits for one that does not end'});
    await stage.waitUntil(next);
  }
  throw fail('JW7012', {problem: `the runs did not end within ${mostTurns} steps`});
}

interface Counting {
  readonly stage: Scene;
  readonly writes: Map<string, number>;
}

/** One run at a time, so that the order of requests depends on nothing but the manifests. Gives the number worked. */
async function workOne(engine: Engine, step: Step, {stage, writes}: Counting): Promise<number> {
  const before = stage.writes();
  const faults: unknown[] = [];
  let id = '';
  const worked = await engine.tick(
    (runs) => {
      id = runs[0]?.id ?? '';
      return step(runs);
    },
    {worker: 'case', leaseMs, limit: 1, onFault: (error) => faults.push(error)},
  );
  if (faults.length > 0) throw asJobwireError(faults[0]);
  writes.set(id, (writes.get(id) ?? 0) + stage.writes() - before);
  return worked;
}
