/** Answers as bytes. Must never change what was decided. */
import {evaluate, OMIT, renderHeaders} from '../expressions/evaluate.ts';
import {lowerCase} from '../http/header-names.ts';
import type {PlainReply} from './format.ts';
import type {Roots} from './world.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export function renderReply(reply: PlainReply, roots: Roots, status = 200): Answer {
  const headers = reply.headers === undefined ? {} : lowerCase(renderHeaders(reply.headers, roots));
  const content = reply.body === undefined ? undefined : renderBody(reply.body, headers['content-type'], roots);
  return {
    status: reply.status ?? status,
    headers: {...(content && {'content-type': content.type}), ...headers},
    body: content?.bytes ?? new Uint8Array(),
  };
}

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: {'content-type': 'application/json; charset=utf-8', ...headers},
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** Bytes as they are; text as it is where another type than JSON is named; everything else as JSON. */
function renderBody(
  slot: unknown,
  type: string | undefined,
  roots: Roots,
): {type: string; bytes: Uint8Array} | undefined {
  const value = evaluate(slot, roots);
  if (value === OMIT) return undefined;
  if (value instanceof Uint8Array) return {type: type ?? 'application/octet-stream', bytes: value};
  if (typeof value === 'string' && type !== undefined && !/json/i.test(type)) return {type, bytes: Buffer.from(value)};
  return {type: type ?? 'application/json; charset=utf-8', bytes: Buffer.from(JSON.stringify(value))};
}

/** The same answer, its body cut off in the middle: what no parser takes. */
export function truncated(answer: Answer): Answer {
  const body = answer.body.length > 1 ? answer.body.subarray(0, Math.floor(answer.body.length / 2)) : Buffer.from('{');
  return {...answer, headers: {'content-type': 'application/json; charset=utf-8', ...answer.headers}, body};
}
