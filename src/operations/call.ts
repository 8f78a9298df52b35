/** One call of one operation: what it was asked for and what it may use, settled before anything is sent. No behaviour beyond that. */
import {fail} from '../errors/jobwire-error.ts';
import type {Scope} from '../expressions/evaluate.ts';
import type {JsonObject} from '../values/json.ts';
import {andThen} from './at-once.ts';
import type {LiveConnection} from './connection.ts';
import {createMask, type Mask} from './mask.ts';
import type {PreparedOperation} from './operation.ts';
import {checkParams} from './params.ts';
import type {Log} from './trace.ts';

/** `plan` sends reads and withholds writes. */
export type Mode = 'live' | 'plan';

/** What an earlier answer was marked with: the target may say that nothing changed since (RFC 9110, section 13). */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

export interface Asked {
  readonly connection: LiveConnection;
  readonly operation: string;
  readonly params: JsonObject;
  readonly log?: Log | undefined;
  readonly mode?: Mode | undefined;
  /** The step that calls, for the log; otherwise the operation's name. */
  readonly step?: string | undefined;
  /** Of the procedure around this call. */
  readonly mask?: Mask | undefined;
  /** Of a list: 304 is an answer then, and means no rows. */
  readonly validators?: Validators | undefined;
}

export interface Call {
  readonly connection: LiveConnection;
  readonly operation: PreparedOperation;
  /** Roots params, connection, prepared. */
  readonly scope: Scope;
  readonly prepared: JsonObject;
  /** Those of the connection. */
  readonly headers: Readonly<Record<string, string>>;
  readonly mask: Mask;
  readonly step: string;
  readonly log?: Log;
  readonly validators?: Validators;
}

/** Errors (outcome fail): JW1004, JW2005, JW2006, JW2007; and those of the connection's `prepare`. */
export function openCall(asked: Asked): Call | Promise<Call> {
  const {connection, log, step = asked.operation, mask = createMask(connection.redactor)} = asked;
  const operation = connection.operation(asked.operation);
  const params = checkParams(operation.params, asked.params, `operation ${operation.name}`);
  for (const name of operation.params.secret) mask.hide(params[name]);
  return andThen(connection.prepared(log), (prepared) => ({
    connection,
    operation,
    scope: {params, connection: connection.config, prepared},
    prepared,
    headers: connection.headers(prepared),
    mask,
    step,
    ...(log && {log}),
    ...(asked.validators && {validators: asked.validators}),
  }));
}

export function unknownName(what: string, name: string, suggestions: readonly string[]): Error {
  return fail('JW1004', {what, name}, {suggestions, outcome: 'fail'});
}
