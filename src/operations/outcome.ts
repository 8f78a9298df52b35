/** What an exchange that went wrong means: certainly not executed, refused, or perhaps executed. Must never call "not executed" what may have been. */
import type {Code, Owner} from '../errors/catalog.ts';
import {type Extra, type Facts, fail, type JobwireError} from '../errors/jobwire-error.ts';
import {evaluate, evaluateText, type Scope} from '../expressions/evaluate.ts';
import type {ErrorRow, NetworkWord} from '../generated/types.ts';
import {describeRequest} from '../http/redirect.ts';
import {retryAfterMs} from '../http/retry.ts';
import {ExactNumber} from '../values/json.ts';
import {durationMs} from '../values/time.ts';
import type {Call} from './call.ts';
import {maskError} from './mask.ts';
import type {Rendered} from './request.ts';
import {attempt, type ResponseRoot, requestIdOf} from './response.ts';

/** One exchange as the rows and the table below look at it. */
export interface Seen {
  readonly call: Call;
  readonly request: Rendered;
  /** Roots of the call, `page` and, when something answered, `response`. */
  readonly scope: Scope;
  readonly response?: ResponseRoot;
  readonly network?: NetworkWord;
  /** For faults: at least one byte may have left. */
  readonly sent: boolean;
  /** Ends a sentence that starts with the request: `answered 503`, `no answer in time`. */
  readonly problem: string;
  readonly mediaType?: string;
  /** A row of the manifest asks about an answer that was damaged on its way: its status alone does not say what it means. */
  readonly undecided?: true;
  /** Never a fault of the wire: its text may hold an address with a credential in the query. */
  readonly cause?: JobwireError;
}

export type Verdict<T> =
  | {readonly kind: 'ok'; readonly value: T}
  /** `limited`: nobody else should ask before the wait is over. */
  | {readonly kind: 'failed'; readonly error: JobwireError; readonly limited?: boolean}
  /** The credentials are no longer good; `error` is what it means when new ones do not help. */
  | {readonly kind: 'refused'; readonly error: JobwireError};

const temporary: ReadonlySet<number> = new Set([408, 500, 502, 503, 504, 524]);

/** The built-in table (language reference, section 4.4). */
export function builtIn(seen: Seen): Verdict<never> {
  const {network, response, sent} = seen;
  if (network === 'parse') return unreadable(seen);
  if (response === undefined) return sent ? maybeExecuted(seen) : failed(seen, 'JW3001', {outcome: 'retry'});
  const {status} = response;
  if (status === 401) return refused(seen);
  if (status === 429) return {...failed(seen, 'JW3003', {outcome: 'retry', ...waitOf(seen)}), limited: true};
  if (temporary.has(status)) return maybeExecuted(seen);
  return failed(seen, statusCodes.get(status) ?? 'JW3004', {outcome: 'fail'});
}

const statusCodes: ReadonlyMap<number, Code> = new Map<number, Code>([
  [401, 'JW3012'],
  [403, 'JW3015'],
  [404, 'JW3016'],
  [429, 'JW3003'],
]);

/** A read, or a write that may be repeated, is simply asked again; any other write is of unclear outcome. */
export function maybeExecuted(seen: Seen): Verdict<never> {
  return seen.call.operation.repeatable
    ? failed(seen, 'JW3002', {outcome: 'retry', ...waitOf(seen)})
    : failed(seen, 'JW3009', {outcome: 'unknown'});
}

function unreadable(seen: Seen): Verdict<never> {
  if (!seen.call.operation.repeatable) return failed(seen, 'JW3009', {outcome: 'unknown'});
  return failed(seen, seen.mediaType === undefined ? 'JW3006' : 'JW3005', {outcome: 'retry'});
}

/** A readable answer in `expect` that the manifest cannot use: the write behind it did happen. */
export function unusable(seen: Seen, error: JobwireError): Verdict<never> {
  if (seen.call.operation.repeatable)
    return {kind: 'failed', error: error.with({outcome: 'fail', ...evidenceOf(seen)})};
  return failed(
    {...seen, problem: `${seen.problem}, but ${error.message}`, cause: maskError(error, seen.call.mask)},
    'JW3009',
    {
      outcome: 'unknown',
    },
  );
}

type Act = (seen: Seen, row: ErrorRow) => Verdict<never>;

