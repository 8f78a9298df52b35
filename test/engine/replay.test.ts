/** D22: stores that released versions left, with a run in every state, are worked off by this one as those would have done. */
import assert from 'node:assert/strict';
import {globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {type Job, openYard} from './yard.ts';

type Cell = string | number | null | {readonly base64: string};

interface Recorded {
  readonly version: string;
  readonly at: number;
  /** What became of each run is its name. */
  readonly runs: Readonly<Record<string, string>>;
  readonly jobs: readonly Job[];
  readonly pragmas: Readonly<Record<string, number>>;
  readonly schema: readonly string[];
  readonly rows: Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>>;
}

/** State of the run when all is done, and jobs that its reference has at the target. */
const expected: Readonly<Record<string, readonly [state: string, jobs: number]>> = {
  succeeded: ['succeeded', 1],
  failed: ['failed', 1],
  followed: ['succeeded', 1],
  'executed-unheard': ['succeeded', 1],
  'not-executed': ['succeeded', 1],
  held: ['held', 1],
  'refused-once': ['succeeded', 1],
  'died-before-sending': ['succeeded', 1],
  waiting: ['succeeded', 1],
};

function restore(path: string, {schema, rows, pragmas}: Recorded): void {
  const db = new DatabaseSync(path);
  for (const statement of schema) db.exec(statement);
  for (const [table, lines] of Object.entries(rows))
    for (const line of lines) {
      const names = Object.keys(line);
      const places = names.map(() => '?').join(', ');
      const values = Object.values(line).map((cell) =>
        typeof cell === 'object' && cell !== null ? Buffer.from(cell.base64, 'base64') : cell,
      );
      db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`).run(...values);
    }
  for (const [name, value] of Object.entries(pragmas)) db.exec(`PRAGMA ${name} = ${value}`);
  db.close();
}

describe('D22: the store of a former version', () => {
  for (const file of globSync('test/engine/stores/*.json')) {
    const recorded: Recorded = JSON.parse(readFileSync(file, 'utf8'));

    it(`is worked off to the same end: ${recorded.version}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'jobwire-replay-'));
      const store = join(folder, 'jobwire.db');
      restore(store, recorded);
      const yard = await openYard({store});
      try {
        yard.jobs.push(...structuredClone(recorded.jobs));
        // As old as the recorded jobs are, the target has long finished them.
        for (const job of yard.jobs) if (job.state === 'Waiting') job.state = 'Done';
        yard.clock.jumpTo(recorded.at + 1000);
        await yard.workOn(() => {
          for (const job of yard.jobs) if (job.state === 'Waiting') job.state = 'Done';
          return false;
        });
        const ends = await Promise.all(
          Object.entries(recorded.runs).map(async ([name, id]) => {
            const {length} = yard.jobs.filter(({reference}) => reference === id);
            return [name, [(await yard.run(id)).state, length]];
          }),
        );
        assert.deepEqual(Object.fromEntries(ends), expected);
      } finally {
        await yard.close();
        rmSync(folder, {recursive: true, force: true});
      }
    });
  }
});
