/** What a change of an embedded schema means for those who write its values, and for those who read them. Must never validate a value. */
import {isObject, type Json} from '../values/json.ts';
import {type Change, change, type Level, same, show} from './diff-change.ts';
import {compareLimits} from './diff-limits.ts';

export interface SchemaPlace {
  readonly pointer: string;
  /** `input.arguments`: begins the sentences. */
  readonly path: string;
  /** in: others write the value (input, config); out: they read it (event data). */
  readonly flow: 'in' | 'out';
  /** The schema itself: there `config` and `input` are closed without saying so, and defaults are put in. */
  readonly top?: boolean;
}

type Schema = {readonly [keyword: string]: Json};
type Both = {readonly before: Schema; readonly after: Schema; readonly place: SchemaPlace};

/** Both stand alone: references are resolved. */
export function compareSchemas(before: unknown, after: unknown, place: SchemaPlace): Change[] {
  if (same(before, after)) return [];
  if (same(bare(before), bare(after))) return [change('patch', place.pointer, `texts of ${place.path}`)];
  const both = {before: schemaOf(before), after: schemaOf(after), place};
  return [
    ...typeChanges(both),
    ...choiceChanges(both),
    ...compareLimits(both.before, both.after, place),
    ...propertyChanges(both),
    ...closingChanges(both),
    ...itemChanges(both),
    ...shapeChanges(both),
    ...defaultChanges(both),
    ...otherChanges(both),
  ];
}

function schemaOf(schema: unknown): Schema {
  if (schema === false) return {not: {}};
  return isObject(schema) ? schema : {};
}

const annotations: ReadonlySet<string> = new Set(['title', 'description', 'examples', 'deprecated', '$comment']);
const named: ReadonlySet<string> = new Set(['properties', '$defs']);

/** The schema without what is said only for people. */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => {
      if (annotations.has(key)) return [];
      if (!named.has(key) || !isObject(value)) return [[key, bare(value)]];
      return [[key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, bare(inner)]))]];
    }),
  );
}

const words = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const;

/** What a value may be; a number may be an integer. */
function typesOf(schema: Schema): ReadonlySet<string> {
  const {type} = schema;
  const said = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : undefined;
  const listed = said ?? choicesOf(schema)?.map(typeOf) ?? words;
  return new Set(listed.flatMap((word) => (word === 'number' ? ['number', 'integer'] : [word])));
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' && !isObject(value) ? 'number' : typeof value;
}

/** A reader is surprised by a wider type as a writer is by a narrower one. */
function typeChanges({before, after, place}: Both): Change[] {
  const [olds, news] = [typesOf(before), typesOf(after)];
  const narrower = [...olds].some((word) => !news.has(word));
  const wider = [...news].some((word) => !olds.has(word));
  if (!narrower && !wider) return [];
  const level: Level = narrower || place.flow === 'out' ? 'major' : 'minor';
  return [change(level, place.pointer, `${place.path} is ${describe(news)} now, it was ${describe(olds)}`)];
}

function describe(types: ReadonlySet<string>): string {
  if (types.size === words.length) return 'anything';
  const list = [...types].filter((word) => word !== 'integer' || !types.has('number'));
  return list.length === 0 ? 'nothing' : list.join(' or ');
}

function choicesOf({enum: list, const: only}: Schema): readonly Json[] | undefined {
  if (Array.isArray(list)) return list;
  return only === undefined ? undefined : [only];
}

function choiceChanges({before, after, place: {path, pointer}}: Both): Change[] {
  const [olds, news] = [choicesOf(before), choicesOf(after)];
  if (olds === undefined && news === undefined) return [];
  if (olds === undefined) return [change('major', pointer, `${path} takes only ${news?.map(show).join(', ')} now`)];
  if (news === undefined) return [change('minor', pointer, `${path} takes any value now`)];
  const gone = olds.filter((value) => !news.some((other) => same(value, other)));
  const fresh = news.filter((value) => !olds.some((other) => same(value, other)));
  return [
    ...gone.map((value) => change('major', pointer, `${path} no longer is ${show(value)}`)),
    ...fresh.map((value) => change('minor', pointer, `${path} may be ${show(value)}`)),
  ];
}

