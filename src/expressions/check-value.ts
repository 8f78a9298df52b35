/** Walks a manifest value in step with what its place takes. One finding per fault, at the deepest place that has it. */
import {JobwireError, nearest} from '../errors/jobwire-error.ts';
import {ExactNumber, isObject, type Json, type JsonObject} from '../values/json.ts';
import {typeDirective} from './check-directive.ts';
import {misfit} from './check-fit.ts';
import {type Finding, inside, report, type Scene, type Typed, trying} from './check-scene.ts';
import {typeString} from './check-text.ts';
import {directiveOf} from './directives.ts';
import {isExpression} from './parse.ts';
import {
  type Alternative,
  alternativesOf,
  defaultsApplied,
  isClosed,
  itemsOf,
  memberOf,
  names,
  propertiesOf,
  type SchemaType,
  secretMark,
  type Type,
  union,
} from './types.ts';

export function typeValue(value: unknown, scene: Scene, expect: Type | undefined): Typed {
  if (typeof value === 'string' && isExpression(value)) return typeString(value, scene, expect);
  if (Array.isArray(value)) return typeList(value as Json[], scene, expect);
  if (isObject(value)) return typeMap(value, scene, expect);
  return typeLiteral(value as Json, scene, expect);
}

function typeLiteral(value: Json, scene: Scene, expect: Type | undefined): Typed {
  const type: Type =
    value instanceof ExactNumber ? {type: /^-?\d+$/.test(value.text) ? 'integer' : 'number'} : {const: value};
  checkLiteral(value, scene, expect);
  return {type};
}

/** Written-out JSON against the whole schema of its place (JW1008). */
function checkLiteral(value: Json, scene: Scene, expect: Type | undefined): void {
  if (expect === undefined || expect === true || !scene.place.validate) return;
  if (isPlain(expect) && misfit({const: value}, expect, scene.place.resolve) === undefined) return;
  for (const {pointer, message} of scene.place.validate(expect, withDefaults(value, expect)).slice(0, 1)) {
    const allowed = choices(expect, scene);
    report(
      {...scene, pointer: `${scene.pointer}${pointer}`},
      {
        code: 'JW1008',
        facts: {problem: `the value ${message}`},
        suggestions: typeof value === 'string' ? nearest(value, allowed) : [],
      },
    );
  }
}

/** As the run sees it: defaults of an input's own properties are put in. */
function withDefaults(value: Json, expect: SchemaType): Json {
  if (!isObject(value) || expect[defaultsApplied] !== true) return value;
  const defaults = Object.entries(propertiesOf(expect)).flatMap(([name, property]): [string, Json][] =>
    isObject(property) && property['default'] !== undefined ? [[name, property['default']]] : [],
  );
  return {...Object.fromEntries(defaults), ...value};
}

const plainKeywords = new Set([
  'type',
  'enum',
  'const',
  'anyOf',
  'title',
  'description',
  'default',
  'examples',
  secretMark,
]);

/** A schema that the types alone decide; compiling a validator for each would cost more than all other checks. */
function isPlain(type: Type): boolean {
  if (type === true) return true;
  const {anyOf, ...own} = type;
  return (
    Object.keys(own).every((keyword) => plainKeywords.has(keyword)) &&
    (!Array.isArray(anyOf) || anyOf.every((one) => isPlain(one as Type)))
  );
}

function choices(type: Type, scene: Scene): string[] {
  return alternativesOf(type, scene.place.resolve).flatMap(({schema}) =>
    Array.isArray(schema['enum']) ? schema['enum'].filter((choice) => typeof choice === 'string') : [],
  );
}

function typeList(list: readonly Json[], scene: Scene, expect: Type | undefined): Typed {
  const items = expect === undefined ? undefined : itemsOf(expect, scene.place.resolve);
  if (expect !== undefined && !takes('array', expect, scene)) return refuse('a list', list as Json[], scene, expect);
  const before = scene.findings.length;
  const types = list.map((item, i) => typeValue(item, inside(scene, i), items).type);
  if (scene.findings.length === before && isLiteral(list as Json[])) checkLiteral(list as Json[], scene, expect);
  return {type: {type: 'array', ...(types.length > 0 && {items: union(types)})}};
}

function takes(word: 'array' | 'object', expect: Type, scene: Scene): boolean {
  return alternativesOf(expect, scene.place.resolve).some((one) => one.word === word || one.word === 'any');
}

function refuse(what: string, value: Json, scene: Scene, expect: Type): Typed {
  const problem =
    misfit({type: Array.isArray(value) ? 'array' : 'object'}, expect, scene.place.resolve) ?? `does not take ${what}`;
  if (isLiteral(value)) report(scene, {code: 'JW1008', facts: {problem: `the value ${problem}`}});
  else report(scene, {code: 'JW2007', facts: {problem}});
  return {type: true};
}

