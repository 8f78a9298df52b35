/** The type of a helper call: how arguments are used, which facts hold for them, whether they fit the signature. */
import {factsOf, knowing, spell} from './check-facts.ts';
import {hasNull, typeNode, withoutNull} from './check-node.ts';
import {resultOf} from './check-results.ts';
import {report, type Scene, type Typed} from './check-scene.ts';
import {type Helper, type ParamType, paramType, paramWords} from './helper.ts';
import {helperOf} from './helpers.ts';
import type {CallNode, Node} from './node.ts';
import {alternativesOf, choicesOf, describe, type Type, type TypeWord, union} from './types.ts';

type Form = (node: CallNode, scene: Scene, lenient: boolean) => Typed;

/** Helpers that decide which arguments are evaluated, and what is known when they are. */
const forms: Readonly<Record<string, Form>> = {
  has({args: [arg]}, scene) {
    if (arg) typeNode(arg, scene, true);
    return {type: {type: 'boolean'}};
  },
  optional({args: [arg]}, scene) {
    const typed = arg ? typeNode(arg, scene, true) : {type: true as const};
    return {type: withoutNull(typed.type, scene), omit: true};
  },
  default({args}, scene, lenient) {
    const types: Type[] = [];
    let known = scene;
    for (const arg of args.slice(0, -1)) {
      types.push(withoutNull(typeNode(arg, known, true).type, scene));
      known = knowing(known, factsOf({kind: 'call', helper: 'has', args: [arg], at: arg.at}, false));
    }
    const last = args.at(-1);
    const typed = last ? typeNode(last, known, lenient) : {type: true as const};
    return {...typed, type: union([...types, typed.type])};
  },
  if({args: [test, whenTrue, whenFalse]}, scene, lenient) {
    if (!test || !whenTrue || !whenFalse) return {type: true};
    requireBoolean(test, scene, lenient);
    const yes = typeNode(whenTrue, knowing(scene, factsOf(test, true)), lenient);
    const no = typeNode(whenFalse, knowing(scene, factsOf(test, false)), lenient);
    const missing = yes.missing ?? no.missing;
    return {
      type: union([yes.type, no.type]),
      ...(missing !== undefined && {missing}),
      ...((yes.omit || no.omit) && {omit: true}),
    };
  },
  and: (node, scene, lenient) => untilFirst(node, scene, {lenient, goesOn: true}),
  or: (node, scene, lenient) => untilFirst(node, scene, {lenient, goesOn: false}),
};

/** Later arguments are evaluated only when the earlier ones gave `goesOn`. */
function untilFirst({args}: CallNode, scene: Scene, {lenient, goesOn}: {lenient: boolean; goesOn: boolean}): Typed {
  let known = scene;
  for (const arg of args) {
    requireBoolean(arg, known, lenient);
    known = knowing(known, factsOf(arg, goesOn));
  }
  return {type: {type: 'boolean'}};
}

function requireBoolean(arg: Node, scene: Scene, lenient: boolean): void {
  const {type} = typeNode(arg, scene, lenient);
  const words = alternativesOf(type, scene.place.resolve).map(({word}) => word);
  if (words.some((word) => word === 'boolean' || word === 'any')) return;
  report(scene, {
    code: 'JW2008',
    facts: {
      helper: 'a test',
      problem: `takes true or false, gets ${describe(type, scene.place.resolve)}`,
      signature: 'eq, has, gt, …',
    },
    offset: arg.at,
  });
}

export function typeCall(node: CallNode, scene: Scene, lenient: boolean): Typed {
  const form = Object.hasOwn(forms, node.helper) ? forms[node.helper] : undefined;
  if (form) return form(node, scene, lenient);
  const helper = helperOf(node.helper);
  if (!helper) return {type: true};
  const args = node.args.map((_arg, i) => typeArgument({node, helper, index: i}, scene, lenient));
  const missing = args.find((arg) => arg.missing !== undefined)?.missing;
  if (node.helper === 'eq' || node.helper === 'in') compare(node, args, scene);
  return {type: resultOf(node, helper, args, scene), ...(lenient && missing !== undefined && {missing})};
}

interface Argument {
  readonly node: CallNode;
  readonly helper: Helper;
  readonly index: number;
}

function typeArgument({node, helper, index}: Argument, scene: Scene, lenient: boolean): Typed {
  const arg = node.args[index] as Node;
  const typed = typeNode(arg, scene, lenient);
  const param = paramType(helper, index) ?? 'any';
  const tolerant = param === 'any' || helper.takesAbsent === true;
  if (!lenient && !helper.takesAbsent && (typed.omit || (!tolerant && hasNull(typed.type, scene))))
    report(scene, {code: 'JW2006', facts: {path: spell(arg)}, offset: arg.at});
  if (!accepts(param, withoutNull(typed.type, scene), scene))
    report(scene, {
      code: 'JW2008',
      facts: {
        helper: node.helper,
        problem: `takes ${paramWords[param]}, gets ${describe(typed.type, scene.place.resolve)}`,
        signature: helper.signature,
      },
      offset: arg.at,
    });
  return typed;
}

const taken: Readonly<Record<ParamType, readonly TypeWord[] | undefined>> = {
  any: undefined,
  text: ['string'],
  number: ['number', 'integer'],
  boolean: ['boolean'],
  list: ['array'],
  object: ['object'],
  'list-or-object': ['array', 'object'],
  'text-list-or-object': ['string', 'array', 'object'],
  ordered: ['string', 'number', 'integer'],
  scalar: ['string', 'number', 'integer', 'boolean'],
  key: ['string', 'number', 'integer'],
  'text-or-bytes': ['string'],
  pattern: ['string'],
  'date-format': ['string'],
  charset: ['string'],
  duration: ['string'],
};

/** Some alternative must do; what only data can tell is left to the run. */
function accepts(param: ParamType, type: Type, scene: Scene): boolean {
  const words = taken[param];
  return (
    words === undefined ||
    alternativesOf(type, scene.place.resolve).some(({word}) => word === 'any' || words.includes(word))
  );
}

/** A comparison of values that can never be the same (JW2009). */
function compare(node: CallNode, [left, right]: readonly Typed[], scene: Scene): void {
  if (!left || !right) return;
  const {resolve} = scene.place;
  const other = node.helper === 'in' ? itemTypes(right.type, scene) : right.type;
  if (other === undefined || overlaps(left.type, other, scene)) return;
  report(scene, {
    code: 'JW2009',
    facts: {problem: `${describe(left.type, resolve)} is never ${describe(other, resolve)}`},
    offset: node.at,
  });
}

function itemTypes(type: Type, scene: Scene): Type | undefined {
  const lists = alternativesOf(type, scene.place.resolve);
  if (lists.some(({word, schema}) => word !== 'array' || schema['items'] === undefined)) return undefined;
  return union(lists.map(({schema}) => schema['items'] as Type));
}

function overlaps(a: Type, b: Type, scene: Scene): boolean {
  const {resolve} = scene.place;
  const others = alternativesOf(b, resolve);
  return alternativesOf(a, resolve).some((one) =>
    others.some((two) => {
      if (one.word === 'any' || two.word === 'any') return true;
      const numeric = (word: TypeWord) => word === 'number' || word === 'integer';
      if (one.word !== two.word && !(numeric(one.word) && numeric(two.word))) return false;
      const [first, second] = [choicesOf(one.schema), choicesOf(two.schema)];
      return !first || !second || first.some((choice) => second.includes(choice)) || typeof first[0] === 'object';
    }),
  );
}
