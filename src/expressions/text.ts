/** Whole expression strings: one mustache keeps its type, everything else is text. Must never guess a type from text. */
import {JobwireError} from '../errors/jobwire-error.ts';
import {compileSure, type Sure} from './compile.ts';
import {type ExpressionError, failAt, locate} from './expression-error.ts';
import type {Frame} from './frame.ts';
import type {Expression, Node} from './node.ts';
import {parseExpression} from './parse.ts';
import {plainText, typeName, type Value} from './value.ts';

export function compileSource(source: string): Sure {
  const expression = parseExpression(source);
  const {single} = expression;
  return single === undefined ? located(source, compileText(expression)) : compileSure(single, source);
}

/** Limits of texts are found by the frame, which does not know the expression. */
export function located<R>(source: string, step: (frame: Frame) => R): (frame: Frame) => R {
  return (frame) => {
    try {
      return step(frame);
    } catch (error) {
      throw error instanceof JobwireError ? locate(error, {source, offset: 0}) : error;
    }
  };
}

/** A part of a text: literal text, or a node with what turns its result into text. */
export type Part = string | ((frame: Frame) => string);

export function compileText({source, parts}: Expression): (frame: Frame) => string {
  return joinParts(parts.map((part) => (typeof part === 'string' ? part : compilePlain(part, source))));
}

/** Errors: JW2108 when the text becomes too long. */
export function joinParts(parts: readonly Part[]): (frame: Frame) => string {
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'string') return () => only;
  return (frame) => {
    let text = '';
    for (const part of parts) {
      text += typeof part === 'string' ? part : part(frame);
      frame.room(text.length);
    }
    return frame.made(text);
  };
}

/** Errors: JW2102 for what has no text. */
function compilePlain(node: Node, source: string): (frame: Frame) => string {
  const step = compileSure(node, source);
  return (frame) => {
    const value = step(frame);
    return typeof value === 'string' ? value : (plainText(value) ?? refuseText(node, source, value));
  };
}

export function refuseText(node: Node, source: string, value: unknown): never {
  throw notText(node, source, value as Value);
}

function notText(node: Node, source: string, value: Value): ExpressionError {
  return failAt({source, offset: node.at}, 'JW2102', {path: nodeName(node), type: typeName(value)});
}

/** How a message calls a part. */
export function nodeName(node: Node): string {
  if (node.kind === 'path') return node.text;
  return node.kind === 'call' ? `the result of ${node.helper}` : String(node.value);
}
