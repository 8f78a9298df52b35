/** Helpers that make a value safe inside another language. Must never let a value end the literal it stands in. */
import {fail} from '../errors/jobwire-error.ts';
import {ExactNumber, type Json} from '../values/json.ts';
import type {Helper, HelperContext} from './helper.ts';
import {typeName, type Value} from './value.ts';

/** Percent-encodes one component. Errors: JW2104 for text that is not well-formed Unicode. */
export function encodeComponent(text: string, helper = 'uri'): string {
  if (!text.isWellFormed()) throw fail('JW2104', {helper, problem: 'the text holds half a character'});
  return encodeURIComponent(text);
}

/** OData ABNF: quotes are doubled; numbers, true, false and null stand bare. */
function odataLiteral(value: Value): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value instanceof ExactNumber)
    return String(value);
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  throw fail('JW2104', {helper: 'odata', problem: `${typeName(value)} has no literal`});
}

function odata(value: Value, context: HelperContext): string {
  if (!Array.isArray(value)) return odataLiteral(value);
  if (value.length === 0) throw fail('JW2104', {helper: 'odata', problem: 'an empty list has no literal'});
  context.spend(value.length);
  let length = 0;
  const literals = value.map((item: Json) => {
    const literal = odataLiteral(item);
    length += literal.length + 1;
    context.room(length);
    return literal;
  });
  return `(${literals.join(',')})`;
}

const named: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f'};

/** Puts a text in quotes; backslash, the quote and control characters are escaped, what has no escape is refused. */
function quoted(helper: string, quote: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const escaped = text.replace(/[\\'"\u0000-\u001f]/g, (sign) => {
    if (sign === '\\' || sign === quote) return `\\${sign}`;
    if (sign === '"' || sign === "'") return sign;
    const written = named[sign];
    if (written === undefined) throw fail('JW2104', {helper, problem: 'the text holds a control character'});
    return written;
  });
  return `${quote}${escaped}${quote}`;
}

/** Encoded queries have no escape: what could add a condition or run as script is refused. */
function snquery(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\^\u0000-\u001f\u0085\u2028\u2029]/.test(text))
    throw fail('JW2104', {helper: 'snquery', problem: 'the text holds ^ or a line break'});
  if (/^\s*javascript\s*:/i.test(text))
    throw fail('JW2104', {helper: 'snquery', problem: 'the text begins with javascript:'});
  return text;
}

export const encodeHelpers = {
  uri: {
    params: ['text'],
    result: 'text',
    signature: 'uri(t) t',
    summary: 'percent-encodes one component',
    examples: [
      ["uri 'a b'", 'a%20b'],
      ["uri 'a/b'", 'a%2Fb'],
    ],
    call: ([text]) => encodeComponent(text as string),
  },
  segments: {
    params: ['text'],
    result: 'text',
    signature: 'segments(t) t',
    summary: 'percent-encodes what stands between slashes',
    examples: [
      ["segments 'a b/c'", 'a%20b/c'],
      ["segments 'x'", 'x'],
    ],
    call: ([text]) =>
      (text as string)
        .split('/')
        .map((part) => encodeComponent(part, 'segments'))
        .join('/'),
  },
  odata: {
    params: ['any'],
    result: 'text',
    signature: 'odata(x) t',
    summary: 'a literal of OData; of a list, all of them in parentheses',
    examples: [
      ['odata "O\'Hare"', "'O''Hare'"],
      ["odata (list 'a' 'b')", "('a','b')"],
      ['odata 5', '5'],
      ['odata true', 'true'],
      ['odata event.data.id', '12345678901234567890'],
      ['odata (list)', {code: 'JW2104'}],
      ['odata event.data', {code: 'JW2104'}],
    ],
    call: ([value], context) => odata(value as Value, context),
  },
  soql: {
    params: ['text'],
    result: 'text',
    signature: 'soql(t) t',
    summary: 'a quoted and escaped SOQL text',
    examples: [
      ['soql "O\'Hare"', "'O\\'Hare'"],
      ["soql 'a\\b'", "'a\\\\b'"],
    ],
    call: ([text]) => quoted('soql', "'", text as string),
  },
  jql: {
    params: ['text'],
    result: 'text',
    signature: 'jql(t) t',
    summary: 'a quoted and escaped JQL text',
    examples: [
      ["jql 'a b'", '"a b"'],
      ["jql 'a\"b'", '"a\\"b"'],
    ],
    call: ([text]) => quoted('jql', '"', text as string),
  },
  snquery: {
    params: ['text'],
    result: 'text',
    signature: 'snquery(t) t',
    summary: 'a value of an encoded query; refuses ^, line breaks and a leading javascript:',
    examples: [
      ["snquery 'a b'", 'a b'],
      ["snquery 'a^b'", {code: 'JW2104'}],
      ["snquery 'JavaScript:gs.now()'", {code: 'JW2104'}],
    ],
    call: ([text]) => snquery(text as string),
  },
} satisfies Record<string, Helper>;
