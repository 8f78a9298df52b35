/** The input of an action before anything is done with it: names, presence and types, defaults put in. Must never convert a value. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Action} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {closeSchema, type SchemaProblem, validateAgainst, withDefaults} from '../manifest/validate.ts';
import {isObject, type Json, type JsonObject} from '../values/json.ts';
import type {LiveConnection} from './connection.ts';

/** Errors (outcome fail): JW7004 for a variant the action does not work with; JW2005, JW2006, JW2007 with all findings. */
export function prepareInput(action: Action, input: Json, connection: LiveConnection): JsonObject {
  const {connector, variant = ''} = connection;
  if (action.variants && !action.variants.includes(variant))
    throw fail(
      'JW7004',
      {variant, problem: `does not offer the action ${action.title}`, variants: action.variants.join(', ')},
      {outcome: 'fail'},
    );
  if (!isObject(input)) throw fail('JW2007', {problem: 'the input of an action is an object'}, {outcome: 'fail'});
  return checkInput(closeSchema(resolveSchema(action.input, connector)), input);
}

/** The input with its defaults, for a closed schema. Errors (outcome fail): JW2005, JW2006, JW2007 with all findings. */
export function checkInput(schema: object, input: JsonObject): JsonObject {
  const given = withDefaults(schema, input);
  const problems = validateAgainst(schema, given, {all: true});
  if (problems.length > 0) throw refusal(problems, schema);
  return given;
}

const codes: ReadonlyMap<string, 'JW2005' | 'JW2006'> = new Map([
  ['additionalProperties', 'JW2005'],
  ['unevaluatedProperties', 'JW2005'],
  ['required', 'JW2006'],
]);

/** The first finding gives the code, all of them the text. */
function refusal(problems: readonly SchemaProblem[], schema: object): Error {
  const names = Object.keys((schema as {properties?: object}).properties ?? {});
  const [first] = problems;
  const suggestions = problems.flatMap(({keyword, property}) =>
    property !== undefined && codes.get(keyword) === 'JW2005' ? nearest(property, names) : [],
  );
  return fail(
    codes.get(first?.keyword ?? '') ?? 'JW2007',
    {problem: '', path: first?.property ?? 'input'},
    {
      detail: problems.map(sentenceOf).join('; '),
      outcome: 'fail',
      ...(suggestions.length > 0 && {suggestions}),
    },
  );
}

function sentenceOf({pointer, message, keyword, property}: SchemaProblem): string {
  const place = `input${pointer.replaceAll('/', '.')}`;
  if (property !== undefined && codes.get(keyword) === 'JW2006') return `${place}.${property} is missing`;
  if (property !== undefined && codes.get(keyword) === 'JW2005') return `there is no ${place}.${property}`;
  return `${place} ${message}`;
}