function propertyChanges({before, after, place}: Both): Change[] {
  const [olds, news] = [membersOf(before), membersOf(after)];
  const [needed, needs] = [requiredOf(before), requiredOf(after)];
  const gone = Object.keys(olds).filter((name) => !Object.hasOwn(news, name));
  const fresh = Object.keys(news).filter((name) => !Object.hasOwn(olds, name));
  const at = (name: string): SchemaPlace => ({
    flow: place.flow,
    path: `${place.path}.${name}`,
    pointer: `${place.pointer}/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  });
  const fills = (name: string): boolean =>
    place.top === true && place.flow === 'in' && schemaOf(news[name])['default'] !== undefined;
  return [
    ...gone.map((name) => {
      const twin = fresh.find((other) => same(bare(olds[name]), bare(news[other])));
      return change('major', at(name).pointer, `${at(name).path} is ${twin ? `called ${twin} now` : 'gone'}`);
    }),
    ...fresh.map((name) => {
      const asks = needs.has(name) && place.flow === 'in' && !fills(name);
      return change(
        asks ? 'major' : 'minor',
        at(name).pointer,
        `${at(name).path} is new${asks ? ' and required' : ''}`,
      );
    }),
    ...Object.keys(olds).flatMap((name) =>
      Object.hasOwn(news, name) ? compareSchemas(olds[name], news[name], at(name)) : [],
    ),
    ...Object.keys(olds).flatMap((name) =>
      Object.hasOwn(news, name) && needed.has(name) !== needs.has(name)
        ? [requiredChange(at(name), needs.has(name), fills(name))]
        : [],
    ),
  ];
}

function requiredChange({path, pointer, flow}: SchemaPlace, isRequired: boolean, filled: boolean): Change {
  if (flow === 'out')
    return isRequired
      ? change('minor', pointer, `${path} is always there now`)
      : change('major', pointer, `${path} may be missing now`);
  if (!isRequired) return change('minor', pointer, `${path} is optional now`);
  return change(filled ? 'minor' : 'major', pointer, `${path} is required now`);
}

function membersOf({properties}: Schema): {readonly [name: string]: Json} {
  return isObject(properties) ? properties : {};
}

function requiredOf({required}: Schema): ReadonlySet<string> {
  return new Set(Array.isArray(required) ? required.map(String) : []);
}

/** Whether names that are not declared are taken. */
function closingChanges({before, after, place}: Both): Change[] {
  const rule = (schema: Schema): Json => schema['additionalProperties'] ?? !(place.top && place.flow === 'in');
  const [old, fresh] = [rule(before), rule(after)];
  if (same(old, fresh)) return [];
  const {path, pointer} = place;
  if (fresh === false) return [change('major', pointer, `${path} takes no other names now`)];
  if (old === false) return [change('minor', pointer, `${path} takes other names now`)];
  const inner = {flow: place.flow, path: `${path}.*`, pointer: `${pointer}/additionalProperties`};
  return compareSchemas(old === true ? {} : old, fresh === true ? {} : fresh, inner);
}

function itemChanges({before, after, place: {flow, path, pointer}}: Both): Change[] {
  const inner = {flow, path: `${path}[]`, pointer: `${pointer}/items`};
  return same(before['items'], after['items']) ? [] : compareSchemas(before['items'], after['items'], inner);
}

const unions = ['anyOf', 'oneOf'];
const opaque = ['allOf', 'not', 'if', 'then', 'else', 'prefixItems', 'propertyNames', '$ref', '$defs'];

/** Branches that were added or taken away are told; anything else that differs counts as a break, since it may be one. */
function shapeChanges({before, after, place: {flow, path, pointer}}: Both): Change[] {
  const branches = unions.flatMap((keyword) => {
    const [olds, news] = [before[keyword], after[keyword]];
    if (same(bare(olds), bare(news))) return [];
    const isWider =
      olds !== undefined &&
      (news === undefined ||
        (Array.isArray(olds) &&
          Array.isArray(news) &&
          olds.every((one) => news.some((other) => same(bare(one), bare(other))))));
    const level: Level = isWider && flow === 'in' ? 'minor' : 'major';
    return [change(level, `${pointer}/${keyword}`, `${path} takes ${isWider ? 'more' : 'other'} shapes (${keyword})`)];
  });
  const others = opaque.filter((keyword) => !same(bare(before[keyword]), bare(after[keyword])));
  return [
    ...branches,
    ...others.map((keyword) => change('major', `${pointer}/${keyword}`, `${path} has another rule (${keyword})`)),
  ];
}

/** What is left out means something else then. */
function defaultChanges({before, after, place: {flow, path, pointer}}: Both): Change[] {
  const [old, fresh] = [before['default'], after['default']];
  if (same(old, fresh)) return [];
  if (flow === 'out') return [change('patch', `${pointer}/default`, `default of ${path}`)];
  if (old === undefined) return [change('minor', `${pointer}/default`, `${path} has the default ${show(fresh)}`)];
  const now = fresh === undefined ? 'has no default now' : `has the default ${show(fresh)} now`;
  return [change('major', `${pointer}/default`, `${path} ${now}, it was ${show(old)}`)];
}

function otherChanges({before, after, place: {path, pointer}}: Both): Change[] {
  const [wasFile, isFile] = [before['x-jobwire-file'] === true, after['x-jobwire-file'] === true];
  return wasFile === isFile ? [] : [change('major', pointer, `${path} is ${isFile ? 'a file' : 'no file'} now`)];
}
