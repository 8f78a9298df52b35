/** What people call a job by (an id, or a whole reference) as references of a job kind. Must never ask the target. */
import {fail} from '../errors/jobwire-error.ts';
import type {Connector, JobKind} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {type ExactNumber, isObject, type Json, type JsonObject, own, stringifyJson} from '../values/json.ts';
import {coerce} from './coerce.ts';

/** One job of the target: its id and whatever else the verbs of its kind need. */
export type JobRef = JsonObject & {id: string | number | ExactNumber};

/** An id, or a whole reference as `list` and `startAction` give it. */
export type JobName = string | number | ExactNumber | JsonObject;

/** Ids compare as text without regard to case: targets differ in how they print a GUID. */
export function keyOf(id: JobRef['id']): string {
  return String(id).toLowerCase();
}

/**
 * The references, each once, in the order they were given. Where an id is a UUID it is written in lower case with dashes, however it
 * was typed. Errors: JW2007 naming every id that is none, and what else a reference needs.
 */
export function readRefs(names: readonly JobName[], kind: JobKind, connector: Connector): JobRef[] {
  const schema = resolveSchema(kind.ref, connector) as JsonObject;
  const refs = new Map<string, JobRef>();
  const problems: string[] = [];
  for (const name of names) {
    const read = readRef(name, schema);
    if (typeof read === 'string') problems.push(read);
    else if (!refs.has(markOf(read, schema))) refs.set(markOf(read, schema), read);
  }
  if (problems.length === 0) return [...refs.values()];
  throw fail(
    'JW2007',
    {problem: problems.join('; ')},
    {outcome: 'fail', owner: 'operator', hint: `give ids as the target shows them (${kind.title})`},
  );
}

/** The reference, or why it is none. */
function readRef(name: JobName, schema: JsonObject): JobRef | string {
  const given = isObject(name) ? name : {id: typeof name === 'string' ? name.trim() : name};
  const shown = stringifyJson(isObject(name) && own(name, 'id') === undefined ? name : (own(given, 'id') ?? null));
  const id = own(own(schema, 'properties'), 'id');
  const format = own(id ?? null, 'format');
  const typed = own(given, 'id');
  const ready = format === 'uuid' && typeof typed === 'string' ? {...given, id: closestUuid(typed)} : given;
  const {value, issues} = coerce(ready, schema, {unknown: 'keep'});
  const missing = issues.filter(({code}) => code === 'JW3111').map(({detail}) => detail);
  if (missing.length > 0) return `job ${shown}: ${missing.join(', ')}; give the whole reference as JSON`;
  const [issue] = issues.filter(({severity}) => severity === 'error');
  if (issue) return `${shown} is not a job id${typeof format === 'string' ? `: a ${format} is expected` : ''}`;
  if (own(value, 'id') === '') return 'a job id may not be empty';
  return value as JobRef;
}

/** Two references mean one job when all that a reference needs is the same: a list may add more than the id. */
function markOf(ref: JobRef, schema: JsonObject): string {
  const required = own(schema, 'required');
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : ['id'];
  return stringifyJson(names.map((name): Json => own(ref, name) ?? null));
}

/** RFC 9562 in lower case with dashes, where the text is one in braces, without dashes, in capitals or as a URN; else the text. */
function closestUuid(text: string): string {
  const bare = text
    .toLowerCase()
    .replace(/^urn:uuid:/, '')
    .replace(/^\{(.*)\}$/, '$1');
  const whole = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/.exec(bare);
  return whole === null ? text : whole.slice(1).join('-');
}
