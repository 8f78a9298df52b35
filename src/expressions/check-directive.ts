/** Types of directives; each branch is checked under what its test says. */
import {nearest} from '../errors/jobwire-error.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import {factsOfValue, knowing, nodeOf, spell} from './check-facts.ts';
import {misfit} from './check-fit.ts';
import {withoutNull} from './check-node.ts';
import {inside, report, type Scene, type Typed} from './check-scene.ts';
import {typeValue} from './check-value.ts';
import type {DirectiveName} from './directives.ts';
import {
  alternativesOf,
  choicesOf,
  isClosed,
  itemsOf,
  names,
  propertiesOf,
  type SchemaType,
  type Type,
  typeOf,
  union,
} from './types.ts';

type Check = (value: JsonObject, scene: Scene, expect: Type | undefined) => Typed;

const checks: Readonly<Record<DirectiveName, Check>> = {
  $if: typeIf,
  $switch: typeSwitch,
  $each: typeEach,
  $merge: typeMerge,
  $literal: typeLiteral,
};

export function typeDirective(name: DirectiveName, value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  return checks[name](value, scene, expect);
}

/** Parts of a directive that are not its result: no dialect, no map entries. */
function plain(scene: Scene, key: string): Scene {
  const {dialects: _, ...place} = scene.place;
  return {...inside(scene, key), place, dialect: undefined};
}

function checkTest(test: Json | undefined, scene: Scene): void {
  typeValue(test, scene, {type: 'boolean'});
}

function typeIf(value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  checkTest(value['$if'], plain(scene, '$if'));
  const yes = typeValue(value['then'], knowing(inside(scene, 'then'), factsOfValue(value['$if'], true)), expect);
  if (value['else'] === undefined) return {type: yes.type, omit: true};
  const no = typeValue(value['else'], knowing(inside(scene, 'else'), factsOfValue(value['$if'], false)), expect);
  return {type: union([yes.type, no.type]), ...((yes.omit || no.omit) && {omit: true})};
}

function typeSwitch(value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  const subject = value['$switch'];
  const {type} = typeValue(subject, plain(scene, '$switch'), {type: ['string', 'number', 'boolean']});
  const node = nodeOf(subject);
  const fact = (key: string) => (node ? [`eq(${spell(node)},${JSON.stringify(key)})`] : []);
  const cases = isObject(value['cases']) ? value['cases'] : {};
  reportImpossible(Object.keys(cases), type, inside(scene, 'cases'));
  const results = Object.entries(cases).map(([key, item]) =>
    typeValue(item, knowing(inside(inside(scene, 'cases'), key), fact(key)), expect),
  );
  if (value['default'] !== undefined) {
    const others = Object.keys(cases).flatMap((key) => fact(key).map((text) => `!${text}`));
    results.push(typeValue(value['default'], knowing(inside(scene, 'default'), others), expect));
  }
  return {type: union(results.map((result) => result.type)), ...(results.some(({omit}) => omit) && {omit: true})};
}

/** A case that no value of an enumeration reaches (JW2009). */
function reportImpossible(keys: readonly string[], type: Type, scene: Scene): void {
  const alternatives = alternativesOf(type, scene.place.resolve).map(({schema}) => choicesOf(schema));
  if (alternatives.includes(undefined)) return;
  const reachable = alternatives.flatMap((choices) => (choices ?? []).map(String));
  for (const key of keys)
    if (!reachable.includes(key))
      report(inside(scene, key), {
        code: 'JW2009',
        facts: {problem: `the value is never ${JSON.stringify(key)}`},
        key: true,
        suggestions: nearest(key, reachable),
      });
}

function typeEach(value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  const {resolve} = scene.place;
  const over = withoutNull(typeValue(value['$each'], plain(scene, '$each'), {type: ['array', 'object']}).type, scene);
  const keyed = value['key'] !== undefined;
  const added: Record<string, Type> = {[text(value['as'])]: eachItem(over, scene)};
  if (value['index'] !== undefined) added[text(value['index'])] = {type: ['integer', 'string']};
  for (const [key, name] of [
    ['as', value['as']],
    ['index', value['index']],
  ] as const)
    if (typeof name === 'string' && Object.hasOwn(scene.roots, name))
      report(inside(scene, key), {code: 'JW2014', facts: {problem: `${key} hides the root ${name}`}});
  const body: Scene = {...scene, roots: {...scene.roots, ...added}};
  let known: string[] = [];
  if (value['where'] !== undefined) {
    checkTest(value['where'], plain(body, 'where'));
    known = factsOfValue(value['where'], true);
  }
  if (keyed) typeValue(value['key'], plain(knowing(body, known), 'key'), {type: 'string'});
  const wanted = expect === undefined ? undefined : keyed ? memberExpect(expect, scene) : itemsOf(expect, resolve);
  const {type} = typeValue(value['do'], knowing(inside(body, 'do'), known), wanted);
  const made: Type = keyed
    ? {type: 'object', additionalProperties: type === true ? {} : type}
    : {type: 'array', ...(type !== true && {items: type})};
  reportMisfit(keyed ? {type: 'object'} : {type: 'array'}, expect, scene);
  return {type: made};
}

