/** Helpers over text. Lengths count UTF-16 units, as most vendors count theirs. Must never make a text without asking for room. */
import {fail} from '../errors/jobwire-error.ts';
import type {Json} from '../values/json.ts';
import type {Helper, HelperContext} from './helper.ts';
import {search} from './pattern.ts';
import {isMap, limits, plainText, typeName} from './value.ts';

function textToText(helper: string, change: (text: string) => string, examples: Helper['examples']): Helper {
  return {
    params: ['text'],
    result: 'text',
    signature: `${helper}(t) t`,
    examples,
    call: ([text]) => change(text as string),
  };
}

/** Errors: JW2104 for a separator that is found everywhere. */
function requireText(helper: string, what: string, text: string): void {
  if (text === '') throw fail('JW2104', {helper, problem: `the ${what} is empty`});
}

/** Never cuts a character in two. */
function truncate(text: string, length: number): string {
  if (!Number.isInteger(length) || length < 0)
    throw fail('JW2104', {helper: 'truncate', problem: `${length} is not a length`});
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, length > 0 && last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function replaceAll([text, from, to]: readonly [string, string, string], context: HelperContext): string {
  requireText('replace', 'text to look for', from);
  let count = 0;
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length)) count++;
  context.room(text.length + count * (to.length - from.length));
  return text.replaceAll(from, () => to);
}

function join(list: readonly Json[], separator: string, context: HelperContext): string {
  context.spend(list.length);
  let length = 0;
  const texts = list.map((item, i) => {
    const text = plainText(item);
    if (text === undefined)
      throw fail('JW2104', {
        helper: 'join',
        problem: `item ${i + 1} is ${typeName(item)}, not text, number or boolean`,
      });
    length += text.length + separator.length;
    context.room(length);
    return text;
  });
  return texts.join(separator);
}

export const textHelpers = {
  lower: textToText('lower', (text) => text.toLowerCase(), [
    ["lower 'Ab'", 'ab'],
    ["lower ''", ''],
    ['lower event.data.nothing', {code: 'JW2101'}],
    ['lower 5', {code: 'JW2008'}],
  ]),
  upper: textToText('upper', (text) => text.toUpperCase(), [
    ["upper 'Ab'", 'AB'],
    ["upper ''", ''],
  ]),
  trim: textToText('trim', (text) => text.trim(), [
    ["trim ' a '", 'a'],
    ["trim ''", ''],
  ]),
  truncate: {
    params: ['text', 'number'],
    result: 'text',
    signature: 'truncate(t, n) t',
    examples: [
      ["truncate 'abcdef' 3", 'abc'],
      ["truncate 'ab' 3", 'ab'],
      ["truncate '😀😀' 3", '😀'],
      ["truncate 'ab' -1", {code: 'JW2104'}],
    ],
    call: ([text, length]) => truncate(text as string, Number(length)),
  },
  replace: {
    params: ['text', 'text', 'text'],
    result: 'text',
    signature: 'replace(t, from, to) t',
    summary: 'replaces every occurrence, literally',
    examples: [
      ["replace 'a-b-c' '-' '/'", 'a/b/c'],
      ["replace 'a' 'x' 'y'", 'a'],
      ["replace 'a.b' '.' '$&'", 'a$&b'],
      ["replace 'a' '' 'x'", {code: 'JW2104'}],
    ],
    call: (args, context) => replaceAll(args as readonly unknown[] as [string, string, string], context),
  },
  before: {
    params: ['text', 'text'],
    result: 'text',
    signature: 'before(t, sep) t',
    summary: 'what stands before the first sep; without it the whole text',
    examples: [
      ["before 'a,b,c' ','", 'a'],
      ["before 'abc' ','", 'abc'],
      ["before 'abc' ''", {code: 'JW2104'}],
    ],
    call([text, separator]) {
      requireText('before', 'separator', separator as string);
      const at = (text as string).indexOf(separator as string);
      return at < 0 ? (text as string) : (text as string).slice(0, at);
    },
  },
  after: {
    params: ['text', 'text'],
    result: 'text',
    signature: 'after(t, sep) t',
    summary: 'what stands after the first sep; without it the empty text',
    examples: [
      ["after 'a,b,c' ','", 'b,c'],
      ["after 'abc' ','", ''],
    ],
    call([text, separator]) {
      requireText('after', 'separator', separator as string);
      const at = (text as string).indexOf(separator as string);
      return at < 0 ? '' : (text as string).slice(at + (separator as string).length);
    },
  },
  split: {
    params: ['text', 'text'],
    result: 'text-list',
    signature: 'split(t, sep) l',
    examples: [
      ["split 'a,b' ','", ['a', 'b']],
      ["split '' ','", ['']],
      ["split 'ab' ''", {code: 'JW2104'}],
    ],
    call([text, separator], context) {
      requireText('split', 'separator', separator as string);
      const parts = (text as string).split(separator as string, limits.units + 1);
      context.spend(parts.length);
      return parts;
    },
  },
  join: {
    params: ['list', 'text'],
    result: 'text',
    signature: 'join(l, sep) t',
    examples: [
      ["join (list 1 2) '-'", '1-2'],
      ["join (list) '-'", ''],
      ["join jobs '-'", {code: 'JW2104'}],
    ],
    call: ([list, separator], context) => join(list as Json[], separator as string, context),
  },
  concat: {
    params: [],
    rest: 'text',
    result: 'text',
    signature: 'concat(t…) t',
    examples: [
      ["concat 'a' 'b'", 'ab'],
      ["concat 'n' (string 1)", 'n1'],
      ["concat 'n' 1", {code: 'JW2008'}],
    ],
    call(texts, context) {
      context.room((texts as string[]).reduce((sum, text) => sum + text.length, 0));
      return texts.join('');
    },
  },
  capture: {
    params: ['text', 'pattern'],
    result: 'text',
    mayBeAbsent: true,
    signature: 'capture(t, re) t',
    summary: 'the first group of a pattern, else absent',
    examples: [
      ["capture '/item/130/' 'item/(\\d+)'", '130'],
      ["has (capture 'a' '(b)')", false],
      ["capture 'a' '(b)'", {code: 'JW2101'}],
      ["capture 'a' 'a'", {code: 'JW2010'}],
    ],
    call([text, pattern], context) {
      const matcher = search(pattern as string, text as string, context);
      return (matcher.find() ? matcher.group(1) : null) ?? context.absent('the pattern is not found');
    },
  },
  captures: {
    params: ['text', 'pattern'],
    result: 'text-list',
    signature: 'captures(t, re) l',
    summary: 'the first group of every match',
    examples: [
      ["captures 'a1b2' '(\\d)'", ['1', '2']],
      ["captures 'a' '(\\d)'", []],
    ],
    call([text, pattern], context) {
      const matcher = search(pattern as string, text as string, context);
      const found: string[] = [];
      while (matcher.find()) {
        context.spend(1);
        const group = matcher.group(1);
        if (group !== null) found.push(group);
      }
      return found;
    },
  },
  length: {
    params: ['text-list-or-object'],
    result: 'integer',
    signature: 'length(t, l or o) n',
    summary: 'of a text, or the number of items or keys',
    examples: [
      ["length 'abc'", 3],
      ['length (list 1 2)', 2],
      ['length event.data.tags', 2],
      ['length 5', {code: 'JW2008'}],
    ],
    call: ([value]) => (isMap(value) ? Object.keys(value).length : (value as string | Json[]).length),
  },
} satisfies Record<string, Helper>;
