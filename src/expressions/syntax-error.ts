/** What is wrong with a text that the grammar does not take, in words that say what to write instead. Must never parse itself. */
import {type ExpressionError, failAt} from './expression-error.ts';

export function tooLarge(source: string, offset: number, problem: string): ExpressionError {
  return failAt({source, offset}, 'JW2013', {problem});
}

export function notAllowed(source: string, offset: number, construct: string): ExpressionError {
  return failAt({source, offset}, 'JW2003', {construct});
}

/** Constructs of Handlebars that often do not even parse alone, such as an open block. */
const constructs: readonly (readonly [RegExp, string])[] = [
  [/\{\{\{\{/, 'a raw block'],
  [/\{\{~?(#\*|\*)/, 'a decorator'],
  [/\{\{~?(#>|>)/, 'a partial'],
  [/\{\{~?(#|\/|\^|\s*else\b)/, 'a block'],
  [/\{\{~?!/, 'a comment'],
  [/\{\{\{/, 'a triple mustache'],
  [/\{\{~?&/, 'an unescaped mustache {{&'],
];

/** JW2003 where a known construct is the cause, else JW2001 with the place the grammar stopped at. */
export function explainSyntaxError(source: string, error: unknown): ExpressionError {
  const text = (error as Error).message;
  for (const [pattern, construct] of constructs) {
    const found = pattern.exec(source);
    if (found && source[found.index - 1] !== '\\') return notAllowed(source, found.index, construct);
  }
  const path = /^Invalid path: (.*) - \d+:\d+$/s.exec(text)?.[1];
  if (path !== undefined) return notAllowed(source, Math.max(0, source.indexOf(path)), `this or .. in a path`);
  const offset = stoppedAt(source, text);
  return failAt({source, offset}, 'JW2001', {problem: problemAt(source, offset)}, hintFor(source, offset));
}

/** The grammar draws its place: up to 20 characters before it, up to 20 after it, and a line of dashes. */
function stoppedAt(source: string, message: string): number {
  const [, excerpt = '', pointer = ''] = message.split('\n');
  const before = excerpt.slice(0, pointer.length - 1).replace(/^\.\.\./, '');
  const after = excerpt.slice(pointer.length - 1).replace(/\.\.\.$/, '');
  const joined = (text: string): string => text.replace(/\n/g, '');
  for (let offset = 0; offset <= source.length; offset++)
    if (joined(source.slice(0, offset)).endsWith(before) && joined(source.slice(offset)).startsWith(after))
      return offset;
  return 0;
}

function problemAt(source: string, offset: number): string {
  if (source.slice(0, offset).endsWith('{{')) return 'a mustache begins with a path or the name of a helper';
  if (source.indexOf('}}', offset) < 0) return 'a mustache is not closed with }}';
  return `"${source.slice(offset, offset + 20)}" is not understood`;
}

/** `items.0` is the usual slip. */
function hintFor(source: string, offset: number): {hint?: string} {
  const slip = /([\w$-]+|\])\.$/.exec(source.slice(0, offset));
  const index = /^\d+/.exec(source.slice(offset));
  return slip && index ? {hint: `a list index is bracketed: ${slip[1] === ']' ? '…]' : slip[1]}.[${index[0]}]`} : {};
}
