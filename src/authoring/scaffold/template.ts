/** A template to begin with: one event, one action, a proposed mapping, and two cases that pass. Must never write into the project. */

import {join} from 'node:path';
import {fail, nearest} from '../../errors/jobwire-error.ts';
import type {Connection, Connector} from '../../generated/types.ts';
import type {Library, Unit} from '../../manifest/library.ts';
import {loadJson} from '../../manifest/load.ts';
import {resolveSchema} from '../../manifest/schemas.ts';
import {validateAgainst} from '../../manifest/validate.ts';
import {isObject, type Json, type JsonObject, own} from '../../values/json.ts';
import {segment} from '../openapi/parameters.ts';
import {printJson} from '../openapi/print.ts';
import {schemaOfUnit} from '../places.ts';
import {type Mapping, proposeMapping} from './mapping.ts';
import {matchingCase} from './matching-case.ts';
import type {Question} from './questions.ts';
import {templateReadme} from './readme.ts';
import {settingsFor} from './settings.ts';

export interface TemplatePlan {
  readonly id: string;
  /** Connection the event comes from. */
  readonly from: string;
  readonly event: string;
  /** Connection the action runs on. */
  readonly to: string;
  readonly action: string;
}

export interface TemplateScaffold {
  /** Text of each file, by its path below the project. */
  readonly files: ReadonlyMap<string, string>;
  /** Inputs that are still to be said. */
  readonly placeholders: readonly string[];
}

export const templateQuestions = {
  from: (library: Library): Question => ({
    flag: 'from',
    message: 'Connection the event comes from',
    choices: connectionsWith(library, ({events}) => events),
  }),
  event: (library: Library, from: string): Question => ({
    flag: 'event',
    message: 'Event',
    choices: named(connectorOf(library, from).events),
  }),
  to: (library: Library): Question => ({
    flag: 'to',
    message: 'Connection the action runs on',
    choices: connectionsWith(library, ({actions}) => actions),
  }),
  action: (library: Library, to: string): Question => ({
    flag: 'action',
    message: 'Action',
    choices: named(connectorOf(library, to).actions),
  }),
};

function connectionsWith(
  library: Library,
  part: (connector: Connector) => object | undefined,
): NonNullable<Question['choices']> {
  return [...library.connections.values()]
    .filter(({id}) => Object.keys(part(connectorOf(library, id)) ?? {}).length > 0)
    .map(({id, manifest: {title, connector}}) => ({value: id, name: `${id} (${title}, ${connector})`}));
}

function named(map: {readonly [name: string]: {readonly title: string}} | undefined): NonNullable<Question['choices']> {
  return Object.entries(map ?? {}).map(([value, {title}]) => ({value, name: `${value}: ${title}`}));
}

/** JW7102 for a connection the project does not have, JW1004 for its connector. */
function connectionOf(library: Library, id: string): Unit<Connection> {
  const unit = library.connection(id);
  if (unit) return unit;
  throw fail('JW7102', {what: 'connection', id}, {suggestions: nearest(id, library.connections.keys())});
}

function connectorOf(library: Library, id: string): Connector {
  return library.connector(connectionOf(library, id).manifest.connector).manifest;
}

/** Errors: JW7102, JW1004. */
export async function scaffoldTemplate(plan: TemplatePlan, library: Library): Promise<TemplateScaffold> {
  const source = connectionOf(library, plan.from).manifest;
  const target = connectionOf(library, plan.to).manifest;
  const unit = library.connector(source.connector);
  const event = unit.manifest.events?.[plan.event];
  const actor = connectorOf(library, plan.to);
  const action = actor.actions?.[plan.action];
  if (!event) throw fail('JW7102', {what: 'event', id: plan.event});
  if (!action) throw fail('JW7102', {what: 'action', id: plan.action});
  const data = resolveSchema(event.data, unit.manifest);
  const mapping = proposeMapping({data, input: resolveSchema(action.input, actor)});
  const sample = loadJson(join(unit.dir, event.sample)).document?.value;
  const choice = isObject(sample) ? choiceIn(data, own(sample, 'data')) : undefined;
  const title = `${event.title}: ${action.title}`;
  const template: JsonObject = {
    $schema: `../../${schemaOfUnit('templates', plan.id)}`,
    jobwire: '1',
    kind: 'template',
    id: plan.id,
    version: '0.1.0',
    title,
    on: {connector: source.connector, event: plan.event, connection: plan.from},
    ...(choice && {criteria: [choice.row]}),
    do: {
      connector: target.connector,
      connection: plan.to,
      action: plan.action,
      input: mapping.input,
      ...(action.starts !== undefined && {policy: {wait: false}}),
    },
  };
  const connections = Object.fromEntries(
    [source, target].map((manifest) => [manifest.id, settingsFor(manifest, library)]),
  );
  const head = {jobwire: '1', kind: 'case', of: {template: plan.id}, connections};
  const folder = `templates/${plan.id}`;
  const files = new Map([
    [`${folder}/template.json`, printJson(template)],
    [`${folder}/README.md`, templateReadme({title, ...plan, placeholders: mapping.placeholders})],
  ]);
  if (isObject(sample)) {
    const matching = {...head, title: 'An event that matches reaches the action', event: withoutComment(sample)};
    files.set(
      `${folder}/cases/matching.json`,
      printJson(await matchingCase({template, content: matching, actor}, library)),
    );
  }
  if (isObject(sample) && choice)
    files.set(
      `${folder}/cases/not-matching.json`,
      printJson({
        ...head,
        title: 'Another event starts nothing',
        event: {...withoutComment(sample), data: choice.other},
        exchanges: [],
        expect: {outcome: 'skipped', because: 'criteria[0]', writes: 0},
      }),
    );
  return {files, placeholders: mapping.placeholders};
}

function withoutComment({$comment: _, ...event}: JsonObject): JsonObject {
  return event;
}

interface Choice {
  /** A criterion that the sample meets. */
  readonly row: JsonObject;
  /** Data that does not meet it. */
  readonly other: JsonObject;
}

/** The first plain field of the sample whose value can be another one. */
function choiceIn(schema: object, data: Json | undefined): Choice | undefined {
  if (!isObject(data)) return undefined;
  const required = [own(schema as JsonObject, 'required') ?? []].flat();
  const names = Object.keys(data).sort((a, b) => Number(!required.includes(a)) - Number(!required.includes(b)));
  for (const name of [...names.filter((one) => telling.test(one)), ...names]) {
    const value = data[name] as Json;
    for (const another of othersThan(value)) {
      const other = {...data, [name]: another};
      if (validateAgainst(schema, other).length > 0) continue;
      const absent = required.includes(name) ? {} : {absent: 'no-match'};
      return {row: {path: `event.data.${segment(name)}`, op: 'equals', value, ...absent}, other};
    }
  }
  return undefined;
}

/** Fields by which people choose. */
const telling = /^(state|status|priority|severity|type|kind|category|action)$/i;

function othersThan(value: Json): Json[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  return typeof value === 'string' && value !== ''
    ? [`${value}-other`, 'other', '0', '9'].filter((one) => one !== value)
    : [];
}

export type {Mapping};
