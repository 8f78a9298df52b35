/** Checks JSON against JSON Schema: compiled once per schema, in linear-time patterns, own properties only. Must never load a schema. */
import type {Ajv2020, ErrorObject, ValidateFunction} from 'ajv/dist/2020.js';
import {fail} from '../errors/jobwire-error.ts';
import {defaultsApplied, secretMark} from '../expressions/types.ts';
import {demand} from '../values/demand.ts';
import {ExactNumber, isObject, type Json, type JsonObject, own, stringifyJson} from '../values/json.ts';
import {readFits} from './fits.ts';
import {formatNames} from './formats.ts';
import {remembered} from './memo.ts';
import {regExp} from './patterns.ts';
import {sentence} from './sentences.ts';
import {standingAlone, surelySound} from './sound.ts';

export interface SchemaProblem {
  /** JSON pointer of the value that is wrong; for a missing or unknown property, of its object. */
  readonly pointer: string;
  readonly message: string;
  readonly keyword: string;
  /** The missing or unknown property. */
  readonly property?: string;
}

export interface ValidateOptions {
  /** Every problem (at most 100) instead of the first. Only for data of the operator or author, never for what a sender controls. */
  readonly all?: boolean;
}

/** Annotations of the language and of the coercion; they constrain nothing here. */
export const annotationNames = [
  'x-jobwire-options',
  'x-jobwire-schema',
  'x-jobwire-file',
  'x-jobwire-dialect',
  'x-jobwire-sensitive',
] as const;
const internalNames = ['x-jobwire-type', 'x-jobwire-unchecked', secretMark, defaultsApplied];
const mostProblems = 100;
const readBeforeCompiling = 3;

/** Lists with exact numbers are copied for ajv; the copy leads back to the list whose digits count. */
const originals = new WeakMap<object, readonly Json[]>();

function createAjv(allErrors: boolean): Ajv2020 {
  const {Ajv2020: Ajv} = demand('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  const {default: formats} = demand('ajv-formats') as typeof import('ajv-formats');
  const ajv = new Ajv({
    allErrors,
    ownProperties: true,
    strictSchema: true,
    strictNumbers: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    addUsedSchema: false,
    validateSchema: true,
    verbose: true,
    logger: false,
    code: {regExp: regExp as never, optimize: false},
  });
  formats.default(ajv, [...formatNames]);
  ajv.addVocabulary([...annotationNames, ...internalNames]);
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (wanted: boolean, list: Json[]) => !wanted || allDifferent(originals.get(list) ?? list),
    errors: false,
    error: {message: 'must not hold the same item twice'},
  });
  return ajv;
}

let firstAjv: Ajv2020 | undefined;
let allAjv: Ajv2020 | undefined;
const firstCompiled = new WeakMap<object, ValidateFunction>();
const allCompiled = new WeakMap<object, ValidateFunction>();

/** JW1007 for a schema that does not compile. */
export function compileSchema(schema: object, all = false): ValidateFunction {
  return remembered(all ? allCompiled : firstCompiled, schema, () => {
    const ajv = validatorOf(all);
    try {
      return ajv.compile(schema);
    } catch (error) {
      throw fail('JW1007', {problem: (error as Error).message}, {cause: error});
    } finally {
      ajv.removeSchema(schema);
    }
  });
}

function validatorOf(all: boolean): Ajv2020 {
  const known = all ? allAjv : firstAjv;
  if (known) return known;
  const made = createAjv(all);
  if (all) allAjv = made;
  else firstAjv = made;
  return made;
}

/** Problems of the data, none when it fits. Errors: JW1007 when the schema itself is unusable. */
export function validateAgainst(schema: object, data: Json, {all = false}: ValidateOptions = {}): SchemaProblem[] {
  if (isSeldom(schema) && readSound(schema, data) === true) return [];
  const validate = compileSchema(schema, all);
  try {
    if (validate(comparable(data))) return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{pointer: '', message: 'is nested too deep', keyword: 'depth'}];
  }
  return problemsOf(validate.errors ?? []);
}

