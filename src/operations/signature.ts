/** The arguments one process takes, read from what the target declares, as a closed JSON Schema. Must never make up a type. */
import {asJobwireError, fail} from '../errors/jobwire-error.ts';
import {evaluate, evaluateJson, evaluateTest, evaluateText, OMIT, type Scope} from '../expressions/evaluate.ts';
import type {Signature} from '../generated/types.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {uncheckedType} from './coerce.ts';
import {dotnetSchema, vendorType} from './types-dotnet.ts';

/** Type tables of a connector, by name: vendor type to schema, `*` for all others. */
export type TypeTables = Readonly<Record<string, unknown>>;

/**
 * Closed object schema of the declared arguments; each property carries the vendor's type name. `scope` has root `item`.
 * Errors: JW3113 when the declaration cannot be read.
 */
export function buildSignature(signature: Signature, scope: Scope, tables: TypeTables = {}): JsonObject {
  try {
    return 'schema' in signature && signature.schema !== undefined
      ? readSchema(signature.schema, scope)
      : readDeclared(signature, scope, tables);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    if (error.jobwireCode === 'JW3113') throw error;
    throw fail(
      'JW3113',
      {problem: `the declared arguments cannot be read: ${error.message}`},
      {outcome: 'fail', cause: error},
    );
  }
}

function readSchema(value: unknown, scope: Scope): JsonObject {
  const schema = evaluateJson(value, scope);
  if (!isObject(schema))
    throw fail('JW3113', {problem: 'the schema of the arguments is not an object'}, {outcome: 'fail'});
  return schema;
}

function readDeclared(signature: Signature, scope: Scope, tables: TypeTables): JsonObject {
  const {declared, name, type, required, types} = signature as Declared;
  const list = evaluate(declared, scope);
  if (list !== OMIT && list !== null && !Array.isArray(list))
    throw fail('JW3113', {problem: 'the declared arguments are not a list'}, {outcome: 'fail'});
  const properties = new Map<string, Json>();
  const needed = new Set<string>();
  for (const arg of Array.isArray(list) ? list : []) {
    const inner = {...scope, arg};
    const key = evaluateText(name, inner);
    properties.set(key, schemaOfType(evaluateText(type, inner), tables, types));
    if (required !== undefined && evaluateTest(required, inner)) needed.add(key);
  }
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...needed],
    additionalProperties: false,
  };
}

interface Declared {
  readonly declared: unknown;
  readonly name: unknown;
  readonly type: unknown;
  readonly required?: unknown;
  readonly types: string;
}

function schemaOfType(type: string, tables: TypeTables, table: string): JsonObject {
  const schema = table === 'dotnet' ? dotnetSchema(type) : listed(tables, table, type);
  if (schema === undefined) return {[vendorType]: type, [uncheckedType]: true};
  return isObject(schema) ? {[vendorType]: type, ...schema} : {[vendorType]: type};
}

function listed(tables: TypeTables, table: string, type: string): Json | undefined {
  const rows = (Object.hasOwn(tables, table) ? tables[table] : undefined) as Json;
  return own(rows, type) ?? own(rows, '*');
}
