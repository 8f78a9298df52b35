/** Regular expressions in linear time: RE2 behind the interface ajv expects. Must never fall back to the native engine. */
import {RE2JS} from 're2js';

export interface Pattern {
  test(text: string): boolean;
  toString(): string;
}

const longest = 1000;
const compiled = new Map<string, Pattern>();
const cached = 1000;

/** Compiles a pattern of a schema; throws the engine's error when RE2 does not know the syntax. */
export function compilePattern(source: string): Pattern {
  const known = compiled.get(source);
  if (known) return known;
  if (source.length > longest) throw new SyntaxError(`longer than ${longest} characters`);
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
