/** The only door to pg: statements and transactions on pooled connections, faults as JW7103. Must never repeat a transaction whose COMMIT may have been carried out. */
import pg from 'pg';
import {fail} from '../../errors/jobwire-error.ts';
import type {Address} from './address.ts';
import {isBroken, isClash, notUsable, wasDropped} from './faults.ts';
import {createGate} from './gate.ts';
import {migrate} from './migrate.ts';

export type Row = Record<string, unknown>;

export interface Answer {
  readonly rows: readonly Row[];
  /** Rows changed or read. */
  readonly count: number;
}

/** A statement that is prepared once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Session {
  ask(statement: Statement | string, values?: readonly unknown[]): Promise<Answer>;
}

export interface Database extends Session {
  readonly address: Address;
  /** The server answers and its schema is the one this Jobwire knows. Everything asked waits for it. */
  ready(): Promise<void>;
  /** BEGIN, what `act` asks, COMMIT. `act` runs again after a deadlock and must do nothing but ask. */
  transact<T>(act: (session: Session) => Promise<T>): Promise<T>;
  /** A connection of its own, to listen or hold locks with; the caller ends it. */
  connectApart(settings?: {readonly patient: boolean}): Promise<pg.Client>;
  /** True while nothing is being asked. */
  isQuiet(): boolean;
  isClosed(): boolean;
  /** Waits until nothing is being asked, then refuses everything. */
  close(): Promise<void>;
}

/** What one process has open at most, besides one connection for each thing it listens or stands by for. */
const mostConnections = 8;
const connectMs = 5000;
/** The server gives up first, so that the connection stays of use; ours is for a server that vanished. */
const statementMs = 30_000;
const answerMs = 45_000;
/** A process that was stopped in the middle of a transaction must not keep its locks. */
const idleInTransactionMs = 10_000;
const lockMs = 10_000;
/** So that after a switch-over the new server gets its share of connections. */
const lifeSeconds = 600;
const mostClashes = 10;

let statements = 0;

export function prepared(text: string): Statement {
  return {name: `jobwire_${++statements}`, text};
}

const begin = 'BEGIN';
const commit = 'COMMIT';
const rollback = 'ROLLBACK';

export function openDatabase(address: Address): Database {
  const config = configOf(address);
  const pool = new pg.Pool({
    ...config,
    max: mostConnections,
    maxLifetimeSeconds: lifeSeconds,
    query_timeout: answerMs,
    onConnect: (client) => prepareSession(client, address.schema),
  });
  // An idle connection that ends is replaced when one is needed.
  pool.on('error', () => undefined);
  let asking = 0;
  let closed: Promise<void> | undefined;

  /** One connection for as long as `act` takes; thrown away when it may be in the middle of something. */
  const withConnection = async <T>(act: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    if (closed) throw fail('JW7103', {problem: 'the store is closed'});
    asking++;
    try {
      const client = await pool.connect();
      let broken = false;
      try {
        return await act(client);
      } catch (error) {
        broken = isBroken(error);
        throw error;
      } finally {
        client.release(broken);
      }
    } finally {
      asking--;
    }
  };

  const transactOnce = <T>(act: (session: Session) => Promise<T>, progress: {committing: boolean}): Promise<T> =>
    withConnection(async (client) => {
      const session = sessionOf(client);
      try {
        await session.ask(begin);
        const result = await act(session);
        progress.committing = true;
        await session.ask(commit);
        return result;
      } catch (error) {
        if (!isBroken(error)) await session.ask(rollback);
        throw error;
      }
    });

  const db: Database = {
    address,
    ready: createGate(() => migrate(db)),
    async ask(statement, values) {
      await db.ready();
      try {
        return await withConnection((client) => sessionOf(client).ask(statement, values));
      } catch (error) {
        throw notUsable(error, address.shown);
      }
    },
    async transact(act) {
      await db.ready();
      for (let clashes = 0, losses = 0; ; ) {
        const progress = {committing: false};
        try {
          return await transactOnce(act, progress);
        } catch (error) {
          if (isClash(error) && ++clashes < mostClashes) continue;
          // A connection that lay idle while the server restarted: the next one is new.
          if (!closed && wasDropped(error) && !progress.committing && ++losses <= 1) continue;
          throw notUsable(error, address.shown);
        }
      }
    },
    async connectApart({patient} = {patient: false}) {
      const client = new pg.Client({...config, ...(!patient && {query_timeout: answerMs})});
      client.on('error', () => undefined);
      try {
        await client.connect();
        await prepareSession(client, address.schema);
        if (patient) await client.query('SET statement_timeout = 0; SET lock_timeout = 0');
        return client;
      } catch (error) {
        client.end().catch(() => undefined);
        throw notUsable(error, address.shown);
      }
    },
    isQuiet: () => asking === 0,
    isClosed: () => closed !== undefined,
    close() {
      // Ends connections as they come back: what is being asked is answered first.
      closed ??= pool.end();
      return closed;
    },
  };
  return db;
}

function sessionOf(client: pg.ClientBase): Session {
  return {
    async ask(statement, values = []) {
      const query = typeof statement === 'string' ? {text: statement} : {...statement};
      const {rows, rowCount} = await client.query<Row>({...query, values: [...values]});
      return {rows, count: rowCount ?? 0};
    },
  };
}

/** int8: our sequence numbers and times all fit a double. */
const int8 = 20;

function configOf({connectionString}: Address): pg.ClientConfig {
  return {
    connectionString,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'jobwire',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
}

/** What must not depend on how the server or the role is configured; `synchronous_commit = off` would acknowledge what can be lost. */
async function prepareSession(client: pg.ClientBase, schema: string): Promise<void> {
  // Without a listener, a connection that ends between two statements would end the process.
  client.on('error', () => undefined);
  await client.query(`
    SET search_path TO "${schema}", pg_temp;
    SET default_transaction_isolation TO 'read committed';
    SET statement_timeout = ${statementMs};
    SET lock_timeout = ${lockMs};
    SET idle_in_transaction_session_timeout = ${idleInTransactionMs};
    SET jit = off;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
  `);
}
