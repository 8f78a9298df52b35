/** Reads manifests, texts and samples from files in memory. Publisher files are data: what does not fit is an error, never guessed. */
import {fail} from '../../errors/jobwire-error.ts';
import type {Connector, SchemaValue, Template} from '../../generated/types.ts';
import {parseDocument} from '../../manifest/document.ts';
import type {Kind} from '../../manifest/kinds.ts';
import {loadForm} from '../../manifest/load.ts';
import type {Json} from '../../values/json.ts';
import type {PackageFiles} from '../files.ts';
import {asError} from '../source.ts';
import type {ConnectorFacts, TemplateFacts} from './entry.ts';

/** The connectors of a shelf by folder. Errors: JW1001 … JW1005 of the first file that is wrong. */
export function connectorsOf(files: PackageFiles, place: string): ConnectorFacts[] {
  return unitsOf(files, 'connectors', 'connector.json').map(({id, path}) => {
    const manifest = manifestOf<Connector>(files, path, {kind: 'connector', place, id});
    const folder = `connectors/${id}`;
    const readme = textOf(files, `${folder}/README.md`);
    return {
      manifest: withSchemas(manifest, files, folder),
      samples: samplesOf(manifest, files, folder),
      ...(readme !== undefined && {readme}),
    };
  });
}

export function templatesOf(files: PackageFiles, place: string, from?: string): TemplateFacts[] {
  return unitsOf(files, 'templates', 'template.json').map(({id, path}) => {
    const readme = textOf(files, `templates/${id}/README.md`);
    return {
      manifest: manifestOf<Template>(files, path, {kind: 'template', place, id}),
      ...(readme !== undefined && {readme}),
      ...(from !== undefined && {from}),
    };
  });
}

export function textOf(files: PackageFiles, path: string): string | undefined {
  const bytes = files.get(path);
  if (!bytes) return undefined;
  return new TextDecoder('utf-8').decode(bytes);
}

function unitsOf(files: PackageFiles, group: string, name: string): {id: string; path: string}[] {
  return [...files.keys()].flatMap((path) => {
    const [first, id, file, ...more] = path.split('/');
    return first === group && id !== undefined && file === name && more.length === 0 ? [{id, path}] : [];
  });
}

interface Expected {
  readonly kind: Kind;
  readonly place: string;
  readonly id?: string;
}

function manifestOf<M extends {readonly id: string}>(files: PackageFiles, path: string, expected: Expected): M {
  const {manifest, document, issues} = loadForm<M>(expected.kind, `${expected.place}/${path}`, files.get(path));
  if (!manifest) throw asError(issues[0]);
  if (expected.id === undefined || manifest.id === expected.id) return manifest;
  const at = document?.locate('/id');
  throw fail('JW1005', {id: manifest.id, place: expected.id}, at ? {at} : {});
}

function samplesOf({events = {}}: Connector, files: PackageFiles, folder: string): ReadonlyMap<string, Json> {
  return new Map(
    Object.entries(events).flatMap(([name, {sample}]) => {
      const value = jsonOf(files, `${folder}/${sample.replace(/^\.\//, '')}`);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Files of the folder schemas/ stand among the schemas under the path that a `$ref` says. */
function withSchemas(manifest: Connector, files: PackageFiles, folder: string): Connector {
  const prefix = `${folder}/schemas/`;
  const more = [...files.keys()].flatMap((path) => {
    if (!path.startsWith(prefix) || !path.endsWith('.json')) return [];
    const value = jsonOf(files, path);
    return value === undefined ? [] : [[`./schemas/${path.slice(prefix.length)}`, value as SchemaValue] as const];
  });
  return more.length === 0 ? manifest : {...manifest, schemas: {...manifest.schemas, ...Object.fromEntries(more)}};
}

function jsonOf(files: PackageFiles, path: string): Json | undefined {
  const bytes = files.get(path);
  if (!bytes) return undefined;
  return parseDocument(path, bytes).document?.value;
}
