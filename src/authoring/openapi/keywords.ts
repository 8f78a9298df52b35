/** Single keywords of a schema, as the language has them. */
import {formatNames} from '../../manifest/formats.ts';
import {isObject, type Json, type JsonObject} from '../../values/json.ts';
import {plainNumber} from './source.ts';

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

export function typeOf(value: JsonObject): JsonObject {
  const {type} = value;
  if (type === 'file') return {type: 'string'};
  const words = (Array.isArray(type) ? type : [type]).flatMap((word) =>
    typeof word === 'string' && types.has(word) ? [word] : [],
  );
  if (words.length === 0)
    return isObject(value['properties']) ? {type: 'object'} : isObject(value['items']) ? {type: 'array'} : {};
  const [only = ''] = words;
  return {type: words.length === 1 ? only : words};
}

const formats: Readonly<Record<string, string>> = {
  datetime: 'date-time',
  guid: 'uuid',
  url: 'uri',
  ip: 'ipv4',
  'host-name': 'hostname',
};

export function formatOf({format}: JsonObject): JsonObject {
  if (typeof format !== 'string') return {};
  const name = formats[format.toLowerCase()] ?? format;
  return formatNames.some((one) => one === name) ? {format: name} : {};
}

/** Of an answer only what tells one kind of text from another; its digits and zones are the server's matter. */
export function looseFormat(value: JsonObject): JsonObject {
  return value['const'] !== undefined && typeof value['const'] !== 'object' ? {const: value['const']} : {};
}

export function numbersOf(value: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const keyword of ['minLength', 'maxLength', 'minItems', 'maxItems']) {
    const number = plainNumber(value[keyword]);
    if (number !== undefined && Number.isInteger(number) && number >= 0) result[keyword] = number;
  }
  for (const [plain, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const limit = plainNumber(value[plain]);
    const other = plainNumber(value[exclusive]);
    if (other !== undefined) result[exclusive] = other;
    if (limit !== undefined && Math.abs(limit) <= Number.MAX_SAFE_INTEGER)
      result[value[exclusive] === true ? exclusive : plain] = limit;
  }
  const step = plainNumber(value['multipleOf']);
  if (step !== undefined && step > 0) result['multipleOf'] = step;
  if (value['uniqueItems'] === true) result['uniqueItems'] = true;
  return result;
}

/** The schema with null beside what it takes. */
export function orNull(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const {type} = schema;
  if (
    schema['$ref'] !== undefined ||
    schema['const'] !== undefined ||
    schema['anyOf'] !== undefined ||
    schema['oneOf'] !== undefined ||
    schema['allOf'] !== undefined
  )
    return takesNull(schema) ? schema : {anyOf: [schema, {type: 'null'}]};
  if (type === undefined) return schema;
  const words = Array.isArray(type) ? type : [type];
  if (words.includes('null')) return schema;
  const choices = schema['enum'];
  return {
    ...schema,
    type: [...words, 'null'],
    ...(Array.isArray(choices) && !choices.includes(null) && {enum: [...choices, null]}),
  };
}

function takesNull({anyOf}: JsonObject): boolean {
  return Array.isArray(anyOf) && anyOf.some((branch) => isObject(branch) && branch['type'] === 'null');
}

/** The first sentence of a text, in one line and at most so long; nothing that looks like an expression or a token. */
export function sentence(text: string, longest: number): string {
  const line = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const first = /^(.*?[.!?])(?: |$)/.exec(line)?.[1] ?? line;
  const cut = first.length > longest ? `${first.slice(0, longest - 1)}…` : first;
  return /\{\{|eyJ[A-Za-z0-9_-]{8}/.test(cut) ? '' : cut.replace(/\.$/, '');
}
