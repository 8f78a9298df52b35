/** Arguments into the types their signature asks for, by conversions that lose nothing. Must never send a value that changed its meaning. */
import {fail, type Issue, JobwireError, nearest} from '../errors/jobwire-error.ts';
import {setOwn} from '../expressions/value.ts';
import {rememberedFor} from '../manifest/memo.ts';
import {isObject, type Json, type JsonObject, own, sameJson, stringifyJson} from '../values/json.ts';
import {isTypeWord, keepsLimits, type TypeWord, typeRules} from './convert.ts';
import {vendorType} from './types-dotnet.ts';

export interface CoerceRules {
  /** What becomes of an argument that is not declared. */
  readonly unknown?: 'fail' | 'drop' | 'keep' | undefined;
  readonly missing?: 'fail' | 'ignore' | undefined;
}

export interface Coerced {
  readonly value: JsonObject;
  /** JW3110, JW3111, JW3112 as errors; JW3103 as warnings. In the order of the arguments, missing ones last. */
  readonly issues: readonly Issue[];
}

/** All findings about one set of arguments; its code is the first one's. */
export class CoercionError extends JobwireError {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    const [first] = issues;
    const detail = issues.map(({detail}) => detail).join('; ');
    const hint = [...new Set(issues.map(({hint}) => hint))].join('; ');
    const suggestions = issues.flatMap((issue) => issue.suggestions ?? []);
    super(first?.jobwireCode ?? 'JW3112', {}, {detail, hint, suggestions, outcome: 'fail'});
    this.issues = issues;
  }
}

/** Key of our own in a signature: the vendor's type is not in the table, so the value passes unchecked. */
export const uncheckedType = 'x-jobwire-unchecked';

/** Conversions of language reference, section 5.3. A value that fits already comes back as it is. */
export function coerce(value: JsonObject, schema: Json, rules: CoerceRules = {}): Coerced {
  const issues: Issue[] = [];
  const result = fitValue({root: schema, rules, issues, depth: 0}, {value, schema, path: ''});
  return {value: isObject(result) ? result : value, issues};
}

/** The same, throwing a CoercionError when anything is wrong; what is left are warnings. */
export function coerceStrictly(value: JsonObject, schema: Json, rules: CoerceRules = {}): Coerced {
  const coerced = coerce(value, schema, rules);
  const errors = coerced.issues.filter(({severity}) => severity === 'error');
  if (errors.length > 0) throw new CoercionError(errors);
  return coerced;
}

interface Work {
  readonly root: Json;
  readonly rules: CoerceRules;
  readonly issues: Issue[];
  readonly depth: number;
}

interface Place {
  readonly value: Json;
  readonly schema: Json;
  readonly path: string;
}

/** What coercion asks of a schema, read once. */
interface Rule {
  readonly schema: JsonObject;
  readonly isUnchecked: boolean;
  readonly unions: readonly (readonly Json[])[];
  readonly parts: readonly Json[];
  readonly types: readonly TypeWord[];
  readonly items: Json | undefined;
  readonly properties: Json | undefined;
  readonly others: Json;
  readonly required: readonly Json[];
}

const ruleOf = rememberedFor(readRule);

function readRule(schema: JsonObject): Rule {
  const listAt = (key: string): Json[] => {
    const list = own(schema, key);
    return Array.isArray(list) ? list : [];
  };
  return {
    schema,
    isUnchecked: own(schema, uncheckedType) === true,
    unions: [own(schema, 'anyOf'), own(schema, 'oneOf')].filter((union) => Array.isArray(union)),
    parts: listAt('allOf'),
    types: typesOf(schema),
    items: own(schema, 'items'),
    properties: own(schema, 'properties'),
    others: own(schema, 'additionalProperties') ?? true,
    required: listAt('required'),
  };
}

/** Schemas that refer to themselves end with the value; this ends those that refer to nothing but themselves. */
const deepest = 200;

function fitValue(work: Work, {value, schema: given, path}: Place): Json {
  const schema = resolve(work.root, given);
  if (schema === false || work.depth >= deepest) return misfit(work, {value, schema: given, path});
  if (!isObject(schema)) return value;
  const rule = ruleOf(schema);
  if (rule.isUnchecked) warn(work, path, schema);
  if (isScalar(value) && rule.unions.length === 0 && rule.parts.length === 0) {
    const chosen = chooseType(rule, value);
    return chosen === undefined ? misfit(work, {value, schema, path}) : chosen;
  }
  const deeper = {...work, depth: work.depth + 1};
  let result = value;
  for (const union of rule.unions) result = fitUnion(deeper, {value: result, schema, path}, union);
  for (const part of rule.parts) result = fitValue(deeper, {value: result, schema: part, path});
  return fitType(deeper, rule, {value: result, path});
}

/** Of which there are no members to look at, whatever it becomes. */
function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

/** The first branch the value fits as it is, else the first it can be converted to. */
function fitUnion(work: Work, place: Place, branches: readonly Json[]): Json {
  let converted: {readonly value: Json} | undefined;
  for (const schema of branches) {
    const issues: Issue[] = [];
    const value = fitValue({...work, issues}, {...place, schema});
    if (issues.some(({severity}) => severity === 'error')) continue;
    if (sameJson(value, place.value)) return value;
    converted ??= {value};
  }
  return converted ? converted.value : misfit(work, place);
}

