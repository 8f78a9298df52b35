/** Which names below a root the expressions of a value read. Must never judge an expression. */
import {isExpression, type Node, parseExpression} from '../expressions/parse.ts';
import {isObject} from '../values/json.ts';

export interface UsedNames {
  has(name: string): boolean;
}

/** Names read as `root.name` anywhere in the value; all of them when the root is read as a whole. */
export function usedNames(value: unknown, root: string): UsedNames {
  const names = new Set<string>();
  let whole = false;
  visitPaths(value, (segments) => {
    if (segments[0] !== root) return;
    const [, name] = segments;
    if (name === undefined) whole = true;
    else names.add(name);
  });
  return {has: (name) => whole || names.has(name)};
}

function visitPaths(value: unknown, visit: (segments: readonly string[]) => void): void {
  if (typeof value === 'string') {
    if (isExpression(value)) for (const part of partsOf(value)) visitNode(part, visit);
  } else if (Array.isArray(value)) for (const item of value) visitPaths(item, visit);
  else if (isObject(value)) for (const item of Object.values(value)) visitPaths(item, visit);
}

/** A text that does not parse is reported elsewhere. */
function partsOf(source: string): Node[] {
  try {
    return parseExpression(source).parts.filter((part) => typeof part === 'object');
  } catch {
    return [];
  }
}

function visitNode(node: Node, visit: (segments: readonly string[]) => void): void {
  if (node.kind === 'path') visit(node.segments);
  if (node.kind === 'call') for (const arg of node.args) visitNode(arg, visit);
}
