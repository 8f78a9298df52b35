/** One JSON file as text, value and positions (language reference, section 1.1). Must never accept what is not strict JSON. */
import type {AnyNode, MemberNode, ObjectNode, ValueNode} from '@humanwhocodes/momoa';
import type {Place} from '../errors/jobwire-error.ts';
import {demand} from '../values/demand.ts';
import {escapePointer, type Json, JsonFault, parseJson, parseKnownJson} from '../values/json.ts';
import {readBytes, remembering} from './disk.ts';

export const fileLimits = {bytes: 1024 * 1024, depth: 64, nodes: 50_000};

/** A fault of the text itself, with its place. */
export interface TextFault {
  readonly problem: string;
  readonly at: Place;
}

export interface LocateOptions {
  /** Points at the key of the member instead of its value. */
  readonly key?: boolean;
  /** Character inside the string at the pointer. */
  readonly offset?: number;
}

export interface Document {
  readonly file: string;
  readonly value: Json;
  locate(pointer: string, options?: LocateOptions): Place;
}

export type Reading =
  | {readonly document: Document; readonly faults: readonly []}
  | {readonly document?: undefined; readonly faults: readonly TextFault[]};

/** Reads a file; what is wrong with its text is returned, never thrown. */
export function readDocument(file: string): Reading {
  return remembering(
    `document ${file}`,
    () => [file],
    () => readAnew(file),
  );
}

function readAnew(file: string): Reading {
  try {
    const {size, bytes} = readBytes(file, fileLimits.bytes);
    if (!bytes) return refused(file, `the file has ${size} bytes, at most ${fileLimits.bytes} are read`);
    return parseDocument(file, bytes);
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    return refused(file, code === 'ENOENT' ? 'the file does not exist' : `the file cannot be read: ${code ?? message}`);
  }
}

export function parseDocument(file: string, bytes: Uint8Array): Reading {
  const text = decode(bytes);
  if (text === undefined) return refused(file, 'the file is not UTF-8 text');
  if (text.startsWith('\ufeff')) return refused(file, 'the file begins with a byte-order mark');
  return readSound(file, text) ?? readWithPlaces(file, text);
}

/** Bytes of which it is known that they are a document. */
export function knownDocument(file: string, bytes: Uint8Array): Document {
  const text = Buffer.from(bytes).toString('utf8');
  return documentOf({file, text}, parseKnownJson(text));
}

/** Escapes may spell a forbidden key. */
const suspicious = /__proto__|constructor|prototype|\\u/;

/** Most files are sound, and nobody asks for a place in them: positions are found when the first is asked for. */
function readSound(file: string, text: string): Reading | undefined {
  if (suspicious.test(text)) return undefined;
  try {
    return {document: documentOf({file, text}, parseJson(text, fileLimits)), faults: []};
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return undefined;
  }
}

/** What is wrong with the text, and where. */
function readWithPlaces(file: string, text: string): Reading {
  const deep = tooDeep(text);
  if (deep !== undefined) return faultAt(file, text, deep, `nested deeper than ${fileLimits.depth} levels`);
  const tree = parseTree(file, text);
  if ('faults' in tree) return tree;
  const faults = keyFaults(file, tree.body);
  if (faults.length > 0) return {faults};
  return exactValue(file, text, tree.body);
}

