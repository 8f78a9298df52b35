/** Expression strings: one expression keeps its type, anything else is text; query language needs its encoder. */
import {JobwireError} from '../errors/jobwire-error.ts';
import {spell} from './check-facts.ts';
import {fitTyped} from './check-fit.ts';
import {hasNull, isSecret, typeNode, withoutNull} from './check-node.ts';
import {type Dialect, report, type Scene, type Typed, trying} from './check-scene.ts';
import {type Expression, ExpressionError, type Node, parseExpression} from './parse.ts';
import {alternativesOf, choicesOf, describe, type Type} from './types.ts';

export function typeString(source: string, outer: Scene, expect: Type | undefined): Typed {
  const scene = expect !== undefined && isSecret(expect, outer) ? {...outer, secrets: true} : outer;
  const expression = parseReported(source, scene);
  if (!expression) return {type: true};
  for (const part of expression.parts) if (typeof part === 'object') checkEncoder(part, scene);
  if (expression.single) {
    const typed = typeNode(expression.single, scene, false);
    fitTyped(typed, expect, scene, expression.single.at);
    return typed;
  }
  for (const part of expression.parts) if (typeof part === 'object') checkPart(part, scene);
  const typed: Typed = {type: {type: 'string'}};
  fitTyped(typed, expect, scene, 0);
  return typed;
}

function parseReported(source: string, scene: Scene): Expression | undefined {
  try {
    return parseExpression(source);
  } catch (error) {
    if (!(error instanceof JobwireError)) throw error;
    const {suggestions} = error.extra;
    report(scene, {
      code: error.jobwireCode,
      facts: {},
      detail: error.message,
      ...(error instanceof ExpressionError && {offset: error.offset}),
      ...(suggestions && {suggestions: [...suggestions]}),
    });
    return undefined;
  }
}

const textual = new Set(['string', 'number', 'integer', 'boolean', 'any']);

/** A part of a text is text, a number or true or false, and it is there. */
function checkPart(part: Node, scene: Scene): void {
  const {resolve} = scene.place;
  const {type, omit} = typeNode(part, scene, false);
  if (omit || hasNull(type, scene)) report(scene, {code: 'JW2006', facts: {path: spell(part)}, offset: part.at});
  const wrong = alternativesOf(withoutNull(type, scene), resolve).filter(({word}) => !textual.has(word));
  if (wrong.length > 0)
    report(scene, {code: 'JW2102', facts: {path: spell(part), type: describe(type, resolve)}, offset: part.at});
}

const encoders: Readonly<Record<Dialect, string>> = {
  odata: 'odata',
  soql: 'soql',
  jql: 'jql',
  servicenow: 'snquery', // a word of the language, not of a product
};

function checkEncoder(part: Node, scene: Scene): void {
  const {dialect} = scene;
  if (dialect === undefined || isEncoded(part, scene, dialect)) return;
  report(scene, {code: 'JW2011', facts: {dialect, encoder: encoders[dialect]}, offset: part.at});
}

/** Arguments that may become the result, for helpers that hand one of them on. */
const handsOn: Readonly<Record<string, (args: readonly Node[]) => readonly Node[]>> = {
  default: (args) => args,
  optional: (args) => args,
  nonEmpty: (args) => args,
  concat: (args) => args,
  if: (args) => args.slice(1),
};

function isEncoded(node: Node, scene: Scene, dialect: Dialect): boolean {
  if (node.kind === 'literal') return true;
  if (node.kind === 'call') {
    if (node.helper === encoders[dialect]) return true;
    const inner = Object.hasOwn(handsOn, node.helper) ? handsOn[node.helper] : undefined;
    if (inner) return inner(node.args).every((arg) => isEncoded(arg, scene, dialect));
  }
  return isHarmless(typeNode(node, trying(scene), true).type, scene, dialect);
}

const harmlessFormats = new Set<unknown>(['uuid', 'date', 'date-time']);

/** Numbers, choices and fixed formats cannot break out of a query; marked text is query language itself. */
function isHarmless(type: Type, scene: Scene, dialect: Dialect): boolean {
  return alternativesOf(type, scene.place.resolve).every(({word, schema}) => {
    if (word === 'number' || word === 'integer' || word === 'boolean' || word === 'null') return true;
    if (word !== 'string') return false;
    return (
      choicesOf(schema) !== undefined ||
      harmlessFormats.has(schema['format']) ||
      schema['x-jobwire-dialect'] === dialect
    );
  });
}
