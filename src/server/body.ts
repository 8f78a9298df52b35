/** Bodies of the API, read strictly: JSON objects with known members of known types. Digits of long numbers are kept. */
import type {FastifyInstance, FastifyRequest} from 'fastify';
import {fail, nearest} from '../errors/jobwire-error.ts';
import {decodeUtf8, isObject, type Json, JsonFault, type JsonObject, own, parseJson} from '../values/json.ts';

/** JSON and nothing else: a form of a web page must not be able to speak for its reader. */
export function readJsonBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>(
    'application/json',
    {parseAs: 'buffer'},
    async (_request: FastifyRequest, bytes: Buffer) => {
      try {
        return bytes.length === 0 ? {} : parseJson(decodeUtf8(bytes));
      } catch (error) {
        throw error instanceof JsonFault ? fail('JW7101', {problem: `the body is no JSON: ${error.message}`}) : error;
      }
    },
  );
}

/** JW7101 for anything but an object with these members. */
export function bodyOf({body = {}}: FastifyRequest, known: readonly string[]): JsonObject {
  if (!isObject(body)) throw fail('JW7101', {problem: 'the body must be a JSON object'});
  for (const name of Object.keys(body))
    if (!known.includes(name)) {
      const shown = name.slice(0, 60);
      const problem = `there is no member ${JSON.stringify(shown)}`;
      throw fail('JW7101', {problem}, {hint: `use ${known.join(', ') || 'none'}`, suggestions: nearest(shown, known)});
    }
  return body;
}

export function textIn(body: JsonObject, name: string): string | undefined {
  return typed(body, name, {is: (value) => typeof value === 'string' && value !== '', what: 'text'});
}

export function flagIn(body: JsonObject, name: string): boolean | undefined {
  return typed(body, name, {is: (value) => typeof value === 'boolean', what: 'true or false'});
}

export function listIn(body: JsonObject, name: string): readonly Json[] | undefined {
  return typed(body, name, {is: (value) => Array.isArray(value), what: 'a list'});
}

/** Digits beyond what a double holds are not whole numbers that anything here could mean. */
export function wholeIn(body: JsonObject, name: string): number | undefined {
  return typed(body, name, {is: Number.isSafeInteger, what: 'a whole number'});
}

function typed<T>(
  body: JsonObject,
  name: string,
  {is, what}: {is: (value: Json) => boolean; what: string},
): T | undefined {
  const value = own(body, name);
  if (value === undefined) return undefined;
  if (!is(value)) throw fail('JW7101', {problem: `${name} must be ${what}`});
  return value as T;
}
