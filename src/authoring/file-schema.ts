/** A JSON Schema for one file of a project: the format of its kind, and proposals of what is known at each of its places. */
import {resolve} from 'node:path';
import {asJobwireError, fail} from '../errors/jobwire-error.ts';
import type {Type} from '../expressions/check.ts';
import type {Connection, Template} from '../generated/types.ts';
import {bundledSchema} from '../manifest/bundle.ts';
import {connectorSlots} from '../manifest/expressions-connector.ts';
import {type Kind, kinds} from '../manifest/kinds.ts';
import type {Library, Unit} from '../manifest/library.ts';
import {loadFile} from '../manifest/load.ts';
import {parseReference} from '../manifest/reference.ts';
import {callsOf} from '../manifest/references-template.ts';
import type {Slot} from '../manifest/slots.ts';
import {templateSlots} from '../manifest/slots-template.ts';
import {effectiveConnection} from '../manifest/variant.ts';
import type {Json, JsonObject} from '../values/json.ts';
import {Completions} from './completions.ts';
import {type Laid, overlayOf} from './overlay.ts';

export interface FileSchema {
  readonly kind: Kind;
  readonly schema: JsonObject;
  /** Why the schema knows nothing of this very file. */
  readonly problem?: string;
}

/** JW7102 for a file that is of no kind. A file that does not fit its format, or names what is not there, has the schema of its kind. */
export function schemaForFile(file: string, library: Library): FileSchema {
  const path = resolve(file);
  const {kind = kindByName(path), manifest, document, issues} = loadFile(path);
  if (!kind) throw fail('JW7102', {what: 'manifest', id: file}, {hint: `a file says its kind: ${kinds.join(', ')}`});
  const base = bundledSchema(kind);
  const [issue] = issues;
  if (manifest === undefined || !document)
    return {kind, schema: base, problem: issue?.detail ?? 'it does not fit its format'};
  try {
    return {kind, schema: withProposals(base, proposals(kind, path, library))};
  } catch (thrown) {
    return {kind, schema: base, problem: asJobwireError(thrown).message};
  }
}

const folders: Readonly<Record<string, Kind>> = {connections: 'connection', cases: 'case', cassettes: 'cassette'};
const names: Readonly<Record<string, Kind>> = {
  'connector.json': 'connector',
  'template.json': 'template',
  'simulator.json': 'simulator',
  'jobwire-package.json': 'package',
};

/** The kind that a file has by its place, whatever it says. */
export function kindByName(path: string): Kind | undefined {
  const [name = '', folder = ''] = path.split(/[/\\]/).reverse();
  if (Object.hasOwn(folders, folder) && name.endsWith('.json')) return folders[folder];
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

interface Proposed {
  readonly laid: readonly Laid[];
  readonly value: Json;
  readonly completions: Completions;
}

function withProposals(base: JsonObject, {laid, value, completions}: Proposed): JsonObject {
  const overlay = overlayOf(laid, value);
  if (Object.keys(overlay).length === 0) return base;
  const {$schema, $defs, ...own} = base as {$schema: Json; $defs: JsonObject};
  return {$schema, title: base['title'] ?? '', allOf: [own, overlay], $defs: {...$defs, ...completions.definitions()}};
}

const nothing: Proposed = {laid: [], value: null, completions: new Completions()};

function proposals(kind: Kind, path: string, library: Library): Proposed {
  const at = <M>(units: ReadonlyMap<string, Unit<M>>): Unit<M> | undefined =>
    [...units.values()].find(({file}) => resolve(file) === path);
  const [template, connection, connector] = [at(library.templates), at(library.connections), at(library.connectors)];
  if (kind === 'template' && template) return proposeTemplate(template.manifest, library);
  if (kind === 'connection' && connection) return proposeConnection(connection.manifest, library);
  if (kind === 'template' || kind === 'connection' || (kind === 'connector' && !connector))
    throw fail('JW7102', {what: kind, id: 'of this project in this file'});
  if (!connector) return nothing;
  const completions = new Completions();
  const laid = laySlots(connectorSlots(connector.manifest), completions);
  return {laid, value: connector.manifest as unknown as Json, completions};
}

function laySlots(slots: readonly Slot[], completions: Completions): Laid[] {
  return slots
    .filter(({only}) => only === undefined)
    .map((slot) => ({pointer: slot.home ?? slot.pointer, schema: completions.slot(slot)}));
}

/** One more row of criteria than there are: the one that is being written. */
function proposeTemplate(template: Template, library: Library): Proposed {
  const completions = new Completions();
  const open: Template = {...template, criteria: [...(template.criteria ?? []), {path: '', op: 'exists'}]};
  const {on} = template;
  const laid: Laid[] = [
    ...laySlots(templateSlots(open, library), completions),
    ...('connector' in on ? placesOf({connector: on.connector}, '/on', {library, completions}) : []),
    ...('connector' in on
      ? [
          {
            pointer: '/on/event',
            schema: completions.values(Object.keys(library.connector(on.connector).manifest.events ?? {})),
          },
        ]
      : []),
    ...callsOf(template).flatMap(({call, pointer}) => [
      ...placesOf(call, pointer, {library, completions}),
      {
        pointer: `${pointer}/action`,
        schema: completions.values(Object.keys(library.connector(call.connector).manifest.actions ?? {})),
      },
    ]),
  ];
  return {laid, value: open as unknown as Json, completions};
}

interface Known {
  readonly library: Library;
  readonly completions: Completions;
}

/** Connectors there are, and the connections of this one. */
function placesOf({connector}: {readonly connector: string}, pointer: string, {library, completions}: Known): Laid[] {
  const {id} = parseReference(connector);
  const connections = [...library.connections.values()].filter(
    ({manifest}) => parseReference(manifest.connector).id === id,
  );
  return [
    {pointer: `${pointer}/connector`, schema: completions.values(references(library))},
    {pointer: `${pointer}/connection`, schema: completions.values(connections.map((unit) => unit.id))},
  ];
}

function references({connectors}: Library): string[] {
  return [...connectors.values()].map(({id, manifest}) => `${id}@^${manifest.version.split('.')[0]}`);
}

function proposeConnection(connection: Connection, library: Library): Proposed {
  const completions = new Completions();
  const {manifest: connector} = library.connector(connection.connector);
  const {config, secrets} = effectiveConnection(connector, connection.variant);
  const laid: Laid[] = [
    {pointer: '/connector', schema: completions.values(references(library))},
    {pointer: '/variant', schema: completions.values(Object.keys(connector.connection.variants ?? {}))},
    {pointer: '/config', schema: completions.typed(config as Type)},
    {pointer: '/secrets', schema: completions.names(Object.keys(secrets))},
    {pointer: '/feeds', schema: completions.names(Object.keys(connector.feeds ?? {}))},
    {pointer: '/budgets', schema: completions.names(Object.keys(connector.http?.budgets ?? {}))},
  ];
  return {laid, value: connection as unknown as Json, completions};
}
