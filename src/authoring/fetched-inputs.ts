/** What a target says about the inputs of its actions: the arguments behind `x-jobwire-schema`, for every choice they depend on. Only reads. */
import {asJobwireError} from '../errors/jobwire-error.ts';
import type {Connector} from '../generated/types.ts';
import {resolveSchema} from '../manifest/schemas.ts';
import {usedNames} from '../manifest/used-paths.ts';
import type {FieldOptions} from '../operations/choices.ts';
import {isObject, type Json, type JsonObject, own} from '../values/json.ts';

/** One field of one action, as the target knows it. */
export interface FetchedInput {
  readonly connection: string;
  readonly action: string;
  readonly field: string;
  /** Other fields that decide the schema; a row may have some of them. */
  readonly deciders: readonly string[];
  readonly rows: readonly FetchedRow[];
}

export interface FetchedRow {
  /** A value for each decider. */
  readonly given: JsonObject;
  /** Undefined where the target could not say. */
  readonly schema?: JsonObject;
}

export interface Asked {
  readonly connection: string;
  readonly connector: Connector;
  readonly variant?: string | undefined;
  /** As `readOptions`. */
  ask(action: string, field: string, input: JsonObject): Promise<FieldOptions>;
  /** Told what is left out, and why. */
  say(note: string): void;
}

/** Targets with more choices are described in part. */
const mostRows = 200;

export async function fetchInputs(asked: Asked): Promise<FetchedInput[]> {
  const fetched: FetchedInput[] = [];
  for (const [action, {input, variants}] of Object.entries(asked.connector.actions ?? {})) {
    if (asked.variant !== undefined && variants && !variants.includes(asked.variant)) continue;
    const schema = resolveSchema(input, asked.connector) as JsonObject;
    for (const [field, source] of fetchedFields(schema)) {
      const ways = decidersOf(schema, source);
      const rows: FetchedRow[] = [];
      for (const deciders of ways) rows.push(...(await readRows(asked, {action, field, deciders})));
      const deciders = [...new Set(ways.flat())];
      if (rows.length > 0) fetched.push({connection: asked.connection, action, field, deciders, rows});
    }
  }
  return fetched;
}

function fetchedFields(schema: JsonObject): [string, JsonObject][] {
  const properties = own(schema, 'properties');
  return Object.entries(isObject(properties) ? properties : {}).flatMap(([name, property]): [string, JsonObject][] => {
    const source = own(property, 'x-jobwire-schema');
    return isObject(source) ? [[name, source]] : [];
  });
}

/**
 * Required fields that the read of the schema uses; what is optional narrows it, and need not be known. Where one of several fields
 * must be there, each is a way of its own.
 */
function decidersOf(schema: JsonObject, source: JsonObject): string[][] {
  const used = usedNames(source['with'], 'input');
  const usedOf = (holder: JsonObject): string[] => requiredOf(holder).filter((name) => used.has(name));
  const sure = usedOf(schema);
  const others = [schema['oneOf'], schema['anyOf']].flatMap((branches) =>
    Array.isArray(branches) ? branches.filter(isObject).map(usedOf) : [],
  );
  const ways = others.filter((names) => names.length > 0);
  return ways.length === 0 ? [sure] : ways.map((names) => [...new Set([...sure, ...names])]);
}

function requiredOf(schema: JsonObject): string[] {
  const required = schema['required'];
  return Array.isArray(required) ? required.map(String) : [];
}

interface Field {
  readonly action: string;
  readonly field: string;
  readonly deciders: readonly string[];
}

async function readRows(asked: Asked, {action, field, deciders}: Field): Promise<FetchedRow[]> {
  const place = `${asked.connection} ${action} ${field}`;
  const given = await readChoices(asked, action, deciders).catch((thrown: unknown) => {
    asked.say(`${place} is left as it is: ${asJobwireError(thrown).message}`);
    return [];
  });
  if (given.length > mostRows) asked.say(`${place}: the first ${mostRows} choices of ${given.length} are described`);
  const rows: FetchedRow[] = [];
  for (const input of given.slice(0, mostRows))
    try {
      const answer = await asked.ask(action, field, input);
      rows.push({given: input, ...(answer.kind === 'arguments' && {schema: answer.schema})});
    } catch (thrown) {
      asked.say(`${place} is not described for ${JSON.stringify(input)}: ${asJobwireError(thrown).message}`);
      rows.push({given: input});
    }
  return rows;
}

/** Every combination of choices the deciders have, each asked with what is chosen before it. */
async function readChoices(asked: Asked, action: string, deciders: readonly string[]): Promise<JsonObject[]> {
  let rows: JsonObject[] = [{}];
  for (const name of deciders) {
    const longer: JsonObject[] = [];
    for (const row of rows.slice(0, mostRows + 1)) {
      const options = await asked.ask(action, name, row);
      const choices = options.kind === 'choices' ? options.choices.map(({value}) => value) : [];
      longer.push(...choices.filter(isWritable).map((value) => ({...row, [name]: value})));
    }
    rows = longer;
  }
  return rows;
}

/** A type can name it. */
function isWritable(value: Json): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
