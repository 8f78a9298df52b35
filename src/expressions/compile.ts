/** Nodes become closures, once: own properties only, every use of an absent value refused. Must never build code from text. */
import {JobwireError, nearest} from '../errors/jobwire-error.ts';
import {type ExpressionError, failAt, locate, type Spot} from './expression-error.ts';
import {exhausted, type Frame} from './frame.ts';
import {accepts, type Called, type FormTools, paramType, paramWords, type Result, type Step} from './helper.ts';
import {type Helper, helperOf} from './helpers.ts';
import {type CallNode, type Node, type PathNode, writePath} from './node.ts';
import {isAbsent, isMap, OMIT, typeName, type Value} from './value.ts';

/** A step whose value is there: it throws instead of giving undefined. */
export type Sure = (frame: Frame) => Value | typeof OMIT;

/** In lenient places what is missing is undefined instead of an error (language reference, 2.3). */
export function compileNode(node: Node, source: string, lenient: boolean): Step {
  if (node.kind === 'literal') return () => node.value;
  return node.kind === 'path' ? compilePath(node, source, lenient) : compileCall(node, source, lenient);
}

/** Errors: JW2101 where the node yields nothing. */
export function compileSure(node: Node, source: string): Sure {
  const step = compileNode(node, source, false);
  if (node.kind !== 'call') return step as Sure;
  return (frame) => {
    const value = step(frame);
    if (value === undefined) throw missing(node, source, {value, frame});
    return value;
  };
}

function compilePath(node: PathNode, source: string, lenient: boolean): Step {
  const [root, ...rest] = node.segments as [string, ...string[]];
  const depth = rest.length;
  return (frame) => {
    if (--frame.units < 0) throw locate(exhausted(), {source, offset: node.at});
    let here = readRoot(root, frame);
    for (let i = 0; i < depth && here !== undefined; i++) here = readSegment(here, rest[i] as string);
    if (here === undefined && !lenient) throw notThere(node, source, frame);
    return here as Result;
  };
}

function readRoot(root: string, frame: Frame): unknown {
  for (let local = frame.locals; local !== undefined; local = local.outer) if (local.name === root) return local.value;
  return Object.hasOwn(frame.scope, root) ? frame.scope[root] : undefined;
}

const index = /^(?:0|[1-9]\d*)$/;

/** The hot path: nearly everything read is an ordinary object, so that is asked first. */
function readSegment(here: unknown, segment: string): unknown {
  if (typeof here !== 'object' || here === null) return undefined;
  if (Object.getPrototypeOf(here) === Object.prototype || isMap(here))
    return Object.hasOwn(here, segment) ? (here as Readonly<Record<string, unknown>>)[segment] : undefined;
  return Array.isArray(here) && index.test(segment) ? here[Number(segment)] : undefined;
}

/** Walks again to say at which segment the path ends, and what is there instead. */
function notThere(node: PathNode, source: string, frame: Frame): ExpressionError {
  const {segments} = node;
  let here = readRoot(segments[0] as string, frame);
  let depth = 1;
  let names = here === undefined ? rootNames(frame) : [];
  while (here !== undefined && depth < segments.length) {
    names = isMap(here) ? Object.keys(here) : [];
    here = readSegment(here, segments[depth] as string);
    depth++;
  }
  const path = writePath(segments.slice(0, depth));
  const suggestions = suggest(segments[depth - 1] as string, names);
  return failAt({source, offset: node.at}, 'JW2101', {path}, {suggestions, ...helperHint(segments)});
}

/** Names come from data here, so only as many and as long ones are compared as a person would write. */
function suggest(name: string, names: readonly string[]): string[] {
  return name.length > 64
    ? []
    : nearest(
        name,
        names.slice(0, 1000).filter((other) => other.length <= 100),
      );
}

/** `{{uuid}}` reads a root; a helper is called with arguments. */
function helperHint(segments: readonly string[]): {hint?: string} {
  const helper = segments.length === 1 ? helperOf(segments[0] as string) : undefined;
  return helper === undefined ? {} : {hint: `the helper is called with arguments: ${helper.signature}`};
}

