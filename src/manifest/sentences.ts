/** Words for what JSON Schema refuses. Must never print a whole value: it may be large, or a secret. */
import type {ErrorObject} from 'ajv';
import {ExactNumber, type Json} from '../values/json.ts';

/** The JSON type of a value, with its article. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof ExactNumber || typeof value === 'number') return 'a number';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : 'true or false';
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

/** "text or a number" for the type keyword of a schema. */
export function typeWords(type: unknown): string {
  const list = Array.isArray(type) ? type : [type];
  return orList(list.map((word) => words[String(word)] ?? String(word)));
}

export function orList(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
}

const shown = 12;

/** Allowed values of an enum, at most twelve. */
export function listed(values: readonly unknown[]): string {
  const texts = values.slice(0, shown).map((value) => JSON.stringify(value));
  return values.length > shown ? `${texts.join(', ')}, …` : orList(texts);
}

/** "/do/0/input" as "do[0].input"; the whole document is "the value". */
export function pathOf(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  if (parts.length === 0) return 'the value';
  return parts
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}

type Say = (error: ErrorObject) => string;

const sayings: Readonly<Record<string, Say>> = {
  type: ({schema, data}) => `must be ${typeWords(schema)}, it is ${typeName(data)}`,
  required: ({params}) => `lacks ${JSON.stringify(params['missingProperty'])}`,
  dependentRequired: ({params}) => `lacks ${JSON.stringify(params['missingProperty'])}`,
  additionalProperties: ({params}) => `has no key ${JSON.stringify(params['additionalProperty'])}`,
  unevaluatedProperties: ({params}) => `has no key ${JSON.stringify(params['unevaluatedProperty'])}`,
  enum: ({schema}) => `must be ${listed(schema as Json[])}`,
  const: ({schema}) => `must be ${JSON.stringify(schema)}`,
  pattern: ({schema}) => `must match the pattern ${String(schema)}`,
  format: ({schema}) => `must be a ${String(schema)}`,
  minLength: ({schema}) => (schema === 1 ? 'must not be empty' : `must have at least ${schema} characters`),
  maxLength: ({schema}) => `must have at most ${schema} characters`,
  minItems: ({schema}) => (schema === 1 ? 'must not be empty' : `must have at least ${schema} items`),
  maxItems: ({schema}) => `must have at most ${schema} items`,
  uniqueItems: () => 'must not hold the same item twice',
  minimum: ({schema}) => `must be at least ${schema}`,
  maximum: ({schema}) => `must be at most ${schema}`,
  exclusiveMinimum: ({schema}) => `must be more than ${schema}`,
  exclusiveMaximum: ({schema}) => `must be less than ${schema}`,
  multipleOf: ({schema}) => `must be a multiple of ${schema}`,
  propertyNames: ({params}) => `may not have the key ${JSON.stringify(params['propertyName'])}`,
  anyOf: () => 'fits none of the allowed forms',
  oneOf: ({params}) =>
    params['passingSchemas'] ? 'fits more than one of the allowed forms' : 'fits none of the allowed forms',
  not: () => 'is not allowed',
  'false schema': () => 'is not allowed',
};

/** What is wrong, as the end of a sentence that begins with the path. */
export function sentence(error: ErrorObject): string {
  return sayings[error.keyword]?.(error) ?? error.message ?? 'does not fit';
}
