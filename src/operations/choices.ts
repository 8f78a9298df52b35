/** What may stand in a field of an action's input, asked of the target while someone is editing. Must never write. */
import {asJobwireError, fail, nearest} from '../errors/jobwire-error.ts';
import {evaluateJson, evaluateText, type Scope} from '../expressions/evaluate.ts';
import type {Action} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {isObject, type Json, type JsonObject, own, stringifyJson} from '../values/json.ts';
import {unknownName} from './call.ts';
import type {LiveConnection} from './connection.ts';
import {execute} from './execute.ts';
import {evaluateEach, find} from './lookup.ts';
import {attempt} from './response.ts';
import type {Log} from './trace.ts';
import {knownInput} from './typed-input.ts';
import {vendorType} from './types-dotnet.ts';

export interface Choice {
  readonly value: Json;
  readonly label?: string;
}

export interface Argument {
  readonly name: string;
  /** The vendor's name for it where there is one, else JSON Schema's. */
  readonly type: string;
  readonly required: boolean;
  readonly title?: string;
  readonly default?: Json;
  readonly choices?: readonly Json[];
}

export type FieldOptions =
  /** Values the field may have, each once. */
  | {readonly kind: 'choices'; readonly choices: readonly Choice[]}
  /** The field is an object: what may stand in it, and the schema this was read from. */
  | {readonly kind: 'arguments'; readonly arguments: readonly Argument[]; readonly schema: JsonObject};

export interface Asking {
  readonly connection: LiveConnection;
  readonly action: string;
  readonly field: string;
  /** What is known of the other fields. */
  readonly input?: JsonObject | undefined;
  readonly log?: Log | undefined;
}

/**
 * Errors: JW1004 no such action; JW2005 no such field; JW7102 a field that offers nothing; JW2006 another field is needed first; and
 * those of the read.
 */
export async function readOptions(asking: Asking): Promise<FieldOptions> {
  const {connection, field} = asking;
  const schema = actionInput(connection, asking.action);
  const property = propertyOf(schema, field);
  const fetchChoices = own(property, 'x-jobwire-options');
  const fetchSchema = own(property, 'x-jobwire-schema');
  const scope = {input: knownInput(schema, asking.input ?? {})};
  if (isObject(fetchChoices)) return choicesOf(asRows(await fetched(asking, fetchChoices, scope)), fetchChoices, scope);
  if (isObject(fetchSchema)) return argumentsOf(await fetched(asking, fetchSchema, scope), fetchSchema, scope);
  const fixed = property['type'] === 'boolean' ? [true, false] : property['enum'];
  if (Array.isArray(fixed)) return {kind: 'choices', choices: fixed.map((value) => ({value}))};
  const offering = Object.entries(properties(schema)).filter(([, other]) => offers(other));
  throw fail(
    'JW7102',
    {what: 'list of choices for', id: field},
    {
      outcome: 'fail',
      hint: `fields with choices: ${offering.map(([name]) => name).join(', ') || 'none'}`,
      suggestions: nearest(
        field,
        offering.map(([name]) => name),
      ),
    },
  );
}

/** JW1004 when the connector has none of this name. */
export function actionOf({connector}: LiveConnection, name: string): Action {
  const actions = connector.actions ?? {};
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) throw unknownName('action', name, nearest(name, Object.keys(actions)));
  return action;
}

/** Schema of an action's input, standing alone. JW1004. */
export function actionInput(connection: LiveConnection, name: string): object {
  return resolveSchema(actionOf(connection, name).input, connection.connector);
}

function properties(schema: object): JsonObject {
  const declared = own(schema, 'properties');
  return isObject(declared) ? declared : {};
}

function propertyOf(schema: object, field: string): JsonObject {
  const declared = properties(schema);
  const property = own(declared, field);
  if (isObject(property)) return property;
  throw fail(
    'JW2005',
    {path: `input.${field}`},
    {
      outcome: 'fail',
      owner: 'operator',
      suggestions: nearest(field, Object.keys(declared)),
      hint: `fields: ${Object.keys(declared).join(', ')}`,
    },
  );
}

function offers(property: Json): boolean {
  return ['x-jobwire-options', 'x-jobwire-schema', 'enum'].some((key) => own(property, key) !== undefined);
}

/** The rows or the result that the choices are made of. */
async function fetched({connection, log}: Asking, source: JsonObject, scope: Scope): Promise<Json> {
  const roots = {...scope, connection: connection.config, prepared: await connection.prepared(log)};
  const {call, lookup} = source as {call?: string; lookup?: string};
  const params = paramsOf(source, roots);
  if (call === undefined) return (await find({connection, lookup: lookup ?? '', params, log, step: 'options'})).value;
  if (connection.operation(call).write)
    throw fail('JW1011', {problem: `x-jobwire-options calls the write ${call}`}, {outcome: 'fail'});
  return execute({connection, operation: call, params, log, step: 'options'});
}

function paramsOf(source: JsonObject, roots: Scope): JsonObject {
  try {
    return evaluateEach(source['with'] as Readonly<Record<string, unknown>> | undefined, roots);
  } catch (thrown) {
    const error = asJobwireError(thrown);
    const [, needed] = /\binput\.([A-Za-z0-9_]+)/.exec(error.message) ?? [];
    if (error.jobwireCode !== 'JW2101' || needed === undefined) throw error;
    throw fail(
      'JW2006',
      {path: `input.${needed}`},
      {
        detail: `the choices depend on input.${needed}, which is not given`,
        hint: `give ${needed}`,
        owner: 'operator',
        outcome: 'fail',
        cause: error,
      },
    );
  }
}

function asRows(value: Json): Json[] {
  return Array.isArray(value) ? value : [value];
}

/** Rows that have no such value are left out: they offer nothing. */
function choicesOf(rows: readonly Json[], source: JsonObject, scope: Scope): FieldOptions {
  const choices = new Map<string, Choice>();
  for (const item of rows) {
    const roots = {...scope, item};
    const value = attempt(() => evaluateJson(source['value'], roots));
    if (value === undefined || value === null || value === '') continue;
    const label = source['label'] === undefined ? undefined : attempt(() => evaluateText(source['label'], roots));
    const key = stringifyJson(value);
    if (!choices.has(key)) choices.set(key, {value, ...(label !== undefined && {label})});
  }
  return {kind: 'choices', choices: [...choices.values()]};
}

function argumentsOf(result: Json, source: JsonObject, scope: Scope): FieldOptions {
  const schema = evaluateJson(source['use'], {...scope, result});
  if (!isObject(schema))
    throw fail('JW3113', {problem: 'the schema of the arguments is not an object'}, {outcome: 'fail'});
  const required = own(schema, 'required');
  const list = Object.entries(properties(schema)).map(([name, property]): Argument => {
    const [title, fallback, choices] = ['title', 'default', 'enum'].map((key) => own(property, key));
    return {
      name,
      type: typeName(property),
      required: Array.isArray(required) && required.includes(name),
      ...(typeof title === 'string' && {title}),
      ...(fallback !== undefined && {default: fallback}),
      ...(Array.isArray(choices) && {choices}),
    };
  });
  return {kind: 'arguments', arguments: list, schema};
}

function typeName(property: Json): string {
  const vendor = own(property, vendorType);
  const type = own(property, 'type');
  if (typeof vendor === 'string') return vendor;
  return Array.isArray(type) ? type.join(' or ') : typeof type === 'string' ? type : 'any';
}
