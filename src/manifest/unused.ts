/** Parts of a connector that nothing refers to (JW1009, a warning). */
import type {Connector} from '../generated/types.ts';
import {isObject} from '../values/json.ts';
import type {Finding} from './issues.ts';
import {callSites, connectionParts, embeddedSchemas, members} from './parts.ts';
import {referencedSchema} from './schemas.ts';
import {usedNames} from './used-paths.ts';
import {visitSchemas} from './walk-schema.ts';

type Found = Omit<Finding, 'code'>;

export function unusedParts(connector: Connector): Found[] {
  const used = namesInUse(connector);
  const section = (what: keyof Used, map: {readonly [name: string]: unknown} | undefined, pointer: string): Found[] =>
    members(map, pointer).flatMap(({name, pointer: at}) =>
      name.startsWith('./') || used[what].has(name) ? [] : [{pointer: at, key: true, facts: {what, name}}],
    );
  return [
    ...section('operation', connector.operations, '/operations'),
    ...section('lookup', connector.lookups, '/lookups'),
    ...section('budget', connector.http?.budgets, '/http/budgets'),
    ...section('schema', connector.schemas, '/schemas'),
    ...section('type table', connector.types, '/types'),
    ...section('event', connector.events, '/events'),
  ];
}

/** Settings, secrets and parameters that no expression reads. */
export function unreadNames(connector: Connector): Found[] {
  const secrets = usedNames(connector, 'secret');
  const settings = usedNames(connector, 'connection');
  const {hosts} = connector.permissions;
  const unread = (what: string, map: unknown, pointer: string, isUsed: (name: string) => boolean): Found[] =>
    members(isObject(map) ? map : undefined, pointer)
      .filter(({name}) => !isUsed(name))
      .map(({name, pointer: at}) => ({pointer: at, key: true, facts: {what, name}}));
  const params = (section: {readonly [name: string]: {readonly params?: unknown}} | undefined, at: string): Found[] =>
    members(section, at).flatMap(({value, pointer}) => {
      const used = usedNames(value, 'params');
      return unread('parameter', value.params, `${pointer}/params`, (name) => used.has(name.replace(/\?$/, '')));
    });
  return [
    ...connectionParts(connector).flatMap(({part, pointer}) => [
      ...unread('secret', part.secrets, `${pointer}/secrets`, (name) => secrets.has(name)),
      ...unread(
        'setting',
        isObject(part.config) ? part.config['properties'] : undefined,
        `${pointer}/config/properties`,
        (name) => settings.has(name) || hosts.includes(`connection:${name}`),
      ),
    ]),
    ...params(connector.operations, '/operations'),
    ...params(connector.lookups, '/lookups'),
  ];
}

type Used = Record<'operation' | 'lookup' | 'budget' | 'schema' | 'type table' | 'event', Set<string>>;

function namesInUse(connector: Connector): Used {
  const sites = [...callSites(connector), ...fetchSites(connector)];
  const feeds = Object.values(connector.feeds ?? {});
  return {
    operation: new Set(sites.flatMap(({call}) => call ?? [])),
    lookup: new Set(sites.flatMap(({lookup}) => lookup ?? [])),
    budget: new Set(Object.values(connector.operations).flatMap(({budget}) => budget ?? [])),
    schema: referencedSchemas(connector),
    'type table': new Set(
      Object.values(connector.lookups ?? {}).flatMap(({signature}) =>
        signature && 'types' in signature ? [signature.types] : [],
      ),
    ),
    event: new Set([
      ...feeds.flatMap(({emits}) => emits),
      ...Object.values(connector.jobs ?? {}).flatMap(({hints = []}) => hints.map(({event}) => event)),
    ]),
  };
}

/** Calls inside `x-jobwire-options` and `x-jobwire-schema`. */
function fetchSites(connector: Connector): {readonly call?: string; readonly lookup?: string}[] {
  const sites: {call?: string; lookup?: string}[] = [];
  for (const {schema} of embeddedSchemas(connector))
    visitSchemas(schema, '', ({schema: node}) => {
      for (const key of ['x-jobwire-options', 'x-jobwire-schema'])
        if (isObject(node[key])) sites.push(node[key] as {call?: string; lookup?: string});
    });
  return sites;
}

function referencedSchemas(connector: Connector): Set<string> {
  const names = new Set<string>();
  const look = (schema: unknown) =>
    visitSchemas(schema, '', ({schema: node}) => {
      const name = referencedSchema(node['$ref']);
      if (name !== undefined) names.add(name);
    });
  for (const {schema} of embeddedSchemas(connector)) look(schema);
  for (const [name, schema] of Object.entries(connector.schemas ?? {})) if (name.startsWith('./')) look(schema);
  return names;
}
