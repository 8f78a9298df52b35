/** Headers, query and form entries from evaluated maps. Must never encode twice: callers percent-encode pairs themselves. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {isAbsent, isMap, type OMIT, plainText, typeName, type Value} from './value.ts';

/** RFC 9110, 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Absent entries are left out. Errors: JW2107. */
export function headersOf(value: Value | typeof OMIT): Record<string, string> {
  return Object.fromEntries(
    entriesOf(value, 'headers').map(([name, item]) => [requireToken(name), headerText(name, item)]),
  );
}

function requireToken(name: string): string {
  if (!token.test(name)) throw fail('JW2107', {problem: `"${name.slice(0, 60)}" is not the name of a header`});
  return name;
}

/** Text or number; nothing that ends the header or has no single byte. */
function headerText(name: string, item: Json): string {
  const text = typeof item === 'boolean' ? undefined : plainText(item);
  if (text === undefined)
    throw fail('JW2107', {problem: `the header ${name} is ${typeName(item)}, it takes text or a number`});
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are not allowed
  if (/[\r\n\u0000]|[^\u0000-\u00ff]/.test(text))
    throw fail('JW2107', {problem: `the header ${name} holds a line break, NUL or a character above U+00FF`});
  return text;
}

export type PairPlace = 'query' | 'form';

/** A list repeats its key; absent entries and items are left out. Errors: JW2107. */
export function pairsOf(value: Value | typeof OMIT, place: PairPlace): [string, string][] {
  return entriesOf(value, place).flatMap(([key, item]) =>
    (Array.isArray(item) ? item : [item])
      .filter((part) => !isAbsent(part))
      .map((part): [string, string] => [key, pairText(key, part, place)]),
  );
}

function pairText(key: string, item: Json, place: PairPlace): string {
  const text = plainText(item);
  if (text === undefined)
    throw fail('JW2107', {problem: `the ${place} entry ${key} is ${typeName(item)}, it takes text, number or boolean`});
  if (!text.isWellFormed() || !key.isWellFormed())
    throw fail('JW2107', {problem: `the ${place} entry ${key.toWellFormed()} holds half a character`});
  return text;
}

function entriesOf(value: Value | typeof OMIT, place: string): [string, Json][] {
  if (isAbsent(value)) return [];
  if (!isMap(value)) throw fail('JW2107', {problem: `${place} is ${typeName(value)}, not a map`});
  return Object.entries(value as JsonObject).filter(([, item]) => !isAbsent(item));
}
