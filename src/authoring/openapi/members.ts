/** Properties of an object schema together with those of what it is composed of. */
import {isObject, own} from '../../values/json.ts';
import {child, type Definition, type Located} from './definition.ts';

export interface Members {
  readonly members: ReadonlyMap<string, Located>;
  readonly required: ReadonlySet<string>;
}

export function membersOf(schema: Located | undefined, definition: Definition): Members {
  const found = {members: new Map<string, Located>(), required: new Set<string>()};
  collect(schema, found, {definition, depth: 0});
  return found;
}

const deepest = 10;

function collect(
  from: Located | undefined,
  found: {members: Map<string, Located>; required: Set<string>},
  {definition, depth}: {definition: Definition; depth: number},
): void {
  if (!from || depth > deepest) return;
  const at = definition.follow(from);
  const properties = own(at.value, 'properties');
  const holder = child(at, 'properties');
  for (const name of isObject(properties) ? Object.keys(properties) : []) found.members.set(name, child(holder, name));
  const names = own(at.value, 'required');
  for (const name of Array.isArray(names) ? names : []) if (typeof name === 'string') found.required.add(name);
  const parts = own(at.value, 'allOf');
  for (const i of Array.isArray(parts) ? parts.keys() : [])
    collect(child(child(at, 'allOf'), i), found, {definition, depth: depth + 1});
}
