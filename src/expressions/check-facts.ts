/** What a test tells once it is known to hold or not to hold. Must never guess: what does not follow is not a fact. */
import type {Scene} from './check-scene.ts';
import type {Node} from './node.ts';
import {writePath} from './node.ts';
import {isExpression, parseExpression} from './parse.ts';

/** One spelling for each expression, so that equal tests are found equal. */
export function spell(node: Node): string {
  if (node.kind === 'literal') return JSON.stringify(node.value);
  if (node.kind === 'path') return writePath(node.segments);
  return `${node.helper}(${node.args.map(spell).join(',')})`;
}

export function presence(segments: readonly string[]): string {
  return `has(${writePath(segments)})`;
}

/** Facts that follow when the test gives `truth`. */
export function factsOf(node: Node, truth: boolean): string[] {
  if (node.kind !== 'call') return [mark(spell(node), truth)];
  const {helper, args} = node;
  const all = (value: boolean) => args.flatMap((arg) => factsOf(arg, value));
  if (helper === 'not') return all(!truth);
  if (helper === 'and') return truth ? all(true) : args.length === 1 ? all(false) : [mark(spell(node), false)];
  if (helper === 'or') return truth ? (args.length === 1 ? all(true) : [mark(spell(node), true)]) : all(false);
  if (helper === 'has')
    return args.flatMap((arg) => (truth ? presentPaths(arg) : [mark(spell(node), false), ...absentPath(arg)]));
  return [mark(spell(node), truth)];
}

function mark(text: string, truth: boolean): string {
  return truth ? text : `!${text}`;
}

const answersAbsent = new Set(['has', 'default', 'optional', 'if', 'and', 'or', 'list']);

/** A present result means that every argument was present, and so was each step of its path. */
function presentPaths(node: Node): string[] {
  if (node.kind === 'path') return node.segments.map((_, i) => presence(node.segments.slice(0, i + 1)));
  if (node.kind === 'literal' || answersAbsent.has(node.helper))
    return [spell({kind: 'call', helper: 'has', args: [node], at: 0})];
  return node.args.flatMap(presentPaths);
}

function absentPath(node: Node): string[] {
  return node.kind === 'path' ? [`!${presence(node.segments)}`] : [];
}

/** The scene with more known, and with what follows from it: a step that is there ran because its test held. */
export function knowing(scene: Scene, facts: Iterable<string>): Scene {
  return {...scene, facts: closure(scene.place.conditions ?? {}, [...scene.facts, ...facts])};
}

export function closure(conditions: Readonly<Record<string, unknown>>, facts: readonly string[]): ReadonlySet<string> {
  const known = new Set(facts);
  for (const [path, test] of Object.entries(conditions).reverse())
    if (known.has(`has(${path})`)) for (const fact of factsOfValue(test, true)) known.add(fact);
  return known;
}

/** Facts of a test as it stands in a manifest. */
export function factsOfValue(test: unknown, truth: boolean): string[] {
  const node = nodeOf(test);
  return node ? factsOf(node, truth) : [mark(JSON.stringify(test), truth)];
}

/** The one expression of a test; undefined for anything else, also for one that does not parse. */
export function nodeOf(test: unknown): Node | undefined {
  if (typeof test !== 'string' || !isExpression(test)) return undefined;
  try {
    return parseExpression(test).single;
  } catch {
    return undefined;
  }
}

/** Whether the facts of the scene prove the test. */
export function implies(scene: Scene, test: unknown): boolean {
  const node = nodeOf(test);
  return node ? proves(scene, node, true) : scene.facts.has(JSON.stringify(test));
}

function proves(scene: Scene, node: Node, truth: boolean): boolean {
  if (node.kind !== 'call') return scene.facts.has(mark(spell(node), truth));
  const {helper, args} = node;
  const every = (value: boolean) => args.every((arg) => proves(scene, arg, value));
  const some = (value: boolean) => args.some((arg) => proves(scene, arg, value));
  if (scene.facts.has(mark(spell(node), truth))) return true;
  if (helper === 'not') return every(!truth);
  if (helper === 'and') return truth ? every(true) : some(false);
  if (helper === 'or') return truth ? some(true) : every(false);
  const [arg] = args;
  return helper === 'has' && truth && arg?.kind === 'path' && isPresent(scene, arg.segments);
}

/** Whether a path is known to be there. */
export function isPresent(scene: Scene, segments: readonly string[]): boolean {
  if (scene.facts.has(presence(segments))) return true;
  const {conditions = {}} = scene.place;
  const path = writePath(segments);
  return Object.hasOwn(conditions, path) && implies(scene, conditions[path]);
}

/** Whether a path is known to be absent. */
export function isAbsent(scene: Scene, segments: readonly string[]): boolean {
  return scene.facts.has(`!${presence(segments)}`);
}
