/** Signs a delivery as the app would, by the same rule that verifies it. For emitted samples and cases; never for real traffic. */
import {createHash} from 'node:crypto';
import {fail} from '../../errors/jobwire-error.ts';
import {evaluateText} from '../../expressions/evaluate.ts';
import {isExpression, type Node, parseExpression} from '../../expressions/parse.ts';
import type {VerifyRule} from '../../generated/types.ts';
import type {JsonObject} from '../../values/json.ts';
import type {Secrets} from '../hook.ts';
import {type Delivery, readRequest} from '../request.ts';
import {renderBase, templatesOf, urlSpellings} from './base.ts';
import {fixedAlgorithm, namedAlgorithms} from './extract.ts';
import {keyBytes} from './key.ts';
import {type KeyedName, keyedSchemes} from './keyed.ts';
import {createProof, type Proof} from './proof.ts';
import {writeTimestamp} from './timestamp.ts';

export interface Unsigned {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Uint8Array;
}

export interface SignOptions {
  readonly secrets: Secrets;
  readonly config: JsonObject;
  readonly subscription?: JsonObject;
  /** When it is signed, in milliseconds since 1970. */
  readonly at: number;
  /** Spoils the signature, as a change of the body after signing would. */
  readonly tamper?: boolean;
}

export interface Signed {
  /** All headers of the delivery, names in lower case. */
  readonly headers: Record<string, string>;
  /** Parameters to append to the URL, in order; `url` has them already. */
  readonly query?: Record<string, string>;
  readonly url: string;
}

/** JW4012 without a key, JW7101 for a proof that cannot be made from its rule. */
export function signDelivery(rule: VerifyRule, unsigned: Unsigned, options: SignOptions): Signed {
  const draft: Draft = {
    method: unsigned.method,
    url: unsigned.url,
    headers: lower(unsigned.headers),
    query: {},
    raw: unsigned.raw,
  };
  if (rule.scheme === 'none') return finish(draft);
  if (rule.scheme === 'token') return finish(addToken(rule, draft, options));
  if (!Object.hasOwn(keyedSchemes, rule.scheme)) throw cannot(`scheme ${rule.scheme} is not known to the signer`);
  return finish(addSignature(rule, addBodyHash(rule, draft), options));
}

interface Draft {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
  readonly raw: Uint8Array;
}

function finish({headers, query, url}: Draft): Signed {
  return {headers, url, ...(Object.keys(query).length > 0 && {query})};
}

