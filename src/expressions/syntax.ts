/** The allow-list: Handlebars' tree becomes ours, and what is not listed here is refused. Must never evaluate. */
import {JobwireError, nearest} from '../errors/jobwire-error.ts';
import {type ExpressionError, failAt, locate} from './expression-error.ts';
import {type Helper, helperOf, helpers} from './helpers.ts';
import {requireLiterals} from './literals.ts';
import type {CallNode, Expression, LiteralNode, Node, PathNode} from './node.ts';
import {bareIndex, type Construct, notAllowed, tooLarge} from './syntax-error.ts';
import {forbiddenNames, limits} from './value.ts';

type Tree = hbs.AST.Node;

/** One conversion: the source, where its lines begin, and how many nodes it has so far. */
interface Work {
  readonly source: string;
  readonly lines: readonly number[];
  nodes: number;
}

export function convert(source: string, program: hbs.AST.Program): Expression {
  const work: Work = {source, lines: lineStarts(source), nodes: 0};
  const parts = program.body.map((statement) => convertStatement(statement, work));
  const [only] = parts;
  const single = parts.length === 1 && typeof only === 'object' ? only : undefined;
  return {source, parts, single};
}

/** Statements that are refused, and what a person calls them. */
const statements: Readonly<Record<string, Construct>> = {
  BlockStatement: 'a block',
  PartialStatement: 'a partial',
  PartialBlockStatement: 'a partial',
  Decorator: 'a decorator',
  DecoratorBlock: 'a decorator',
  CommentStatement: 'a comment',
};

function convertStatement(statement: Tree, work: Work): string | Node {
  count(statement, work);
  if (statement.type === 'ContentStatement') return (statement as hbs.AST.ContentStatement).value;
  if (statement.type !== 'MustacheStatement')
    throw notAllowed(work.source, start(statement, work), statements[statement.type] ?? 'a node of another kind');
  const mustache = statement as hbs.AST.MustacheStatement;
  const at = start(mustache, work);
  if (!mustache.escaped)
    throw notAllowed(
      work.source,
      at,
      work.source.startsWith('{{{', at) ? 'a triple mustache' : 'an unescaped mustache',
    );
  if (mustache.strip.open || mustache.strip.close) throw notAllowed(work.source, at, 'whitespace control ~');
  if (mustache.hash) throw notAllowed(work.source, start(mustache.hash, work), 'an argument with a name');
  if (mustache.params.length > 0) return convertCall(mustache, 1, work);
  if (mustache.path.type !== 'PathExpression')
    throw notAllowed(work.source, start(mustache.path, work), 'a literal that stands alone');
  return convertPath(mustache.path as hbs.AST.PathExpression, work);
}

function convertArgument(tree: Tree, depth: number, work: Work): Node {
  count(tree, work);
  if (tree.type === 'PathExpression') return convertPath(tree as hbs.AST.PathExpression, work);
  if (tree.type === 'SubExpression') {
    const {hash} = tree as hbs.AST.SubExpression;
    if (hash) throw notAllowed(work.source, start(hash, work), 'an argument with a name');
    return convertCall(tree as hbs.AST.SubExpression, depth, work);
  }
  return convertLiteral(tree, work);
}

const literals: ReadonlySet<string> = new Set(['StringLiteral', 'NumberLiteral', 'BooleanLiteral', 'NullLiteral']);

function convertLiteral(tree: Tree, work: Work): LiteralNode {
  const at = start(tree, work);
  if (!literals.has(tree.type))
    throw notAllowed(work.source, at, tree.type === 'UndefinedLiteral' ? 'undefined' : 'a node of another kind');
  const value = tree.type === 'NullLiteral' ? null : (tree as hbs.AST.StringLiteral | hbs.AST.NumberLiteral).value;
  if (typeof value === 'number') requireExact(value, tree, work);
  return {kind: 'literal', value: value === 0 ? 0 : value, at};
}

/** A number in an expression is a double; one that a double does not hold would silently become another. */
function requireExact(value: number, tree: Tree, work: Work): void {
  const digits = slice(tree, work)
    .replace(/^-?0*|\.?0*$/g, '')
    .replace('.', '');
  const held = Number.isFinite(value) && digits.length <= 15;
  if (!held && String(value) !== slice(tree, work))
    throw failAt({source: work.source, offset: start(tree, work)}, 'JW2109', {path: slice(tree, work).slice(0, 40)});
}

