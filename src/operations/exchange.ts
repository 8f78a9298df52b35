/** One request and its answer: its turn in the budget, credentials, the wire, and new credentials once if the old ones are refused. */
import {hasStatus} from '../auth/context.ts';
import type {Authorized} from '../auth/index.ts';
import {asJobwireError, type JobwireError} from '../errors/jobwire-error.ts';
import {WireFault} from '../http/wire-fault.ts';
import {traceExchange} from '../telemetry/spans.ts';
import type {Json} from '../values/json.ts';
import {elapsed} from '../values/time.ts';
import {observeBudget, takeUnit} from './budgets.ts';
import type {Call} from './call.ts';
import {type Answer, type Exchange, interpret} from './interpret.ts';
import {maskAt} from './mask.ts';
import type {Verdict} from './outcome.ts';
import {logExchange} from './record.ts';
import type {PagePosition, Rendered} from './request.ts';
import {readBody} from './response.ts';

interface Asking {
  readonly call: Call;
  readonly position: PagePosition;
  readonly request: Rendered;
}

type Outcome = Exclude<Verdict<Answer>, {kind: 'refused'}>;

/** Never rejects: an error before anything is sent has outcome `fail`, or what it says itself. */
export async function exchange(asking: Asking): Promise<Outcome> {
  const first = await once(asking);
  if (first.verdict.kind === 'ok' || !first.renewed) return final(first.verdict);
  return final((await once(asking)).verdict);
}

function final(verdict: Verdict<Answer>): Outcome {
  return verdict.kind === 'refused' ? {kind: 'failed', error: verdict.error} : verdict;
}

interface Once {
  readonly verdict: Verdict<Answer>;
  /** Something else would be put in by asking again. */
  readonly renewed: boolean;
}

async function once(asking: Asking): Promise<Once> {
  const {call, request} = asking;
  const {authorizer} = call.connection;
  let release = (): void => undefined;
  let left = false;
  try {
    const unit = takeUnit(call, request);
    release = unit instanceof Promise ? await unit : unit;
    const {write, manifest} = call.operation;
    const sent = await authorizer.authorize(request, {write, auth: manifest.request.auth});
    left = true;
    const begun = call.log ? elapsed() : 0;
    const arrival = await arrivalOf(call, sent);
    const {verdict, response} = judge({...asking, arrival}, begun);
    if (response !== undefined) observeBudget(call, response);
    return {verdict, renewed: verdict.kind !== 'ok' && isRenewed({call, sent, verdict, status: response?.status})};
  } catch (error) {
    return {verdict: {kind: 'failed', error: withOutcome(error, left && !call.operation.repeatable)}, renewed: false};
  } finally {
    release();
  }
}

/** A fault of ours after an unsafe write has left says nothing about the write. */
function withOutcome(thrown: unknown, unclear: boolean): JobwireError {
  const error = asJobwireError(thrown);
  if (unclear) return error.with({outcome: 'unknown'});
  return error.extra.outcome === undefined ? error.with({outcome: 'fail'}) : error;
}

function judge(done: Exchange, begun: number): ReturnType<typeof interpret> {
  const {call, arrival} = done;
  if (call.log) logExchange(done, elapsed() - begun);
  if (!(arrival instanceof Error)) call.connection.authorizer.received(arrival.response);
  return interpret(done);
}

async function arrivalOf(call: Call, sent: Authorized): Promise<Exchange['arrival']> {
  const {connection, operation} = call;
  const {method, url, headers, body, secretHeaders} = sent;
  try {
    const {name, manifest} = operation;
    const asked = {connection: connection.id, operation: name, method, url, template: manifest.request.path};
    const response = await traceExchange(asked, () =>
      connection.transport.send({
        method,
        url,
        headers,
        body,
        timeoutMs: operation.timeoutMs,
        maxBytes: operation.maxBytes,
        redirect: manifest.request.redirect ?? 'error',
        secretHeaders,
        accepts: operation.expects,
      }),
    );
    const read = readBody(call, response);
    return {...read, response, shown: showable(call, read.body)};
  } catch (error) {
    return error instanceof WireFault ? error : asJobwireError(error);
  }
}

/** What the operation redacts is masked by its place, and from now on everywhere by its text. */
function showable({operation, mask}: Call, body: Json): Json {
  const pointers = operation.manifest.response?.redact;
  if (pointers === undefined) return body;
  const {shown, hidden} = maskAt(body, pointers);
  mask.hide(hidden);
  return shown;
}

interface Refusal {
  readonly call: Call;
  readonly sent: Authorized;
  readonly verdict: Verdict<Answer>;
  readonly status: number | undefined;
}

/**
 * Drops what was refused. A static credential cannot be obtained anew, but its file may have changed since it was read, so that
 * it gets its one repetition too.
 */
function isRenewed({call, sent, verdict, status}: Refusal): boolean {
  const {authorizer, part} = call.connection;
  if (status !== undefined && authorizer.refused(status, sent)) return true;
  if (verdict.kind !== 'refused') return false;
  if (authorizer.renew(sent)) return true;
  return sent.secretHeaders.length > 0 && status !== undefined && hasStatus(part.auth.refreshOn ?? [401], status);
}
