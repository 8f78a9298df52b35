/** The paths below the roots of a place, as the check knows them. Must never look at data. */
import {writePath} from '../expressions/node.ts';
import {alternativesOf, propertiesOf, type Resolve, type Type, typeOf, union} from '../expressions/types.ts';

export interface KnownPath {
  /** As it is written in an expression. */
  readonly path: string;
  readonly type: Type;
}

/** A list of thousands helps nobody; the shallow ones come first. */
const mostPaths = 400;
const deepest = 7;

export function pathsOf(roots: Readonly<Record<string, Type>>, resolve: Resolve): KnownPath[] {
  const found: KnownPath[] = [];
  let level = Object.entries(roots).map(([name, type]) => ({segments: [name], type}));
  for (let depth = 1; depth <= deepest && level.length > 0; depth++) {
    for (const {segments, type} of level) {
      if (found.length >= mostPaths) return found;
      found.push({path: writePath(segments), type});
    }
    level = level.flatMap(({segments, type}) =>
      membersOf(type, resolve).map(([name, member]) => ({segments: [...segments, name], type: member})),
    );
  }
  return found;
}

/** Names of every way the value may look as an object, each with all types it may have. */
function membersOf(type: Type, resolve: Resolve): [string, Type][] {
  const members = new Map<string, Type[]>();
  for (const {word, schema} of alternativesOf(type, resolve))
    if (word === 'object')
      for (const [name, property] of Object.entries(propertiesOf(schema)))
        members.set(name, [...(members.get(name) ?? []), typeOf(property)]);
  return [...members].map(([name, types]) => [name, union(types)]);
}
