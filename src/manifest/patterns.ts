/**
 * Regular expressions in linear time: RE2 behind the interface ajv expects. Must never give to the native engine what could take it
 * long.
 */
import {demand} from '../values/demand.ts';

export interface Pattern {
  test(text: string): boolean;
  toString(): string;
}

const longest = 1000;
const compiled = new Map<string, Pattern>();
const native = new Map<string, Pattern>();
const cached = 1000;

/** Printable ASCII, of a length that no pattern of ours can make a native engine slow with. There both engines mean the same. */
const plainText = /^[ -~]{0,256}$/;

/**
 * A pattern of the package's own schemas, or a plain one. The native engine knows it a hundred times sooner; what it might see
 * differently, or be slow with, is left to RE2.
 */
export function compileOwnPattern(source: string): Pattern {
  const known = native.get(source);
  if (known) return known;
  const expression = new RegExp(source, 'u');
  const pattern: Pattern = {
    test: (text) => (plainText.test(text) ? expression.test(text) : compilePattern(source).test(text)),
    toString: () => `/${source}/`,
  };
  if (native.size >= cached) native.clear();
  native.set(source, pattern);
  return pattern;
}

/** Characters and classes one after the other. */
const plain =
  /^\^(?:(?:[\w/:@%,; -]|\\[./]|\[\^?(?:A-Z|a-z|0-9|[\w./:@?#,";])+-?\])(?:[*+?]|\{(?:0,)?[0-9]{1,2}\})?)*\$?$/;
const mostRepetitions = 3;

/** A pattern from its beginning on that says little and repeats seldom: known to compile, and quick whatever reads it. */
export function isPlain(source: string): boolean {
  if (source.length > 100 || !plain.test(source)) return false;
  return (source.replace(/\[[^\]]*\]/g, '').match(/[*+?{]/g)?.length ?? 0) <= mostRepetitions;
}

/** For a few texts: compiling the simplest pattern for RE2 takes longer than all else that is done with it. */
export function compileToRead(source: string): Pattern {
  return isPlain(source) ? compileOwnPattern(source) : compilePattern(source);
}

/** Compiles a pattern of a schema; throws the engine's error when RE2 does not know the syntax. */
export function compilePattern(source: string): Pattern {
  const known = compiled.get(source);
  if (known) return known;
  if (source.length > longest) throw new SyntaxError(`longer than ${longest} characters`);
  const {RE2JS} = demand('re2js') as typeof import('re2js');
  const regex = RE2JS.compile(RE2JS.translateRegExp(source));
  // ajv keeps patterns by their text: without one of its own, every pattern would be taken for the first.
  const pattern: Pattern = {test: (text) => regex.matcher(text).find(), toString: () => `/${source}/`};
  if (compiled.size >= cached) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}

/** Why a pattern cannot be used, or undefined. */
export function patternProblem(source: string): string | undefined {
  try {
    compilePattern(source);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** ajv's `code.regExp`: called with the source and the flag `u`. */
export const regExp = Object.assign((source: string): Pattern => compilePattern(source), {code: 'compilePattern'});
