/** What a postgres:// address says: where to connect, which schema holds the store, and how to name it to a person. Must never show a password. */
import {fail} from '../../errors/jobwire-error.ts';

export interface Address {
  /** For pg: the address without what only Jobwire understands. */
  readonly connectionString: string;
  readonly schema: string;
  /** host:port/database, for messages. */
  readonly shown: string;
}

/** Short enough that a channel named after it fits PostgreSQL's 63 bytes. */
const schemaName = /^[a-z_][a-z0-9_]{0,39}$/;

/** `postgres://user:password@host:port/database?schema=jobwire`; other parameters are pg's (sslmode, sslrootcert, host of a socket). */
export function readAddress(url: string): Address {
  const parsed = URL.parse(url);
  // The text itself is not repeated: it holds a password.
  if (!parsed || parsed.pathname.length < 2)
    throw fail('JW7103', {problem: 'JOBWIRE_STORE is not like postgres://user:password@host:5432/database'});
  const schema = parsed.searchParams.get('schema') ?? 'jobwire';
  if (!schemaName.test(schema))
    throw fail('JW7103', {problem: `${JSON.stringify(schema)} cannot be a schema: up to 40 of a-z, 0-9 and _`});
  parsed.searchParams.delete('schema');
  const host = parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname);
  const port = parsed.port || parsed.searchParams.get('port') || '5432';
  return {
    connectionString: parsed.href,
    schema,
    shown: `${host || 'localhost'}:${port}${parsed.pathname}`,
  };
}