function lower(headers: Unsigned['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function withQuery(draft: Draft, name: string, value: string): Draft {
  const mark = draft.url.includes('?') ? '&' : '?';
  const url = `${draft.url}${mark}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return {...draft, url, query: {...draft.query, [name]: value}};
}

function addBodyHash({bodyHash}: VerifyRule, draft: Draft): Draft {
  if (!bodyHash) return draft;
  const hash = createHash(bodyHash.algorithm ?? 'sha256')
    .update(draft.raw)
    .digest(bodyHash.encoding ?? 'hex');
  return withQuery(draft, bodyHash.query, hash);
}

function addSignature(rule: VerifyRule, draft: Draft, options: SignOptions): Draft {
  const stamp = rule.timestamp && writeTimestamp(rule.timestamp, options.at);
  const dated = rule.timestamp && stamp !== undefined ? addTimestamp(rule.timestamp, draft, stamp) : draft;
  const scope = proofOf(dated, options).scope({
    round: 0,
    url: urlSpellings(dated.url, rule.url)[0] ?? dated.url,
    ...(stamp !== undefined && {timestamp: stamp}),
  });
  const algorithm = namedAlgorithms(rule.algorithm)?.[0] ?? fixedAlgorithm(rule.algorithm);
  const key =
    rule.key === undefined
      ? new Uint8Array()
      : keyBytes(evaluateText(rule.key, scope), rule.keyStrip, rule.keyEncoding);
  const base = renderBase(templatesOf(rule)[0], scope);
  if (!key) throw cannot('the key is empty or not in its encoding');
  if (!base) throw cannot('a part of the signed text is missing from the request');
  const signature = keyedSchemes[rule.scheme as KeyedName].sign({algorithm, key, base});
  if (options.tamper) signature[0] = (signature[0] ?? 0) ^ 1;
  const text = `${rule.signature?.prefix ?? ''}${signature.toString(rule.encoding ?? 'hex')}`;
  return place(rule, dated, items(rule, {text, algorithm, stamp}));
}

function addTimestamp(rule: NonNullable<VerifyRule['timestamp']>, draft: Draft, stamp: string): Draft {
  if (rule.field !== undefined) return draft;
  if (rule.header !== undefined) return {...draft, headers: {...draft.headers, [rule.header.toLowerCase()]: stamp}};
  return fill(rule.from, draft, stamp);
}

/** `t=…,v1=…`, `sha256=…` or the signature alone. */
function items(rule: VerifyRule, made: {text: string; algorithm: string; stamp: string | undefined}): string {
  const {pair, split = ',', key} = rule.signature ?? {};
  if (pair === undefined) return made.text;
  const name = namedAlgorithms(rule.algorithm) ? made.algorithm : key;
  if (name === undefined) throw cannot('the rule does not say under which key the signature stands');
  const field = rule.timestamp?.field;
  const stamp = field !== undefined && made.stamp !== undefined ? [`${field}${pair}${made.stamp}`] : [];
  return [...stamp, `${name}${pair}${made.text}`].join(split);
}

function place({signature = {}}: VerifyRule, draft: Draft, text: string): Draft {
  const header = [signature.header ?? []].flat()[0];
  if (header !== undefined) return {...draft, headers: {...draft.headers, [header.toLowerCase()]: text}};
  if (signature.query !== undefined) return withQuery(draft, signature.query, text);
  throw cannot('a signature inside the body is part of the sample');
}

function addToken({token}: VerifyRule, draft: Draft, options: SignOptions): Draft {
  if (!token) throw cannot('the rule has no token');
  const live = evaluateText(token.equals, proofOf(draft, options).scope({round: 0}));
  return fill(token.from, draft, options.tamper ? `${live}-altered` : live);
}

/** Puts a text where an expression will look for it: a header or query entry, alone, after a literal, or first of several. */
function fill(from: unknown, draft: Draft, text: string): Draft {
  const node = typeof from === 'string' && isExpression(from) ? parseExpression(from).single : undefined;
  const slot = node && slotOf(node);
  if (!slot) throw cannot('the place of the proof is an expression that cannot be turned round');
  const value = slot.before + text;
  if (slot.group === 'query') return withQuery(draft, slot.name, value);
  return {...draft, headers: {...draft.headers, [slot.name]: value}};
}

interface Slot {
  readonly group: string;
  readonly name: string;
  readonly before: string;
}

function slotOf(node: Node): Slot | undefined {
  if (node.kind === 'path') {
    const [root, group, name] = node.segments;
    const known = root === 'request' && (group === 'headers' || group === 'query') && node.segments.length === 3;
    return known && group !== undefined && name !== undefined ? {group, name, before: ''} : undefined;
  }
  const [first, second] = node.kind === 'call' ? node.args : [];
  if (node.kind !== 'call' || !first) return undefined;
  const slot = slotOf(first);
  if (node.helper === 'default' || node.helper === 'optional') return slot;
  if (node.helper !== 'after' || second?.kind !== 'literal') return undefined;
  return slot && {...slot, before: slot.before + String(second.value)};
}

function proofOf(draft: Draft, {secrets, config, subscription, at}: SignOptions): Proof {
  const keyring = {connection: 'sender', feedName: 'sender', config, secrets, ...(subscription && {subscription})};
  return createProof(readRequest(deliveryOf(draft), {parse: 'auto'}), keyring, at);
}

/** A draft as its receiver will see it. */
function deliveryOf({method, url, headers, raw}: Draft): Delivery {
  const {pathname, searchParams} = new URL(url);
  const distinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {method, url, path: pathname, query: Object.fromEntries(searchParams), headers: distinct, raw};
}

function cannot(problem: string): Error {
  return fail('JW7101', {problem: `this delivery cannot be signed: ${problem}`});
}
