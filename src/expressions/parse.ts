/** Text to a checked tree, once per string: Handlebars' grammar, our allow-list. Must never compile a template. */
import {parse as parseGrammar} from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import type {Expression} from './node.ts';
import {convert} from './syntax.ts';
import {explainSyntaxError, tooLarge} from './syntax-error.ts';
import {limits} from './value.ts';

export {directives} from './directives.ts';
export {ExpressionError} from './expression-error.ts';
export type {Expression, Node} from './node.ts';

const parsed = new Map<string, Expression>();
const most = 5000;

/** Whether a string is evaluated at all. */
export function isExpression(text: string): boolean {
  return text.includes('{{');
}

/**
 * Errors, all with the offset in the string: JW2001, JW2002, JW2003, JW2008 (number of arguments), JW2010, JW2012, JW2013 and
 * JW2109 (a number with too many digits).
 */
export function parseExpression(source: string): Expression {
  // Handlebars takes a ready-made tree for a template; only text may reach it.
  if (typeof source !== 'string') throw new TypeError('an expression is a string');
  const known = parsed.get(source);
  if (known) return known;
  const fresh = parse(source);
  if (parsed.size >= most) parsed.delete(parsed.keys().next().value as string);
  parsed.set(source, fresh);
  return fresh;
}

function parse(source: string): Expression {
  if (source.length > limits.sourceLength)
    throw tooLarge(source, 0, `the expression has ${source.length} characters, the most is ${limits.sourceLength}`);
  return convert(source, readTree(source));
}

function readTree(source: string): hbs.AST.Program {
  try {
    return parseGrammar(source);
  } catch (error) {
    throw explainSyntaxError(source, error);
  }
}
