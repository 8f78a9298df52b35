/** Answers to senders: acknowledgements and refusals. Must never hold a secret, a path of this machine or a stack. */
import type {Accepted} from '../engine/engine.ts';
import {asJobwireError, fail, type Issue, type JobwireError} from '../errors/jobwire-error.ts';
import {problemOf, problemType, statusOf} from '../errors/problem.ts';
import {evaluateJson, type Scope} from '../expressions/evaluate.ts';
import type {Webhook} from '../generated/types.ts';
import {type Json, stringifyJson} from '../values/json.ts';
import {processSecrets} from '../values/secret.ts';
import {MediaTypeRefused} from './body.ts';

export interface Ack {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** For the log: what the refusal says, and what it does not tell the sender. */
  readonly error?: Issue;
  readonly accepted?: readonly Accepted[];
}

/** Seconds a sender should wait before it tries again. */
const retryAfter = '10';

/** The same answer for a first delivery and its repeat. The events are stored by now, so nothing here may fail any more. */
export function acknowledge(webhook: Webhook, scope: Scope, accepted: readonly Accepted[]): Ack {
  const {status = 202, contentType, body} = webhook.ack ?? {};
  const declared = body === undefined ? undefined : tryJson(body, scope);
  const value: Json = declared ?? {events: accepted.map(({uid}) => uid)};
  const type = contentType ?? (typeof value === 'string' ? 'text/plain; charset=utf-8' : 'application/json');
  return {status, headers: {'content-type': type}, body: bodyText(value), accepted};
}

export function bodyText(value: Json): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}

function tryJson(value: unknown, scope: Scope): Json | undefined {
  try {
    return evaluateJson(value, scope);
  } catch {
    return undefined;
  }
}

/** A refusal as the sender sees it. What only the operator may know stays in `error`. */
export function refuse(thrown: unknown): Ack {
  const error = asJobwireError(thrown);
  const status = statusFor(error);
  const shown = status === 500 ? fail('JW9001', {problem: 'the delivery could not be taken'}) : error;
  return {
    status,
    headers: {'content-type': problemType, ...(status === 503 && {'retry-after': retryAfter})},
    body: processSecrets.text(JSON.stringify(problemOf(shown.issue(), status))),
    error: withCause(error),
  };
}

/** The reason behind the reason, for the log alone. */
function withCause(error: JobwireError): Issue {
  const issue = error.issue();
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return issue.detail.includes(cause) ? issue : {...issue, detail: `${issue.detail}: ${cause}`};
}

/** Senders repeat what gets a 5xx: so that is for faults on our side, and a 4xx for what a repeat would not mend. */
function statusFor(error: JobwireError): number {
  if (error instanceof MediaTypeRefused) return 415;
  if (/^JW(4|71)/.test(error.jobwireCode)) return statusOf(error.jobwireCode);
  return error.owner === 'operator' ? 503 : 500;
}