function rootNames(frame: Frame): string[] {
  const names = Object.keys(frame.scope);
  for (let local = frame.locals; local !== undefined; local = local.outer) names.push(local.name);
  return names;
}

/** The error of a node that yields nothing, or null where null is not taken. */
function missing(node: Node, source: string, {value, frame}: {value: Result; frame: Frame}): ExpressionError {
  const why = value === null ? 'it is null' : (frame.why ?? 'it is absent');
  const path = node.kind === 'path' ? node.text : node.kind === 'call' ? `value of ${node.helper}` : 'value';
  return failAt({source, offset: node.at}, 'JW2101', {path: `${path}: ${why}`});
}

function compileCall(node: CallNode, source: string, lenient: boolean): Step {
  const helper = helperOf(node.helper);
  if (helper === undefined) throw failAt({source, offset: node.at}, 'JW2002', {name: node.helper});
  const refuse = (i: number, value: Result, frame: Frame): never =>
    refuseArgument({node, helper, source}, i, {value, frame});
  if ('form' in helper) {
    const tools: FormTools = {lenient, compile: (arg, soft) => compileNode(arg, source, soft), refuse};
    return spending(helper.form(node.args, tools), costOf(node), {source, offset: node.at});
  }
  return callStep({node, helper, source, lenient, refuse});
}

function spending(step: Step, cost: number, spot: Spot): Step {
  return (frame) => {
    frame.units -= cost;
    if (frame.units < 0) throw locate(exhausted(), spot);
    return step(frame);
  };
}

/** A call pays for itself and its literals; everything else in it pays for itself. */
function costOf({args}: CallNode): number {
  return 1 + args.filter(({kind}) => kind === 'literal').length;
}

interface Call {
  readonly node: CallNode;
  readonly helper: Called;
  readonly source: string;
  readonly lenient: boolean;
  refuse(index: number, value: Result, frame: Frame): never;
}

function callStep({node, helper, source, lenient, refuse}: Call): Step {
  const steps = node.args.map((arg) => compileNode(arg, source, lenient));
  const checks = node.args.map((_, i) => accepts[paramType(helper, i) ?? 'any']);
  const count = steps.length;
  const spot: Spot = {source, offset: node.at};
  const cost = costOf(node);
  return (frame) => {
    frame.units -= cost;
    if (frame.units < 0) throw locate(exhausted(), spot);
    const args: Value[] = [];
    for (let i = 0; i < count; i++) {
      const value = (steps[i] as Step)(frame);
      if (value === undefined || value === OMIT) {
        if (helper.takesAbsent) continue;
        if (lenient) return undefined;
        refuse(i, value, frame);
      } else if ((checks[i] as (value: Value) => boolean)(value)) args.push(value);
      else if (value === null && lenient) return undefined;
      else refuse(i, value, frame);
    }
    return run(helper, args, {frame, spot});
  };
}

/** Reading a long text is paid for like making one. */
function run(helper: Called, args: readonly Value[], {frame, spot}: {frame: Frame; spot: Spot}): Result {
  try {
    for (const arg of args)
      if ((typeof arg === 'string' || arg instanceof Uint8Array) && arg.length >= 1024) frame.spend(arg.length >>> 10);
    const result = helper.call(args, frame);
    return typeof result === 'string' ? frame.made(result) : result;
  } catch (error) {
    throw error instanceof JobwireError ? locate(error, spot) : error;
  }
}

function refuseArgument(
  {node, helper, source}: {node: CallNode; helper: Helper; source: string},
  i: number,
  {value, frame}: {value: Result; frame: Frame},
): never {
  const arg = node.args[i] as Node;
  if (isAbsent(value)) throw missing(arg, source, {value, frame});
  const name = arg.kind === 'path' ? arg.text : `argument ${i + 1}`;
  const wanted = paramWords[paramType(helper, i) ?? 'any'];
  const problem = `${name} is ${typeName(value)}, it takes ${wanted}`;
  throw failAt({source, offset: arg.at}, 'JW2008', {helper: node.helper, problem, signature: helper.signature});
}
