/** The input of a job verb: its own flags and those the runtime gives every verb of a name. Must never convert a value. */
import {asJobwireError} from '../errors/jobwire-error.ts';
import type {Connector, JobVerb} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {closeSchema} from '../manifest/validate.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';
import {bytesOf, fileName, fileType} from './file.ts';
import {checkInput} from './input.ts';
import type {VerbName} from './verbs.ts';

interface Flags {
  readonly properties: JsonObject;
  readonly required?: readonly string[];
}

/** What the runtime offers without the connector saying so (language reference, section 6.4). */
const flags: Partial<Record<VerbName, Flags>> = {
  stop: {properties: {force: {type: 'boolean', default: false}}},
  resume: {properties: {payload: {}}, required: ['payload']},
  attach: {properties: {file: {}, id: {type: 'string'}}},
  download: {properties: {id: {type: 'string'}}, required: ['id']},
};

const schemas = new WeakMap<JobVerb, object>();

/** Closed; what the connector declares itself wins over what the runtime offers. */
export function inputSchema(verb: JobVerb, name: VerbName, connector: Connector): object {
  const known = schemas.get(verb);
  if (known) return known;
  const declared = verb.input === undefined ? {type: 'object'} : resolveSchema(verb.input, connector);
  const {properties = {}, required = []} = flags[name] ?? {};
  const own = declared as {properties?: object; required?: readonly string[]};
  const schema = closeSchema({
    ...declared,
    properties: {...properties, ...own.properties},
    required: [...new Set([...(own.required ?? []), ...required])],
  });
  schemas.set(verb, schema);
  return schema;
}

/** Errors (outcome fail): JW2005, JW2006, JW2007 with all findings. */
export function prepareVerbInput(schema: object, given: JsonObject): JsonObject {
  try {
    return checked(schema, given);
  } catch (thrown) {
    throw asJobwireError(thrown).with({hint: `input: ${describe(schema)}`, owner: 'operator'});
  }
}

function checked(schema: object, given: JsonObject): JsonObject {
  const files = Object.entries(given).filter(([, value]) => bytesOf(value) !== undefined);
  const shown = Object.fromEntries(files.map(([name, file]): [string, Json] => [name, withoutBytes(file)]));
  return {...checkInput(schema, {...given, ...shown}), ...Object.fromEntries(files)};
}

/** `jobId (string, required), limit (integer)`. */
function describe(schema: object): string {
  const {properties = {}, required = []} = schema as {properties?: JsonObject; required?: readonly string[]};
  const texts = Object.entries(properties).map(([name, property]) => {
    const type = [own(property, 'type') ?? []].flat().join(' or ') || 'any';
    return `${name} (${type}${required.includes(name) ? ', required' : ''})`;
  });
  return texts.join(', ') || 'none';
}

/** A schema looks at what a file is, never at each of its bytes. */
function withoutBytes(file: Json): Json {
  return {
    name: fileName(file) ?? '',
    type: fileType(file) ?? 'application/octet-stream',
    size: bytesOf(file)?.byteLength ?? 0,
  };
}

/** Schema of one input, for a person's text to be read by. */
export function propertyOf(schema: object, name: string): JsonObject | undefined {
  const property = own(own(schema, 'properties'), name);
  return isObject(property) ? property : undefined;
}
