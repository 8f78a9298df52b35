/** Which engine a store URL means. A new engine is one row here and a folder that passes test/laws/engine-laws.ts. */
import type {Engine} from '../engine/engine.ts';
import {fail} from '../errors/jobwire-error.ts';
import {type EngineOptions, openSqlite} from './sqlite/open.ts';

const engines: ReadonlyMap<string, (rest: string, options: EngineOptions) => Promise<Engine>> = new Map([
  ['sqlite', openSqlite],
]);

/** `sqlite:<path>`, relative to `options.dir`, or `sqlite::memory:`. JW7103 for another scheme or a store that cannot be used. */
export async function openEngine(url: string, options: EngineOptions): Promise<Engine> {
  const colon = url.indexOf(':');
  const open = engines.get(url.slice(0, Math.max(0, colon)));
  const rest = url.slice(colon + 1);
  if (!open || rest === '')
    throw fail('JW7103', {problem: `there is no engine for ${JSON.stringify(url)}; write sqlite:<path>`});
  return open(rest, options);
}
