/** Visits every schema inside a schema. Must never follow a reference. */
import {escapePointer, isObject} from '../values/json.ts';

export interface SchemaVisit {
  readonly schema: {readonly [keyword: string]: unknown};
  readonly pointer: string;
  readonly depth: number;
  /** Keyword that led here, and the name under it. */
  readonly under?: string;
  readonly name?: string;
}

const one = ['additionalProperties', 'propertyNames', 'items', 'not', 'if', 'then', 'else'];
const many = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
/** Sections that hold schemas by name. */
const named = ['properties'];

export function visitSchemas(schema: unknown, pointer: string, visit: (at: SchemaVisit) => void): void {
  walk({schema, pointer, depth: 1}, visit);
}

/** Far beyond what is allowed, and far below what would overflow the stack. */
const deepest = 100;

function walk(at: Omit<SchemaVisit, 'schema'> & {schema: unknown}, visit: (at: SchemaVisit) => void): void {
  const {schema, pointer, depth} = at;
  if (!isObject(schema) || depth > deepest) return;
  visit({...at, schema});
  const inner = (value: unknown, path: string, under: string, name?: string) =>
    walk(
      {schema: value, pointer: `${pointer}/${path}`, depth: depth + 1, under, ...(name !== undefined && {name})},
      visit,
    );
  for (const keyword of one) if (schema[keyword] !== undefined) inner(schema[keyword], keyword, keyword);
  for (const keyword of many) {
    const list = schema[keyword];
    if (Array.isArray(list)) for (const [i, item] of list.entries()) inner(item, `${keyword}/${i}`, keyword);
  }
  for (const keyword of named) {
    const map = schema[keyword];
    if (isObject(map))
      for (const [name, item] of Object.entries(map)) inner(item, `${keyword}/${escapePointer(name)}`, keyword, name);
  }
}
