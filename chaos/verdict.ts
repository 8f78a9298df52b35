/** What a store and a target say together about every event: nothing lost, nothing doubled that must not be. */
import type {Engine} from '../src/engine/engine.ts';
import {isTerminal, type Run} from '../src/engine/run.ts';
import {allRuns} from './history.ts';
import {eventOf, type Lane, lanes} from './project.ts';
import type {Sent} from './source.ts';

export interface Row {
  readonly lane: Lane;
  readonly events: number;
  readonly acknowledged: number;
  readonly jobs: number;
  /** References that stand at the target more than once. */
  readonly duplicates: number;
  readonly held: number;
  readonly failed: number;
  /** Acknowledged, and without an event or a run in a state that somebody sees. */
  readonly lost: number;
}

export interface Facts {
  readonly acknowledged: readonly Sent[];
  /** Rows the source has: there is nobody to acknowledge them to, so each of them counts. */
  readonly rows: readonly {readonly n: number}[];
  readonly starts: ReadonlyMap<string, number>;
}

export interface Verdict {
  readonly rows: readonly Row[];
  readonly violations: readonly string[];
  /** Why runs are held, and how often. */
  readonly held: ReadonlyMap<string, number>;
}

export async function judge(engine: Engine, {acknowledged, rows, starts}: Facts): Promise<Verdict> {
  const runs = new Map<string, Run>();
  for await (const run of allRuns(engine)) runs.set(run.id, run);
  const violations: string[] = [];
  const polled = rows.map(({n}): Sent => ({n, lane: 'polled'}));
  const table: Row[] = [];
  for (const lane of lanes) {
    const sent = [...acknowledged, ...polled].filter((one) => one.lane === lane);
    const own = [...runs.values()].filter(({template}) => template === lane);
    const lost: string[] = [];
    for (const {n} of sent) {
      const problem = await lossOf(engine, runs, eventOf(n, lane));
      if (problem !== undefined) lost.push(problem);
    }
    violations.push(...lost.map((problem) => `${lane}: ${problem}`), ...contradictions(lane, own, starts));
    const doubled = own.filter(({id}) => (starts.get(id) ?? 0) > 1);
    if (lane !== 'at-least-once')
      violations.push(...doubled.map(({id}) => `${lane}: ${id} was started ${starts.get(id)} times`));
    table.push({
      lane,
      events: new Set(own.map(({event}) => event)).size,
      acknowledged: sent.length,
      jobs: own.reduce((sum, {id}) => sum + (starts.get(id) ?? 0), 0),
      duplicates: doubled.length,
      held: own.filter(({state}) => state === 'held').length,
      failed: own.filter(({state}) => state === 'failed').length,
      lost: lost.length,
    });
  }
  for (const [reference] of starts)
    if (!runs.has(reference)) violations.push(`the target has ${reference}, and no run has that key`);
  return {rows: table, violations, held: reasonsOf([...runs.values()])};
}

function reasonsOf(runs: readonly Run[]): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const {template, state, error} of runs)
    if (state === 'held') {
      const reason = `${template}: ${error?.code} ${error?.detail.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|jw-\w+/g, '…')}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  return reasons;
}

async function lossOf(
  engine: Engine,
  runs: ReadonlyMap<string, Run>,
  {id, run: key}: ReturnType<typeof eventOf>,
): Promise<string | undefined> {
  if (!(await engine.events.get(id))) return `event ${id} was acknowledged and is not there`;
  const run = runs.get(key);
  if (!run) return `event ${id} was acknowledged and has no run`;
  return isTerminal(run.state) || run.state === 'held' ? undefined : `run ${key} rests in ${run.state}`;
}

/** A run that says it succeeded without a start at the target, or failed for good although nothing was wrong with it. */
function contradictions(lane: Lane, runs: readonly Run[], starts: ReadonlyMap<string, number>): string[] {
  return runs.flatMap(({id, state, error}) => {
    if (state === 'succeeded' && !starts.has(id))
      return [`${lane}: ${id} succeeded, and the target knows nothing of it`];
    return state === 'failed' ? [`${lane}: ${id} failed: ${error?.code} ${error?.detail}`] : [];
  });
}
