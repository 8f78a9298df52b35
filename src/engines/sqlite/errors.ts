/** Errors on their way between threads: a copy would lose what class they are and what they know. */
import type {Code} from '../../errors/catalog.ts';
import {type Extra, JobwireError} from '../../errors/jobwire-error.ts';
import type {Outcome, Reply} from './writes.ts';

type Sent =
  | {readonly code: Code; readonly detail: string; readonly extra: Omit<Extra, 'cause'>}
  | {readonly name: string; readonly message: string; readonly stack: string | undefined};

/** The reply with its errors as data. */
export function sendable(reply: Reply): Reply {
  return withErrors(reply, pack);
}

export function received(reply: Reply): Reply {
  return withErrors(reply, (sent) => unpack(sent as Sent));
}

function withErrors({outcomes, looked, fault}: Reply, change: (error: unknown) => unknown): Reply {
  const changed = (outcome: Outcome): Outcome => ('error' in outcome ? {error: change(outcome.error)} : outcome);
  const failed = fault !== undefined || outcomes.some((outcome) => 'error' in outcome);
  if (!failed) return {outcomes, looked};
  return {outcomes: outcomes.map(changed), looked, ...(fault !== undefined && {fault: change(fault)})};
}

function pack(error: unknown): Sent {
  if (!(error instanceof JobwireError)) {
    const {name, message, stack} = error instanceof Error ? error : new Error(String(error));
    return {name, message, stack};
  }
  const {cause: _, ...extra} = error.extra;
  return {code: error.jobwireCode, detail: error.message, extra};
}

function unpack(sent: Sent): Error {
  if ('code' in sent) return new JobwireError(sent.code, {}, {...sent.extra, detail: sent.detail});
  return Object.assign(new Error(sent.message), {name: sent.name, stack: sent.stack});
}