function reportMisfit(type: Type, expect: Type | undefined, scene: Scene): void {
  const problem = expect === undefined ? undefined : misfit(type, expect, scene.place.resolve);
  if (problem !== undefined) report(scene, {code: 'JW2007', facts: {problem}});
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An item of the list, or `{key, value}` of the object. */
function eachItem(over: Type, scene: Scene): Type {
  const parts = alternativesOf(over, scene.place.resolve).map(({word, schema}): Type => {
    if (word === 'array') return typeOf(schema['items']);
    if (word !== 'object') return true;
    const values = [
      ...Object.values(propertiesOf(schema)).map(typeOf),
      ...(isClosed(schema) ? [] : [typeOf(schema['additionalProperties'])]),
    ];
    return {
      type: 'object',
      properties: {key: {type: 'string'}, value: union(values) === true ? {} : union(values)},
      required: ['key', 'value'],
      additionalProperties: false,
    };
  });
  return union(parts);
}

function memberExpect(expect: Type, scene: Scene): Type | undefined {
  const maps = alternativesOf(expect, scene.place.resolve).filter(({word}) => word === 'object');
  return maps.length === 1 ? typeOf(maps[0]?.schema['additionalProperties']) : undefined;
}

/** Members of later objects win; what may be left out is optional in the union. */
function typeMerge(value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  const list = value['$merge'];
  if (!Array.isArray(list)) {
    typeValue(list, plain(scene, '$merge'), {type: 'array'});
    return {type: {type: 'object'}};
  }
  const {dialects} = scene.place;
  const before = scene.findings.length;
  const parts = list.map((item, i) => {
    const typed = typeValue(
      item,
      inside(inside(scene, '$merge'), i),
      partExpect(expect, scene, dialects !== undefined),
    );
    return {...typed, type: withoutNull(typed.type, scene)};
  });
  const merged = mergeTypes(parts, scene);
  const problem =
    expect === undefined || merged === undefined || scene.findings.length > before
      ? undefined
      : misfit(merged, expect, scene.place.resolve);
  if (problem !== undefined) report(scene, {code: 'JW2007', facts: {problem}});
  return {type: merged ?? {type: 'object'}};
}

/** Each part is an object whose members must fit, though none must have all. */
function partExpect(expect: Type | undefined, scene: Scene, isMap: boolean): Type {
  if (expect === undefined) return {type: ['object', 'null']};
  const forms = alternativesOf(expect, scene.place.resolve).filter(({word}) => word === 'object');
  const [form] = forms;
  if (!form || forms.length > 1) return {type: ['object', 'null']};
  const {required: _required, if: _if, then: _then, else: _else, minProperties: _min, ...rest} = form.schema;
  return isMap ? {...rest, type: 'object'} : {...rest, type: ['object', 'null']};
}

function mergeTypes(parts: readonly Typed[], scene: Scene): Type | undefined {
  let properties: Record<string, unknown> = {};
  const required = new Set<string>();
  let open = false;
  for (const {type, omit} of parts) {
    const forms = alternativesOf(type, scene.place.resolve).filter(({word}) => word !== 'null');
    if (forms.some(({word}) => word === 'any')) open = true;
    const objects = forms.map(({schema}) => schema);
    if (objects.some((schema) => !isClosed(schema))) open = true;
    const union = joined(objects);
    properties = {...properties, ...union.properties};
    if (!omit) for (const name of union.required) required.add(name);
  }
  if (open) return undefined;
  return {type: 'object', properties, required: [...required], additionalProperties: false};
}

/** Properties of any form, and the names every form requires. */
function joined(objects: readonly SchemaType[]): {properties: Record<string, unknown>; required: readonly string[]} {
  const properties: Record<string, unknown> = {};
  for (const name of new Set(objects.flatMap((schema) => Object.keys(propertiesOf(schema))))) {
    const types = objects.flatMap((schema) =>
      Object.hasOwn(propertiesOf(schema), name) ? [typeOf(propertiesOf(schema)[name])] : [],
    );
    const type = union(types);
    properties[name] = type === true ? {} : type;
  }
  const [first, ...rest] = objects.map((schema) => names(schema['required']));
  return {properties, required: (first ?? []).filter((name) => rest.every((list) => list.includes(name)))};
}

function typeLiteral(value: JsonObject, scene: Scene, expect: Type | undefined): Typed {
  const json = value['$literal'] as Json;
  const problems = expect === undefined || expect === true ? [] : (scene.place.validate?.(expect, json) ?? []);
  for (const {pointer, message} of problems.slice(0, 1))
    report(
      {...scene, pointer: `${scene.pointer}/$literal${pointer}`},
      {code: 'JW1008', facts: {problem: `the value ${message}`}},
    );
  return {type: {const: json}};
}
