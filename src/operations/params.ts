/** What a caller may give an operation or lookup: names, presence and types, checked at run time. Must never convert a value. */
import {fail, nearest} from '../errors/jobwire-error.ts';
import type {Connector, Params} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {validateAgainst} from '../manifest/validate.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {stringifyJson} from '../values/json.ts';
import {isTypeWord, keepsLimits, typeRules} from './convert.ts';
import {isFile} from './file.ts';

export interface ParamRules {
  readonly names: ReadonlyMap<string, ParamRule>;
  readonly required: readonly string[];
  /** Masked wherever they are shown. */
  readonly secret: readonly string[];
}

interface ParamRule {
  readonly optional: boolean;
  /** As the manifest names it, for messages. */
  readonly type: string;
  readonly problem: (value: Json) => string | undefined;
}

/** Reads `params` once; `name?` is optional. */
export function readParams(params: Params | undefined, connector: Connector): ParamRules {
  const names = new Map<string, ParamRule>();
  const secret: string[] = [];
  for (const [key, type] of Object.entries(params ?? {})) {
    const optional = key.endsWith('?');
    const name = optional ? key.slice(0, -1) : key;
    if (type === 'secret') secret.push(name);
    names.set(name, {
      optional,
      type: typeof type === 'string' ? type : 'what its schema says',
      problem: typeof type === 'string' ? ofWord(type) : ofSchema(type, connector),
    });
  }
  const required = [...names].filter(([, {optional}]) => !optional).map(([name]) => name);
  return {names, required, secret};
}

/**
 * The parameters that count as given: null for an optional one does not. `where` names the operation or lookup.
 * Errors (outcome fail): JW2005, JW2006, JW2007.
 */
export function checkParams(rules: ParamRules, given: JsonObject, where: string): JsonObject {
  let absent = false;
  for (const [name, value] of Object.entries(given)) {
    const rule = rules.names.get(name);
    if (rule === undefined) throw unknown(rules, name, where);
    if (value === null && rule.optional) absent = true;
    else checkValue(rule, value, {name, where});
  }
  for (const name of rules.required)
    if (!Object.hasOwn(given, name)) throw fail('JW2006', {path: `params.${name} of ${where}`}, {outcome: 'fail'});
  if (!absent) return given;
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== null || rules.names.get(name)?.optional === false),
  );
}

function checkValue(rule: ParamRule, value: Json, {name, where}: {name: string; where: string}): void {
  const problem = rule.problem(value);
  if (problem === undefined) return;
  if (value === null) throw fail('JW2006', {path: `params.${name} of ${where}`}, {outcome: 'fail'});
  throw fail('JW2007', {problem: `params.${name} of ${where} ${problem}`}, {outcome: 'fail'});
}

function unknown(rules: ParamRules, name: string, where: string): Error {
  const suggestions = nearest(name, rules.names.keys());
  return fail('JW2005', {path: `params.${name} in ${where}`}, {suggestions, outcome: 'fail'});
}

/** Words that are a type with a format. */
const formats: Readonly<Record<string, string>> = {uuid: 'uuid', 'date-time': 'date-time', uri: 'uri'};

function ofWord(word: string): ParamRule['problem'] {
  if (word === 'any') return () => undefined;
  if (word === 'file') return (value) => (isFile(value) ? undefined : 'takes a file');
  const format = Object.hasOwn(formats, word) ? formats[word] : undefined;
  const type = isTypeWord(word) ? word : 'string';
  const schema: JsonObject = format === undefined ? {type} : {type, format};
  const holds = (value: Json) =>
    typeRules[type].is(value) &&
    keepsLimits(value, schema) &&
    (format !== 'uri' || URL.canParse(value as string)) &&
    !(value instanceof Uint8Array);
  // A value that may be a secret is not repeated.
  return (value) =>
    holds(value) ? undefined : `takes ${word}${word === 'secret' ? '' : `, got ${shorten(stringifyJson(value))}`}`;
}

function ofSchema(type: Params[string], connector: Connector): ParamRule['problem'] {
  const schema = resolveSchema(type as Exclude<Params[string], string>, connector);
  return (value) => {
    const [first] = validateAgainst(schema, value);
    return first && `does not fit its schema: ${first.pointer === '' ? '' : `${first.pointer} `}${first.message}`;
  };
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