function typeMap(value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  const name = directiveReported(value, scene);
  if (name === false) return {type: true};
  if (name !== undefined) return typeDirective(name, value, scene, expect);
  if (expect !== undefined && !takes('object', expect, scene)) return refuse('an object', value, scene, expect);
  const before = scene.findings.length;
  const typed = typeObject(value, scene, expect);
  if (scene.findings.length === before && isLiteral(value)) checkLiteral(value, scene, expect);
  return typed;
}

function directiveReported(value: JsonObject, scene: Scene) {
  try {
    return directiveOf(value);
  } catch (error) {
    if (!(error instanceof JobwireError)) throw error;
    const {suggestions} = error.extra;
    report(scene, {
      code: error.jobwireCode,
      facts: {},
      detail: error.message,
      ...(suggestions && {suggestions: [...suggestions]}),
    });
    return false;
  }
}

/** Against the one form it fits, or the form that leaves the fewest faults. */
function typeObject(value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  const forms =
    expect === undefined
      ? []
      : alternativesOf(expect, scene.place.resolve).filter(({word}) => word === 'object' || word === 'any');
  if (forms.length <= 1) return typeMembers(value, scene, forms[0]);
  let best: {typed: Typed; findings: Finding[]} | undefined;
  for (const form of forms) {
    const attempt = trying(scene);
    const typed = typeMembers(value, attempt, form);
    if (!best || attempt.findings.length < best.findings.length) best = {typed, findings: attempt.findings};
  }
  scene.findings.push(...(best?.findings ?? []));
  return best?.typed ?? {type: true};
}

function typeMembers(value: JsonObject, scene: Scene, form: Alternative | undefined): Typed {
  const properties: Record<string, Type> = {};
  const sure: string[] = [];
  const schema = form?.schema ?? {};
  const needed = requiredNames(value, schema, scene);
  for (const [key, item] of Object.entries(value)) {
    const here = memberScene(scene, key);
    const typed = typeValue(item, here, expectedMember(key, form, here));
    Object.defineProperty(properties, key, {value: typed.type, enumerable: true});
    if (!typed.omit) sure.push(key);
    else if (needed.has(key)) report(here, {code: 'JW2006', facts: {path: key}});
  }
  for (const name of needed)
    if (!Object.hasOwn(value, name)) report(scene, {code: 'JW2006', facts: {path: name}, key: true});
  return {type: {type: 'object', properties, required: sure, additionalProperties: false}};
}

/** Query entries carry their own dialect; only the top level of the map does. */
function memberScene(scene: Scene, key: string): Scene {
  const {dialects} = scene.place;
  const dialect = dialects && Object.hasOwn(dialects, key) ? dialects[key] : undefined;
  return {
    ...inside(scene, key),
    dialect: dialect ?? scene.dialect,
    place: dialects ? {...scene.place, dialects: {}} : scene.place,
  };
}

function expectedMember(key: string, form: Alternative | undefined, scene: Scene): Type | undefined {
  if (!form || form.word === 'any') return undefined;
  const properties = propertiesOf(form.schema);
  if (!Object.hasOwn(properties, key) && !isClosed(form.schema) && form.schema['additionalProperties'] === undefined)
    return undefined;
  const member = memberOf({...form.schema, type: 'object'}, key, scene.place.resolve);
  if (member.found) return member.type;
  report(scene, {code: 'JW2005', facts: {path: key}, key: true, suggestions: nearest(key, member.names)});
  return undefined;
}

/** Required names without a default, also those a condition on written-out members adds. */
function requiredNames(value: JsonObject, schema: SchemaType, scene: Scene): Set<string> {
  const properties = propertiesOf(schema);
  const conditional = conditionOf(value, schema, scene);
  const all = [...names(schema['required']), ...names(conditional?.['required'])];
  if (schema[defaultsApplied] !== true) return new Set(all);
  return new Set(all.filter((name) => !isObject(properties[name]) || properties[name]['default'] === undefined));
}

/** `then` or `else` when the members the condition looks at are written out. */
function conditionOf(value: JsonObject, schema: SchemaType, {place}: Scene): SchemaType | undefined {
  const condition = schema['if'];
  if (!isObject(condition) || !place.fits) return undefined;
  const looked = Object.keys(propertiesOf({properties: condition['properties']}));
  if (!looked.every((name) => !Object.hasOwn(value, name) || isLiteral(value[name] as Json))) return undefined;
  const given = Object.fromEntries(
    looked.filter((name) => Object.hasOwn(value, name)).map((name) => [name, value[name] as Json]),
  );
  const branch = schema[place.fits(condition, given) ? 'then' : 'else'];
  return isObject(branch) ? branch : undefined;
}

/** No expression and no directive anywhere inside. */
export function isLiteral(value: Json): boolean {
  if (typeof value === 'string') return !isExpression(value);
  if (Array.isArray(value)) return value.every(isLiteral);
  if (!isObject(value)) return true;
  return (
    !Object.keys(value).some((key) => /^\$(if|switch|each|merge|literal)$/.test(key)) &&
    Object.values(value).every(isLiteral)
  );
}
