/** One scalar into the type its schema asks for, losing nothing. Must never give back a value that means something else. */
import {rememberedFor} from '../manifest/memo.ts';
import {isObject, type Json, type JsonObject, own, sameJson} from '../values/json.ts';
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

type Limit = (value: Json) => boolean;

const limitsOf = rememberedFor(readLimits);

/** Whether a value keeps to the limits of its schema (not its type): enum, const, format, bounds, lengths. */
export function keepsLimits(value: Json, schema: Json): boolean {
  if (!isObject(schema)) return true;
  for (const keeps of limitsOf(schema)) if (!keeps(value)) return false;
  return true;
}

/** Of most schemas there are none. */
function readLimits(schema: JsonObject): Limit[] {
  const choices = own(schema, 'enum');
  const fixed = own(schema, 'const');
  return [
    ...(Array.isArray(choices) ? [(value: Json) => choices.some((choice) => sameJson(choice, value))] : []),
    ...(fixed === undefined ? [] : [(value: Json) => sameJson(fixed, value)]),
    ...textLimits(schema).map((keeps) => (value: Json) => typeof value !== 'string' || keeps(value)),
    ...numberLimits(schema).map((keeps) => (value: Json) => !isNumeric(value) || keeps(value)),
    ...lengthLimit(own(schema, 'minItems'), own(schema, 'maxItems')).map(
      (keeps) => (value: Json) => !Array.isArray(value) || keeps(value.length),
    ),
  ];
}

function textLimits(schema: JsonObject): ((text: string) => boolean)[] {
  const format = own(schema, 'format');
  const fits = typeof format === 'string' ? textFormats.get(format) : undefined;
  const most = own(schema, 'maxLength');
  return [
    ...(fits ? [fits] : []),
    ...(wantsUtc(schema) ? [(text: string) => text.endsWith('Z')] : []),
    // Code points, as JSON Schema counts; a .NET Char is one UTF-16 unit, which an astral character is not.
    ...lengthLimit(own(schema, 'minLength'), most).map(
      (keeps) => (text: string) => keeps(most === 1 ? text.length : [...text].length),
    ),
  ];
}

const bounds: readonly (readonly [keyword: string, keeps: (order: number) => boolean])[] = [
  ['minimum', (order) => order >= 0],
  ['maximum', (order) => order <= 0],
  ['exclusiveMinimum', (order) => order > 0],
  ['exclusiveMaximum', (order) => order < 0],
];

function numberLimits(schema: JsonObject): ((value: Numeric) => boolean)[] {
  const format = own(schema, 'format');
  const bounded = bounds.flatMap(([keyword, keeps]) => {
    const bound = own(schema, keyword);
    return bound === undefined || !isNumeric(bound) ? [] : [(value: Numeric) => keeps(compareNumbers(value, bound))];
  });
  return typeof format === 'string' ? [(value) => fitsNumberFormat(value, format), ...bounded] : bounded;
}

function lengthLimit(least: Json | undefined, most: Json | undefined): ((count: number) => boolean)[] {
  if (typeof least !== 'number' && typeof most !== 'number') return [];
  return [(count) => !(typeof least === 'number' && count < least) && !(typeof most === 'number' && count > most)];
}