function fitType(work: Work, rule: Rule, {value, path}: Pick<Place, 'value' | 'path'>): Json {
  const chosen = chooseType(rule, value);
  if (chosen === undefined) return misfit(work, {value, schema: rule.schema, path});
  if (Array.isArray(chosen)) {
    const {items} = rule;
    return items === undefined
      ? chosen
      : chosen.map((item, i) => fitValue(work, {value: item, schema: items, path: `${path}[${i}]`}));
  }
  return isObject(chosen) ? fitMembers(work, rule, {value: chosen, path}) : chosen;
}

/** Undefined where the value is of no such type, can become none, or leaves the limits then. */
function chooseType({schema, types}: Rule, value: Json): Json | undefined {
  if (types.length === 0) return keepsLimits(value, schema) ? value : undefined;
  for (const type of types) if (typeRules[type].is(value) && keepsLimits(value, schema)) return value;
  for (const type of types) {
    const candidate = typeRules[type].from(value, schema);
    if (candidate !== undefined && typeRules[type].is(candidate) && keepsLimits(candidate, schema)) return candidate;
  }
  return undefined;
}

function typesOf(schema: Json): TypeWord[] {
  const type = own(schema, 'type');
  return (Array.isArray(type) ? type : [type]).filter(isTypeWord);
}

function fitMembers(work: Work, rule: Rule, {value, path}: {value: JsonObject; path: string}): JsonObject {
  const result: JsonObject = {};
  for (const name of Object.keys(value)) {
    const item = value[name] as Json;
    const known = own(rule.properties, name);
    const schema = known ?? rule.others;
    const at = path === '' ? name : `${path}.${name}`;
    if (schema === false) {
      if (work.rules.unknown === 'keep') setOwn(result, name, item);
      else if (work.rules.unknown !== 'drop') unknown(work, at, namesIn(rule));
    } else if (known === undefined || item !== null || acceptsNull(resolve(work.root, schema)))
      setOwn(result, name, fitValue(work, {value: item, schema, path: at}));
  }
  if (work.rules.missing !== 'ignore') reportMissing(work, rule, {value: result, path});
  return result;
}

function namesIn({properties}: Rule): string[] {
  return isObject(properties) ? Object.keys(properties) : [];
}

function acceptsNull(schema: Json): boolean {
  if (!isObject(schema)) return schema !== false;
  const choices = own(schema, 'enum');
  const unions = own(schema, 'anyOf') ?? own(schema, 'oneOf');
  if (Array.isArray(choices)) return choices.includes(null);
  if (Array.isArray(unions)) return unions.some(acceptsNull);
  const types = typesOf(schema);
  return types.length === 0 ? own(schema, 'const') === undefined : types.includes('null');
}

function reportMissing(work: Work, rule: Rule, {value, path}: {value: JsonObject; path: string}): void {
  for (const name of rule.required) {
    if (typeof name !== 'string' || own(value, name) !== undefined) continue;
    const type = typeName(resolve(work.root, own(rule.properties, name) ?? true));
    work.issues.push(fail('JW3111', {argument: path === '' ? name : `${path}.${name}`, type}).issue());
  }
}

function unknown({issues}: Work, argument: string, names: readonly string[]): void {
  const suggestions = nearest(argument.split('.').at(-1) ?? argument, names);
  issues.push(fail('JW3110', {argument, names: names.join(', ') || 'none'}, {suggestions}).issue());
}

function misfit({issues, root}: Work, {value, schema, path}: Place): Json {
  const argument = path === '' ? 'the set' : path;
  issues.push(
    fail('JW3112', {argument, type: typeName(resolve(root, schema)), value: shorten(stringifyJson(value))}).issue(),
  );
  return value;
}

function warn({issues}: Work, argument: string, schema: JsonObject): void {
  issues.push(fail('JW3103', {argument, type: String(own(schema, vendorType) ?? 'unknown')}).issue());
}

/** The vendor's name for it, else JSON Schema's; with the bounds where there are some. */
function typeName(schema: Json): string {
  const vendor = own(schema, vendorType);
  const choices = own(schema, 'enum');
  const words = typesOf(schema).join(' or ');
  const name =
    typeof vendor === 'string'
      ? vendor
      : Array.isArray(choices)
        ? `one of ${choices.map((choice) => stringifyJson(choice)).join(', ')}`
        : words;
  const [least, most] = [own(schema, 'minimum'), own(schema, 'maximum')];
  const bounds = least !== undefined && most !== undefined ? ` (${least} to ${most})` : '';
  return `${name || 'another value'}${bounds}`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Follows `$ref` inside the same schema. */
function resolve(root: Json, schema: Json): Json {
  let here = schema;
  for (let hops = 0; hops < 20; hops++) {
    const ref = own(here, '$ref');
    if (typeof ref !== 'string') return here;
    here = ref === '#' ? root : (findDefinition(root, ref) ?? true);
  }
  return false;
}

function findDefinition(root: Json, ref: string): Json | undefined {
  return ref.startsWith('#/')
    ? ref
        .slice(2)
        .split('/')
        .reduce<Json | undefined>(
          (here, key) => own(here, decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')),
          root,
        )
    : undefined;
}
