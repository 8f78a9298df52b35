/** What a failure of PostgreSQL, or of the way to it, means. Must never repeat what pg says about an address. */
import {fail, JobwireError} from '../../errors/jobwire-error.ts';

/** SQLSTATE, or the first characters of it (https://www.postgresql.org/docs/current/errcodes-appendix.html), as an operator reads it. */
const meanings: readonly (readonly [prefix: string, meaning: string])[] = [
  ['08', 'the connection was lost'],
  ['25006', 'the server is read-only: a standby, or one that is being switched over'],
  ['25P03', 'a transaction took too long'],
  ['28', 'the server refuses the user or the password'],
  ['3D000', 'the database does not exist'],
  ['42501', 'the user may not do this'],
  ['53100', 'the disk of the server is full'],
  ['53300', 'the server has no connection left'],
  ['53', 'the server is short of resources'],
  ['55P03', 'another session holds a lock and does not finish'],
  ['57014', 'a statement took too long'],
  ['57P', 'the server is shutting down or starting'],
  ['58', 'the server reports a fault of its disk or system'],
  ['XX001', 'the data of the server is damaged'],
  ['XX002', 'an index of the server is damaged'],
];

const sqlState = /^[0-9A-Z]{5}$/;

/** 40001 and 40P01: rolled back because of another transaction; the same once more succeeds. */
export function isClash(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** The connection is of no use any more: the server ended it, or it never answered. */
export function isBroken(error: unknown): boolean {
  if (error instanceof JobwireError) return false;
  const code = codeOf(error);
  return (
    code === undefined || !sqlState.test(code) || code.startsWith('57P') || code.startsWith('08') || code === '25P03'
  );
}

/** The established connection ended under a statement; a server that cannot be reached at all is another matter. */
export function wasDropped(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('57P');
  return error instanceof Error && error.message.startsWith('Connection terminated unexpectedly');
}

/** JW7103 for a server that may answer again by itself, unlike one that refuses the user or holds another schema. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof JobwireError &&
    error.cause !== undefined &&
    (isBroken(error.cause) || codeOf(error.cause) === '53300')
  );
}

/** A fault of the server or the way to it as JW7103; anything else stays what it is. */
export function notUsable(error: unknown, shown: string): unknown {
  if (error instanceof JobwireError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code !== undefined && sqlState.test(code)) {
    const meaning = meanings.find(([prefix]) => code.startsWith(prefix))?.[1];
    return meaning ? refused(`${shown}: ${meaning} (${error.message})`, error) : error;
  }
  // pg gives its own faults of the wire no code: "Connection terminated unexpectedly", "Query read timeout".
  return code !== undefined || /connect|timeout|terminat|SSL|password|queryable|\bend\b/i.test(error.message)
    ? refused(`${shown} cannot be reached: ${code ?? error.message}`, error)
    : error;
}

function refused(problem: string, cause: Error): JobwireError {
  return fail('JW7103', {problem}, {cause, hint: 'check JOBWIRE_STORE, and whether the PostgreSQL server answers'});
}

/** Node joins the attempts at several addresses of one host in an AggregateError, whose own message is empty. */
function codeOf(error: unknown): string | undefined {
  const {code, errors} = error as {code?: unknown; errors?: readonly {code?: unknown}[]};
  const found = code ?? errors?.find((one) => one.code !== undefined)?.code;
  return typeof found === 'string' ? found : undefined;
}
