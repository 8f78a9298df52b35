/** The type of an expression: paths walked through schemas, helper calls by their signatures. Must never evaluate. */
import {nearest} from '../errors/jobwire-error.ts';
import {typeCall} from './check-call.ts';
import {isAbsent, isPresent} from './check-facts.ts';
import {report, type Scene, type Typed} from './check-scene.ts';
import {type Node, type PathNode, writePath} from './node.ts';
import {
  alternativesOf,
  choicesOf,
  memberOf,
  names,
  propertiesOf,
  record,
  secretMark,
  type Type,
  union,
} from './types.ts';

/** In a lenient place a value that may be missing is an answer; elsewhere it is reported. */
export function typeNode(node: Node, scene: Scene, lenient: boolean): Typed {
  if (node.kind === 'literal') return {type: {const: node.value}};
  if (node.kind === 'call') return typeCall(node, scene, lenient);
  const typed = typePath(node, scene);
  if (!lenient && typed.missing !== undefined) {
    report(scene, {code: 'JW2006', facts: {path: typed.missing}, offset: node.at});
    return {type: typed.type};
  }
  return typed;
}

function typePath(node: PathNode, scene: Scene): Typed {
  const [root = '', ...segments] = node.segments;
  const {roots, place} = scene;
  if (!Object.hasOwn(roots, root)) {
    const known = Object.keys(roots).sort();
    report(scene, {
      code: 'JW2004',
      facts: {root, roots: known.join(', ') || 'none'},
      offset: node.at,
      suggestions: nearest(root, known),
    });
    return {type: true};
  }
  let type: Type = roots[root] ?? true;
  let missing: string | undefined;
  for (const [i, segment] of segments.entries()) {
    const before = node.segments.slice(0, i + 1);
    type = possible(type, before, scene);
    if (hasNull(type, scene) && !isPresent(scene, before)) missing ??= writePath(before);
    const member = memberOf(withoutNull(type, scene), segment, place.resolve);
    if (!member.found) {
      reportUnknown(node, i + 1, member.names, scene);
      return {type: true};
    }
    const here = node.segments.slice(0, i + 2);
    if (member.missing && !isPresent(scene, here) && !isDemanded(type, here, scene)) missing ??= writePath(here);
    type = isPresent(scene, here) ? withoutNull(member.type, scene) : member.type;
  }
  if (isSecret(type, scene) && !scene.secrets) report(scene, {code: 'JW2016', facts: {}, offset: node.at});
  return {type, ...(missing !== undefined && {missing})};
}

function reportUnknown(node: PathNode, index: number, known: readonly string[], scene: Scene): void {
  const segment = node.segments[index] ?? '';
  const near = nearest(segment, known);
  report(scene, {
    code: 'JW2005',
    facts: {path: writePath(node.segments.slice(0, index + 1))},
    offset: node.at,
    suggestions: near.length > 0 || known.length > 5 ? near : [...known],
  });
}

/** Without the alternatives that need something known to be absent. */
function possible(type: Type, path: readonly string[], scene: Scene): Type {
  const alternatives = alternativesOf(type, scene.place.resolve);
  if (alternatives.length < 2) return type;
  const left = alternatives.filter(
    ({schema}) => !names(schema['required']).some((name) => isAbsent(scene, [...path, name])),
  );
  if (left.length === alternatives.length || left.length === 0) return type;
  return union(left.map(({word, schema}) => (word === 'any' ? schema : {...schema, type: word})));
}

/** Whether a condition of the schema that is known to hold requires the member. */
function isDemanded(type: Type, path: readonly string[], scene: Scene): boolean {
  const holder = path.slice(0, -1);
  const name = path.at(-1) ?? '';
  return alternativesOf(type, scene.place.resolve).every(({schema}) => {
    const condition = record(record(schema['if'])['properties']);
    const tests = Object.entries(condition);
    const holds = tests.every(([key, value]) => {
      const choices = choicesOf(record(value));
      return (
        choices?.length === 1 && scene.facts.has(`eq(${writePath([...holder, key])},${JSON.stringify(choices[0])})`)
      );
    });
    return (
      names(schema['required']).includes(name) ||
      (tests.length > 0 && holds && names(record(schema['then'])['required']).includes(name))
    );
  });
}

export function hasNull(type: Type, scene: Scene): boolean {
  return alternativesOf(type, scene.place.resolve).some(({word}) => word === 'null');
}

export function withoutNull(type: Type, scene: Scene): Type {
  const alternatives = alternativesOf(type, scene.place.resolve);
  const left = alternatives.filter(({word}) => word !== 'null');
  if (left.length === alternatives.length) return type;
  return left.length === 0
    ? true
    : union(left.map(({word, schema}) => (word === 'any' ? schema : {...schema, type: word})));
}

/** A secret, or an object or list that holds one. */
export function isSecret(type: Type, scene: Scene, depth = 0): boolean {
  if (depth > 3) return false;
  return alternativesOf(type, scene.place.resolve).some(({schema}) => {
    if (schema[secretMark] === true) return true;
    return Object.values(propertiesOf(schema)).some(
      (property) => typeof property === 'object' && isSecret(property as Type, scene, depth + 1),
    );
  });
}
