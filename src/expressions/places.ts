/** Paths, addresses and bytes: each expression result is encoded for the spot it stands at. Must never let a value leave its segment. */
import {compileSure, type Sure} from './compile.ts';
import {failAt, type Spot} from './expression-error.ts';
import type {Frame} from './frame.ts';
import type {Expression, Node} from './node.ts';
import {parseExpression} from './parse.ts';
import {leaf} from './prepare.ts';
import {joinParts, located, nodeName, type Part, refuseText} from './text.ts';
import {OMIT, plainText} from './value.ts';

/** Helpers whose results are already encoded, and what may stay as it is. */
type Encoding = 'plain' | 'uri' | 'segments' | 'odata';

/** Literal characters that no encoding would touch fit every encoding. */
const unreserved = /^[A-Za-z0-9_.~-]*$/;

/** Through `if`, `default` and `optional` the encoding is that of the branches, when they agree. */
function encodingOf(node: Node): Encoding | 'any' {
  if (node.kind === 'path') return 'plain';
  if (node.kind === 'literal') return unreserved.test(String(node.value)) ? 'any' : 'plain';
  const {helper, args} = node;
  if (helper === 'uri' || helper === 'segments' || helper === 'odata') return helper;
  if (helper !== 'if' && helper !== 'default' && helper !== 'optional') return 'plain';
  const kinds = new Set((helper === 'if' ? args.slice(1) : args).map(encodingOf).filter((kind) => kind !== 'any'));
  const [kind] = kinds;
  return kinds.size === 1 && kind !== undefined ? kind : 'plain';
}

function refuse(spot: Spot, problem: string): never {
  throw failAt(spot, 'JW2107', {problem});
}

function encode(text: string, spot: Spot): string {
  return text.isWellFormed() ? encodeURIComponent(text) : refuse(spot, 'the value holds half a character');
}

const encoders: {readonly [E in Encoding]: (text: string, spot: Spot) => string} = {
  plain: encode,
  uri: (text) => text,
  segments: (text) => text,
  odata: (text, spot) => encode(text, spot).replaceAll('%2C', ','),
};

/** A text part with its place in the source. */
function compileEncoded(
  node: Node,
  source: string,
  finish: (text: string, encoding: Encoding) => string,
): (frame: Frame) => string {
  const step = compileSure(node, source);
  const found = encodingOf(node);
  const encoding = found === 'any' ? 'plain' : found;
  return (frame) => {
    const value = step(frame);
    return finish(plainText(value) ?? refuseText(node, source, value), encoding);
  };
}

function segmentPart(node: Node, source: string): Part {
  const spot = {source, offset: node.at};
  return compileEncoded(node, source, (text, encoding) => {
    const encoded = encoders[encoding](text, spot);
    const parts = encoding === 'segments' ? encoded.split('/') : [encoded];
    if (text === '' || parts.some((part) => part === '.' || part === '..'))
      return refuse(spot, `${nodeName(node)} is ${text === '' ? 'empty' : '. or ..'}, which is no segment of a path`);
    return encoded;
  });
}

function queryPart(node: Node, source: string): Part {
  return compileEncoded(node, source, (text, encoding) => encoders[encoding](text, {source, offset: node.at}));
}

/** Literal text of a path, and its expressions as segments; after a literal `?` they are query text. */
function pathParts({source, parts}: Expression): Part[] {
  let isQuery = false;
  return parts.map((part) => {
    if (typeof part !== 'string') return isQuery ? queryPart(part, source) : segmentPart(part, source);
    isQuery ||= part.includes('?');
    return part;
  });
}

export const pathLeaf = leaf((source) => located(source, joinParts(pathParts(parseExpression(source)))));

/** An absolute address of the web, without credentials in it. */
export function isAddress(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the URL parser would silently drop them
  if (/[\u0000-\u0020\u007f]/.test(text) || !/^https?:\/\/[^/?#]/i.test(text) || !URL.canParse(text)) return false;
  const {username, password} = new URL(text);
  return username === '' && password === '';
}

/** What stands before the first path of an address is an origin or a part of a host; then come segments, then a query. */
type Region = 'origin' | 'host' | 'path' | 'query';

function regionAfter(literal: string): Region {
  if (/[?#]/.test(literal)) return 'query';
  return /^[a-z]+:\/\/[^/]*$/i.test(literal) ? 'host' : 'path';
}

function urlParts({source, parts}: Expression): Part[] {
  let before = '';
  return parts.map((part, i) => {
    if (typeof part === 'string') {
      before += part;
      return part;
    }
    const region = before === '' ? 'origin' : regionAfter(before);
    before += region === 'origin' ? 'https://origin/' : 'x';
    if (region === 'origin') return originPart(part, source, parts[i + 1]);
    if (region === 'host') return hostPart(part, source);
    return region === 'path' ? segmentPart(part, source) : queryPart(part, source);
  });
}

/** The whole address, or its beginning: then a path or query must follow, and no slash is doubled. */
function originPart(node: Node, source: string, next: string | Node | undefined): Part {
  const spot = {source, offset: node.at};
  return compileEncoded(node, source, (text) => {
    if (!isAddress(text)) return refuse(spot, `${nodeName(node)} is not an http or https address`);
    if (next === undefined) return text;
    if (typeof next !== 'string' || !/^[/?#]/.test(next))
      return refuse(spot, `${nodeName(node)} is followed by more of a host`);
    if (/[?#]/.test(text)) return refuse(spot, `${nodeName(node)} has a query or fragment, and a path follows`);
    return next.startsWith('/') ? text.replace(/\/+$/, '') : text;
  });
}

function hostPart(node: Node, source: string): Part {
  const spot = {source, offset: node.at};
  return compileEncoded(node, source, (text) =>
    /^[A-Za-z0-9-]+$/.test(text) ? text : refuse(spot, `${nodeName(node)} in a host takes letters, digits and - only`),
  );
}

function compileUrl(source: string): (frame: Frame) => string {
  const join = joinParts(urlParts(parseExpression(source)));
  return located(source, (frame) => {
    const url = join(frame);
    return isAddress(url) ? url : refuse({source, offset: 0}, 'the result is not an http or https address');
  });
}

export const urlLeaf = leaf(compileUrl);

/** Text as UTF-8, raw bytes as they are, for signatures are over bytes. A part that is left out adds nothing. */
function compileBytes(source: string): Sure {
  const {single, parts} = parseExpression(source);
  if (single !== undefined) return compileSure(single, source);
  const steps = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : bytesPart(part, source)));
  return located(source, (frame) =>
    Buffer.concat(steps.map((step) => (typeof step === 'function' ? step(frame) : step))),
  );
}

const nothing = new Uint8Array();

function bytesPart(node: Node, source: string): (frame: Frame) => Uint8Array {
  const step = compileSure(node, source);
  return (frame) => {
    const value = step(frame);
    if (value instanceof Uint8Array) return value;
    return value === OMIT ? nothing : Buffer.from(plainText(value) ?? refuseText(node, source, value));
  };
}

export const bytesLeaf = leaf(compileBytes);
