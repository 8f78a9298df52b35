/** Proposals laid over one file, each at its JSON pointer. Follows the file as it is now; a new row of a list is like the one before it. */
import {isObject, type Json, type JsonObject} from '../values/json.ts';

export interface Laid {
  readonly pointer: string;
  readonly schema: JsonObject;
}

interface Node {
  schema: JsonObject;
  readonly members: Map<string, Node>;
}

/** One schema of all proposals; the first one at a pointer counts. */
export function overlayOf(laid: readonly Laid[], value: Json): JsonObject {
  const root: Node = {schema: {}, members: new Map()};
  for (const {pointer, schema} of laid) {
    const node = pointer.split('/').slice(1).reduce(memberOf, root);
    if (Object.keys(node.schema).length === 0) node.schema = schema;
  }
  return schemaOf(root, value);
}

function memberOf(node: Node, raw: string): Node {
  const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
  const known = node.members.get(key);
  if (known) return known;
  const made: Node = {schema: {}, members: new Map()};
  node.members.set(key, made);
  return made;
}

function schemaOf({schema, members}: Node, value: Json | undefined): JsonObject {
  if (members.size === 0) return schema;
  if (Array.isArray(value)) return {...schema, ...rowsOf(members, value)};
  const entries = [...members].map(([key, member]): [string, Json] => [key, schemaOf(member, childOf(value, key))]);
  const own = isObject(schema['properties']) ? schema['properties'] : {};
  return {...schema, properties: {...own, ...Object.fromEntries(entries)}};
}

function childOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The last row knows most: what the rows above it give. */
function rowsOf(members: ReadonlyMap<string, Node>, rows: readonly Json[]): JsonObject {
  const schemas = rows.map((row, i) => {
    const member = members.get(String(i));
    return member ? schemaOf(member, row) : {};
  });
  return {prefixItems: schemas, items: schemas.at(-1) ?? {}};
}
