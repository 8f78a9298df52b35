/** Which engine a store URL means. A new engine is one row here and a folder that passes test/laws/engine-laws.ts. */
import type {Engine} from '../engine/engine.ts';
import {fail} from '../errors/jobwire-error.ts';
import {processSecrets} from '../values/secret.ts';
import type {EngineOptions} from './options.ts';
import {openSqlite} from './sqlite/open.ts';

type Open = (rest: string, options: EngineOptions) => Promise<Engine>;

/** Loaded when it is needed: who uses SQLite never loads pg. */
const openPostgres: Open = async (rest, options) => (await import('./postgres/open.ts')).openPostgres(rest, options);

const engines: ReadonlyMap<string, Open> = new Map([
  ['sqlite', openSqlite],
  ['postgres', openPostgres],
  ['postgresql', openPostgres],
]);

/**
 * `sqlite:<path>`, relative to `options.dir`, `sqlite::memory:`, or `postgres://user:password@host:port/database`. JW7103 for another
 * scheme or a store that cannot be used; its messages never hold a password.
 */
export async function openEngine(url: string, options: EngineOptions): Promise<Engine> {
  const colon = url.indexOf(':');
  const scheme = url.slice(0, Math.max(0, colon));
  const open = engines.get(scheme);
  const rest = url.slice(colon + 1);
  for (const secret of secretsOfStore(url)) processSecrets.add(secret);
  if (!open || rest === '')
    // The rest may hold a password.
    throw fail('JW7103', {
      problem: `JOBWIRE_STORE has no engine ${JSON.stringify(scheme)}; write sqlite:<path> or postgres://user:password@host/database`,
    });
  return open(rest, options);
}

/** What of a store URL must never be shown. */
export function secretsOfStore(url: string): readonly string[] {
  const parsed = URL.parse(url);
  if (!parsed) return [];
  const {password, searchParams} = parsed;
  return [password, decoded(password), searchParams.get('password') ?? ''].filter((secret) => secret !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
