/** One file of an API definition: bounded, JSON or YAML, with the place of every value. Must never open anything but the file it is given. */
import {readFileSync, statSync} from 'node:fs';
import {type Document, isCollection, isNode, LineCounter, parseDocument, YAMLError} from 'yaml';
import {fail, type JobwireError, type Place} from '../../errors/jobwire-error.ts';
import {decodeUtf8, ExactNumber, escapePointer, type Json, JsonFault, parseJson} from '../../values/json.ts';

export interface SourceFile {
  /** Absolute path. */
  readonly file: string;
  readonly value: Json;
  locate(pointer: string): Place;
}

export const sourceLimits = {bytes: 16 * 1024 * 1024, depth: 200, nodes: 1_000_000};

/** Errors: JW7102 when there is no such file, JW1019 for what cannot be read or is too large. */
export function readSource(file: string): SourceFile {
  const text = textOf(file);
  return /^\s*\{/.test(text) && !/\.ya?ml$/i.test(file) ? jsonSource(file, text) : yamlSource(file, text);
}

function textOf(file: string): string {
  const size = sizeOf(file);
  if (size > sourceLimits.bytes)
    throw unusable(file, `the file has ${size} bytes, at most ${sourceLimits.bytes} are read`);
  try {
    return decodeUtf8(readFileSync(file));
  } catch (error) {
    if (error instanceof JsonFault) throw unusable(file, error.message);
    throw fail('JW7102', {what: 'readable file', id: file}, {cause: error});
  }
}

function sizeOf(file: string): number {
  try {
    const stat = statSync(file);
    if (stat.isFile()) return stat.size;
  } catch (error) {
    throw fail('JW7102', {what: 'file', id: file}, {cause: error});
  }
  throw fail('JW7102', {what: 'file', id: file});
}

function jsonSource(file: string, text: string): SourceFile {
  const locate = lazily(file, text);
  try {
    return {file, value: parseJson(text, sourceLimits), locate};
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const offset = /at position (\d+)/.exec(error.message)?.[1];
    const at = offset === undefined ? undefined : {file, pointer: '', ...lineOf(text, Number(offset))};
    throw unusable(file, `not usable JSON: ${error.message}`, at);
  }
}

/** YAML is a superset of JSON, so its parser knows the places of both; it is asked only when one is wanted. */
function lazily(file: string, text: string): SourceFile['locate'] {
  let known: SourceFile['locate'] | undefined;
  return (pointer) => {
    known ??= text.length > 4 * 1024 * 1024 ? (at) => ({file, pointer: at, line: 1, column: 1}) : locator(file, text);
    return known(pointer);
  };
}

function locator(file: string, text: string): SourceFile['locate'] {
  const lines = new LineCounter();
  return placesIn(file, parseDocument(text, {...options, lineCounter: lines}), lines);
}

const options = {uniqueKeys: true, prettyErrors: false, merge: true, version: '1.2', logLevel: 'silent'} as const;

function yamlSource(file: string, text: string): SourceFile {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {...options, lineCounter: lines});
    const [problem] = document.errors;
    if (problem) throw problem;
    const locate = placesIn(file, document, lines);
    return {file, value: new Plain(file, locate).copy(document.toJS({maxAliasCount: 500}), '', 0), locate};
  } catch (error) {
    throw yamlFault(file, error, lines);
  }
}

/** The parser recurses, so what is nested far too deep ends its stack; aliases that multiply are its own error. */
function yamlFault(file: string, error: unknown, lines: LineCounter): unknown {
  if (error instanceof YAMLError) {
    const {line, col} = lines.linePos(error.pos[0]);
    return unusable(file, `not usable YAML: ${error.message}`, {file, pointer: '', line: line || 1, column: col || 1});
  }
  if (error instanceof RangeError) return unusable(file, `nested deeper than ${sourceLimits.depth} levels`);
  if (error instanceof ReferenceError) return unusable(file, 'its aliases multiply to too many values');
  return error;
}

/** Plain JSON of what YAML gave; aliases are written out and counted. */
class Plain {
  readonly #file: string;
  readonly #locate: SourceFile['locate'];
  #nodes = 0;

  constructor(file: string, locate: SourceFile['locate']) {
    this.#file = file;
    this.#locate = locate;
  }

  copy(value: unknown, pointer: string, depth: number): Json {
    if (++this.#nodes > sourceLimits.nodes)
      throw unusable(this.#file, `more than ${sourceLimits.nodes} values, with its aliases written out`);
    if (depth > sourceLimits.depth) throw unusable(this.#file, `nested deeper than ${sourceLimits.depth} levels`);
    if (Array.isArray(value)) return value.map((item, i) => this.copy(item, `${pointer}/${i}`, depth + 1));
    if (typeof value === 'object' && value !== null) return this.#members(value, pointer, depth);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }

  #members(value: object, pointer: string, depth: number): Json {
    const entries = Object.entries(value).map(([key, item]): [string, Json] => {
      const at = `${pointer}/${escapePointer(key)}`;
      if (forbidden.has(key)) throw unusable(this.#file, `the key ${key} is not allowed`, this.#locate(at));
      return [key, this.copy(item, at, depth + 1)];
    });
    return Object.fromEntries(entries);
  }
}

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

function placesIn(file: string, document: Document, lines: LineCounter): SourceFile['locate'] {
  return (pointer) => {
    let node: unknown = document.contents;
    for (const raw of pointer.split('/').slice(1)) {
      const next: unknown = isCollection(node) ? node.get(keyOf(node, raw), true) : undefined;
      if (!isNode(next)) break;
      node = next;
    }
    const offset = isNode(node) ? node.range?.[0] : undefined;
    const {line, col} = offset === undefined ? {line: 1, col: 1} : lines.linePos(offset);
    return {file, pointer, line: line || 1, column: col || 1};
  };
}

/** Statuses are often written as numbers. */
function keyOf(node: {has(key: unknown): boolean}, raw: string): unknown {
  const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
  return !node.has(key) && /^\d+$/.test(key) ? Number(key) : key;
}

function lineOf(text: string, offset: number): {line: number; column: number} {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return {line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1};
}

export function unusable(file: string, problem: string, at?: Place): JobwireError {
  return fail('JW1019', {problem}, {at: at ?? {file, pointer: '', line: 1, column: 1}});
}

/** A number as a double; digits it cannot hold are of no use in a limit. */
export function plainNumber(value: Json | undefined): number | undefined {
  if (value instanceof ExactNumber) return undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
