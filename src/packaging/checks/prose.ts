/** The words of a manifest that people read, each with its pointer. Must never judge them. */
import type {Connector, ErrorRow, SchemaValue, Template} from '../../generated/types.ts';
import {embeddedSchemas, jobVerbs, members, procedures, stepsOf} from '../../manifest/parts.ts';
import {visitSchemas} from '../../manifest/walk-schema.ts';
import {escapePointer, isObject, type Json} from '../../values/json.ts';
import type {UnitPart} from './subject.ts';

export type ProseKind = 'title' | 'summary' | 'description' | 'message' | 'hint' | 'note' | 'label';

export interface Prose {
  readonly kind: ProseKind;
  readonly pointer: string;
  readonly text: string;
}

const proseKinds: readonly ProseKind[] = ['title', 'summary', 'description', 'message', 'hint', 'note', 'label'];

export function proseOf(part: UnitPart): Prose[] {
  return part.kind === 'connector' ? ofConnector(part.manifest) : ofTemplate(part.manifest);
}

/** The texts among the members of one object. */
function wordsOf(holder: unknown, pointer: string): Prose[] {
  if (!isObject(holder)) return [];
  return proseKinds.flatMap((kind) => {
    const text = Object.hasOwn(holder, kind) ? holder[kind] : undefined;
    return typeof text === 'string' ? [{kind, pointer: `${pointer}/${kind}`, text}] : [];
  });
}

function ofConnector(connector: Connector): Prose[] {
  const {connection, operations, lookups, actions, jobs, events, feeds} = connector;
  const named = (map: {readonly [name: string]: unknown} | undefined, pointer: string): Prose[] =>
    members(map, pointer).flatMap(({value, pointer: at}) => wordsOf(value, at));
  const variants = members(connection.variants, '/connection/variants');
  return [
    ...wordsOf(connector, ''),
    ...(connector.evidence ?? []).flatMap((row, i) => wordsOf(row, `/evidence/${i}`)),
    ...named(connection.secrets, '/connection/secrets'),
    ...wordsOf(connection.import, '/connection/import'),
    ...variants.flatMap(({value, pointer}) => [
      ...wordsOf(value, pointer),
      ...named(value.secrets, `${pointer}/secrets`),
    ]),
    ...rowWords(connector.http?.errors, '/http/errors'),
    ...named(operations, '/operations'),
    ...members(operations, '/operations').flatMap(({value, pointer}) => rowWords(value.errors, `${pointer}/errors`)),
    ...named(lookups, '/lookups'),
    ...members(lookups, '/lookups').flatMap(({value, pointer}) => [
      ...wordsOf(value.none, `${pointer}/none`),
      ...wordsOf(value.many, `${pointer}/many`),
    ]),
    ...named(actions, '/actions'),
    ...named(jobs, '/jobs'),
    ...named(events, '/events'),
    ...named(feeds, '/feeds'),
    ...procedures(connector).flatMap((part) =>
      stepsOf(part).flatMap(({step, pointer}) => wordsOf(step.fail, `${pointer}/fail`)),
    ),
    ...embeddedSchemas(connector).flatMap(({schema, pointer}) => schemaWords(schema, pointer)),
  ];
}

function rowWords(rows: readonly ErrorRow[] | undefined, pointer: string): Prose[] {
  return (rows ?? []).flatMap((row, i) => wordsOf(row, `${pointer}/${i}`));
}

export function schemaWords(schema: unknown, pointer: string): Prose[] {
  const found: Prose[] = [];
  visitSchemas(schema, pointer, (visit) => found.push(...wordsOf(visit.schema, visit.pointer)));
  return found;
}

function ofTemplate(template: Template): Prose[] {
  return [
    ...wordsOf(template, ''),
    ...(template.criteria ?? []).flatMap((row, i) => wordsOf(row, `/criteria/${i}`)),
    ...('manual' in template.on ? schemaWords(template.on.manual.data, '/on/manual/data') : []),
  ];
}

/** A member of a JSON value that is a text, with the key it stands under. */
export interface Text {
  readonly pointer: string;
  readonly key: string;
  readonly text: string;
}

/** Every text of a JSON value. */
export function textsOf(value: Json | undefined, pointer = '', key = ''): Text[] {
  if (typeof value === 'string') return [{pointer, key, text: value}];
  if (Array.isArray(value)) return value.flatMap((item, i) => textsOf(item, `${pointer}/${i}`, key));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    textsOf(item as Json, `${pointer}/${escapePointer(name)}`, name),
  );
}

export interface Field {
  readonly name: string;
  readonly pointer: string;
  readonly schema: {readonly [keyword: string]: unknown};
}

/** The top-level properties of a schema, references into the connector's own schemas followed. */
export function fieldsOf(schema: SchemaValue | undefined, pointer: string): Field[] {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  return members(isObject(properties) ? properties : {}, `${pointer}/properties`).map(({name, value, pointer: at}) => ({
    name,
    pointer: at,
    schema: isObject(value) ? value : {},
  }));
}

/** Schemas whose fields a person fills in or reads, with what they are called. */
export function namedSchemas(connector: Connector): {what: string; schema: SchemaValue; pointer: string}[] {
  return [
    ...members(connector.actions, '/actions').map(({name, value, pointer}) => ({
      what: `input of ${name}`,
      schema: value.input,
      pointer: `${pointer}/input`,
    })),
    ...jobVerbs(connector).flatMap(({name, verb, pointer}) =>
      verb.input === undefined ? [] : [{what: `input of ${name}`, schema: verb.input, pointer: `${pointer}/input`}],
    ),
    ...members(connector.events, '/events').map(({name, value, pointer}) => ({
      what: `data of ${name}`,
      schema: value.data,
      pointer: `${pointer}/data`,
    })),
  ];
}

/** Whether one of the keywords holds words. */
export function said(schema: Field['schema'], ...keywords: readonly string[]): boolean {
  return keywords.some((keyword) => typeof schema[keyword] === 'string' && schema[keyword].trim() !== '');
}
