/** Which roots a value reads, found without evaluating it. */
import {isExpression, type Node, parseExpression} from '../../expressions/parse.ts';

/** The segments of every path in a value, for example ['secret', 'signingKey']. */
export function pathsIn(value: unknown): (readonly string[])[] {
  if (typeof value === 'string') {
    if (!isExpression(value)) return [];
    return parseExpression(value).parts.flatMap((part) => (typeof part === 'string' ? [] : pathsOf(part)));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(pathsIn);
}

function pathsOf(node: Node): (readonly string[])[] {
  if (node.kind === 'path') return [node.segments];
  return node.kind === 'call' ? node.args.flatMap(pathsOf) : [];
}
