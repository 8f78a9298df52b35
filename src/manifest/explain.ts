/**
 * Says why a value does not fit a schema of the package, in the words of the one form the author most likely meant. It never
 * decides whether a value fits: the validator does.
 */
import {ExactNumber, escapePointer, isObject, type Json} from '../values/json.ts';
import {chooseBranch} from './branches.ts';
import {fitsType} from './json-types.ts';
import {followRef, type Located, type SchemaNode} from './kinds.ts';
import {compilePattern} from './patterns.ts';
import {listed, typeName, typeWords} from './sentences.ts';

export interface Trouble {
  readonly pointer: string;
  readonly kind: 'key' | 'missing' | 'type' | 'const' | 'value';
  /** End of a sentence that begins with the path. */
  readonly message: string;
  /** What would be right, as a noun: "a duration". */
  readonly expected?: string;
  readonly property?: string;
  /** Names or values that would have been right. */
  readonly candidates?: readonly string[];
}

export interface Subject {
  readonly value: Json;
  readonly pointer: string;
}

type Check = (
  keyword: unknown,
  subject: Subject,
  around: {readonly schema: Schema; readonly base: string},
) => Trouble[];
type Schema = Exclude<SchemaNode, boolean>;

export function explain({schema, base}: Located, subject: Subject): Trouble[] {
  if (schema === true) return [];
  if (schema === false) return [{pointer: subject.pointer, kind: 'value', message: 'is not allowed here'}];
  const wrongType = checks['type']?.(schema['type'], subject, {schema, base}) ?? [];
  if (wrongType.length > 0) return wrongType;
  return Object.entries(schema).flatMap(([keyword, value]) =>
    keyword === 'type' || !Object.hasOwn(checks, keyword)
      ? []
      : (checks[keyword]?.(value, subject, {schema, base}) ?? []),
  );
}

function text(check: (value: string, limit: never) => string | undefined): Check {
  return (limit, {value, pointer}) => {
    const message = typeof value === 'string' ? check(value, limit as never) : undefined;
    return message === undefined ? [] : [{pointer, kind: 'value', message}];
  };
}

function size(check: (value: number, limit: number) => string | undefined): Check {
  return (limit, {value, pointer}) => {
    const number = value instanceof ExactNumber ? Number(value.text) : value;
    const message = typeof number === 'number' ? check(number, limit as number) : undefined;
    return message === undefined ? [] : [{pointer, kind: 'value', message}];
  };
}

function count(check: (length: number, limit: number) => string | undefined): Check {
  return (limit, {value, pointer}) => {
    const length = Array.isArray(value) ? value.length : undefined;
    const message = length === undefined ? undefined : check(length, limit as number);
    return message === undefined ? [] : [{pointer, kind: 'value', message}];
  };
}

/** A word of the language that is not kept is said by its name and description, not by its pattern. */
function named(troubles: Trouble[], schema: SchemaNode, pointer: string): Trouble[] {
  const [first, ...more] = troubles;
  if (!first || more.length > 0 || first.pointer !== pointer || typeof schema === 'boolean') return troubles;
  const {title, description} = schema;
  if (first.kind !== 'value' && first.kind !== 'type') return troubles;
  if (typeof title !== 'string') return troubles;
  const word = `${/^[aeiou]/i.test(title) ? 'an' : 'a'} ${title[0]?.toLowerCase()}${title.slice(1)}`;
  const how = typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
  return [{...first, message: `must be ${word}${how}`, expected: word}];
}

