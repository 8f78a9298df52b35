/** Result types that depend on the arguments; all other helpers have the type their row says. */
import type {Scene, Typed} from './check-scene.ts';
import type {Helper, ResultType} from './helper.ts';
import type {CallNode} from './node.ts';
import {alternativesOf, itemsOf, memberOf, type Type, union} from './types.ts';

type Result = (args: readonly Typed[], node: CallNode, scene: Scene) => Type;

const types: Readonly<Record<ResultType, Type>> = {
  any: true,
  text: {type: 'string'},
  number: {type: 'number'},
  integer: {type: 'integer'},
  boolean: {type: 'boolean'},
  list: {type: 'array'},
  'text-list': {type: 'array', items: {type: 'string'}},
};

export function resultOf(node: CallNode, helper: Helper, args: readonly Typed[], scene: Scene): Type {
  const own = Object.hasOwn(results, node.helper) ? results[node.helper] : undefined;
  return own ? own(args, node, scene) : types[helper.result];
}

const first: Result = ([arg]) => arg?.type ?? true;
const item: Result = ([list], _node, {place}) => (list ? itemsOf(list.type, place.resolve) : true);

const results: Readonly<Record<string, Result>> = {
  nonEmpty: first,
  where: first,
  first: item,
  last: item,
  find: item,
  list(args, _node, {place}) {
    const [only] = args;
    if (args.length !== 1 || !only)
      return {type: 'array', ...(args.length > 0 && {items: union(args.map(({type}) => type))})};
    const parts = alternativesOf(only.type, place.resolve).map(({word, schema}): Type => {
      if (word === 'array') return {...schema, type: 'array'};
      return word === 'any' || word === 'null' ? {type: 'array'} : {type: 'array', items: {...schema, type: word}};
    });
    return union(parts);
  },
  get: ([holder], node, scene) => under(holder?.type ?? true, node, scene),
  pluck(args, node, scene) {
    const items = item(args, node, scene);
    return {type: 'array', items: under(items, node, scene)};
  },
  add: integers,
  subtract: integers,
  uuid: () => ({type: 'string', format: 'uuid'}),
  shift: () => ({type: 'string', format: 'date-time'}),
  type: () => ({enum: ['null', 'boolean', 'number', 'string', 'array', 'object']}),
  date(_args, {args: [, to]}) {
    const word = to?.kind === 'literal' ? to.value : undefined;
    if (word === 'unix' || word === 'unix-ms') return {type: 'integer'};
    return word === 'iso' ? {type: 'string', format: 'date-time'} : typeof word === 'string' ? {type: 'string'} : true;
  },
};

/** The member a literal key means; anything when the key is computed. */
function under(type: Type, {args: [, key]}: CallNode, {place}: Scene): Type {
  if (key?.kind !== 'literal') return true;
  const member = memberOf(type, String(key.value), place.resolve);
  return member.found ? member.type : true;
}

/** Whole numbers stay whole. */
function integers(args: readonly Typed[], _node: CallNode, {place}: Scene): Type {
  const whole = args.every(({type}) => alternativesOf(type, place.resolve).every(({word}) => word !== 'number'));
  return {type: whole ? 'integer' : 'number'};
}