/** Whether the data fits. Errors: JW1007 when the schema itself is unusable. */
export function fitsSchema(schema: object, data: Json): boolean {
  return readSound(schema, data) ?? validateAgainst(schema, data).length === 0;
}

function readSound(schema: object, data: Json): boolean | undefined {
  return surelySound(schema) ? readFits(standingAlone(schema), data) : undefined;
}

const uses = new WeakMap<object, number>();

/** The first values are read against the schema as it stands: compiling it takes as long as reading some hundred. */
function isSeldom(schema: object): boolean {
  const before = uses.get(schema) ?? 0;
  if (before < readBeforeCompiling) uses.set(schema, before + 1);
  return before < readBeforeCompiling;
}

function problemsOf(errors: readonly ErrorObject[]): SchemaProblem[] {
  const specific = errors.filter(({keyword}) => keyword !== 'if');
  return (specific.length > 0 ? specific : errors).slice(0, mostProblems).map((error) => {
    const property: unknown =
      error.params['missingProperty'] ?? error.params['additionalProperty'] ?? error.params['unevaluatedProperty'];
    return {
      pointer: error.instancePath,
      message: sentence(error),
      keyword: error.keyword,
      ...(typeof property === 'string' && {property}),
    };
  });
}

/** The data with the defaults of the schema's own properties where they are missing. */
export function withDefaults(schema: object, data: JsonObject): JsonObject {
  const missing = remembered(defaults, schema, () => defaultsOf(schema)).filter(([name]) => !Object.hasOwn(data, name));
  return missing.length === 0 ? data : {...data, ...Object.fromEntries(missing)};
}

const defaults = new WeakMap<object, readonly (readonly [string, Json])[]>();

function defaultsOf(schema: object): readonly (readonly [string, Json])[] {
  const properties = own(schema, 'properties');
  return Object.entries(isObject(properties) ? properties : {}).flatMap(([name, property]) => {
    const value = own(property, 'default');
    return value === undefined ? [] : [[name, value] as const];
  });
}

const closed = new WeakMap<object, object>();

/** The schema with its top level closed, as `config` and `input` are without saying so. The same object for the same schema. */
export function closeSchema(schema: object): object {
  if (Object.hasOwn(schema, 'additionalProperties') || Object.hasOwn(schema, 'unevaluatedProperties')) return schema;
  const known = closed.get(schema);
  if (known) return known;
  const composed = ['allOf', 'anyOf', 'oneOf', 'if', '$ref'].some((keyword) => Object.hasOwn(schema, keyword));
  const result = {...schema, [composed ? 'unevaluatedProperties' : 'additionalProperties']: false};
  closed.set(schema, result);
  return result;
}

/** Exact numbers become doubles for ajv; a fraction that the double would swallow stays a fraction. */
function comparable(data: Json): unknown {
  if (data instanceof ExactNumber) return double(data.text);
  if (data === null || typeof data !== 'object') return data;
  if (Array.isArray(data)) {
    const list = data.map(comparable);
    if (list.every((item, i) => item === data[i])) return data;
    originals.set(list, data);
    return list;
  }
  const keys = Object.keys(data);
  const values = keys.map((key) => comparable(data[key] as Json));
  if (values.every((value, i) => value === data[keys[i] as string])) return data;
  return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
}

function double(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || !hasFraction(text)) return value;
  return value === 0 ? Number.MIN_VALUE : value * (1 + Number.EPSILON);
}

function hasFraction(text: string): boolean {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const fraction = mantissa.split('.')[1] ?? '';
  const shift = Number(exponent);
  const digits = shift >= 0 ? fraction.slice(shift) : `${mantissa.replace(/\D/g, '').slice(shift)}`;
  return /[1-9]/.test(digits);
}

function allDifferent(list: readonly Json[]): boolean {
  return new Set(list.map((item) => stringifyJson(sorted(item)))).size === list.length;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as Json)]),
  );
}
