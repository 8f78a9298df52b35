/** What came back of one request: a value, or what its failure means. A pure decision; must never send anything. */
import {hasStatus} from '../auth/context.ts';
import {asJobwireError, JobwireError} from '../errors/jobwire-error.ts';
import {evaluateTest, type Scope} from '../expressions/evaluate.ts';
import type {ErrorRow} from '../generated/types.ts';
import type {WireResponse} from '../http/send.ts';
import {WireFault} from '../http/wire-fault.ts';
import type {Json} from '../values/json.ts';
import type {Call} from './call.ts';
import {acts, builtIn, maybeExecuted, type Seen, unusable, type Verdict} from './outcome.ts';
import {evaluatePresent, outputOf} from './output.ts';
import type {PagePosition, Rendered} from './request.ts';
import {attempt, errorTextOf, type ReadBody, type ResponseRoot} from './response.ts';

/** A good answer: its value, and the roots that say whether there is more. */
export interface Answer {
  readonly value: Json;
  readonly scope: Scope;
  readonly response?: ResponseRoot;
  /** 304: the list is what it was when its validators were given. */
  readonly unchanged?: true;
}

export interface Exchange {
  readonly call: Call;
  readonly position: PagePosition;
  readonly request: Rendered;
  readonly arrival: Arrived | WireFault | JobwireError;
}

/** An answer with its body read, once as it is and once as it may be shown. */
export interface Arrived extends ReadBody {
  readonly response: WireResponse;
  readonly shown: Json;
}

/** First matching row of the operation, then of the connector, then the built-in table. */
export function interpret(exchange: Exchange): {readonly verdict: Verdict<Answer>; readonly response?: ResponseRoot} {
  const {arrival, call} = exchange;
  if (arrival instanceof JobwireError) return {verdict: beforeAnyAnswer(exchange, arrival)};
  const seen = arrival instanceof WireFault ? ofFault(exchange, arrival) : ofAnswer(exchange, arrival);
  const row = call.operation.errors.find((candidate) => fits(candidate, seen));
  return {verdict: decide(seen, row), ...(seen.response && {response: seen.response})};
}

function decide(seen: Seen, row: ErrorRow | undefined): Verdict<Answer> {
  if (isUnchanged(seen)) return {kind: 'ok', value: {...answerOf(seen, []), unchanged: true}};
  if (row !== undefined && row.action !== 'success') return acts[row.action](seen, row);
  if (row === undefined && !isGood(seen)) return seen.undecided ? maybeExecuted(seen) : builtIn(seen);
  try {
    const {call, request, scope} = seen;
    const value =
      row?.output === undefined
        ? outputOf(call.operation, request, scope)
        : evaluatePresent(row.output, scope, 'the error row');
    return {kind: 'ok', value: answerOf(seen, value)};
  } catch (thrown) {
    return unusable(seen, asJobwireError(thrown));
  }
}

function answerOf({scope, response}: Seen, value: Json): Answer {
  return {value, scope, ...(response && {response})};
}

/** Only where we asked for it: any other 304 is as strange as before. */
function isUnchanged({call, response}: Seen): boolean {
  return call.validators !== undefined && response?.status === 304;
}

function isGood({call, response, network}: Seen): boolean {
  return network === undefined && response !== undefined && call.operation.expects(response.status);
}

/** Refused by the guard before it left; or an answer too large to be read, or a fault of ours, after it may have. */
function beforeAnyAnswer(exchange: Exchange, error: JobwireError): Verdict<never> {
  const {call, request} = exchange;
  const left = error.jobwireCode === 'JW3007' || error.jobwireCode === 'JW9001';
  if (!left || call.operation.repeatable)
    return {kind: 'failed', error: error.with({outcome: error.extra.outcome ?? 'fail'})};
  return maybeExecuted({call, request, scope: call.scope, sent: true, problem: error.message, cause: error});
}

function ofFault({call, position, request}: Exchange, fault: WireFault): Seen {
  const {network, sent, message} = fault;
  return {call, request, scope: {...call.scope, page: position.page}, network, sent, problem: message};
}

/** Refused before anything was done, whatever the answer says. */
const certain: ReadonlySet<number> = new Set([401, 429]);

function ofAnswer({call, position, request}: Exchange, {response: answer, body, unreadable, damaged}: Arrived): Seen {
  const {status, url, headers} = answer;
  const asked =
    damaged === true &&
    !certain.has(status) &&
    call.operation.errors.some(({when}) => when.test !== undefined && fitsStatus(when, call, status));
  const bare: ResponseRoot = {status, url, headers, body};
  const scope = {...call.scope, page: position.page, response: bare};
  const errorText = mayBeError(call, status, unreadable !== undefined) ? errorTextOf(call, scope) : undefined;
  const response = errorText === undefined ? bare : {...bare, errorText};
  return {
    call,
    request,
    scope: errorText === undefined ? scope : {...scope, response},
    response,
    sent: true,
    problem: `answered ${status}${unreadable ? ` with ${unreadable.problem}` : ''}`,
    ...(asked && {undecided: true as const, problem: `answered ${status} with JSON that is cut off`}),
    ...(unreadable && {network: 'parse' as const}),
    ...(unreadable?.mediaType !== undefined && {mediaType: unreadable.mediaType}),
  };
}

/** Looking for error texts takes time that a plain good answer need not spend. */
function mayBeError({operation}: Call, status: number, unreadable: boolean): boolean {
  if (unreadable || !operation.expects(status)) return true;
  return operation.errors.some(({when}) => when.status !== undefined && hasStatus(when.status, status));
}

function fits({when}: ErrorRow, {call, scope, response, network}: Seen): boolean {
  const byNetwork = network !== undefined && when.network?.includes(network) === true;
  if (!byNetwork && !fitsStatus(when, call, response?.status)) return false;
  return when.test === undefined || attempt(() => evaluateTest(when.test, scope)) === true;
}

/** Without a status a row is about answers outside `expect`. */
function fitsStatus({status, network}: ErrorRow['when'], call: Call, got: number | undefined): boolean {
  if (got === undefined) return false;
  if (status !== undefined) return hasStatus(status, got);
  return network === undefined && !call.operation.expects(got);
}