function documentOf({file, text}: Omit<Source, 'body'>, value: Json, body?: ValueNode): Document {
  let tree = body;
  const locateIn: Document['locate'] = (pointer, options) => {
    tree ??= treeOf(text);
    return locate({file, text, body: tree}, pointer, options);
  };
  return {file, value, locate: locateIn};
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

function treeOf(text: string): ValueNode {
  const {parse} = demand('@humanwhocodes/momoa') as typeof import('@humanwhocodes/momoa');
  return parse(text, {mode: 'json', ranges: true}).body as ValueNode;
}

function parseTree(file: string, text: string): {body: ValueNode} | {faults: TextFault[]} {
  try {
    return {body: treeOf(text)};
  } catch (error) {
    const {
      line = 1,
      column = 1,
      offset,
      message,
    } = error as {line?: number; column?: number; offset?: number; message: string};
    const at = {file, pointer: '', line, column};
    return {faults: [{problem: syntaxProblem(text, offset) ?? message.replace(/\s*\(\d+:\d+\)$/, ''), at}]};
  }
}

/** Says what people usually mean by the character that stopped the parser. */
function syntaxProblem(text: string, offset: number | undefined): string | undefined {
  if (offset === undefined) return undefined;
  const here = text.slice(offset, offset + 2);
  if (here === '//' || here === '/*') return 'comments are not allowed';
  if (here.startsWith("'")) return 'text is written in double quotes';
  if (/^[}\]]/.test(here) && /,\s*$/.test(text.slice(0, offset)))
    return 'a comma before the closing bracket is not allowed';
  if (!/[[\]{}:,]/.test(text.slice(offset)) && unclosed(text)) return 'the text ends before its last bracket is closed';
  return undefined;
}

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** Every key that stands twice or must not stand at all. */
function keyFaults(file: string, root: ValueNode): TextFault[] {
  const faults: TextFault[] = [];
  visitObjects(root, '', (object, pointer) => {
    const first = new Map<string, MemberNode>();
    for (const member of object.members) {
      const key = keyOf(member);
      const {line, column} = member.name.loc.start;
      const at = {file, pointer: `${pointer}/${escapePointer(key)}`, line, column};
      const before = first.get(key)?.name.loc.start;
      if (forbidden.has(key)) faults.push({problem: `the key ${key} is not allowed`, at});
      else if (before)
        faults.push({
          problem: `the key ${JSON.stringify(key)} stands twice: at ${before.line}:${before.column} and at ${line}:${column}`,
          at,
        });
      else first.set(key, member);
    }
  });
  return faults;
}

function visitObjects(node: ValueNode, pointer: string, visit: (object: ObjectNode, pointer: string) => void): void {
  if (node.type === 'Array')
    node.elements.forEach((element, i) => {
      visitObjects(element.value, `${pointer}/${i}`, visit);
    });
  if (node.type !== 'Object') return;
  visit(node, pointer);
  for (const member of node.members) visitObjects(member.value, `${pointer}/${escapePointer(keyOf(member))}`, visit);
}

function keyOf({name}: MemberNode): string {
  return name.type === 'String' ? name.value : name.name;
}

function exactValue(file: string, text: string, body: ValueNode): Reading {
  try {
    return {document: documentOf({file, text}, parseJson(text, fileLimits), body), faults: []};
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const position = /at position (\d+)/.exec(error.message)?.[1];
    if (position !== undefined)
      return faultAt(file, text, Number(position), error.message.replace(/ in JSON at position.*$/, ''));
    return refused(file, error.kind === 'nodes' ? `the file holds ${error.message}` : error.message);
  }
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly body: ValueNode;
}

/** Place of a value; of the nearest one above it when the pointer leads nowhere. */
function locate({file, text, body}: Source, pointer: string, {key = false, offset}: LocateOptions = {}): Place {
  let node: ValueNode = body;
  let named: AnyNode = body;
  for (const raw of pointer.split('/').slice(1)) {
    const step = child(node, raw.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (!step) break;
    node = step.value;
    named = step.type === 'Member' ? step.name : step.value;
  }
  const {line, column} = (key ? named : node).loc.start;
  if (offset === undefined || node.type !== 'String') return {file, pointer, line, column};
  return {
    file,
    pointer,
    line,
    column: column + 1 + rawOffset(text, node.loc.start.offset + 1, offset),
    expression: offset,
  };
}

function child(node: ValueNode, key: string) {
  if (node.type === 'Array') return /^\d+$/.test(key) ? node.elements[Number(key)] : undefined;
  return node.type === 'Object' ? node.members.find((member) => keyOf(member) === key) : undefined;
}

/** Characters of source text that make the first `count` characters of a JSON string. */
function rawOffset(text: string, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count && at < text.length; i++) at += text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
  return at - start;
}

/** Offset of the bracket that goes too deep. Checked before any parser recurses. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') i = endOfString(text, i);
    else if (c === '{' || c === '[') {
      if (++depth > fileLimits.depth) return i;
    } else if (c === '}' || c === ']') depth--;
  }
  return undefined;
}

function unclosed(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') i = endOfString(text, i);
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
  }
  return depth > 0;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function faultAt(file: string, text: string, offset: number, problem: string): Reading {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return {faults: [{problem, at: {file, pointer: '', line: before.length, column: (before.at(-1)?.length ?? 0) + 1}}]};
}

function refused(file: string, problem: string): Reading {
  return {faults: [{problem, at: {file, pointer: '', line: 1, column: 1}}]};
}
