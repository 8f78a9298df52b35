/** A delivery in the making: where signatures, times and tokens are put so that a rule finds them. Must never see a key. */
import {fail} from '../../errors/jobwire-error.ts';
import {isExpression, type Node, parseExpression} from '../../expressions/parse.ts';
import {decodeUtf8, isObject, type JsonObject, own, parseJson, stringifyJson} from '../../values/json.ts';

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

/** Puts a text where an expression will look for it: a header, query entry or body field; alone, after a literal, first of several, or in one branch. */
export function fill(from: unknown, draft: Draft, text: string): Draft {
  const node = typeof from === 'string' && isExpression(from) ? parseExpression(from).single : undefined;
  const slot = node && slotOf(node);
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

function slotOf(node: Node): Slot | undefined {
  if (node.kind === 'path') {
    const [root, ...path] = node.segments;
    const isKnown = root === 'request' && ['headers', 'query', 'body'].includes(path[0] ?? '') && path.length > 1;
    return isKnown ? {path, before: ''} : undefined;
  }
  const [first, second] = node.kind === 'call' ? node.args : [];
  if (node.kind !== 'call' || !first) return undefined;
  const slot = slotOf(first);
  if (node.helper === 'default' || node.helper === 'optional') return slot;
  if (node.helper === 'if') return node.args.slice(1).map(slotOf).find(Boolean);
  if (node.helper !== 'after' || second?.kind !== 'literal') return undefined;
  return slot && {...slot, before: slot.before + String(second.value)};
}

function withField(draft: Draft, path: readonly string[], text: string): Draft {
  return {...draft, raw: Buffer.from(stringifyJson(putText(readObject(draft.raw), path, text)))};
}

function readObject(raw: Uint8Array): JsonObject {
  try {
    const body = parseJson(decodeUtf8(raw));
    if (isObject(body)) return body;
  } catch {
    // Said below: it makes no difference why there is no object.
  }
  throw cannot('the proof stands inside the body, and the body is not a JSON object');
}

function putText(object: JsonObject, [key = '', ...rest]: readonly string[], text: string): JsonObject {
  if (rest.length === 0) return {...object, [key]: text};
  const inner = own(object, key) ?? {};
  if (!isObject(inner)) throw cannot(`the body holds something else at ${key}`);
  return {...object, [key]: putText(inner, rest, text)};
}
