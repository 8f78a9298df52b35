/** A delivery in the making: where signatures, times and tokens are put so that a rule finds them. Must never see a key. */
import {fail, JobwireError} from '../../errors/jobwire-error.ts';
import {evaluate, type Scope} from '../../expressions/evaluate.ts';
import {isExpression, type Node, parseExpression} from '../../expressions/parse.ts';
import {decodeUtf8, isObject, type Json, type JsonObject, own, parseJson, stringifyJson} from '../../values/json.ts';

export interface Draft {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Record<string, string>;
  /** Parameters that were appended to the URL. */
  readonly query: Record<string, string>;
  readonly raw: Uint8Array;
}

/** JW7101 for a proof that cannot be made. */
export function cannot(problem: string): Error {
  return fail('JW7101', {problem: `this delivery cannot be signed: ${problem}`});
}

export function withHeader(draft: Draft, name: string, value: string): Draft {
  return {...draft, headers: {...draft.headers, [name.toLowerCase()]: value}};
}

export function withQuery(draft: Draft, name: string, value: string): Draft {
  const mark = draft.url.includes('?') ? '&' : '?';
  const url = `${draft.url}${mark}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return {...draft, url, query: {...draft.query, [name]: value}};
}

/**
 * Puts a text where an expression will look for it: a header, query entry or body field; alone, after a text, first of several, or in
 * one branch. Names and texts that are settings are read from the configuration.
 */
export function fill(from: unknown, draft: Draft, {text, config}: {text: string; config: JsonObject}): Draft {
  const node = typeof from === 'string' && isExpression(from) ? parseExpression(from).single : undefined;
  const slot = node && slotOf(node, {connection: config});
  if (!slot) throw cannot('the place of the proof is an expression that cannot be turned round');
  const [group, name = '', ...deeper] = slot.path;
  const value = slot.before + text;
  if (group === 'body') return withField(draft, slot.path.slice(1), value);
  if (deeper.length > 0) throw cannot('the place of the proof is not a header or a parameter');
  return group === 'query' ? withQuery(draft, name, value) : withHeader(draft, name, value);
}

interface Slot {
  /** Below `request`. */
  readonly path: readonly string[];
  readonly before: string;
}

function slotOf(node: Node, scope: Scope): Slot | undefined {
  if (node.kind === 'path') return slotAt(node.segments);
  if (node.kind !== 'call') return undefined;
  const [first, second, third] = node.args;
  if (!first) return undefined;
  switch (node.helper) {
    case 'default':
    case 'optional':
      return slotOf(first, scope);
    case 'if':
      return [second, third]
        .filter(chosenBy(read(first, scope)))
        .flatMap((branch) => (branch && slotOf(branch, scope)) ?? [])[0];
    case 'get':
      return first.kind === 'path' && second
        ? slotAt([...first.segments, String(read(second, scope) ?? '')])
        : undefined;
    case 'after': {
      const slot = slotOf(first, scope);
      const before = second && read(second, scope);
      return slot && typeof before === 'string' ? {...slot, before: slot.before + before} : undefined;
    }
    default:
      return undefined;
  }
}

function slotAt([root, ...path]: readonly string[]): Slot | undefined {
  const isKnown = root === 'request' && ['headers', 'query', 'body'].includes(path[0] ?? '') && path.length > 1;
  return isKnown && path.at(-1) !== '' ? {path, before: ''} : undefined;
}

/** A test that is already decided, by a setting, leaves one branch; one that waits for the proof leaves both. */
function chosenBy(test: unknown): (branch: unknown, index: number) => boolean {
  return typeof test === 'boolean' ? (_, index) => (index === 0) === test : () => true;
}

/** What a part of an expression gives; undefined where it reads the request, which is not made yet, or nothing. */
function read(node: Node, scope: Scope): unknown {
  if (node.kind === 'literal') return node.value;
  try {
    return readsRequest(node) ? undefined : evaluate(`{{${write(node).replace(/^\((.*)\)$/s, '$1')}}}`, scope);
  } catch (error) {
    if (error instanceof JobwireError) return undefined;
    throw error;
  }
}

function readsRequest(node: Node): boolean {
  if (node.kind === 'path') return node.segments[0] === 'request';
  return node.kind === 'call' && node.args.some(readsRequest);
}

/** As a person would write it. */
function write(node: Node): string {
  if (node.kind === 'path') return node.text;
  if (node.kind === 'call') return `(${[node.helper, ...node.args.map(write)].join(' ')})`;
  return typeof node.value === 'string' ? `'${node.value.replaceAll("'", "\\'")}'` : String(node.value);
}

function withField(draft: Draft, path: readonly string[], text: string): Draft {
  return {...draft, raw: Buffer.from(stringifyJson(putText(readObject(draft.raw), path, text)))};
}

function readObject(raw: Uint8Array): JsonObject {
  const body = readJson(raw);
  if (isObject(body)) return body;
  throw cannot('the proof stands inside the body, and the body is not a JSON object');
}

/** Null for what is not JSON: it makes no difference why there is no place for a proof. */
function readJson(raw: Uint8Array): Json {
  try {
    return parseJson(decodeUtf8(raw));
  } catch {
    return null;
  }
}

/** Puts a text into each item of a body that carries several: its list, the lists at its top, or the body itself. */
export function fillItems(from: unknown, draft: Draft, text: string): Draft {
  const node = typeof from === 'string' && isExpression(from) ? parseExpression(from).single : undefined;
  if (node?.kind !== 'path' || node.segments.length < 2)
    throw cannot('the place of the proof in an item is not a plain path');
  const path = node.segments.slice(1);
  const put = (item: Json): Json => (isObject(item) ? putText(item, path, text) : item);
  const body = readJson(draft.raw);
  if (Array.isArray(body)) return {...draft, raw: Buffer.from(stringifyJson(body.map(put)))};
  if (!isObject(body)) throw cannot('the proof stands inside the items, and the body is neither list nor object');
  const lists = Object.entries(body).filter(([, value]) => Array.isArray(value));
  const filled = Object.fromEntries(lists.map(([key, list]) => [key, (list as Json[]).map(put)]));
  return {...draft, raw: Buffer.from(stringifyJson(lists.length === 0 ? put(body) : {...body, ...filled}))};
}

function putText(object: JsonObject, [key = '', ...rest]: readonly string[], text: string): JsonObject {
  if (rest.length === 0) return {...object, [key]: text};
  const inner = own(object, key) ?? {};
  if (!isObject(inner)) throw cannot(`the body holds something else at ${key}`);
  return {...object, [key]: putText(inner, rest, text)};
}
