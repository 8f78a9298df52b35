/** One scalar into the type its schema asks for, losing nothing. Must never give back a value that means something else. */
import {type Json, own, sameJson} from '../values/json.ts';
import {isDateTime, toUtc} from './date-times.ts';
import {compareNumbers, fitsNumberFormat, integerOf, isNumeric, isWhole, type Numeric, numberOf} from './digits.ts';

export type TypeWord = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null';

interface TypeRule {
  readonly is: (value: Json) => boolean;
  /** Candidates for a value of another type; the schema is checked afterwards. */
  readonly from: (value: Json, schema: Json) => Json | undefined;
}

const never = () => undefined;

export const typeRules: Readonly<Record<TypeWord, TypeRule>> = {
  string: {is: (value) => typeof value === 'string', from: toText},
  integer: {
    is: (value) => isNumeric(value) && isWhole(value),
    from: (value) => (typeof value === 'string' ? integerOf(value) : undefined),
  },
  number: {is: isNumeric, from: (value) => (typeof value === 'string' ? numberOf(value) : undefined)},
  boolean: {is: (value) => typeof value === 'boolean', from: toBoolean},
  array: {is: Array.isArray, from: never},
  object: {
    is: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumeric(value),
    from: never,
  },
  null: {is: (value) => value === null, from: never},
};

export function isTypeWord(word: unknown): word is TypeWord {
  return typeof word === 'string' && Object.hasOwn(typeRules, word);
}

/** A number or boolean as its JSON text; a time with an offset where the schema wants UTC. A format takes no numbers. */
function toText(value: Json, schema: Json): Json | undefined {
  if (typeof value === 'string') return wantsUtc(schema) ? toUtc(value) : undefined;
  if (own(schema, 'format') !== undefined) return undefined;
  return isNumeric(value) || typeof value === 'boolean' ? String(value) : undefined;
}

function toBoolean(value: Json): boolean | undefined {
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** `pattern: Z$` on a date-time is how a type table says that it is sent in UTC. */
function wantsUtc(schema: Json): boolean {
  return own(schema, 'format') === 'date-time' && own(schema, 'pattern') === 'Z$';
}

const textFormats: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['date-time', isDateTime],
  ['uuid', (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)],
  ['time-span', (text: string) => /^-?(\d{1,8}\.)?([01]?\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?$/.test(text)],
]);

/** Whether a value keeps to the limits of its schema (not its type): enum, const, format, bounds, lengths. */
export function keepsLimits(value: Json, schema: Json): boolean {
  const choices = own(schema, 'enum');
  if (Array.isArray(choices) && !choices.some((choice) => sameJson(choice, value))) return false;
  const fixed = own(schema, 'const');
  if (fixed !== undefined && !sameJson(fixed, value)) return false;
  if (typeof value === 'string') return keepsTextLimits(value, schema);
  if (isNumeric(value)) return keepsNumberLimits(value, schema);
  return !Array.isArray(value) || within(value.length, own(schema, 'minItems'), own(schema, 'maxItems'));
}

function keepsTextLimits(text: string, schema: Json): boolean {
  const format = own(schema, 'format');
  if (typeof format === 'string' && textFormats.get(format)?.(text) === false) return false;
  if (wantsUtc(schema) && !text.endsWith('Z')) return false;
  const [least, most] = [own(schema, 'minLength'), own(schema, 'maxLength')];
  if (least === undefined && most === undefined) return true;
  // Code points, as JSON Schema counts; a .NET Char is one UTF-16 unit, which an astral character is not.
  return within(most === 1 ? text.length : [...text].length, least, most);
}

function keepsNumberLimits(value: Numeric, schema: Json): boolean {
  const holds = (key: string, test: (order: number) => boolean): boolean => {
    const bound = own(schema, key);
    return bound === undefined || !isNumeric(bound) || test(compareNumbers(value, bound));
  };
  const format = own(schema, 'format');
  return (
    (typeof format !== 'string' || fitsNumberFormat(value, format)) &&
    holds('minimum', (order) => order >= 0) &&
    holds('maximum', (order) => order <= 0) &&
    holds('exclusiveMinimum', (order) => order > 0) &&
    holds('exclusiveMaximum', (order) => order < 0)
  );
}

function within(count: number, least: Json | undefined, most: Json | undefined): boolean {
  return !(typeof least === 'number' && count < least) && !(typeof most === 'number' && count > most);
}
