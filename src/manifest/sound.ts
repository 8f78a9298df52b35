/**
 * Says of the schemas that most authors write that the validator takes them, so that it need not compile them to find out. Must
 * never say so of a schema that the validator refuses.
 */
import {isObject, type JsonObject} from '../values/json.ts';
import type {Ground, SchemaNode} from './fits.ts';
import {formatNames} from './formats.ts';
import {rememberedFor} from './memo.ts';
import {compileToRead, isPlain, patternProblem} from './patterns.ts';

/** False also means: not sure. The schema stands alone. */
export const surelySound = rememberedFor((schema: object): boolean => {
  try {
    return isObject(schema) && isSound(schema, schema);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
});

/** The ground of a schema that stands alone: it refers to its own definitions only. */
export function standingAlone(schema: object): Ground {
  const follow = (ref: string): Ground | undefined => {
    const found = definitionOf(ref, schema);
    return found === undefined ? undefined : {schema: found, follow, compile: compileToRead};
  };
  return {schema: schema as SchemaNode, follow, compile: compileToRead};
}

function definitionOf(ref: unknown, root: object): SchemaNode | undefined {
  const name = typeof ref === 'string' ? /^#\/\$defs\/([A-Za-z0-9_.-]+)$/.exec(ref)?.[1] : undefined;
  const {$defs} = root as {readonly $defs?: Readonly<Record<string, SchemaNode>>};
  return name !== undefined && isObject($defs) && Object.hasOwn($defs, name) ? $defs[name] : undefined;
}

function isSound(schema: unknown, root: JsonObject): boolean {
  if (typeof schema === 'boolean') return true;
  if (!isObject(schema)) return false;
  const has = (keyword: string): boolean => Object.hasOwn(schema, keyword);
  if (has('if') ? !has('then') && !has('else') : has('then') || has('else')) return false;
  if (has('$defs') && schema !== root) return false;
  return Object.keys(schema).every((keyword) => forms.get(keyword)?.(schema[keyword], root) ?? false);
}

type Form = (value: unknown, root: JsonObject) => boolean;

const isText: Form = (value) => typeof value === 'string';
const isTruth: Form = (value) => typeof value === 'boolean';
const isNumber: Form = (value) => Number.isFinite(value);
const isCount: Form = (value) => Number.isInteger(value) && Number(value) >= 0;
const isAnything: Form = () => true;
const isWord: Form = (value) =>
  ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'].some((word) => word === value);
const isSimple: Form = (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isList = (of: Form, {least = 0} = {}): Form => {
  return (value, root) => Array.isArray(value) && value.length >= least && value.every((item) => of(item, root));
};
const isSet = (of: Form, least: number): Form => {
  return (value, root) => isList(of, {least})(value, root) && new Set(value as unknown[]).size === (value as []).length;
};
const isMap: Form = (value, root) => isObject(value) && Object.values(value).every((part) => isSound(part, root));

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['type', (value, root) => isWord(value, root) || isSet(isWord, 1)(value, root)],
  ['const', isSimple],
  ['enum', isSet(isSimple, 1)],
  ...['properties', '$defs'].map((keyword) => [keyword, isMap] as const),
  ...['additionalProperties', 'propertyNames', 'items', 'not', 'if', 'then', 'else'].map(
    (keyword) => [keyword, isSound] as const,
  ),
  ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((keyword) => [keyword, isList(isSound, {least: 1})] as const),
  ...['minItems', 'maxItems', 'minLength', 'maxLength'].map((keyword) => [keyword, isCount] as const),
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((keyword) => [keyword, isNumber] as const),
  ...['title', 'description', '$comment'].map((keyword) => [keyword, isText] as const),
  ...['uniqueItems', 'deprecated'].map((keyword) => [keyword, isTruth] as const),
  ['required', isSet(isText, 0)],
  ['pattern', (value) => typeof value === 'string' && (isPlain(value) || patternProblem(value) === undefined)],
  ['format', (value) => formatNames.some((name) => name === value)],
  ['$ref', (value, root) => definitionOf(value, root) !== undefined],
  ['examples', isList(isAnything)],
  ...[
    'default',
    'x-jobwire-options',
    'x-jobwire-schema',
    'x-jobwire-file',
    'x-jobwire-dialect',
    'x-jobwire-sensitive',
  ].map((keyword) => [keyword, isAnything] as const),
]);
