/** Which JSON Schema type a value has; numbers with exact digits count as numbers. */
import {ExactNumber, isObject, type Json} from '../values/json.ts';

/** Whether the value has the type, or one of the types. */
export function fitsType(value: Json, type: unknown): boolean {
  const types = Array.isArray(type) ? type : [type];
  return types.some((word) => fitsWord(value, String(word)));
}

function fitsWord(value: Json, word: string): boolean {
  if (word === 'null') return value === null;
  if (word === 'array') return Array.isArray(value);
  if (word === 'object') return isObject(value);
  if (word === 'number') return typeof value === 'number' || value instanceof ExactNumber;
  if (word === 'integer')
    return Number.isInteger(value) || (value instanceof ExactNumber && /^-?\d+$/.test(value.text));
  return typeof value === word;
}
