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
const toldHeaders: ReadonlySet<string> = new Set(['content-type', 'retry-after', 'location']);
const idHeader = /^(x-)?([a-z0-9]+-)*(request|correlation|trace)-?id$/;

function isTold(header: string): boolean {
  return toldHeaders.has(header) || (header.endsWith('id') && idHeader.test(header));
}

export function logExchange({call, request, arrival}: Exchange, tookMs: number): void {
  const {log, mask, step, connection} = call;
  if (log === undefined) return;
  const asked = `${request.method} ${request.path}`;
  const at = connection.clock.now();
  const [ms, sent] = [Math.round(tookMs), showRequest(request, mask)];
  if (arrival instanceof Error) {
    const problem = arrival instanceof WireFault ? `no answer, ${arrival.message}` : (arrival as JobwireError).message;
    log({at, step, ms, request: sent, what: mask.text(`${asked}: ${problem}`)});
    return;
  }
  const {status, headers} = arrival.response;
  const told: JsonObject = {};
  for (const name of Object.keys(headers)) if (isTold(name)) setOwn(told, name, headers[name] as string);
  const response = clip({status, headers: told, body: arrival.shown}, mask);
  log({at, step, ms, request: sent, what: mask.text(`${asked} answered ${status}`), response});
}

/** How the line of a write begins that a plan did not send. */
export const withheld = 'withheld';

export function logWithheld({connection, log, mask, step}: Call, request: Rendered): void {
  log?.({
    at: connection.clock.now(),
    step,
    what: mask.text(`${withheld} ${request.method} ${request.path}`),
    request: showRequest(request, mask),
  });
}

export function showRequest({method, url, headers, shown}: Rendered, mask: Mask): Json {
  return clip({method, url, headers, ...(shown !== undefined && {body: shown})}, mask);
}

/**
 * Masked and cut to a size that a person reads; the same value where that changes nothing. Texts are masked before they are cut, so
 * that no half secret remains.
 */
export function clip(value: Json, mask: Mask): Json {
  if (typeof value === 'string') return shorten(mask.text(value.slice(0, longestText * 32)));
  if (value === null || typeof value !== 'object' || value instanceof ExactNumber) return value;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  return Array.isArray(value) ? clipList(value, mask) : clipMembers(value, mask);
}

function clipList(list: Json[], mask: Mask): Json[] {
  const items = list.slice(0, longestList).map((item) => clip(item, mask));
  if (list.length > longestList) return [...items, `… ${list.length - longestList} more`];
  return items.every((item, i) => item === list[i]) ? list : items;
}

function clipMembers(object: JsonObject, mask: Mask): JsonObject {
  const keys = Object.keys(object);
  let shown = keys.length > mostMembers ? ({} as JsonObject) : undefined;
  for (let i = 0; i < keys.length && i < mostMembers; i++) {
    const key = keys[i] as string;
    const value = object[key] as Json;
    const name = mask.text(key);
    const item = clip(value, mask);
    if (shown === undefined && (name !== key || item !== value)) shown = membersOf(object, keys.slice(0, i));
    if (shown !== undefined) setOwn(shown, name, item);
  }
  if (shown !== undefined && keys.length > mostMembers) shown['…'] = `${keys.length - mostMembers} more`;
  return shown ?? object;
}

function membersOf(object: JsonObject, keys: readonly string[]): JsonObject {
  const members: JsonObject = {};
  for (const key of keys) setOwn(members, key, object[key] as Json);
  return members;
}

function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}… (${text.length} characters)` : text;
}