function convertCall(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression, depth: number, work: Work): CallNode {
  const {source} = work;
  const at = start(call.path, work);
  if (depth > limits.callDepth) throw tooLarge(source, at, `helper calls are nested deeper than ${limits.callDepth}`);
  if (call.path.type !== 'PathExpression') throw notAllowed(source, at, 'a literal in the place of a helper');
  const {segments, text} = convertPath(call.path as hbs.AST.PathExpression, work);
  const args = call.params.map((param) => convertArgument(param, depth + 1, work));
  const helper = segments.length === 1 ? helperOf(text) : undefined;
  if (helper === undefined)
    throw failAt({source, offset: at}, 'JW2002', {name: text}, {suggestions: nearest(text, Object.keys(helpers))});
  requireCount(helper, {name: text, count: args.length, source, at});
  try {
    requireLiterals(text, helper, args);
  } catch (error) {
    throw error instanceof JobwireError ? locate(error, {source, offset: at}) : error;
  }
  return {kind: 'call', helper: text, args, at};
}

function requireCount(
  helper: Helper,
  {name, count, source, at}: {name: string; count: number; source: string; at: number},
): void {
  const {params, rest, optional = 0, signature, takesAbsent} = helper;
  const least = takesAbsent ? 0 : Math.max(params.length - optional, 0) + (rest === undefined ? 0 : 1);
  const most = rest === undefined ? params.length : Number.POSITIVE_INFINITY;
  if (count >= least && count <= most) return;
  const takes =
    least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
  const problem = `it takes ${takes} argument${takes === '1' || takes === 'at least 1' ? '' : 's'}, got ${count}`;
  throw failAt({source, offset: at}, 'JW2008', {helper: name, problem, signature});
}

/** One segment of a path in the source: a name, or anything in brackets. */
const segment = /\s*(?:\[((?:\\\]|[^\]])*)\]|([^\s.[\]/@]+))\s*/y;

/**
 * `this.a` and `a/b` make ordinary path nodes, so the source is read again: names joined by dots and nothing else may have
 * made this node.
 */
function convertPath(path: hbs.AST.PathExpression, work: Work): PathNode {
  const at = start(path, work);
  const text = slice(path, work);
  const refuse = (construct: Construct): ExpressionError => notAllowed(work.source, at, construct);
  if (path.data) throw refuse('@ in a path');
  if (path.depth > 0) throw refuse('.. in a path');
  const bare = text.replace(/\[(?:\\\]|[^\]])*\]/g, '[]');
  if (bare.includes('/')) throw refuse('/ in a path');
  const segments = readSegments(text);
  if (segments === undefined || segments.bare.some((name) => name === 'this' || name === ''))
    throw refuse(/\bthis\b/.test(bare) ? 'this in a path' : '. in a path');
  const digits = segments.bare.find((name) => /^\d+$/.test(name));
  if (digits !== undefined) throw bareIndex(work.source, at, {text, digits});
  if (segments.names.includes('')) throw refuse('an empty [] in a path');
  if (segments.names.length !== path.parts.length || segments.names.some((name, i) => name !== path.parts[i]))
    throw refuse('a path written in another way');
  const forbidden = segments.names.find((name) => forbiddenNames.has(name));
  if (forbidden !== undefined) throw failAt({source: work.source, offset: at}, 'JW2012', {name: forbidden});
  return {kind: 'path', segments: segments.names, at, text};
}

/** Names of a path, and those of them that stand without brackets; undefined when it is written in another way. */
function readSegments(text: string): {names: string[]; bare: string[]} | undefined {
  const names: string[] = [];
  const bare: string[] = [];
  segment.lastIndex = 0;
  for (;;) {
    const match = segment.exec(text);
    if (!match) return undefined;
    names.push(match[2] ?? (match[1] ?? '').replace(/\\([\\\]])/g, '$1'));
    if (match[2] !== undefined) bare.push(match[2]);
    const end = match.index + match[0].length;
    if (end === text.length) return {names, bare};
    if (text[end] !== '.') return undefined;
    segment.lastIndex = end + 1;
  }
}

function count(tree: Tree, work: Work): void {
  if (++work.nodes > limits.nodes)
    throw tooLarge(work.source, start(tree, work), `the expression has more than ${limits.nodes} parts`);
}

/** Offsets of line starts, as the grammar counts lines. */
function lineStarts(source: string): number[] {
  return [0, ...[...source.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)];
}

function offsetOf({line, column}: hbs.AST.Position, {lines}: Work): number {
  return (lines[line - 1] ?? 0) + column;
}

function start(tree: Tree, work: Work): number {
  return offsetOf(tree.loc.start, work);
}

function slice(tree: Tree, work: Work): string {
  return work.source.slice(start(tree, work), offsetOf(tree.loc.end, work));
}