/** What the rows of a manifest may decide; `success` is the interpreter's. */
export const acts: {readonly [A in Exclude<ErrorRow['action'], 'success'>]: Act} = {
  fail: (seen, row) => byRow(seen, row, {code: codeOf(seen), outcome: 'fail'}),
  retry: (seen, row) =>
    byRow(seen, row, {code: seen.response || seen.sent ? 'JW3002' : 'JW3001', outcome: 'retry', ...waitOf(seen, row)}),
  'rate-limit': (seen, row) => ({
    ...byRow(seen, row, {code: 'JW3003', outcome: 'retry', ...waitOf(seen, row)}),
    limited: true,
  }),
  refresh: (seen, row) => ({kind: 'refused', error: byRow(seen, row, {code: 'JW3012', outcome: 'fail'}).error}),
  unknown: (seen, row) =>
    seen.call.operation.repeatable
      ? byRow(seen, row, {code: 'JW3002', outcome: 'retry', ...waitOf(seen, row)})
      : byRow(seen, row, {code: 'JW3009', outcome: 'unknown'}),
};

function codeOf({response, network, sent, mediaType}: Seen): Code {
  if (network === 'parse') return mediaType === undefined ? 'JW3006' : 'JW3005';
  if (response === undefined) return sent ? 'JW3002' : 'JW3001';
  return temporary.has(response.status) ? 'JW3002' : (statusCodes.get(response.status) ?? 'JW3004');
}

type Failed = {readonly kind: 'failed'; readonly error: JobwireError};

function byRow(seen: Seen, row: ErrorRow, {code, ...outcome}: Extra & {code: Code}): Failed {
  const message = textOf(row.message, seen.scope);
  const hint = textOf(row.hint, seen.scope);
  const owner: Owner = row.owner ?? 'target';
  return failed(seen, code, {
    ...outcome,
    owner,
    ...(row.code !== undefined && {authorCode: row.code}),
    ...(message !== undefined && {detail: message}),
    ...(hint !== undefined && {hint}),
  });
}

/** A message that cannot be made must not hide what it is about. */
function textOf(value: unknown, scope: Scope): string | undefined {
  return value === undefined ? undefined : attempt(() => evaluateText(value, scope));
}

function refused(seen: Seen): Verdict<never> {
  return {kind: 'refused', error: failed(seen, 'JW3012', {outcome: 'fail'}).error};
}

function failed(seen: Seen, code: Code, extra: Extra): Failed {
  const {cause} = seen;
  const error = fail(code, factsOf(seen), {...extra, ...evidenceOf(seen), ...(cause !== undefined && {cause})});
  const says = saidBy(seen);
  if (says === undefined) return {kind: 'failed', error};
  return {kind: 'failed', error: error.with({detail: `${error.message}; server says: ${says}`})};
}

const longestSaying = 1000;

/** Masked before it is cut, so that no half secret remains. */
function saidBy({call, response}: Seen): string | undefined {
  return response?.errorText === undefined ? undefined : call.mask.text(response.errorText).slice(0, longestSaying);
}

function factsOf({call, request, response, problem, mediaType}: Seen): Facts {
  return {
    request: describeRequest(request),
    status: response?.status ?? 'nothing',
    problem,
    connection: call.connection.id,
    expected: 'JSON',
    got: mediaType ?? 'no content type',
  };
}

function evidenceOf(seen: Seen): Pick<Extra, 'evidence'> {
  if (seen.response === undefined) return {};
  const requestId = requestIdOf(seen.response, seen.call.mask);
  const serverText = saidBy(seen);
  if (requestId === undefined && serverText === undefined) return {};
  return {evidence: {...(requestId !== undefined && {requestId}), ...(serverText !== undefined && {serverText})}};
}

/** Retry-After, else the row's `after`; undefined leaves it to the backoff. */
function waitOf({call, response, scope}: Seen, row?: ErrorRow): {afterMs?: number} {
  const asked = retryAfterMs(response?.headers['retry-after'], call.connection.clock.now());
  const afterMs = asked ?? (row?.after === undefined ? undefined : spanMs(attempt(() => evaluate(row.after, scope))));
  return afterMs === undefined ? {} : {afterMs};
}

/** A duration, or seconds as number or text. */
export function spanMs(value: unknown): number | undefined {
  const text = value instanceof ExactNumber || typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const span = durationMs(text) ?? (text.trim() === '' ? Number.NaN : Number(text) * 1000);
  return Number.isFinite(span) && span >= 0 ? Math.round(span) : undefined;
}
