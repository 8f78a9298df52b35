/** What the store showed from time to time, compared with what it shows later: no run may go backwards, no event may vanish. */
import type {Engine} from '../src/engine/engine.ts';
import {isTerminal, type Run, type RunState} from '../src/engine/run.ts';

export interface History {
  /** Looks at every run. */
  look(engine: Engine): Promise<void>;
  readonly broken: readonly string[];
}

interface Seen {
  readonly state: RunState;
  readonly updatedAt: number;
  readonly jobs: readonly string[];
  readonly written: boolean;
}

export function keepHistory(): History {
  const seen = new Map<string, Seen>();
  const broken: string[] = [];
  return {
    broken,
    async look(engine) {
      const missing = new Set(seen.keys());
      for await (const run of allRuns(engine)) {
        missing.delete(run.id);
        const now = sightOf(run);
        const before = seen.get(run.id);
        const problem = before && backwards(before, now);
        if (problem) broken.push(`run ${run.id} of ${run.template}: ${problem}`);
        seen.set(run.id, now);
      }
      for (const id of missing) broken.push(`run ${id} was there and is gone`);
    },
  };
}

/** From `starting` back to `queued` is no step back: it is how another attempt, or a second sending, waits for its turn. */
function backwards(before: Seen, now: Seen): string | undefined {
  if (isTerminal(before.state) && (now.state !== before.state || now.updatedAt !== before.updatedAt))
    return `was ${before.state} and is ${now.state}`;
  if (before.state === 'held' && now.state !== 'held') return `was held and nobody decided, is ${now.state}`;
  if (before.state === 'tracking' && (now.state === 'queued' || now.state === 'starting'))
    return `was tracking and is ${now.state}`;
  if (before.written && !now.written && now.state !== 'failed')
    return 'its write was known to have happened, and is no more';
  const lost = before.jobs.filter((job) => !now.jobs.includes(job));
  return lost.length > 0 ? `knew job ${lost.join(', ')} and does no more` : undefined;
}

function sightOf({state, updatedAt, data: {jobs = [], intent, output}}: Run): Seen {
  const written = intent?.value !== undefined || output !== undefined || jobs.length > 0;
  return {state, updatedAt, jobs: jobs.map(({ref}) => String(ref.id)), written};
}

export async function* allRuns(engine: Engine): AsyncGenerator<Run> {
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<Engine['runs']['list']>> = await engine.runs.list(
      {},
      {limit: 1000, ...(after !== undefined && {after})},
    );
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}
