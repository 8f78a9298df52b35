/** `NAME=VALUE` as people type it, in the types an input asks for. Must never guess a number out of a text. */
import {fail} from '../errors/jobwire-error.ts';
import {isObject, type Json, JsonFault, type JsonObject, own, parseJson} from '../values/json.ts';
import {coerce} from './coerce.ts';

/**
 * Values by name. A value is text, converted where the schema asks for another type; for lists, objects and fields of any type it is
 * JSON. JW7101 for what is not NAME=VALUE and for JSON that does not parse.
 */
export function readAssignments(texts: readonly string[], schema: object): JsonObject {
  const given: JsonObject = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw fail('JW7101', {problem: `${text}: write NAME=VALUE`});
    const name = text.slice(0, at);
    Object.defineProperty(given, name, {
      value: readValue(text.slice(at + 1), name, own(own(schema, 'properties'), name)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return knownInput(schema, given);
}

/**
 * Values of the types the schema asks for, where the conversion loses nothing; others stay as they are. Only types are looked at:
 * limits are checked where the input is used, with a message about the limit.
 */
export function knownInput(schema: object, given: JsonObject): JsonObject {
  const declared = own(schema, 'properties');
  const types = Object.entries(isObject(declared) ? declared : {}).flatMap(([name, property]): [string, Json][] => {
    const type = own(property, 'type');
    return type === undefined ? [] : [[name, {type}]];
  });
  return coerce(given, {properties: Object.fromEntries(types), type: 'object'}).value;
}

function readValue(text: string, name: string, property: Json | undefined): Json {
  const types = [own(property, 'type') ?? []].flat();
  if (types.includes('array') || types.includes('object')) return readJson(text, name);
  if (types.length > 0 || !isObject(property) || own(property, 'enum') !== undefined) return text;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** JW7101 when it is no JSON; `what` names where it stands. */
export function readJson(text: string, what: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw fail(
      'JW7101',
      {problem: `${what} is not JSON: ${error.message}`},
      {hint: 'write JSON; a text stands in double quotes: \'"yes"\''},
    );
  }
}
