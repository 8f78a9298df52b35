/** Regular expressions in linear time: literal RE2 patterns, compiled once. Must never use the engine's own RegExp on a manifest's pattern. */
import type {Matcher, RE2JS} from 're2js';
import {fail} from '../errors/jobwire-error.ts';
import {demand} from '../values/demand.ts';
import type {HelperContext} from './helper.ts';
import {limits} from './value.ts';

const compiled = new Map<string, RE2JS>();
const most = 1000;

/** The compiled pattern. Errors: JW2010. */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  if (pattern.length > limits.patternLength)
    throw unsupported(pattern, `it is longer than ${limits.patternLength} characters`);
  const fresh = attempt(pattern);
  if (compiled.size >= most) compiled.clear();
  compiled.set(pattern, fresh);
  return fresh;
}

/** Searching with groups takes time by the size of the pattern and the length of the text, so both are paid for. */
export function search(pattern: string, text: string, context: HelperContext): Matcher {
  const found = compilePattern(pattern);
  context.spend(((text.length >>> 10) + 1) * (found.programSize() >>> 3));
  return found.matcher(text);
}

/** A pattern that gives a group. Errors: JW2010. */
export function requireGroup(pattern: string): void {
  if (compilePattern(pattern).groupCount() === 0) throw unsupported(pattern, 'it has no group in parentheses');
}

function attempt(pattern: string): RE2JS {
  try {
    return (demand('re2js') as typeof import('re2js')).RE2JS.compile(pattern);
  } catch (error) {
    throw unsupported(pattern, (error as Error).message);
  }
}

function unsupported(pattern: string, problem: string) {
  return fail('JW2010', {pattern: pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern, problem});
}
