/** What a helper is: a row of the closed table with types, examples and a pure function. Must never know a single helper. */
import {ExactNumber, type Json} from '../values/json.ts';
import type {Frame} from './frame.ts';
import type {Node} from './node.ts';
import {isMap, type OMIT, type Value} from './value.ts';

/** What an argument may be. `pattern`, `date-format`, `charset` and `duration` are texts of a fixed form. */
export type ParamType =
  | 'any'
  | 'text'
  | 'number'
  | 'boolean'
  | 'list'
  | 'object'
  | 'list-or-object'
  | 'text-list-or-object'
  | 'ordered'
  | 'scalar'
  | 'key'
  | 'text-or-bytes'
  | 'pattern'
  | 'date-format'
  | 'charset'
  | 'duration';

export type ResultType = 'any' | 'text' | 'number' | 'integer' | 'boolean' | 'list' | 'text-list';

/** What a helper may use besides its arguments. */
export interface HelperContext {
  /** Pays for list items visited and texts read. */
  spend(units: number): void;
  /** Refuses a text of this length before it is made. */
  room(length: number): void;
  /** "There is none": absent for `default`, `optional` and `has`, else JW2101 with the reason. */
  absent(why: string): undefined;
}

/** `event.data.n` without braces, and what it yields in `exampleScope`. */
export type Example = readonly [expression: string, result: Json | typeof OMIT | {readonly code: string}];

interface Row {
  readonly params: readonly ParamType[];
  /** Type of any number of further arguments; at least one of all must be given. */
  readonly rest?: ParamType;
  /** How many of the last `params` may be left out. */
  readonly optional?: number;
  readonly result: ResultType;
  /** The result may be absent. */
  readonly mayBeAbsent?: boolean;
  /** Arguments that are missing are dropped instead of being refused. */
  readonly takesAbsent?: boolean;
  readonly signature: string;
  readonly summary?: string;
  readonly examples: readonly Example[];
}

/** Runs a prepared argument; undefined is absent. */
export type Step = (frame: Frame) => Result;
export type Result = Value | typeof OMIT | undefined;

/** Prepares arguments of a helper that evaluates them itself. */
export interface FormTools {
  /** Whether the call itself stands where absent is an answer. */
  readonly lenient: boolean;
  compile(node: Node, lenient: boolean): Step;
  /** Throws for an argument that is missing or of the wrong type. */
  refuse(index: number, value: Result, frame: Frame): never;
}

/** All arguments are evaluated and fit `params`. */
export interface Called extends Row {
  call(args: readonly Value[], context: HelperContext): Value | undefined;
}

/** The helper decides which arguments are evaluated. */
export interface Formed extends Row {
  form(args: readonly Node[], tools: FormTools): Step;
}

export type Helper = Called | Formed;

/** Type of the argument at an index; undefined when there is none. */
export function paramType(helper: Row, index: number): ParamType | undefined {
  return helper.params[index] ?? helper.rest;
}

const isText = (value: Value): boolean => typeof value === 'string';
const isNumber = (value: Value): boolean => typeof value === 'number' || value instanceof ExactNumber;
const isBoolean = (value: Value): boolean => typeof value === 'boolean';

export const accepts: Readonly<Record<ParamType, (value: Value) => boolean>> = {
  any: () => true,
  text: isText,
  number: isNumber,
  boolean: isBoolean,
  list: Array.isArray,
  object: isMap,
  'list-or-object': (value) => Array.isArray(value) || isMap(value),
  'text-list-or-object': (value) => isText(value) || Array.isArray(value) || isMap(value),
  ordered: (value) => isText(value) || isNumber(value),
  scalar: (value) => isText(value) || isNumber(value) || isBoolean(value),
  key: (value) => isText(value) || typeof value === 'number',
  'text-or-bytes': (value) => isText(value) || value instanceof Uint8Array,
  pattern: isText,
  'date-format': isText,
  charset: isText,
  duration: isText,
};

/** How messages and signatures call a type of argument. */
export const paramWords: Readonly<Record<ParamType, string>> = {
  any: 'any value',
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
  'list-or-object': 'a list or an object',
  'text-list-or-object': 'text, a list or an object',
  ordered: 'a number or text',
  scalar: 'text, a number or true or false',
  key: 'text or a number',
  'text-or-bytes': 'text or bytes',
  pattern: 'a pattern',
  'date-format': 'a date format',
  charset: 'a charset',
  duration: 'a duration',
};