const checks: Readonly<Record<string, Check>> = {
  $ref: (ref, subject, {base}) => {
    const target = followRef(String(ref), base);
    return named(explain(target, subject), target.schema, subject.pointer);
  },
  type: (type, {value, pointer}) =>
    type === undefined || fitsType(value, type)
      ? []
      : [
          {
            pointer,
            kind: 'type',
            message: `must be ${typeWords(type)}, it is ${typeName(value)}`,
            expected: typeWords(type),
          },
        ],
  const: (wanted, {value, pointer}) =>
    value === wanted
      ? []
      : [
          {
            pointer,
            kind: 'const',
            message: `must be ${JSON.stringify(wanted)}`,
            expected: JSON.stringify(wanted),
            candidates: [String(wanted)],
          },
        ],
  enum: (list, {value, pointer}) => {
    const values = list as readonly unknown[];
    if (values.includes(value)) return [];
    return [
      {
        pointer,
        kind: 'const',
        message: `must be ${listed(values)}`,
        expected: listed(values),
        candidates: values.map(String),
      },
    ];
  },
  required: (names, {value, pointer}) =>
    isObject(value)
      ? (names as string[])
          .filter((name) => !Object.hasOwn(value, name))
          .map((property) => ({pointer, kind: 'missing', message: `lacks ${JSON.stringify(property)}`, property}))
      : [],
  dependentRequired: (table, {value, pointer}) =>
    isObject(value)
      ? Object.entries(table as Record<string, string[]>).flatMap(([key, names]) =>
          Object.hasOwn(value, key)
            ? names
                .filter((name) => !Object.hasOwn(value, name))
                .map((property) => ({
                  pointer,
                  kind: 'missing' as const,
                  message: `has ${JSON.stringify(key)} and so needs ${JSON.stringify(property)}`,
                  property,
                }))
            : [],
        )
      : [],
  properties: (table, {value, pointer}, {base}) =>
    isObject(value)
      ? Object.entries(table as Record<string, SchemaNode>).flatMap(([name, schema]) =>
          Object.hasOwn(value, name)
            ? explain({schema, base}, {value: value[name] as Json, pointer: `${pointer}/${escapePointer(name)}`})
            : [],
        )
      : [],
  patternProperties: (table, {value, pointer}, {base}) =>
    isObject(value)
      ? Object.entries(table as Record<string, SchemaNode>).flatMap(([pattern, schema]) =>
          Object.keys(value)
            .filter((name) => compilePattern(pattern).test(name))
            .flatMap((name) =>
              explain({schema, base}, {value: value[name] as Json, pointer: `${pointer}/${escapePointer(name)}`}),
            ),
        )
      : [],
  additionalProperties: (schema, subject, {schema: owner, base}) =>
    others(schema as SchemaNode, subject, {
      names: Object.keys(record(owner['properties'])),
      patterns: Object.keys(record(owner['patternProperties'])),
      base,
    }),
  unevaluatedProperties: (schema, subject, {schema: owner, base}) =>
    others(schema as SchemaNode, subject, {...declared({schema: owner, base}), base}),
  propertyNames: (schema, {value, pointer}, {base}) =>
    isObject(value)
      ? Object.keys(value).flatMap((name) =>
          explain({schema: schema as SchemaNode, base}, {value: name, pointer}).map(({message}) => ({
            pointer: `${pointer}/${escapePointer(name)}`,
            kind: 'value' as const,
            message: `is not a good name: it ${message}`,
          })),
        )
      : [],
  minProperties: (limit, {value, pointer}) =>
    isObject(value) && Object.keys(value).length < Number(limit)
      ? [{pointer, kind: 'value', message: 'must not be empty'}]
      : [],
  items: (schema, {value, pointer}, {schema: owner, base}) => {
    const from = Array.isArray(owner['prefixItems']) ? owner['prefixItems'].length : 0;
    return Array.isArray(value)
      ? value.flatMap((item, i) =>
          i < from ? [] : explain({schema: schema as SchemaNode, base}, {value: item, pointer: `${pointer}/${i}`}),
        )
      : [];
  },
  allOf: (list, subject, {base}) => (list as SchemaNode[]).flatMap((schema) => explain({schema, base}, subject)),
  anyOf: (list, subject, {base}) => alternatives(list as SchemaNode[], subject, base).troubles,
  oneOf: (list, subject, {base}) => {
    const {troubles, fitting} = alternatives(list as SchemaNode[], subject, base);
    return fitting > 1
      ? [{pointer: subject.pointer, kind: 'value', message: 'mixes several forms; give exactly one'}]
      : troubles;
  },
  not: (schema, subject, {base}) => {
    if (explain({schema: schema as SchemaNode, base}, subject).length > 0) return [];
    const names = isObject(schema) && Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
    const message =
      names.length > 1
        ? `may not have ${names.join(' and ')} together`
        : names.length === 1
          ? `may not have ${names[0]} here`
          : 'is not allowed here';
    return [{pointer: subject.pointer, kind: 'value', message}];
  },
  if: (schema, subject, {schema: owner, base}) => {
    const branch = owner[explain({schema: schema as SchemaNode, base}, subject).length === 0 ? 'then' : 'else'];
    return branch === undefined ? [] : explain({schema: branch as SchemaNode, base}, subject);
  },
  pattern: text((value, source: string) =>
    compilePattern(source).test(value) ? undefined : `is not written as it must be (${source})`,
  ),
  minLength: text((value, limit: number) =>
    value.length >= limit ? undefined : limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`,
  ),
  maxLength: text((value, limit: number) =>
    value.length <= limit ? undefined : `must have at most ${limit} characters`,
  ),
  minimum: size((value, limit) => (value >= limit ? undefined : `must be at least ${limit}`)),
  maximum: size((value, limit) => (value <= limit ? undefined : `must be at most ${limit}`)),
  exclusiveMinimum: size((value, limit) => (value > limit ? undefined : `must be more than ${limit}`)),
  exclusiveMaximum: size((value, limit) => (value < limit ? undefined : `must be less than ${limit}`)),
  minItems: count((length, limit) =>
    length >= limit ? undefined : limit === 1 ? 'must not be empty' : `must have at least ${limit} items`,
  ),
  maxItems: count((length, limit) => (length <= limit ? undefined : `must have at most ${limit} items`)),
  uniqueItems: (wanted, {value, pointer}) =>
    wanted === true && Array.isArray(value) && new Set(value.map((item) => JSON.stringify(item))).size < value.length
      ? [{pointer, kind: 'value', message: 'must not hold the same item twice'}]
      : [],
};

function alternatives(schemas: readonly SchemaNode[], subject: Subject, base: string) {
  const branches = schemas.map((schema) => explain({schema, base}, subject));
  const fitting = branches.filter((troubles) => troubles.length === 0).length;
  return {fitting, troubles: fitting > 0 ? [] : chooseBranch(branches, subject)};
}

interface Known {
  readonly names: readonly string[];
  readonly patterns: readonly string[];
}

/** Keys no property or pattern names: each is unknown, or must fit the schema of the others. */
function others(
  schema: SchemaNode,
  {value, pointer}: Subject,
  {names, patterns, base}: Known & {base: string},
): Trouble[] {
  if (!isObject(value)) return [];
  const extra = Object.keys(value).filter(
    (key) => !names.includes(key) && !patterns.some((pattern) => compilePattern(pattern).test(key)),
  );
  if (schema !== false)
    return extra.flatMap((key) =>
      explain({schema, base}, {value: value[key] as Json, pointer: `${pointer}/${escapePointer(key)}`}),
    );
  return extra.map((key) => ({
    pointer: `${pointer}/${escapePointer(key)}`,
    kind: 'key',
    message: 'is not a key here',
    property: key,
    candidates: names.filter((name) => !Object.hasOwn(value, name)),
  }));
}

/** Keys that a schema and the schemas it is made of know. */
function declared({schema, base}: Located): Known {
  if (typeof schema === 'boolean') return {names: [], patterns: []};
  const inner: Located[] = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) =>
    ((schema[keyword] as SchemaNode[] | undefined) ?? []).map((part) => ({schema: part, base})),
  );
  for (const keyword of ['if', 'then', 'else'])
    if (schema[keyword] !== undefined) inner.push({schema: schema[keyword] as SchemaNode, base});
  if (typeof schema['$ref'] === 'string') inner.push(followRef(schema['$ref'], base));
  const parts = inner.map(declared);
  return {
    names: [...Object.keys(record(schema['properties'])), ...parts.flatMap(({names}) => names)],
    patterns: [...Object.keys(record(schema['patternProperties'])), ...parts.flatMap(({patterns}) => patterns)],
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
