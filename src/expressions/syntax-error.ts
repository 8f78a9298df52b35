/** What is wrong with a text that the grammar does not take, in words that say what to write instead. Must never parse itself. */
import {type ExpressionError, failAt} from './expression-error.ts';

export function tooLarge(source: string, offset: number, problem: string): ExpressionError {
  return failAt({source, offset}, 'JW2013', {problem});
}

/** What is refused by name, and what to write instead. */
const instead = {
  'a block': 'use the directives $if, $switch and $each',
  'a raw block': 'write literal braces as \\{{',
  'a partial': 'write the value where it is needed',
  'a decorator': 'use paths, helper calls and literals only',
  'a comment': 'write it in $comment of the manifest object',
  'a triple mustache': 'write {{…}}: nothing is ever escaped for HTML',
  'an unescaped mustache': 'write {{…}}: nothing is ever escaped for HTML',
  'whitespace control ~': 'write the text exactly as it shall be',
  'an argument with a name': 'arguments go by their place',
  'a literal that stands alone': 'write the value itself, without braces',
  'a literal in the place of a helper': 'begin with the name of a helper',
  undefined: 'write null, or use optional',
  '@ in a path': 'begin with a root such as event or input; $each has index',
  '.. in a path': 'names around stay visible: use them directly',
  '/ in a path': 'separate names with dots; a name with other characters is bracketed: [a/b]',
  'this in a path': 'begin with a root such as event or input',
  '. in a path': 'begin with a root such as event or input',
  'an empty [] in a path': 'name the field inside the brackets',
  'a path written in another way': 'separate names with dots; a list index is bracketed: items.[0]',
  'a node of another kind': 'use paths, helper calls and literals only',
} as const;

export type Construct = keyof typeof instead;

export function notAllowed(source: string, offset: number, construct: Construct): ExpressionError {
  return failAt({source, offset}, 'JW2003', {construct}, {hint: instead[construct]});
}

/** `items.0.id` happens to parse where `items.0` does not; both are the same slip. */
export function bareIndex(source: string, at: number, {text, digits}: {text: string; digits: string}): ExpressionError {
  const offset = at + text.search(new RegExp(`(?<![^.\\s])${digits}(?![^.\\s])`));
  return failAt({source, offset}, 'JW2001', {problem: `"${digits}" is not understood`}, hintFor(source, offset));
}

/** Constructs of Handlebars that often do not even parse alone, such as an open block. */
const constructs: readonly (readonly [RegExp, Construct])[] = [
  [/\{\{\{\{/, 'a raw block'],
  [/\{\{~?(#\*|\*)/, 'a decorator'],
  [/\{\{~?(#>|>)/, 'a partial'],
  [/\{\{~?(#|\/|\^|\s*else\b)/, 'a block'],
  [/\{\{~?!/, 'a comment'],
  [/\{\{\{/, 'a triple mustache'],
  [/\{\{~?&/, 'an unescaped mustache'],
];

/** JW2003 where a known construct is the cause, else JW2001 with the place the grammar stopped at. */
export function explainSyntaxError(source: string, error: unknown): ExpressionError {
  const text = (error as Error).message;
  for (const [pattern, construct] of constructs) {
    const found = pattern.exec(source);
    if (found && source[found.index - 1] !== '\\') return notAllowed(source, found.index, construct);
  }
  const path = /^Invalid path: (.*) - \d+:\d+$/s.exec(text)?.[1];
  if (path !== undefined)
    return notAllowed(
      source,
      Math.max(0, source.indexOf(path)),
      /\bthis$/.test(path) ? 'this in a path' : '.. in a path',
    );
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
  if (source.indexOf('}}', offset) < 0) return 'a mustache is not closed with }}';
  if (source.slice(0, offset).endsWith('{{')) return 'a mustache begins with a path or the name of a helper';
  return `"${source.slice(offset, offset + 20)}" is not understood`;
}

/** `items.0` is the usual slip. */
function hintFor(source: string, offset: number): {hint?: string} {
  const slip = /([\w$-]+|\])\.$/.exec(source.slice(0, offset));
  const index = /^\d+/.exec(source.slice(offset));
  return slip && index ? {hint: `a list index is bracketed: ${slip[1] === ']' ? '…]' : slip[1]}.[${index[0]}]`} : {};
}
