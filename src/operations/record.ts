/** Lines of the log about exchanges: what was asked and what came back, masked and short. Must never show a credential. */
import type {JobwireError} from '../errors/jobwire-error.ts';
import {setOwn} from '../expressions/value.ts';
import {WireFault} from '../http/wire-fault.ts';
import {ExactNumber, type Json, type JsonObject} from '../values/json.ts';
import type {Call} from './call.ts';
import type {Exchange} from './interpret.ts';
import type {Mask} from './mask.ts';
import type {Rendered} from './request.ts';

const longestText = 2048;
const longestList = 20;
const mostMembers = 50;

/** Headers of an answer that help to understand it; others may hold what is nobody's business. */
const toldHeaders = /^(content-type|retry-after|location|(x-)?([a-z0-9]+-)*(request|correlation|trace)-?id)$/;

export function logExchange({call, request, arrival}: Exchange, tookMs: number): void {
  const {log, mask, step, connection} = call;
  if (log === undefined) return;
  const asked = `${request.method} ${new URL(request.url).pathname}`;
  const base = {at: connection.clock.now(), step, ms: Math.round(tookMs), request: showRequest(request, mask)};
  if (arrival instanceof Error) {
    const problem = arrival instanceof WireFault ? `no answer, ${arrival.message}` : (arrival as JobwireError).message;
    log({...base, what: mask.text(`${asked}: ${problem}`)});
    return;
  }
  const {status, headers} = arrival.response;
  const response: JsonObject = {
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => toldHeaders.test(name))),
    body: arrival.shown,
  };
  log({...base, what: mask.text(`${asked} answered ${status}`), response: clip(response, mask)});
}

/** How the line of a write begins that a plan did not send. */
export const withheld = 'withheld';

export function logWithheld({connection, log, mask, step}: Call, request: Rendered): void {
  log?.({
    at: connection.clock.now(),
    step,
    what: mask.text(`${withheld} ${request.method} ${new URL(request.url).pathname}`),
    request: showRequest(request, mask),
  });
}

export function showRequest({method, url, headers, shown}: Rendered, mask: Mask): Json {
  return clip({method, url, headers, ...(shown !== undefined && {body: shown})}, mask);
}

/** Masked and cut to a size that a person reads. Texts are masked before they are cut, so that no half secret remains. */
export function clip(value: Json, mask: Mask): Json {
  if (typeof value === 'string') return shorten(mask.text(value.slice(0, longestText * 32)));
  if (value === null || typeof value !== 'object' || value instanceof ExactNumber) return value;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) {
    const items = value.slice(0, longestList).map((item) => clip(item, mask));
    return value.length > longestList ? [...items, `… ${value.length - longestList} more`] : items;
  }
  const keys = Object.keys(value);
  const shown: JsonObject = {};
  for (const key of keys.slice(0, mostMembers)) setOwn(shown, mask.text(key), clip(value[key] as Json, mask));
  if (keys.length > mostMembers) shown['…'] = `${keys.length - mostMembers} more`;
  return shown;
}

function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}… (${text.length} characters)` : text;
}
